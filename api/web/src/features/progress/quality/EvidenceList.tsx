import type { EvidenceFigures } from "../../../client/types";
import { type Format, useFormat } from "../../../components/format";
import { useLanguage, useWords } from "../../../components/language";
import { Figure } from "../figures/Figure";
import { words } from "./words";

type Finding = EvidenceFigures["findings"][number];
type Words = (typeof words)["en"]["evidence"];

interface EvidenceListProps {
  figures: EvidenceFigures;
  /** Whether the project shows workforces only: then nothing is said of anybody. */
  groupsOnly: boolean;
}

/** What deserves a look at somebody's answers: a fact with its numbers, and what to do next. */
export function EvidenceList({ figures, groupsOnly }: EvidenceListProps) {
  const w = useWords(words).evidence;
  const lang = useLanguage();
  const format = useFormat();
  const { findings } = figures;
  const people = new Set(findings.map((one) => one.annotator)).size;
  if (groupsOnly) return <Figure title={w.groupsOnly} />;
  if (findings.length === 0) return <Figure title={w.none} sub={w.noneSub} />;
  return (
    <Figure title={w.some(people)} sub={w.sub}>
      <ol className="hold">
        {findings.map((one) => (
          <li key={`${one.annotator} ${one.kind} ${one.other ?? ""}`}>
            <div>
              <h4>{w.title(one.annotator, w.kinds[one.kind])}</h4>
              <p>
                {lang === "en" ? sentence(one.words) : told(one, w, format)}
                {one.p_value !== null && ` ${w.chance(chanceOf(one.p_value))}`}
              </p>
              <p>
                <b>{w.next}</b> {w.actions[one.kind]}
              </p>
            </div>
          </li>
        ))}
      </ol>
    </Figure>
  );
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** The finding from its numbers, where the hub's own sentence is in another language. */
function told(one: Finding, w: Words, format: Format): string {
  const share = (value: number | null) => (value === null ? "–" : format.percent(value, 0));
  return w.told[one.kind]({
    n: format.n(one.n),
    share: share(one.share),
    expected: share(one.expected),
    other: one.other ?? "",
    since: one.since === null ? "" : format.day(one.since),
  });
}

const chanceOf = (p: number): string => (p < 0.0001 ? "< 0.0001" : `= ${p.toPrecision(1)}`);
