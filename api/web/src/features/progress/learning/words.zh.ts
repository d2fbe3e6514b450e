import { byCode } from "../../../components/language";
import { inChinese } from "../reasons.zh";
import type { en } from "./words.en";

/** The same words in Chinese; the type refuses one that is missing. */
export const zh: typeof en = {
  advice: {
    reason: inChinese,
    off: "调度器已关闭：不作比较",
    nothing: "还无法比较接下来该问什么",
    best: (name) => `接下来的钱最好花在：${name}`,
    saves: (share, range, n, money) =>
      `接下来 ${n} 个问题的计划比只问新条目大约节省 ${share}（${range}，90% 区间）${money === null ? "" : `，约 ${money}`}。柱长：每单位货币避免的错误标签数。`,
    undefinedBecause: (why) => `计划能节省多少尚未定义：${why}。`,
    actions: {
      new: "新条目",
      relabel: "疑难条目再问一人",
      review: "复核",
      gold: "已知条目",
      accept: "不问：模型已有把握",
    },
    by: (action, workforce) => `${action}，${workforce}`,
    table: "接下来可以问什么，按性价比排列",
    spendOn: "花在",
    number: "数量",
    gain: "每个避免的错误标签",
    cost: "单价",
    perUnit: "每单位货币避免",
    why: "原因",
    free: "免费",
    relabels: "值得再问一次的已答条目",
    item: "条目",
    modes: {
      off: "已关闭。",
      advise: "调度器只作建议。",
      act: "调度器自动执行：在配额内自行追问；至少 10% 的答案用于随机条目。",
    },
    switchTo: { act: "让它自动执行", advise: "让它只作建议" },
  },
  why: {
    title: "为什么问了某个条目？",
    item: "条目编号",
    ask: "查看",
    none: "没有人被问过这个条目。",
    noReason: "没有记录原因",
    kinds: byCode({
      label: "提问",
      review: "复核",
      gold: "已知条目",
      audit: "审计",
      training: "训练",
    }),
    states: byCode({ open: "开放", closed: "已关闭", withdrawn: "已撤回", done: "已完成" }),
  },
};
