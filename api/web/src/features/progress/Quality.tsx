import type { Progress } from "../../client/types";
import { type Format, useFormat } from "../../components/format";
import { useWords } from "../../components/language";
import { SimulatedWord } from "../../components/Notice";
import { meanAgreement } from "./findings";
import { Question } from "./Question";
import { Whisker, whiskerFrom } from "./Whisker";
import { words } from "./words";

/** Agreement between people, and each person's own with its interval. */
export function Quality({ progress }: { progress: Progress }) {
  const w = useWords(words).quality;
  const format = useFormat();
  return (
    <Question title={w.title} answer={alphaInWords(progress.agreement, w, format)}>
      <div>
        <h3>{w.annotators}</h3>
        {progress.annotators.length === 0 ? (
          <p className="sub">{w.nobody}</p>
        ) : (
          <>
            <p className="cap">{w.annotatorsSub}</p>
            <Annotators annotators={progress.annotators} format={format} />
          </>
        )}
      </div>
    </Question>
  );
}

function alphaInWords(
  { value, low, high, reason, basis, n_items }: Progress["agreement"],
  w: (typeof words)["en"]["quality"],
  format: Format,
): string {
  if (value === null) {
    return w.undefinedBecause(reason === null ? w.noReason : (w.reasons[reason] ?? reason));
  }
  const alpha = format.coefficient;
  const told =
    low === null || high === null
      ? w.alphaNoRange(alpha(value))
      : w.alpha(alpha(value), alpha(low), alpha(high));
  return `${told} ${w.basis[basis](format.n(n_items))}`;
}

interface AnnotatorsProps {
  annotators: Progress["annotators"];
  format: Format;
}

function Annotators({ annotators, format }: AnnotatorsProps) {
  const w = useWords(words).quality;
  const from = whiskerFrom(annotators.flatMap((one) => (one.agreement ? [one.agreement.low] : [])));
  const mean = meanAgreement(annotators);
  const sorted = [...annotators].sort(
    (a, b) => (b.agreement?.value ?? -1) - (a.agreement?.value ?? -1),
  );
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={w.annotators}>
      <table className="annotators">
        <thead>
          <tr>
            <th scope="col">{w.name}</th>
            <th scope="col">{w.workforce}</th>
            <th scope="col" className="num">
              {w.answers}
            </th>
            <th scope="col" className="num">
              {w.agreement}
            </th>
            <th scope="col">
              {format.percent(from, 0)} – {format.percent(1, 0)}
            </th>
          </tr>
        </thead>
        <tbody>
          {sorted.map((one) => (
            <Annotator key={one.name} one={one} from={from} mean={mean} format={format} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface AnnotatorProps {
  one: Progress["annotators"][number];
  from: number;
  mean: number | null;
  format: Format;
}

function Annotator({ one, from, mean, format }: AnnotatorProps) {
  const w = useWords(words);
  const agreed = one.agreement;
  const weak = agreed !== null && mean !== null && agreed.high < mean;
  return (
    <tr>
      <th scope="row">
        {one.name} {one.simulated && <SimulatedWord />}
      </th>
      <td>
        {one.workforce} <span className="cap">{w.kinds[one.kind] ?? one.kind}</span>
      </td>
      <td className="num">{format.n(one.answers)}</td>
      {agreed ? (
        <>
          <td className="num">{format.percent(agreed.value)}</td>
          <td>
            <Whisker {...agreed} from={from} mean={mean} tone={weak ? "bad" : "plain"} />
          </td>
        </>
      ) : (
        <td colSpan={2} className="cap">
          {w.quality.undefinedAgreement}
        </td>
      )}
    </tr>
  );
}
