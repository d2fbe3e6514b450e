import { byCode } from "../../../components/language";

/** Words of the quality figures; parts between ** are strong. */
export const en = {
  reason: (text: string) => text,
  bases: { random_sample: "random sample", chosen_items: "chosen items" },
  undefined: "undefined",
  because: (why: string) => `undefined: ${why}`,
  n: "n",
  range: "95%",
  basis: "Rests on",
  agreement: {
    rose: (name: string, from: string, to: string) =>
      `People agree more than they did: ${name} from ${from} to ${to}`,
    fell: (name: string, from: string, to: string) =>
      `People agree less than they did: ${name} from ${from} to ${to}`,
    steady: (name: string, value: string) =>
      `Agreement holds: ${name} is ${value}, with no change that can be told`,
    once: (name: string, value: string) => `Agreement so far: ${name} is ${value}`,
    undefined: "Agreement over time is undefined so far",
    sub: (name: string, words: string) =>
      `${name} with its 95% interval on the random sample. ${words}`,
    chosenLine: "The dotted line rests on chosen items.",
    scope: (n: string, total: string) =>
      n === total ? `From all ${n} answers.` : `From ${n} of ${total} answers.`,
    tables: {
      time: "Agreement over time",
      measures: "Every coefficient",
      classes: "By class, against all others",
      slices: "By slice",
      pairs: "By pair of people",
    },
    from: "From",
    items: "Items",
    coefficient: "Coefficient",
    value: "Value",
    klass: "Class",
    slice: "Slice",
    pair: "Two people",
    same: "Same answer",
    answers: "Answers",
  },
  groups: {
    title: (n: string, by: string) => `How far people agree within ${n} groups by ${by}`,
    none: (by: string, least: string) =>
      `Agreement by ${by} is undefined: no group has ${least} people who consented and answered`,
    sub: "Groups are what people said of themselves, with consent; no figure is of a person.",
    hidden: (n: string, least: string) => `${n} smaller than ${least} people are not shown.`,
    within: "Within groups",
    between: "Between groups",
    group: "Group",
    people: "People",
    two: "Two groups",
    beyond: "Beyond chance",
  },
  annotators: {
    noGold: "Nobody has answered an item whose answer is known, so no accuracy is shown.",
    title: (n: string) => `What the answers of ${n} annotators are worth`,
    one: "What the answers of the one annotator are worth",
    groups: "What the answers of each workforce are worth",
    none: "Nobody has answered yet",
    sub: "In the order of their names: this is no ranking. On known items it is accuracy; with others it is agreement, adjusted for the difficulty of what each was given. The thin line is the mean.",
    name: "Name",
    answers: "Answers",
    gold: "Right on known items",
    agreement: "Agreement with others",
    seconds: "Median time",
    region: "Annotators",
  },
  confusions: {
    most: (given: string, share: string, true_: string) =>
      `${true_} is called ${given} in ${share} of cases`,
    none: "No class is given for another",
    empty: "Confusions are undefined so far",
    sub: {
      known: "Row: the known truth. Column: the answer given. Each row adds up to 100%.",
      consensus: "Row: the consensus. Column: the answer given. Each row adds up to 100%.",
    },
    views: {
      known: "Known truth",
      random_sample: "Consensus, random sample",
      chosen_items: "Consensus, chosen items",
    },
    view: "Held against",
    label: (n: string) => `Confusions of ${n} answers, in percent of each row`,
    table: "Confusions",
    true_: "Truth",
    given: "Given",
    share: "Share",
    words: "In words",
    says: (who: string, given: string, true_: string, share: string, range: string, n: string) =>
      `**${who}** says **${given}** for **${true_}** in ${share} (${range}) of ${n}`,
    byConsensus: " (by the consensus)",
    noHabits: "Nobody gives one class for another as a habit that can be told.",
  },
  confidence: {
    stop: "The stop score is no probability yet",
    stopSub: (checked: string, needed: string) =>
      `${checked} of ${needed} checked items (gold and reviewed) that calibration needs. Until then the score only says when to stop asking.`,
    keeps: "The confidence keeps its promise",
    tooSure: (points: string) => `The confidence promises ${points} points more than it keeps`,
    tooShy: (points: string) => `The confidence keeps ${points} points more than it promises`,
    unknown: "How often the confidence is right cannot be told yet",
    share: "There is no single truth here: shares of the answers are shown, no confidence",
    sub: (n: string, error: string, floor: string) =>
      `On ${n} checked items: mean distance of promise and truth ${error} points; chance alone gives ${floor}.`,
    label: (rows: string) => `What the score promised and how often it was right: ${rows}`,
    row: (stated: string, right: string, n: string) => `${stated} promised, ${right} right of ${n}`,
    table: "Promise and truth",
    score: "Score",
    promised: "Promised",
    right: "Right",
    kinds: byCode({ stop_score: "stop score", calibrated: "calibrated" }),
  },
  guideline: {
    unclear: (first: string, second: string) =>
      `The guideline leaves ${first} or ${second} open: good annotators differ`,
    none: "No two classes are confused by good annotators",
    sub: (n: string, why: string) => `By ${n} annotators who are good otherwise: ${why}.`,
    subNobody: (why: string) => `What makes a good annotator here: ${why}.`,
    pair: (first: string, second: string) => `${first} or ${second}`,
    split: (n: string, share: string, expected: string) =>
      `${n} items got both, ${share} of those with either; ${expected} by chance.`,
    changes: (now: string, ruled: string, merged: string, split: string) =>
      `α is ${now}; at best ${ruled} under a clearer rule, ${merged} as one class, ${split} with a class between.`,
    examples: "Items that a rule must decide",
    item: "Item",
    said: (name: string) => `said ${name}`,
  },
  evidence: {
    groupsOnly: "This project shows figures of workforces only: nothing is said of anybody",
    none: "No annotator’s answers stand out",
    noneSub: "Looked for: answers apart from the items, shared errors, drift, missed known items.",
    some: (n: number) =>
      n === 1
        ? "The answers of one annotator deserve a look"
        : `The answers of ${n} annotators deserve a look`,
    sub: "Evidence, no verdict: nothing here pauses or rejects anybody. A person decides.",
    title: (who: string, what: string) => `${who}: ${what}`,
    kinds: {
      constant: "nearly always one class",
      pattern: "a fixed order of classes",
      unrelated: "answers apart from the items",
      same_errors: "errors shared with another",
      errors_like_model: "errors like a model’s",
      drift: "agrees less than before",
      gold_missed: "known items missed",
    },
    chance: (p: string) => `By chance: p ${p}.`,
    next: "Next:",
    actions: {
      constant: "Look at ten of their answers; then ask whether the question was understood.",
      pattern: "Look at ten of their answers in the order they came; then talk to them.",
      unrelated: "Look at ten of their answers; offer the training tasks again.",
      same_errors: "Look at the items on which both err alike; ask whether they share a source.",
      errors_like_model: "Look at the items; ask whether an assistant is used, and whether it may.",
      drift: "Ask what changed: the guideline, the items, the hours; give known items.",
      gold_missed: "Show what was missed, with the reasons; offer the training tasks.",
    },
    told: {
      constant: ({ n, share }: Told) => `One class in ${share} of ${n} answers.`,
      pattern: ({ n, share }: Told) => `A fixed order in ${share} of ${n} answers.`,
      unrelated: ({ n }: Told) => `${n} answers go with the others’ as chance has it.`,
      same_errors: ({ n, share, expected, other }: Told) =>
        `Erred as ${other} did on ${share} of ${n} items; ${expected} would be usual.`,
      errors_like_model: ({ n, share, expected, other }: Told) =>
        `Erred as ${other} did on ${share} of ${n} items; ${expected} would be usual.`,
      drift: ({ share, expected, since }: Told) =>
        `Agreement ${share} since ${since}, ${expected} before.`,
      gold_missed: ({ n, share, expected }: Told) =>
        `${share} of ${n} known items right; ${expected} is usual.`,
    },
  },
  hard: {
    title: (n: string, all: string) => `People differ on ${n} of ${all} items`,
    empty: "Which items are hard is undefined so far: none was answered by two people",
    unanimous: (share: string, range: string, n: string) =>
      `On the random sample all say the same of ${share} (${range}) of ${n} items.`,
    table: "Items on which people differ most",
    item: "Item",
    said: "Said",
    believed: "Believed",
    difficulty: "Pairs that differ",
  },
  likely: {
    title: (n: string, all: string) => `${n} of ${all} accepted labels are likely wrong`,
    none: (all: string) => `None of ${all} accepted labels looks wrong`,
    empty: "Likely errors cannot be named yet",
    sub: "A model that never saw the answer, and the items most like it, both prefer another class. A review decides.",
    table: "Accepted labels that are likely wrong",
    item: "Item",
    label: "Accepted as",
    suggested: "Rather",
    doubt: "Doubt",
    state: "Review",
    inReview: "in review",
    waits: "not yet",
    send: (n: string) => `Send the ${n} most doubtful to review`,
    sent: (n: string) => `${n} items are now open for review.`,
    passedOver: (n: string) =>
      `${n} were passed over: in review, reviewed, changed, or there was no room.`,
  },
  report: "Report in one file",
};

/** The numbers of a finding, as they are written. */
export interface Told {
  n: string;
  share: string;
  expected: string;
  other: string;
  since: string;
}
