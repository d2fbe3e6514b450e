import { hub } from "../../../client/hub";
import type { DataRequest as Request, ForecastRange, Progress } from "../../../client/types";
import { type Format, useFormat } from "../../../components/format";
import { useWords } from "../../../components/language";
import { type NameOf, useClassNames } from "../classNames";
import { Figure, Shown } from "../figures/Figure";
import { useAsked } from "../figures/useAsked";
import { words } from "./words";

type Lack = Request["lacks"][number];
type Words = (typeof words)["en"]["request"];

/** What the pool lacks, for whoever collects data: which classes and slices, how many, by when. */
export function DataRequest({ progress }: { progress: Progress }) {
  const asked = useAsked(hub.dataRequest, progress.project.slug);
  const nameOf = useClassNames(progress);
  return <Shown asked={asked}>{(found) => <Lacks request={found} nameOf={nameOf} />}</Shown>;
}

function Lacks({ request, nameOf }: { request: Request; nameOf: NameOf }) {
  const w = useWords(words).request;
  const format = useFormat();
  const { lacks, is_needed, reason, target, markdown } = request;
  const below = lacks.filter((one) => one.verdict === "below");
  const title = target === null ? w.noTarget : is_needed ? w.needed(below.length) : w.notNeeded;
  return (
    <Figure
      title={title}
      sub={w.reason(reason)}
      table={{
        caption: w.table,
        head: [
          w.group,
          w.verdict,
          w.accuracy,
          w.tested,
          w.labelled,
          w.pool,
          w.wanted,
          w.lacking,
          w.days,
        ],
        words: [1],
        rows: lacks.map((one) => lackRow(one, w, format, nameOf)),
      }}
    >
      {is_needed && (
        <details className="data">
          <summary>{w.send}</summary>
          <pre className="scroll request" tabIndex={0} role="region" aria-label={w.send}>
            {markdown}
          </pre>
        </details>
      )}
    </Figure>
  );
}

function lackRow(one: Lack, w: Words, format: Format, nameOf: NameOf): string[] {
  const { accuracy, low, high } = one;
  return [
    one.kind === "class" ? nameOf(one.name) : one.name,
    w.verdicts[one.verdict],
    accuracy === null || low === null || high === null
      ? w.undefined
      : `${format.percent(accuracy, 0)} (${format.range(low, high)})`,
    format.n(one.n_test),
    format.n(one.labelled),
    rangeOf(one.in_pool, w, format),
    rangeOf(one.wanted, w, format),
    rangeOf(one.lacking, w, format),
    rangeOf(one.days, w, format),
  ];
}

/** A range in whole numbers; without an end, and undefined, in words. */
export function rangeOf({ low, high }: ForecastRange, w: Words, format: Format): string {
  if (low === null) return w.undefined;
  const from = format.n(Math.floor(low));
  if (high === null) return w.orMore(from);
  const to = format.n(Math.ceil(high));
  return from === to ? from : `${from} – ${to}`;
}
