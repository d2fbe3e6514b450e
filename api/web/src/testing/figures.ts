import type {
  Advice,
  AgreementFigures,
  AnnotatorFigures,
  AutolabelRun,
  Confidence,
  ConfusionFigures,
  EvidenceFigures,
  Forecast,
  GuidelineFigures,
  HardItems,
  LikelyErrors,
  Measure,
} from "../client/types";
import { Problem } from "../client/http";
import { aCurvePoint } from "./factories";

export const DAY = 86_400_000_000;

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

export const aForecast = (over: Partial<Forecast> = {}): Forecast => ({
  basis: "random_sample",
  confidence: 0.9,
  curve: [aCurvePoint(40, 0.7, 0.04), aCurvePoint(94, 0.95, 0.02)],
  reason: null,
  ahead: [
    { answers: 94, low: 0.93, high: 0.96 },
    { answers: 200, low: 0.94, high: 0.98 },
    { answers: 376, low: 0.945, high: 0.99 },
  ],
  to_target: {
    target: 0.97,
    answers: { low: 60, high: 210, reason: null },
    money_micros: { low: 3_000_000, high: 10_500_000, reason: null },
    days: { low: 2.2, high: 7.8, reason: null },
  },
  batch: 20,
  next_batch: { low: 0.001, high: 0.012, reason: null },
  as_many_again: { low: 0.004, high: 0.03, reason: null },
  stop: true,
  rules: [
    {
      rule: "target",
      fires: false,
      reason: "0.950 on 360 test items, at least 0.930; the target is 0.97",
      overruled: null,
    },
    {
      rule: "plateau",
      fires: true,
      reason: "94 more answers would add 0.004 to 0.030; worth it from 0.05",
      overruled: null,
    },
    {
      rule: "stabilised",
      fires: null,
      reason: "predictions of successive selectors were compared 1 of 3 times",
      overruled: null,
    },
  ],
  baseline: { curve: [], reason: "unknown" },
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

export const someAdvice = (over: Partial<Advice> = {}): Advice => ({
  mode: "advise",
  round: 3,
  at: 3 * DAY,
  summary: "asking again about 4 of 20 would save about 22 %",
  reason: null,
  n: 20,
  acted: false,
  saving: { value: 0.22, low: 0.1, high: 0.31, reason: null },
  saved_micros: 2_200_000,
  options: [
    {
      action: "relabel",
      workforce: "crowd",
      n: 4,
      gain: 0.4,
      cost_micros: 50_000,
      per_unit: 8,
      why: "the model contradicts 4",
    },
    {
      action: "new",
      workforce: "crowd",
      n: 53,
      gain: 0.2,
      cost_micros: 50_000,
      per_unit: 4,
      why: "an item nobody was asked about",
    },
    {
      action: "accept",
      workforce: null,
      n: 30,
      gain: 0,
      cost_micros: 0,
      per_unit: null,
      why: "nothing: the model is at least 98% sure of them",
    },
  ],
  relabels: [{ item_id: 17, gain: 0.5, why: "the model says other" }],
  reviews: [{ item_id: 18, gain: 0.4, why: "a verdict is worth its price" }],
  gold: [{ annotator_id: 3, more: true, why: "right on 7 of 10 known questions" }],
  assumptions: {},
  ...over,
});

const price = {
  judgments_low: 400,
  judgments_high: 800,
  micros_low: 8e6,
  micros_high: 16e6,
  reason: null,
};

export const aRun = (over: Partial<AutolabelRun> = {}): AutolabelRun => ({
  n: 2,
  state: "scored",
  created_at: 2 * DAY,
  updated_at: 3 * DAY,
  user_id: 7,
  model_version: 8,
  precision: 0.95,
  delta: 0.05,
  scope: "class",
  audit_items: 400,
  n_pool: 1000,
  error: null,
  preview: {
    test_accuracy: 0.9,
    n_test: 360,
    expected: [
      {
        class: null,
        low: 0.4,
        value: 0.55,
        high: 0.62,
        reason: null,
        n_pool: 1000,
        n_audit: 400,
        n_known: 360,
      },
    ],
    price,
  },
  audit: null,
  running: null,
  certificate: null,
  simulated: false,
  ...over,
});

const threshold = (label: string, value: number | null, reason: string | null) => ({
  class: label,
  threshold: value,
  coverage: value === null ? 0 : 0.5,
  n_checked: 200,
  n_errors: value === null ? 30 : 2,
  reason,
});

export const aCertifiedRun = (over: Partial<AutolabelRun> = {}): AutolabelRun =>
  aRun({
    state: "certified",
    audit: { right: 368, wrong: 32, waiting: 0, gone: 0 },
    certificate: {
      id: 3,
      created_at: 3 * DAY,
      digest: "9f86d081884c7d659a2feaa0c55ad015",
      precision: 0.95,
      delta: 0.05,
      scope: "class",
      thresholds: [
        threshold("billing", 0.94, null),
        threshold(
          "other",
          null,
          "the surest 59 checked predictions hold more errors than 0.95 allows",
        ),
      ],
      n_audited: 400,
      n_errors: 32,
      coverage: 0.5,
      model_version: 8,
      scores_digest: "abc",
      policy_version: 4,
      reason: null,
      accepted: 0,
      verdicts: [],
    },
    ...over,
  });

const doubted = (id: number, inReview: boolean): LikelyErrors["items"][number] => ({
  item_id: id,
  item: `ticket-${id}`,
  label: "billing",
  suggested: "other",
  doubt: 0.9,
  by_model: 0.95,
  by_neighbours: 0.8,
  in_review: inReview,
  words: "accepted as billing; the model says other",
});

export const someLikelyErrors = (): LikelyErrors => ({
  n_looked: 40,
  n_found: 3,
  items: [doubted(1, false), doubted(2, true), doubted(3, false)],
  reason: null,
  words: "3 of 40 accepted answers are likely wrong",
});

const refuse = () => {
  throw new Problem(403, "not-allowed", "Not for you", "Ask the owner.");
};

/** The figures of a project that the reader may not see, or those given. */
export const figureRoutes = (
  told: Record<string, () => unknown> = {},
): Record<string, () => unknown> => ({
  "GET /v1/projects/*/advice": refuse,
  "GET /v1/projects/*/data-request": refuse,
  "GET /v1/projects/*/autolabels": refuse,
  "GET /v1/projects/*/forecast": refuse,
  "GET /v1/projects/*/quality/agreement": refuse,
  "GET /v1/projects/*/quality/annotators": refuse,
  "GET /v1/projects/*/quality/confusions": refuse,
  "GET /v1/projects/*/quality/confidence": refuse,
  "GET /v1/projects/*/quality/evidence": refuse,
  "GET /v1/projects/*/quality/guideline": refuse,
  "GET /v1/projects/*/quality/likely-errors": refuse,
  "GET /v1/projects/*/quality/hard-items": refuse,
  ...told,
});
