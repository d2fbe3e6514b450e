import type { ModelLine, Progress } from "../../client/types";
import { type Format, useFormat } from "../../components/format";
import { useWords } from "../../components/language";
import { Question } from "./Question";
import { Whisker, whiskerFrom } from "./Whisker";
import { words } from "./words";

const VERDICT_TAGS = { pass: "ok", fail: "no", inconclusive: "hm", none: "off" } as const;

/** Which model is live, by whom and why; and every one before it with its gate's verdict. */
export function Models({ progress }: { progress: Progress }) {
  const w = useWords(words).models;
  const { reason } = useWords(words).forecast;
  const format = useFormat();
  const { live, models } = progress;
  const answer = live
    ? `${w.live(live.model_version, format.when(live.since), live.actor)} “${reason(live.reason)}”`
    : w.none;
  return (
    <Question title={w.title} answer={answer}>
      <div>
        <h3>{w.history}</h3>
        {models.length === 0 ? (
          <p className="sub">{w.historyNone}</p>
        ) : (
          <History models={models} format={format} />
        )}
      </div>
    </Question>
  );
}

function History({ models, format }: { models: ModelLine[]; format: Format }) {
  const w = useWords(words).models;
  const newestFirst = [...models].sort((a, b) => b.n - a.n);
  const from = whiskerFrom(models.flatMap((model) => (model.low === null ? [] : [model.low])));
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={w.history}>
      <table className="models">
        <thead>
          <tr>
            <th scope="col">{w.version}</th>
            <th scope="col">{w.state}</th>
            <th scope="col">{w.gate}</th>
            <th scope="col" className="num">
              {w.accuracy}
            </th>
            <th scope="col">
              {w.range}, {format.percent(from, 0)} – {format.percent(1, 0)}
            </th>
            <th scope="col">{w.trained}</th>
            <th scope="col">{w.why}</th>
          </tr>
        </thead>
        <tbody>
          {newestFirst.map((model) => (
            <Version key={model.n} model={model} from={from} format={format} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

type Nearness = NonNullable<ModelLine["nearness"]>;

/** How near a model is to the answers, where there is no single truth and so no accuracy. */
function nearnessWords(near: Nearness, w: (typeof words)["en"]["models"], format: Format): string {
  const { brier, low, high } = near;
  const range =
    low === null || high === null
      ? "–"
      : `${format.coefficient(low)} – ${format.coefficient(high)}`;
  return w.nearness(format.coefficient(brier), range, format.n(near.n));
}

function Version({ model, from, format }: { model: ModelLine; from: number; format: Format }) {
  const w = useWords(words).models;
  const { reason } = useWords(words).forecast;
  const { accuracy, low, high } = model;
  const tested = accuracy !== null && low !== null && high !== null;
  const state = model.live ? w.isLive : model.deployed_at === null ? w.neverLive : w.wasLive;
  return (
    <tr className={model.live ? "is-now" : undefined}>
      <th scope="row">v{model.n}</th>
      <td>
        <span className={model.live ? "tag ok" : "tag off"}>{state}</span>
      </td>
      <td>
        <span className={`tag ${VERDICT_TAGS[model.verdict]}`}>{w.verdicts[model.verdict]}</span>
        {model.needs_n !== null && (
          <span className="cap block">{w.needs(format.n(model.needs_n))}</span>
        )}
      </td>
      {tested ? (
        <>
          <td className="num">{format.percent(accuracy)}</td>
          <td>
            <Whisker value={accuracy} low={low} high={high} from={from} mean={null} />
          </td>
        </>
      ) : (
        <td colSpan={2} className="cap">
          {model.nearness ? nearnessWords(model.nearness, w, format) : w.undefinedAccuracy}
        </td>
      )}
      <td className="nowrap">
        {format.when(model.created_at)} <span className="cap block">{model.trainer}</span>
      </td>
      <td className="why-cell">{reason(model.why)}</td>
    </tr>
  );
}
