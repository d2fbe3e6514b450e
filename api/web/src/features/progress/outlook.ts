import type { Forecast, ForecastRange } from "../../client/types";
import type { Format } from "../../components/format";
import type { words } from "./words";

type Words = (typeof words)["en"]["forecast"];

/** Money, answers and days to the target, always as a range; and what the budget says to it. */
export function costInWords(
  { to_target, confidence }: Forecast,
  free: number | null,
  currency: string,
  w: Words,
  format: Format,
): string {
  if (!to_target) return "";
  const { answers, money_micros: money, days } = to_target;
  const target = format.percent(to_target.target);
  if (answers.low === null || money.low === null)
    return w.undefinedBecause(w.reason(answers.reason ?? money.reason ?? ""));
  if (answers.low <= 0 && answers.high !== null && answers.high <= 0) return w.reached(target);
  const pay = (micros: number) => format.money(Math.round(micros / 1e4) * 1e4, currency);
  const parts = { answers, money, target, pay, format };
  const budget = free === null ? "" : budgetInWords(free, money, w);
  return `${sumInWords(parts, w)}${daysInWords(days, w, format)}${w.chance(format.percent(confidence, 0))} ${budget}`;
}

interface Parts {
  answers: ForecastRange;
  money: ForecastRange;
  target: string;
  pay: (micros: number) => string;
  format: Format;
}

function sumInWords({ answers, money, target, pay, format }: Parts, w: Words): string {
  const [fewest, least] = [answers.low ?? 0, money.low ?? 0];
  const [most, dearest] = [answers.high, money.high];
  if (most === null || dearest === null)
    return fewest <= 0 ? w.reachedOrNever(target) : w.openEnd(pay(least), format.n(fewest), target);
  if (fewest <= 0) return w.upToTarget(pay(dearest), format.n(most), target);
  return w.toTarget(
    between(pay(least), pay(dearest)),
    between(format.n(fewest), format.n(most)),
    target,
  );
}

function daysInWords({ low, high }: ForecastRange, w: Words, format: Format): string {
  if (low === null || (high === null && low < 1)) return "";
  const fewest = format.n(Math.floor(low));
  return high === null ? w.atLeastDays(fewest) : w.days(between(fewest, format.n(Math.ceil(high))));
}

const between = (low: string, high: string): string => (low === high ? low : `${low} – ${high}`);

/** Whether what is free of a budget is enough, as far as a range can say. */
function budgetInWords(free: number, { low, high }: ForecastRange, w: Words): string {
  if (low !== null && free < low) return w.tooLittle;
  return high !== null && free >= high ? w.enough : w.maybe;
}

/** What the next batch would add, as a range; nothing where it cannot be told. */
export function gainInWords(
  { batch, next_batch: gain }: Forecast,
  w: Words,
  format: Format,
): string {
  if (gain.low === null) return "";
  const range =
    gain.high === null
      ? w.upTo(format.points(gain.low))
      : w.points(format.points(gain.low), format.points(gain.high));
  return w.next(format.n(batch), range);
}
