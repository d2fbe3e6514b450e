import type { AnnotatorFigures } from "../../../client/types";
import { type Format, useFormat } from "../../../components/format";
import { useWords } from "../../../components/language";
import { SimulatedWord } from "../../../components/Notice";
import { Figure } from "../figures/Figure";
import { Whisker, whiskerFrom } from "../Whisker";
import { words as page } from "../words";
import { words } from "./words";

type One = AnnotatorFigures["annotators"][number];
type Share = One["gold"] | One["agreement"];

interface AnnotatorTableProps {
  figures: AnnotatorFigures;
  /** Names of those who are programs. */
  simulated: Set<string>;
}

/** What each person's answers are worth, with whiskers, in the order of names. */
export function AnnotatorTable({ figures, simulated }: AnnotatorTableProps) {
  const w = useWords(words).annotators;
  const format = useFormat();
  const { annotators, by } = figures;
  const title =
    by === "workforce"
      ? w.groups
      : annotators.length === 1
        ? w.one
        : w.title(format.n(annotators.length));
  if (annotators.length === 0) return <Figure title={w.none} />;
  // A column in which nothing is defined would only push the others off a phone.
  const hasGold = annotators.some((one) => one.gold.value !== null);
  const lows = annotators.flatMap((one) => [one.gold.low ?? 1, one.agreement.low ?? 1]);
  const from = whiskerFrom(lows);
  const scaleName = `${format.percent(from, 0)} – ${format.percent(1, 0)}`;
  return (
    <Figure title={title} sub={hasGold ? w.sub : `${w.sub} ${w.noGold}`}>
      <div className="scroll" tabIndex={0} role="region" aria-label={w.region}>
        <table className="annotators">
          <thead>
            <tr>
              <th scope="col">{w.name}</th>
              <th scope="col" className="num">
                {w.answers}
              </th>
              {hasGold && (
                <th scope="col" colSpan={2}>
                  {w.gold} <span className="cap block">{scaleName}</span>
                </th>
              )}
              <th scope="col" colSpan={2}>
                {w.agreement} <span className="cap block">{scaleName}</span>
              </th>
              <th scope="col" className="num">
                {w.seconds}
              </th>
            </tr>
          </thead>
          <tbody>
            {annotators.map((one) => (
              <Row
                key={one.name}
                one={one}
                hasGold={hasGold}
                isSimulated={simulated.has(one.name)}
                from={from}
                means={[
                  meanOf(annotators.map((each) => each.gold)),
                  meanOf(annotators.map((each) => each.agreement)),
                ]}
                format={format}
              />
            ))}
          </tbody>
        </table>
      </div>
    </Figure>
  );
}

interface RowProps {
  one: One;
  hasGold: boolean;
  isSimulated: boolean;
  from: number;
  means: [number | null, number | null];
  format: Format;
}

function Row({ one, hasGold, isSimulated, from, means, format }: RowProps) {
  const kinds = useWords(page).kinds;
  const kind = kinds[one.kind] ?? one.kind;
  return (
    <tr>
      <th scope="row">
        {one.name} {isSimulated && <SimulatedWord />}
        <span className="cap block">
          {kind === one.workforce ? kind : `${one.workforce}, ${kind}`}
        </span>
      </th>
      <td className="num">{format.n(one.n_answers)}</td>
      {hasGold && <ShareCells share={one.gold} from={from} mean={means[0]} format={format} />}
      <ShareCells share={one.agreement} from={from} mean={means[1]} format={format} />
      <td className="num">{one.seconds === null ? "–" : format.seconds(one.seconds)}</td>
    </tr>
  );
}

interface ShareCellsProps {
  share: Share;
  from: number;
  mean: number | null;
  format: Format;
}

function ShareCells({ share, from, mean, format }: ShareCellsProps) {
  const w = useWords(words);
  const { value, low, high, n } = share;
  if (value === null || low === null || high === null)
    return (
      <td colSpan={2} className="cap undefined-cell">
        {w.because(w.reason(share.reason ?? ""))}
      </td>
    );
  const isWeak = mean !== null && high < mean;
  return (
    <>
      <td className="num">
        {format.percent(value)} <span className="cap block">n = {format.n(n)}</span>
      </td>
      <td>
        <Whisker
          value={value}
          low={low}
          high={high}
          from={from}
          mean={mean}
          tone={isWeak ? "bad" : "plain"}
        />
      </td>
    </>
  );
}

/** The mean over all compared answers; null where nobody can be compared. */
export function meanOf(shares: Share[]): number | null {
  const known = shares.filter((share) => share.value !== null);
  const n = known.reduce((sum, share) => sum + share.n, 0);
  return n > 0 ? known.reduce((sum, share) => sum + share.n * (share.value ?? 0), 0) / n : null;
}
