import { dictionary } from "../../../components/language";

export const words = dictionary(
  {
    trainingAnswer: "What is right",
    wasRight: "Right.",
    wasWrong: "Not quite.",
    rightIs: "Right is",
    goOn: "Go on",
    testProgress: (done: number, of: number) => `Test before real work: ${done} of ${of} answered.`,
    testFailed: (right: number, of: number) =>
      `The test: ${right} of ${of} right, which is not enough.`,
    testAgain: (when: string) => `You can try again from ${when}.`,
    testOver: "There is no further try.",
    pauseWhy: (right: number, n: number, bar: number) =>
      `Among your answers were ${n} whose right answer is known. ${right} agreed with it; needed are ${bar} %, also when luck is allowed for.`,
    pauseExamples: "Some of them",
    youSaid: "You said",
    appeal: "Something here is wrong? Say what, and a person will look at it.",
    appealSend: "Send",
    appealWaits: "Your objection was sent; a person will look at it.",
    appealKept: "Your objection was looked at, and it stays as it is.",
    appealHeard: "Your objection was heard.",
  },
  {
    trainingAnswer: "正确答案",
    wasRight: "正确。",
    wasWrong: "不太对。",
    rightIs: "正确答案：",
    goOn: "继续",
    testProgress: (done, of) => `正式工作前的测试：已答 ${done} / ${of} 题。`,
    testFailed: (right, of) => `测试结果：${of} 题答对 ${right} 题，未达到要求。`,
    testAgain: (when) => `${when} 之后可以再次参加。`,
    testOver: "已没有再次参加的机会。",
    pauseWhy: (right, n, bar) =>
      `在你的答案中，有 ${n} 题的正确答案是已知的，其中 ${right} 题一致；即使考虑运气，也未达到 ${bar}% 的要求。`,
    pauseExamples: "其中一些题目",
    youSaid: "你的答案：",
    appeal: "这里有不对的地方吗？请说明，会有人查看。",
    appealSend: "发送",
    appealWaits: "你的申诉已发送，会有人查看。",
    appealKept: "你的申诉已被查看，决定维持不变。",
    appealHeard: "你的申诉已被采纳。",
  },
);
