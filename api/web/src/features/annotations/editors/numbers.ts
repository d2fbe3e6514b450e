import type { Question } from "../../../client/types";

export type Complaint = "unreadable" | "too_small" | "too_large" | "off_step";

type Bounds = Pick<Question, "minimum" | "maximum" | "step">;

/** A number as people type it: with a point or a comma, full-width digits of an input method too. */
export function readNumber(text: string): number | null {
  const plain = text.normalize("NFKC").trim().replace(",", ".");
  if (!/^[-+]?(\d+\.?\d*|\.\d+)$/.test(plain)) return null;
  const number = Number(plain);
  return Number.isFinite(number) ? number : null;
}

/** What keeps a number from being an answer, or nothing. */
export function complaint(bounds: Bounds, number: number | null): Complaint | null {
  if (number === null) return "unreadable";
  const { minimum, maximum, step } = bounds;
  if (minimum !== null && number < minimum) return "too_small";
  if (maximum !== null && number > maximum) return "too_large";
  if (step !== null && !isWhole((number - (minimum ?? 0)) / step)) return "off_step";
  return null;
}

const isWhole = (steps: number): boolean =>
  Math.abs(steps - Math.round(steps)) <= 1e-6 * Math.max(Math.abs(steps), 1);

/** One step up or down, within the bounds. */
export function stepped({ minimum, maximum, step }: Bounds, from: number | null, by: 1 | -1) {
  const next = from === null ? (minimum ?? 0) : from + by * (step ?? 1);
  const within = Math.min(maximum ?? Infinity, Math.max(minimum ?? -Infinity, next));
  return Number(within.toPrecision(12));
}
