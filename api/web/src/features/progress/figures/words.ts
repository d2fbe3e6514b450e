import { dictionary } from "../../../components/language";

export const words = dictionary(
  {
    chosen: "on chosen items",
    chosenWhy:
      "These items were chosen, not drawn at random: the figure says nothing about the whole pool.",
    others: (n: string) => `${n} more classes are in the table`,
    exact: "as stated",
    stated: "what the score says",
    came: "how often right",
  },
  {
    chosen: "基于被选中的条目",
    chosenWhy: "这些条目是被选中的，不是随机抽取的：不能代表整个数据池。",
    others: (n: string) => `另有 ${n} 个类别见数据表`,
    exact: "与所述一致",
    stated: "分数所述",
    came: "实际正确率",
  },
);
