import { byCode } from "../../../components/language";

/** Words of the learning figures. */
export const en = {
  advice: {
    reason: (text: string) => text,
    off: "The scheduler is off: nothing is compared",
    nothing: "What to ask next cannot be compared yet",
    best: (name: string) => `The next money is best spent on: ${name}`,
    saves: (share: string, range: string, n: string, money: string | null) =>
      `The plan for the next ${n} questions saves about ${share} (${range}, 90% range) of what new items alone would cost${money === null ? "" : `, some ${money}`}. Bars: wrong labels avoided per unit of money.`,
    undefinedBecause: (why: string) => `What a plan would save is undefined: ${why}.`,
    actions: {
      new: "a new item",
      relabel: "one more answer on a doubtful item",
      review: "a review",
      gold: "a known item",
      accept: "nothing: the model is sure",
    },
    by: (action: string, workforce: string) => `${action}, ${workforce}`,
    table: "What could be asked next, best for the money first",
    spendOn: "Spend on",
    number: "There are",
    gain: "Wrong labels avoided by one",
    cost: "Cost of one",
    perUnit: "Avoided per unit of money",
    why: "Why",
    free: "free",
    relabels: "Answered items worth another answer",
    item: "Item",
    modes: {
      off: "Off.",
      advise: "The scheduler only advises.",
      act: "The scheduler acts: it asks again by itself, within its quotas; at least 10% of answers go to random items.",
    },
    switchTo: { act: "Let it act", advise: "Let it only advise" },
  },
  why: {
    title: "Why was an item asked about?",
    item: "Item’s number",
    ask: "Tell me",
    none: "Nobody was asked about this item.",
    noReason: "no reason was noted",
    kinds: byCode({
      label: "Question",
      review: "Review",
      gold: "Known item",
      audit: "Audit",
      training: "Training",
    }),
    states: byCode({ open: "open", closed: "closed", withdrawn: "withdrawn", done: "done" }),
  },
};
