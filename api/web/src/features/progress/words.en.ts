import { byCode } from "../../components/language";

/** Words with **strong** parts are drawn by Rich. */
export const en = {
  live: (n: number) =>
    n === 0
      ? "Live · nobody is labelling"
      : n === 1
        ? "Live · 1 person labelling"
        : `Live · ${n} people labelling`,
  stale: "No connection: these figures may be old",
  about: (classes: string, items: string, day: string) =>
    `${classes} classes · ${items} items · since ${day}`,
  seat: "Take a seat: label the next one",
  settings: "Target and learning…",
  notForYou: "These figures are not for you to see",
  failed: "The figures did not come",
  toProjects: "Your projects",
  interval: (low: string, high: string) => `${low} – ${high}`,
  strategies: byCode({
    random: "random choice",
    auto: "active learning",
    margin: "active learning (margin)",
    entropy: "active learning (entropy)",
    least_confidence: "active learning (least confidence)",
    committee: "active learning (committee)",
    cluster_margin: "active learning (cluster margin)",
    typiclust: "active learning (TypiClust)",
  }),
  kinds: byCode({ in_house: "in-house", crowd: "crowd", vendor: "vendor", model: "model" }),
  where: {
    title: "Where are we?",
    withModel: (accuracy: string) => `The live model gets **${accuracy}** of a random test right`,
    noModel: "No model is live yet",
    rest: (share: string, spent: string | null) =>
      spent === null
        ? `; **${share}** of the items have an accepted label.`
        : `; **${share}** of the items have an accepted label, and **${spent}** of the budget is spent.`,
    accuracy: (n: number) => `Accuracy, live v${n}`,
    noAccuracy: "Accuracy",
    undefinedYet: "undefined",
    noAccuracyWhy: "no model is live yet",
    notTested: "the live model has no test figures",
    noTruth: "there is no single truth; the models below say how near they are to the answers",
    withoutAccuracy: "A model is live",
    testItems: (range: string, n: string) => `${range}, ${n} test items`,
    accepted: "Accepted labels",
    ofItems: (n: string) => `of ${n} items`,
    answers: "Answers",
    perItem: (n: string) => `${n} per answered item`,
    noAnswers: "none yet",
    spent: "Spent",
    ofCap: (cap: string) => `of ${cap}`,
    noCap: "no limit set",
    poolFinding: (share: string, total: string) => `${share} of the ${total} items have an answer`,
    poolEmpty: "There are no items yet",
    poolEmptyNext: (slug: string) =>
      `Bring some: labelloop import ${slug} FILE, or POST /v1/projects/${slug}/items.`,
    states: {
      accepted: "Accepted",
      pending: "Pending",
      disputed: "Disputed",
      set_aside: "Set aside",
      unlabelled: "Unlabelled",
    },
    queueFinding: (open: string, leased: string) => `${open} tasks are open, ${leased} are in hand`,
    queueEmpty: "The queue is empty",
    round: (n: string, strategy: string, seconds: string, when: string) =>
      `Round ${n} chose by ${strategy} in ${seconds}, ${when}.`,
    noRound: "No round of selection has run yet: items come in random order until then.",
    fallback: (why: string) => `It fell back: ${why}`,
  },
  cost: {
    title: "What will the target cost, and when?",
    noForecast:
      "**Undefined:** no target is set for this project, so there is nothing to forecast. What money has bought so far stands here.",
    setTarget: "Set a target…",
    asking: "Working out what it will take…",
    random: "Compare with random choice",
    replaying: "Training on the labels of random items, a minute at most…",
    noRandom: (reason: string) => `Random choice: ${reason}.`,
    left: (left: string, reserved: string) =>
      `**${left}** of the budget is free; ${reserved} is reserved for work in hand.`,
    moneyTitle: "Where the money went",
    workforce: "Workforce",
    answers: "Answers",
    each: "Each",
    spent: "Spent",
    total: "Total",
    noMoney: "Nobody has been paid yet.",
    barSpent: (x: string) => `Spent ${x}`,
    barReserved: (x: string) => `Reserved ${x}`,
    barFree: (x: string) => `Free ${x}`,
  },
  forecast: {
    today: "today",
    todayStop: "today: a rule says stop",
    budgetEnd: "the budget ends",
    band: (share: string) => `forecast, ${share} range`,
    target: (share: string) => `target ${share}`,
    undefinedBecause: (why: string) =>
      `**Undefined:** what the target will cost cannot be told yet, because ${why}.`,
    reached: (target: string) =>
      `The target of **${target}** may be reached already: the forecast allows for it.`,
    reachedOrNever: (target: string) =>
      `The target of **${target}** may be reached already, or never with this pool and model: the forecast allows for both`,
    upToTarget: (money: string, answers: string, target: string) =>
      `At most **${money}** and ${answers} more answers to reach **${target}**; it may be reached already`,
    toTarget: (money: string, answers: string, target: string) =>
      `**${money}** and ${answers} more answers to reach **${target}**`,
    openEnd: (money: string, answers: string, target: string) =>
      `At least **${money}** and ${answers} more answers to reach **${target}**; it is open whether this pool and model ever do`,
    days: (days: string) => `, ${days} more days at the pace so far`,
    atLeastDays: (days: string) => `, at least ${days} more days at the pace so far`,
    chance: (share: string) => ` (the range holds with ${share} confidence).`,
    enough: "What is free of the budget is enough for it.",
    tooLittle: "What is free of the budget is **not** enough for it.",
    maybe: "What is free of the budget lies within this range: it **may not** be enough.",
    next: (n: string, range: string) => `The next ${n} answers would add ${range}.`,
    points: (low: string, high: string) => `${low} to ${high} points`,
    upTo: (low: string) => `${low} points or more`,
    rulesStop: "It is time to stop, says at least one rule",
    rulesGo: "No rule says stop",
    rulesUnknown: "The rules cannot tell yet whether to stop",
    rulesSub: "The rules advise; nothing stops by itself, and you can overrule each.",
    rule: "Rule",
    says: "Says",
    why: "Why",
    rules: byCode({
      target: "Target reached",
      plateau: "More answers would add too little",
      stabilised: "Predictions have settled",
      budget: "Budget spent",
    }),
    stop: "stop",
    goOn: "go on",
    cannotTell: "cannot tell",
    overruled: (when: string, why: string) => `Overruled on ${when}: ${why}`,
    until: (n: string) => `It holds until there are ${n} answers.`,
    overrule: "Go on anyway…",
    overruleTitle: (rule: string) => `Go on although “${rule}” says stop`,
    overruleWhy: "Why? It is kept in the record.",
    overruleUntil: "Until how many answers? Empty: for good.",
    goAhead: "Go on",
    tableAhead: "Forecast",
    reason: (text: string) => text,
  },
  curve: {
    none: "No model has been tested yet: the curve begins with the first one",
    noneSub: "A model is trained and tested once enough labels are accepted.",
    one: (accuracy: string, spent: string) => `The first tested model: ${accuracy} after ${spent}`,
    grown: (from: string, to: string, spent: string) => `From ${from} to ${to} right, for ${spent}`,
    ahead: (points: string) => `For the same money, ${points} points ahead of random choice`,
    behind: (points: string) => `For the same money, ${points} points behind random choice`,
    undecided: "For the same money, no difference to random choice can be told yet",
    sub: (spent: string, ours: string, theirs: string, points: string) =>
      `At ${spent}: ${ours} against ${theirs}, a difference of ${points} points, with 95% intervals.`,
    subAlone: "Accuracy on the labelled random test sample, with its 95% interval.",
    xMoney: "money spent",
    xAnswers: "answers",
    table: "Accuracy on the random test sample",
    answers: "Answers",
    spent: "Spent",
    accuracy: "Accuracy",
    range: "95%",
    tested: "Test items",
    run: "Run",
  },
  holds: {
    title: "What holds us back?",
    nothing: "Nothing that these figures can show.",
    answer: (n: number) =>
      n === 1
        ? "**One thing** stands in the way."
        : `**${n} things** stand in the way, gravest first.`,
    budget_spent: "The budget is spent",
    budget_spentWhy: "No new work is offered until the owner raises it.",
    queue_empty: "The queue is empty",
    queue_emptyWhy: "Items are left, but no task is open for them.",
    no_model: "No model is live",
    no_modelWhy: "The first one is trained when enough labels are accepted, and must pass a gate.",
    inconclusive: (n: number) => `The gate cannot decide about v${n}`,
    inconclusiveWhy: (needs: string | null) =>
      needs === null
        ? "Too few labelled test items."
        : `It needs ${needs} labelled test items to settle it.`,
    disputed: (n: string) => `${n} items are disputed`,
    disputedWhy: (slug: string) =>
      `People disagree on them; a review settles each: labelloop review next ${slug}.`,
    agreement_low: "People agree too little",
    agreement_lowWhy: (high: string) =>
      `Even the upper end of alpha, ${high}, lies below .667. Usually the guideline is unclear.`,
    weak_annotator: (name: string) => `${name} agrees less than the others`,
    weak_annotatorWhy: (high: string, mean: string) =>
      `At most ${high} with the consensus; the mean is ${mean}.`,
    alerts: byCode({
      gold_out: "Gold has run out for some",
      gold_low: "Gold is low",
      gold_proposed: "Proposed gold waits for a look",
      gold_quarantined: "Gold is in doubt",
      gold_many_paused: "Many are paused for gold",
      gold_rests: "No gold is served",
      training_low: "Training items are few",
      test_low: "The test before real work has too few questions",
    }),
    alertWhy: (text: string) => text,
  },
  quality: {
    title: "How good are the answers, and whose?",
    alpha: (name: string, value: string, low: string, high: string) =>
      `Agreement ${name} = **${value}** (${low} – ${high}).`,
    alphaNoRange: (name: string, value: string) =>
      `Agreement ${name} = **${value}**, without an interval yet.`,
    undefinedBecause: (name: string, why: string) =>
      `Agreement ${name} is **undefined**, because ${why}`,
    noReason: "no item has two answers yet.",
    reasons: byCode({}),
    basis: {
      random_sample: (n: string) => `On ${n} items of the random sample.`,
      chosen_items: (n: string) => `On ${n} chosen items, not a random sample.`,
    },
  },
  models: {
    title: "Which model is live, and why?",
    none: "No model is live yet.",
    live: (n: number, since: string, actor: string) => `**v${n}**, since ${since}, by ${actor}.`,
    history: "Model history",
    historyNone: "No model has been trained yet.",
    version: "Version",
    state: "State",
    trained: "Trained",
    trainer: "Trainer",
    accuracy: "Accuracy",
    range: "95%",
    gate: "Gate",
    why: "Why",
    isLive: "live",
    wasLive: "was live",
    neverLive: "not deployed",
    undefinedAccuracy: "undefined: not tested",
    nearness: (brier: string, range: string, n: string) =>
      `no accuracy, as there is no single truth: ${brier} (${range}) from the answers of ${n} test items, half Brier; smaller is better`,
    verdicts: {
      pass: "pass",
      fail: "fail",
      inconclusive: "inconclusive",
      none: "not gated",
    },
    needs: (n: string) => `needs ${n} test items`,
  },
};
