import type { Advice, AutolabelRun, Forecast, LikelyErrors } from "../../client/types";
import { aCurvePoint } from "../factories";
import { DAY } from "./days";

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
  baseline: { curve: [], reason: "unknown", source: null },
  ...over,
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
  routes: [{ item_id: 19, workforce: "in-house", why: "its answers are surer here" }],
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
