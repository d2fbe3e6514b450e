import type { CurvePoint, Progress } from "../../client/types";

/** A value with its 95 % interval. */
export interface Estimate {
  value: number;
  low: number;
  high: number;
}

export interface Comparison {
  /** The money both had spent, in micro-units. */
  spend: number;
  ours: Estimate;
  theirs: Estimate;
  /** Accuracy of ours minus theirs. */
  ahead: Estimate;
}

/**
 * Both curves at the most money that both have spent; null until each has a point there.
 *
 * The interval of the difference is Newcombe's (1998, method 10, "square and add"), which takes
 * the two as independent: on shared test items it tends to be wider than it needs to be.
 */
export function compareAtSameMoney(ours: CurvePoint[], theirs: CurvePoint[]): Comparison | null {
  const spend = Math.min(ours.at(-1)?.spend_micros ?? 0, theirs.at(-1)?.spend_micros ?? 0);
  const [a, b] = [estimateAt(ours, spend), estimateAt(theirs, spend)];
  if (!a || !b) return null;
  const value = a.value - b.value;
  const low = value - Math.hypot(a.value - a.low, b.high - b.value);
  const high = value + Math.hypot(a.high - a.value, b.value - b.low);
  return { spend, ours: a, theirs: b, ahead: { value, low, high } };
}

/** Straight line between the two points around `spend`; null outside the curve. */
export function estimateAt(curve: CurvePoint[], spend: number): Estimate | null {
  const after = curve.findIndex((point) => point.spend_micros >= spend);
  const right = curve[after];
  if (!right) return null;
  const left = curve[after - 1];
  if (!left && right.spend_micros !== spend) return null;
  const from = left ?? right;
  const width = right.spend_micros - from.spend_micros;
  const t = width === 0 ? 1 : (spend - from.spend_micros) / width;
  const between = (start: number, end: number) => start + t * (end - start);
  return {
    value: between(from.accuracy, right.accuracy),
    low: between(from.low, right.low),
    high: between(from.high, right.high),
  };
}

/** What holds a project back, as far as its figures tell; gravest first. */
export type Hold =
  | { kind: "budget_spent" }
  | { kind: "queue_empty" }
  | { kind: "no_model" }
  | { kind: "inconclusive"; model: number; needs: number | null }
  | { kind: "disputed"; items: number }
  | { kind: "agreement_low"; high: number }
  | { kind: "weak_annotator"; name: string; high: number; mean: number }
  | { kind: "alert"; code: string; text: string };

const TENTATIVE_ALPHA = 0.667; // Krippendorff's bound for even tentative conclusions

export function holdsOf(progress: Progress): Hold[] {
  const { money, queue, items, models, agreement, live } = progress;
  const holds: Hold[] = [];
  const left = items.total - items.accepted;
  if (money.cap_micros !== null && money.spent_micros + money.reserved_micros >= money.cap_micros)
    holds.push({ kind: "budget_spent" });
  else if (queue.open_tasks === 0 && queue.live_leases === 0 && left > 0)
    holds.push({ kind: "queue_empty" });
  if (!live) holds.push({ kind: "no_model" });
  const newest = models.reduce<(typeof models)[number] | null>(
    (best, model) => (best && best.n > model.n ? best : model),
    null,
  );
  if (newest?.verdict === "inconclusive")
    holds.push({ kind: "inconclusive", model: newest.n, needs: newest.needs_n });
  if (items.disputed > 0) holds.push({ kind: "disputed", items: items.disputed });
  if (agreement.high !== null && agreement.high < TENTATIVE_ALPHA)
    holds.push({ kind: "agreement_low", high: agreement.high });
  return [...holds, ...weakAnnotators(progress), ...alertsOf(progress)];
}

/** What is wrong with the known items, as the hub says it. */
const alertsOf = ({ alerts }: Progress): Hold[] =>
  (alerts ?? []).map((alert) => ({ kind: "alert", ...alert }));

const FEW_COMPARED = 20;

/** Those whose whole interval lies below the mean of all answers; a few answers accuse nobody. */
function weakAnnotators({ annotators }: Progress): Hold[] {
  const mean = meanAgreement(annotators);
  if (mean === null) return [];
  return annotators.flatMap((one) =>
    one.agreement && one.agreement.n >= FEW_COMPARED && one.agreement.high < mean
      ? [{ kind: "weak_annotator" as const, name: one.name, high: one.agreement.high, mean }]
      : [],
  );
}

/** Mean agreement over all compared answers; null where nobody can be compared yet. */
export function meanAgreement(annotators: Progress["annotators"]): number | null {
  let n = 0;
  let sum = 0;
  for (const { agreement } of annotators) {
    n += agreement?.n ?? 0;
    sum += (agreement?.n ?? 0) * (agreement?.value ?? 0);
  }
  return n > 0 ? sum / n : null;
}
