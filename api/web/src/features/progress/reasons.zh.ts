import { ASKED } from "./reasons.asked.zh";

/** Reasons that the hub gives in English, as patterns with their Chinese; `$1` is the first group. */
const KNOWN: [RegExp, string][] = [
  ...ASKED,
  [
    /^The policy names no target \(target\.accuracy, target\.class_recall\)\.$/,
    "项目没有设定目标（target.accuracy、target.class_recall）。",
  ],
  [
    /^No released model has been measured on the random test sample yet\.$/,
    "还没有发布的模型在随机测试样本上测过。",
  ],
  [/^No class or slice is surely below the target\.$/, "没有类别或切片确定低于目标。"],
  [
    /^The pool holds no untouched item, and these are below the target\.$/,
    "数据池中没有未用的条目，而以下各项低于目标。",
  ],
  [
    /^More labels of this pool would not help \((.*)\); these are below\.$/,
    "这个数据池的更多标签无济于事（$1）；以下各项低于目标。",
  ],
  [
    /^Labels of this pool may still help \((.*)\); these are below so far\.$/,
    "这个数据池的标签可能仍有帮助（$1）；以下各项目前低于目标。",
  ],
  [/^reviewers at the price of (.+)$/, "审核人员（按 $1 的价格）"],
  [
    /^(\d+) people have met all gold and get none until there is more\.$/,
    "$1 人已答过全部已知条目，在补充之前不再收到。",
  ],
  [
    /^(\d+) active gold items, fewer than the (\d+) of the policy\.$/,
    "有效已知条目 $1 条，少于策略规定的 $2 条。",
  ],
  [
    /^(\d+) settled items are proposed as gold; look at them\.$/,
    "$1 条已定的条目被提议为已知条目，请查看。",
  ],
  [
    /^(\d+) gold items are in doubt: correct or retire them\.$/,
    "$1 条已知条目存疑：请更正或停用。",
  ],
  [
    /^(\d+) of (\d+) people with a record on gold are paused for it: (?:.*)$/,
    "有已知条目记录的 $2 人中有 $1 人因此被暂停：请查看他们答错的题，可能是已知条目或指南有误。",
  ],
  [
    /^(\d+) training items, fewer than the (\d+) of the policy\.$/,
    "培训条目 $1 条，少于策略规定的 $2 条。",
  ],
  [
    /^Nobody can take the test before real work: it has too few questions\.$/,
    "没有人能参加上岗测试：题目太少。",
  ],
  [
    /^Documents are kept together, so no hidden gold is served: it would show\.$/,
    "文档整份分给同一人，因此不派发隐藏的已知条目：会被看出。",
  ],
  [/^no answered item has an attribute to slice by$/, "已回答的条目没有可供切分的属性"],
  [/^no two people answered the same item$/, "没有条目由两人回答"],
  [/^this project shows figures of workforces only$/, "此项目只展示团队的数字"],
  [/^no class has been named$/, "还没有类别被选过"],
  [/^fewer than (\d+) people of a group answered here$/, "作答的人中有人群不足 $1 人"],
  [
    /^there is no single truth in this project \(policy quality\.subjective\), so there is no accuracy to forecast$/,
    "此项目没有唯一的真值（策略 quality.subjective），因此没有可预测的准确率",
  ],
  [
    /^No class and no slice is right or wrong: there is no single truth in this project \(policy quality\.subjective\)\.$/,
    "没有类别或切片有对错：此项目没有唯一的真值（策略 quality.subjective）。",
  ],
  [
    /^there is no single truth in this project \(policy quality\.subjective\), so no answer is an error$/,
    "此项目没有唯一的真值（策略 quality.subjective），因此没有答案是错误",
  ],
  [/^answers of the kind '(\w+)' name no class$/, "类型 $1 的答案不含类别"],
  [/^this question has no single truth$/, "这个问题没有唯一的真值"],
  [/^no round has been run yet$/, "还没有进行过选取"],
  [/^no answer has been accepted yet$/, "还没有被接受的答案"],
  [/^(\d+) accepted training items, (\d+) are needed$/, "已接受的训练条目有 $1 条，需要 $2 条"],
  [/^all accepted training items have the same class$/, "所有已接受的训练条目都属于同一类别"],
  [
    /^(\d+) labels are needed before a model can be asked about them, and there are (\d+)$/,
    "需要 $1 个标签才能询问模型，现有 $2 个",
  ],
  [
    /^the model takes (\d+) s to train: its refits would hold up the next choice$/,
    "模型训练需要 $1 秒：重新拟合会耽误下一次选择",
  ],
  [/^nobody can be asked: there is no workforce with a seat$/, "没有人可问：没有在岗的人员"],
  [/^no answered item is worth more than the next new one$/, "没有已答条目比下一个新条目更值得问"],
  [/^there are no new items to compare with$/, "没有可以比较的新条目"],
  [/^the pool has no unlabelled item left$/, "数据池中没有未标注的条目"],
  [
    /^(\d+) of the (\d+) labelled test items that this needs are there$/,
    "需要 $2 条已标注的测试条目，现有 $1 条",
  ],
  [
    /^(\d+) checked predictions are needed at least, and there are (\d+)$/,
    "至少需要 $1 个已检查的预测，现有 $2 个",
  ],
  [
    /^the surest (\d+) checked predictions hold more errors than (\S+) allows$/,
    "最有把握的 $1 个已检查预测中的错误多于 $2 所允许的",
  ],
  [/^(\d+) of (\d+) checks afterwards were wrong$/, "事后检查的 $2 条中有 $1 条错误"],
  [/^the running audit shows the precision$/, "持续审计证实了精度"],
  [/^at least (\S+) of (\d+) known items or more right$/, "在至少 $2 条已知条目上答对 $1 以上"],
  [
    /^agreement with the others, adjusted, is at least usual$/,
    "与他人的一致率（经调整）不低于通常水平",
  ],
  [/^no (?:text|item) was (?:answered|rated) by two people$/, "没有条目由两个人回答"],
  [
    /^no variation: every rating is the same class, so chance alone would agree$/,
    "没有差异：所有答案都是同一类别，仅凭偶然也会一致",
  ],
  [/^no ratings yet$/, "还没有答案"],
  [/^no answer to compare yet$/, "还没有可比较的答案"],
  [/^the curve has (\d+) of the (\d+) points that are needed$/, "曲线需要 $2 个点，现有 $1 个"],
  [
    /^(\d+) of the (\d+) test items that are needed are labelled$/,
    "需要 $2 条已标注的测试条目，现有 $1 条",
  ],
  [/^the answers have not doubled yet since the first point$/, "自第一个点以来答案数尚未翻倍"],
  [/^no answers yet$/, "还没有答案"],
  [/^one person so far$/, "到目前为止只有一个人"],
  [/^nobody else has answered the same items yet$/, "还没有别人回答过同样的条目"],
  [
    /^no answer to an item whose truth is known from gold or a review$/,
    "没有对已知答案或已复核条目的回答",
  ],
  [/^no accepted item that two people answered$/, "没有由两人回答且已接受的条目"],
  [/^the policy names no target \(target\.accuracy\)$/, "项目没有设定目标（target.accuracy）"],
  [/^no model has been measured on the random test sample yet$/, "还没有模型在随机测试样本上测过"],
  [
    /^(\S+) on (\d+) test items, at least (\S+); the target is (\S+)$/,
    "$2 条测试上为 $1，至少 $3；目标为 $4",
  ],
  [
    /^(\S+) more answers would add (\S+) to (\S+); worth it from (\S+)$/,
    "再要 $1 个答案会提升 $2 至 $3；达到 $4 才值得",
  ],
  [/^no forecast$/, "没有预测"],
  [
    /^predictions of successive selectors were compared (\d+) of (\d+) times$/,
    "前后两轮模型的预测只比较过 $1 次，需要 $2 次",
  ],
  [
    /^over (\d+) rounds successive selectors agree with kappa (\S+) \(from (\S+)\)$/,
    "最近 $1 轮前后模型的一致性 κ 为 $2（达到 $3 即为稳定）",
  ],
  [/^the budget has no cap$/, "预算没有上限"],
  [/^(\S+) of (\S+) is left, an answer costs (\S+)$/, "预算 $2 还剩 $1，一个答案 $3"],
  [/^unknown: (.*)$/, "未知：$1"],
  [/^no round has trained a model yet$/, "还没有一轮训练过模型"],
  [
    /^(\d+) of the (\d+) labels on items drawn at random that are needed are there$/,
    "随机抽取的条目只有 $1 个标注，需要 $2 个",
  ],
  [
    /^(\d+) of the (\d+) labelled test items that are needed are there$/,
    "已标注的测试条目只有 $1 个，需要 $2 个",
  ],
  [
    /^no plausible curve reaches (\S+) with this pool and model$/,
    "用这个数据池和模型，没有合理的曲线能达到 $1",
  ],
  [
    /^hardly a plausible curve reaches (\S+) with this pool and model$/,
    "用这个数据池和模型，几乎没有合理的曲线能达到 $1",
  ],
];

/** Says a reason of the hub in Chinese, and the reasons in it; one that nobody has translated stays as it is. */
export function inChinese(reason: string): string {
  for (const [pattern, chinese] of KNOWN) {
    const found = pattern.exec(reason);
    if (found)
      return chinese.replace(/\$(\d)/g, (_, group: string) =>
        inChinese(found[Number(group)] ?? ""),
      );
  }
  return reason;
}
