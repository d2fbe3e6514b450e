import type { GuidelineFigures, Measure } from "../../../client/types";
import { useFormat } from "../../../components/format";
import { useWords } from "../../../components/language";
import type { NameOf } from "../classNames";
import { Figure } from "../figures/Figure";
import { DataTable } from "../Plot";
import { words } from "./words";

type Pair = GuidelineFigures["pairs"][number];

const MOST_SHOWN = 5;

interface GuidelineProps {
  figures: GuidelineFigures;
  nameOf: NameOf;
}

/** What good annotators confuse: there the guideline is at fault, and these items show it. */
export function GuidelineFindings({ figures, nameOf }: GuidelineProps) {
  const w = useWords(words);
  const g = w.guideline;
  const format = useFormat();
  const { pairs, trusted, trusted_by } = figures;
  const [first] = pairs;
  const title = first ? g.unclear(nameOf(first.first), nameOf(first.second)) : g.none;
  return (
    <Figure
      title={title}
      sub={
        trusted.length
          ? g.sub(format.n(trusted.length), w.reason(trusted_by))
          : g.subNobody(w.reason(trusted_by))
      }
      chosen={pairs.length > 0}
    >
      {pairs.length > 0 && (
        <ol className="hold">
          {pairs.slice(0, MOST_SHOWN).map((pair) => (
            <Finding
              key={`${pair.first} ${pair.second}`}
              pair={pair}
              now={figures.agreement}
              nameOf={nameOf}
            />
          ))}
        </ol>
      )}
    </Figure>
  );
}

interface FindingProps {
  pair: Pair;
  now: Measure;
  nameOf: NameOf;
}

function Finding({ pair, now, nameOf }: FindingProps) {
  const g = useWords(words).guideline;
  const format = useFormat();
  const alpha = ({ value }: Measure) => (value === null ? "–" : format.coefficient(value));
  const [first, second] = [nameOf(pair.first), nameOf(pair.second)];
  return (
    <li>
      <div>
        <h4>{g.pair(first, second)}</h4>
        <p>
          {g.split(
            format.n(pair.n_split),
            format.percent(pair.share, 0),
            format.percent(pair.expected, 0),
          )}{" "}
          {g.changes(alpha(now), alpha(pair.ruled), alpha(pair.merged), alpha(pair.split))}
        </p>
        <DataTable
          summary={g.examples}
          caption={g.examples}
          head={[g.item, g.said(first), g.said(second)]}
          rows={pair.examples.map((one) => [
            one.item,
            format.n(one.n_first),
            format.n(one.n_second),
          ])}
        />
      </div>
    </li>
  );
}
