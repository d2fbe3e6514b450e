import type { Progress } from "../../client/types";
import { type Format, useFormat } from "../../components/format";
import { useWords } from "../../components/language";
import { Question } from "./Question";
import { words } from "./words";

const STATES = [
  ["accepted", "var(--c3)"],
  ["pending", "var(--c5)"],
  ["disputed", "var(--c2)"],
  ["set_aside", "var(--c4)"],
  ["unlabelled", "var(--bg-active)"],
] as const;

/** The state of the pool, the money and the queue. */
export function WhereAreWe({ progress }: { progress: Progress }) {
  const w = useWords(words).where;
  const format = useFormat();
  const { items, money } = progress;
  const model = progress.models.find((one) => one.live);
  const lead = !model
    ? w.noModel
    : model.accuracy === null
      ? w.withoutAccuracy
      : w.withModel(format.percent(model.accuracy));
  const spent =
    money.cap_micros === null ? null : format.percent(money.spent_micros / money.cap_micros, 0);
  const share = items.total ? items.accepted / items.total : 0;
  return (
    <Question title={w.title} answer={lead + w.rest(format.percent(share, 0), spent)}>
      <Figures progress={progress} format={format} />
      <Pool progress={progress} format={format} />
      <Queue progress={progress} format={format} />
    </Question>
  );
}

interface PartProps {
  progress: Progress;
  format: Format;
}

function Figures({ progress, format }: PartProps) {
  const w = useWords(words).where;
  const { items, money, answers, project } = progress;
  const labelled = items.total - items.unlabelled;
  const rows: [string, string, string][] = [
    accuracyFigure(progress, format, w),
    [w.accepted, format.n(items.accepted), w.ofItems(format.n(items.total))],
    [
      w.answers,
      format.n(answers),
      labelled > 0 ? w.perItem(format.coefficient(answers / labelled)) : w.noAnswers,
    ],
    [
      w.spent,
      format.money(money.spent_micros, project.currency),
      money.cap_micros === null
        ? w.noCap
        : w.ofCap(format.money(money.cap_micros, project.currency)),
    ],
  ];
  return (
    <dl className="figs">
      {rows.map(([name, value, note]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
          <dd>{note}</dd>
        </div>
      ))}
    </dl>
  );
}

function accuracyFigure(
  progress: Progress,
  format: Format,
  w: (typeof words)["en"]["where"],
): [string, string, string] {
  const model = progress.models.find((one) => one.live);
  if (!model) return [w.noAccuracy, w.undefinedYet, w.noAccuracyWhy];
  const { accuracy, low, high } = model;
  if (accuracy === null || low === null || high === null)
    return [w.accuracy(model.n), w.undefinedYet, model.nearness ? w.noTruth : w.notTested];
  const range = format.range(low, high);
  return [
    w.accuracy(model.n),
    format.percent(accuracy),
    w.testItems(range, format.n(model.n_test)),
  ];
}

function Pool({ progress, format }: PartProps) {
  const w = useWords(words).where;
  const { items } = progress;
  const { slug } = progress.project;
  if (items.total === 0)
    return (
      <div className="fig">
        <h3>{w.poolEmpty}</h3>
        <p className="sub">{w.poolEmptyNext(slug)}</p>
      </div>
    );
  const labelled = (items.total - items.unlabelled) / items.total;
  const inWords = STATES.map(([name]) => `${w.states[name]} ${format.n(items[name])}`);
  return (
    <figure className="fig">
      <h3>{w.poolFinding(format.percent(labelled, 0), format.n(items.total))}</h3>
      <div className="bar pool" role="img" aria-label={inWords.join(", ")}>
        {STATES.filter(([name]) => items[name] > 0).map(([name, colour]) => (
          <i
            key={name}
            style={{ width: `${(items[name] / items.total) * 100}%`, background: colour }}
          />
        ))}
      </div>
      <div className="legend">
        {STATES.map(([name, colour], i) => (
          <span key={name}>
            <i style={{ background: colour }} />
            {inWords[i]}
          </span>
        ))}
      </div>
    </figure>
  );
}

function Queue({ progress, format }: PartProps) {
  const w = useWords(words);
  const { queue } = progress;
  const round = queue.last_round;
  const title =
    queue.open_tasks + queue.live_leases === 0
      ? w.where.queueEmpty
      : w.where.queueFinding(format.n(queue.open_tasks), format.n(queue.live_leases));
  return (
    <div className="fig">
      <h3>{title}</h3>
      <p className="sub">
        {round
          ? w.where.round(
              format.n(round.n),
              w.strategies[round.strategy] ?? round.strategy,
              format.seconds(round.seconds),
              format.when(round.finished_at),
            )
          : w.where.noRound}{" "}
        {round?.fallback_reason && w.where.fallback(round.fallback_reason)}
      </p>
    </div>
  );
}
