import type { Measure } from "../../../client/types";
import type { Format } from "../../../components/format";
import type { CoefficientNames } from "../coefficients";
import type { words } from "./words";

type Words = (typeof words)["en"];

/** A measure as cells: what it rests on, its value, its interval, its items. */
export function told(
  measure: Measure,
  names: CoefficientNames,
  w: Words,
  format: Format,
): string[] {
  const { value, low, high, reason, basis, n_items } = measure;
  return [
    names.full(measure.coefficient),
    w.bases[basis],
    value === null ? w.because(w.reason(reason ?? "")) : format.coefficient(value),
    low === null || high === null
      ? "–"
      : `${format.coefficient(low)} – ${format.coefficient(high)}`,
    format.n(n_items),
  ];
}

/** The same cells where the table says elsewhere which coefficient it is. */
export const withoutName = ([, ...rest]: string[]): string[] => rest;
