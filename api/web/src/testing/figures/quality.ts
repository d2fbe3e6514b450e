import type {
  AgreementFigures,
  AnnotatorFigures,
  Confidence,
  ConfusionFigures,
  EvidenceFigures,
  GuidelineFigures,
  HardItems,
  Measure,
} from "../../client/types";
import { DAY } from "./days";

const SCOPE = {
  question: "label",
  n_answers: 94,
  n_total: 94,
  n_items: 40,
  n_people: 3,
  n_classes: 2,
  newest_at: 3 * DAY,
  words: "all 94 answers",
};

export const aMeasure = (over: Partial<Measure> = {}): Measure => ({
  coefficient: "krippendorff_alpha",
  value: 0.78,
  low: 0.75,
  high: 0.81,
  n_items: 40,
  reason: null,
  basis: "random_sample",
  ...over,
});

export const anUndefined = (reason: string): Partial<Measure> => ({
  value: null,
  low: null,
  high: null,
  n_items: 0,
  reason,
});

const period = (day: number, measure: Measure) => ({
  start: day * DAY,
  end: (day + 1) * DAY,
  n_answers: 20,
  measure,
});

export const someAgreement = (): AgreementFigures => ({
  scope: SCOPE,
  headline: aMeasure(),
  measures: [aMeasure(), aMeasure({ coefficient: "gwet_ac1", value: 0.81 })],
  classes: [{ key: "billing", n_answers: 50, measure: aMeasure() }],
  slices: [],
  pairs: [
    { first: "c-1", second: "c-2", n_shared: 10, n_same: 8, measure: aMeasure({ value: 0.6 }) },
  ],
  n_pairs: 1,
  why_empty: { slices: "no answered item has an attribute to slice by" },
  period: "day",
  periods: [
    period(1, aMeasure({ value: 0.6, low: 0.55, high: 0.65 })),
    period(2, aMeasure(anUndefined("one person so far"))),
    period(3, aMeasure()),
    period(3, aMeasure({ value: 0.5, low: 0.4, high: 0.6, basis: "chosen_items" })),
  ],
});

const share = (value: number, half: number, n: number) => ({
  value,
  low: value - half,
  high: Math.min(1, value + half),
  n,
  reason: null,
  basis: "chosen_items" as const,
});

const unknown = (reason: string) => ({
  value: null,
  low: null,
  high: null,
  n: 0,
  reason,
});

export const someAnnotators = (): AnnotatorFigures => ({
  scope: SCOPE,
  by: "person",
  seconds: 3.2,
  annotators: [
    {
      name: "c-1",
      workforce: "crowd",
      kind: "crowd",
      n_answers: 50,
      gold: share(0.95, 0.03, 40),
      reviewed: share(0.9, 0.05, 10),
      agreement: { ...share(0.9, 0.04, 45), plain: 0.88, expected: 0.86 },
      confusions: [],
      seconds: 3.1,
      n_timed: 50,
    },
    {
      name: "c-2",
      workforce: "crowd",
      kind: "crowd",
      n_answers: 44,
      gold: { ...unknown("no known item was answered"), basis: "chosen_items" },
      reviewed: { ...unknown("no known item was answered"), basis: "chosen_items" },
      agreement: { ...share(0.6, 0.1, 40), plain: 0.6, expected: 0.85 },
      confusions: [
        {
          true: "billing",
          given: "other",
          n: 9,
          n_true: 29,
          share: 0.31,
          low: 0.17,
          high: 0.49,
          against: "consensus",
          words: "says other for billing in 31% of 29 billing",
        },
      ],
      seconds: null,
      n_timed: 0,
    },
  ],
});

export const someConfusions = (): ConfusionFigures => ({
  scope: SCOPE,
  maps: [
    {
      against: "known",
      basis: "chosen_items",
      classes: [],
      n_classes: 2,
      n_answers: 0,
      cells: [],
      words: "Nothing to compare yet",
      reason: "no answer to an item whose truth is known from gold or a review",
    },
    {
      against: "consensus",
      basis: "random_sample",
      classes: ["billing", "other"],
      n_classes: 2,
      n_answers: 60,
      cells: [
        { true: "billing", given: "billing", n: 20, share: 0.69 },
        { true: "billing", given: "other", n: 9, share: 0.31 },
        { true: "other", given: "other", n: 31, share: 1 },
      ],
      words: "Most often billing is called other: 9 times, 31% of it",
      reason: null,
    },
    {
      against: "consensus",
      basis: "chosen_items",
      classes: ["billing", "other"],
      n_classes: 2,
      n_answers: 34,
      cells: [
        { true: "billing", given: "billing", n: 17, share: 1 },
        { true: "other", given: "other", n: 17, share: 1 },
      ],
      words: "No class is given for another",
      reason: null,
    },
  ],
});

export const aStopScore = (over: Partial<Confidence> = {}): Confidence => ({
  kind: "stop_score",
  reason: "12 of 50 checked items",
  basis: "gold and reviewed items",
  n_checked: 12,
  n_gold: 8,
  n_reviewed: 4,
  needed: 50,
  missing: 38,
  version: 1,
  fit_n: 1,
  calibrated_at: null,
  method: null,
  slope: 1,
  intercept: 0,
  stop_score: [{ n: 12, promised: 0.99, right: 0.83, low: 0.55, high: 0.95 }],
  calibrated: [],
  error: null,
  floor: null,
  ...over,
});

export const someGuideline = (): GuidelineFigures => ({
  scope: SCOPE,
  trusted: ["c-1", "c-3"],
  trusted_by: "at least 80% of 10 known items or more right",
  agreement: aMeasure(),
  pairs: [
    {
      first: "billing",
      second: "other",
      n_split: 39,
      share: 0.41,
      expected: 0.05,
      examples: [{ item: "ticket-7", n_first: 2, n_second: 2 }],
      merged: aMeasure({ value: 0.9 }),
      ruled: aMeasure({ value: 0.84 }),
      split: aMeasure({ value: 0.82 }),
      words: "39 items got both, 41% of those with either",
    },
  ],
  n_pairs: 1,
  words: "billing and other need a rule",
});

export const someEvidence = (): EvidenceFigures => ({
  scope: SCOPE,
  findings: [
    {
      annotator: "c-2",
      kind: "gold_missed",
      words: "got 6 of 20 known items right; 90% is usual; takes 0.3 s where 3.2 s is usual",
      action: "Show what was missed, with the reasons; offer the training tasks.",
      n: 20,
      share: 0.3,
      expected: 0.9,
      p_value: 0.000_01,
      other: null,
      since: null,
    },
  ],
  words: "1 of 3 annotators deserve a look",
});

export const someHardItems = (): HardItems => ({
  scope: SCOPE,
  unanimous: share(0.8, 0.1, 30),
  usual: 0.1,
  n_compared: 40,
  n_differing: 6,
  hardest: [
    {
      item: "ticket-7",
      difficulty: 0.66,
      n_answers: 4,
      answers: [
        { key: "billing", n: 2 },
        { key: "other", n: 2 },
      ],
      believed: "billing",
      is_accepted: false,
      confidence: 0.5,
    },
  ],
  words: "People differ on 6 of 40 items",
});
