import type { AgreementFigures, Measure } from "../../../client/types";
import { type Format, useFormat } from "../../../components/format";
import { useWords } from "../../../components/language";
import type { NameOf } from "../classNames";
import { type CoefficientNames, useCoefficients } from "../coefficients";
import { Figure } from "../figures/Figure";
import { type Moment, TimePlot } from "../figures/TimePlot";
import { DataTable } from "../Plot";
import { told, withoutName } from "./told";
import { words } from "./words";

type Words = (typeof words)["en"];

interface AgreementProps {
  figures: AgreementFigures;
  nameOf: NameOf;
}

/** Agreement over time, and behind it every other way of looking at it. */
export function AgreementFigure({ figures, nameOf }: AgreementProps) {
  const w = useWords(words);
  const format = useFormat();
  const of = (basis: Measure["basis"]) =>
    figures.periods.filter((one) => one.measure.basis === basis);
  const [random, chosen] = [of("random_sample"), of("chosen_items")];
  const { scope, headline } = figures;
  const names = useCoefficients();
  const name = names.short(headline.coefficient);
  const title = findingOf(random.map(momentOf), name, w.agreement, format);
  const isDrawn = [...random, ...chosen].some((one) => one.measure.value !== null);
  const sub = [
    w.agreement.sub(
      names.full(headline.coefficient),
      headline.value === null ? w.because(w.reason(headline.reason ?? "")) : "",
    ),
    chosen.length > 0 && isDrawn ? w.agreement.chosenLine : "",
    w.agreement.scope(format.n(scope.n_answers), format.n(scope.n_total)),
  ];
  return (
    <Figure title={title} sub={sub.filter(Boolean).join(" ")}>
      {isDrawn && (
        <TimePlot
          label={title}
          series={[
            { name: "chosen", moments: chosen.map(momentOf), base: true },
            { name: "random", moments: random.map(momentOf) },
          ]}
        />
      )}
      <DataTable
        caption={w.agreement.tables.time}
        head={[w.agreement.from, w.basis, name, w.range, w.agreement.items]}
        words={[1]}
        rows={[...random, ...chosen].map((one) => [
          format.day(one.start),
          ...withoutName(told(one.measure, names, w, format)),
        ])}
      />
      <Tables {...{ figures, nameOf, names, w, format }} />
    </Figure>
  );
}

const momentOf = (one: AgreementFigures["periods"][number]): Moment => ({
  at: one.start,
  ...one.measure,
});

/** Whether agreement rose, fell or held: only intervals that stand apart tell a change. */
export function findingOf(
  moments: Moment[],
  name: string,
  w: Words["agreement"],
  format: Format,
): string {
  const known = moments.filter((moment) => moment.value !== null);
  const [first, last] = [known[0], known.at(-1)];
  if (first?.value == null || last?.value == null) return w.undefined;
  const [from, to] = [format.coefficient(first.value), format.coefficient(last.value)];
  if (known.length === 1) return w.once(name, to);
  if (apart(first, last)) return w.rose(name, from, to);
  return apart(last, first) ? w.fell(name, from, to) : w.steady(name, to);
}

const apart = (lower: Moment, upper: Moment): boolean =>
  lower.high !== null && upper.low !== null && lower.high < upper.low;

interface TablesProps extends AgreementProps {
  names: CoefficientNames;
  w: Words;
  format: Format;
}

function Tables({ figures, nameOf, names, w, format }: TablesProps) {
  const { tables, ...a } = w.agreement;
  const after = [w.basis, names.short(figures.headline.coefficient), w.range, a.items];
  const ofPairs = names.full(figures.pairs[0]?.measure.coefficient ?? "cohen_kappa");
  const cells = (measure: Measure) => withoutName(told(measure, names, w, format));
  return (
    <>
      <DataTable
        caption={tables.measures}
        summary={tables.measures}
        head={[a.coefficient, w.basis, a.value, w.range, a.items]}
        words={[1]}
        rows={figures.measures.map((measure) => told(measure, names, w, format))}
      />
      <DataTable
        caption={tables.classes}
        summary={tables.classes}
        head={[a.klass, ...after]}
        words={[1]}
        rows={figures.classes.map((one) => [nameOf(one.key), ...cells(one.measure)])}
      />
      <DataTable
        caption={tables.slices}
        summary={tables.slices}
        head={[a.slice, ...after]}
        words={[1]}
        rows={figures.slices.map((one) => [
          `${one.attribute} = ${one.value}`,
          ...cells(one.measure),
        ])}
      />
      <DataTable
        caption={tables.pairs}
        summary={tables.pairs}
        head={[a.pair, w.basis, ofPairs, w.range, a.items, a.same]}
        words={[1]}
        rows={figures.pairs.map((one) => [
          `${one.first} · ${one.second}`,
          ...cells(one.measure),
          format.percent(one.n_shared ? one.n_same / one.n_shared : 0, 0),
        ])}
      />
      {(["classes", "slices", "pairs"] as const).map((part) => {
        const why = figures.why_empty[part];
        return (
          why && (
            <p key={part} className="cap">
              {tables[part]}: {w.because(w.reason(why))}
            </p>
          )
        );
      })}
    </>
  );
}
