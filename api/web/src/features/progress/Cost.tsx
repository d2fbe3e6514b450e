import type { ReactNode } from "react";
import { hub } from "../../client/hub";
import type { CurvePoint, Forecast, Progress } from "../../client/types";
import { type Format, useFormat } from "../../components/format";
import { useWords } from "../../components/language";
import { SimulatedWord } from "../../components/Notice";
import { CurvePlot } from "./CurvePlot";
import { compareAtSameMoney, type Estimate } from "./findings";
import { costInWords, gainInWords } from "./outlook";
import { DataTable } from "./Plot";
import { useAsked } from "./figures/useAsked";
import { Question } from "./Question";
import { RandomChoice } from "./RandomChoice";
import { StopRules } from "./StopRules";
import { words } from "./words";

interface CostProps {
  progress: Progress;
  canManage: boolean;
  /** Opens the settings; null for who may not change them. */
  onSettings: (() => void) | null;
  children?: ReactNode;
}

/** What money has bought so far, what the target will cost, and where the money went. */
export function Cost({ progress, canManage, onSettings, children }: CostProps) {
  const w = useWords(words).cost;
  const f = useWords(words).forecast;
  const format = useFormat();
  const { money, project } = progress;
  const asked = useAsked(hub.forecast, project.slug);
  const forecast = asked.value;
  const free = (money.cap_micros ?? 0) - money.spent_micros - money.reserved_micros;
  const left =
    money.cap_micros === null
      ? ""
      : w.left(
          format.money(Math.max(0, free), project.currency),
          format.money(money.reserved_micros, project.currency),
        );
  const told = forecast?.to_target
    ? costInWords(forecast, money.cap_micros === null ? null : free, project.currency, f, format)
    : asked.value === null
      ? asked.error === null && !asked.hidden
        ? w.asking
        : ""
      : w.noForecast;
  return (
    <Question title={w.title} answer={`${told} ${left}`}>
      {forecast && !forecast.to_target && onSettings && (
        <p>
          <button type="button" className="btn" onClick={onSettings}>
            {w.setTarget}
          </button>
        </p>
      )}
      <Curve progress={progress} forecast={forecast} format={format} />
      {progress.baseline === null && progress.curve.length > 0 && (
        <RandomChoice slug={project.slug} />
      )}
      {forecast && (
        <StopRules
          forecast={forecast}
          slug={project.slug}
          currency={project.currency}
          canManage={canManage}
          onChanged={asked.again}
        />
      )}
      <Money progress={progress} format={format} />
      {children}
    </Question>
  );
}

interface PartProps {
  progress: Progress;
  format: Format;
}

function Curve({ progress, forecast, format }: PartProps & { forecast: Forecast | null }) {
  const w = useWords(words);
  const f = w.forecast;
  const [title, sub] = curveFinding(progress, format, w.curve);
  const { curve, baseline, project } = progress;
  if (curve.length === 0)
    return (
      <div className="fig">
        <h3>{title}</h3>
        <p className="sub">{sub}</p>
      </div>
    );
  const row = (name: string) => (point: CurvePoint) => [
    w.strategies[name] ?? name,
    format.n(point.answers),
    format.money(point.spend_micros, project.currency),
    format.percent(point.accuracy),
    format.range(point.low, point.high),
    format.n(point.n),
  ];
  const c = w.curve;
  return (
    <figure className="fig">
      <h3>{title}</h3>
      <p className="sub">
        {sub} {forecast && gainInWords(forecast, f, format)}
      </p>
      {forecast && forecast.ahead.length > 0 && (
        <div className="legend">
          <span>
            <i style={{ background: "var(--plot-main)" }} />
            {w.strategies[project.strategy] ?? project.strategy}
          </span>
          {baseline && (
            <span>
              <i style={{ background: "var(--plot-base)" }} />
              {w.strategies.random}
            </span>
          )}
          <span>
            <i style={{ background: "var(--plot-stop)" }} />
            {f.band(format.percent(forecast.confidence, 0))}
          </span>
        </div>
      )}
      <CurvePlot progress={progress} forecast={forecast} label={`${title}. ${sub}`} />
      <DataTable
        caption={c.table}
        head={[c.run, c.answers, c.spent, c.accuracy, c.range, c.tested]}
        rows={[
          ...curve.map(row(project.strategy)),
          ...(baseline?.curve.map(row(baseline.title)) ?? []),
          ...(forecast?.ahead.map((point) => [
            f.tableAhead,
            format.n(point.answers),
            "",
            "",
            format.range(point.low, point.high),
            "",
          ]) ?? []),
        ]}
      />
    </figure>
  );
}

/** The finding as a title, and the figures it rests on. */
function curveFinding(
  progress: Progress,
  format: Format,
  w: (typeof words)["en"]["curve"],
): [string, string] {
  const { curve, baseline, project } = progress;
  const first = curve[0];
  const last = curve.at(-1);
  if (!first || !last) return [w.none, w.noneSub];
  const paid = (micros: number) => format.money(micros, project.currency);
  const compared = baseline && compareAtSameMoney(curve, baseline.curve);
  if (!compared) {
    if (curve.length === 1)
      return [w.one(format.percent(last.accuracy), paid(last.spend_micros)), w.subAlone];
    const [from, to] = [format.percent(first.accuracy), format.percent(last.accuracy)];
    return [w.grown(from, to, paid(last.spend_micros)), w.subAlone];
  }
  const { spend, ours, theirs, ahead } = compared;
  const range = (e: Estimate) => `${format.percent(e.value)} (${format.range(e.low, e.high)})`;
  const sub = w.sub(paid(spend), range(ours), range(theirs), points(ahead, format));
  if (ahead.low <= 0 && ahead.high >= 0) return [w.undecided, sub];
  const gap = format.points(Math.abs(ahead.value));
  return [ahead.value > 0 ? w.ahead(gap) : w.behind(gap), sub];
}

/** A difference in percentage points with its interval, each with its sign. */
function points({ value, low, high }: Estimate, format: Format): string {
  const signed = (share: number) => (share < 0 ? "−" : "+") + format.points(Math.abs(share));
  return `${signed(value)} (${signed(low)} – ${signed(high)})`;
}

function Money({ progress, format }: PartProps) {
  const w = useWords(words);
  const { money, project } = progress;
  const pay = (micros: number) => format.money(micros, project.currency);
  const answers = money.by_workforce.reduce((sum, line) => sum + line.answers, 0);
  if (money.by_workforce.length === 0)
    return (
      <div>
        <h3>{w.cost.moneyTitle}</h3>
        <p className="sub">{w.cost.noMoney}</p>
      </div>
    );
  return (
    <div>
      <h3>{w.cost.moneyTitle}</h3>
      <div className="scroll" tabIndex={0} role="region" aria-label={w.cost.moneyTitle}>
        <table>
          <thead>
            <tr>
              <th scope="col">{w.cost.workforce}</th>
              <th scope="col" className="num">
                {w.cost.answers}
              </th>
              <th scope="col" className="num">
                {w.cost.each}
              </th>
              <th scope="col" className="num">
                {w.cost.spent}
              </th>
            </tr>
          </thead>
          <tbody>
            {money.by_workforce.map((line) => (
              <tr key={line.name}>
                <th scope="row">
                  {line.name} <span className="cap">{w.kinds[line.kind] ?? line.kind}</span>{" "}
                  {line.simulated && <SimulatedWord />}
                </th>
                <td className="num">{format.n(line.answers)}</td>
                <td className="num">{pay(line.price_micros)}</td>
                <td className="num">{pay(line.spent_micros)}</td>
              </tr>
            ))}
            <tr>
              <th scope="row">
                <b>{w.cost.total}</b>
              </th>
              <td className="num">
                <b>{format.n(answers)}</b>
              </td>
              <td />
              <td className="num">
                <b>{pay(money.spent_micros)}</b>
              </td>
            </tr>
          </tbody>
        </table>
      </div>
      <Budget money={money} pay={pay} />
    </div>
  );
}

function Budget({ money, pay }: { money: Progress["money"]; pay: (micros: number) => string }) {
  const w = useWords(words).cost;
  const cap = money.cap_micros;
  if (cap === null || cap === 0) return null;
  const free = Math.max(0, cap - money.spent_micros - money.reserved_micros);
  const parts = [
    [w.barSpent(pay(money.spent_micros)), "var(--accent)", money.spent_micros],
    [w.barReserved(pay(money.reserved_micros)), "var(--warn)", money.reserved_micros],
    [w.barFree(pay(free)), "var(--bg-active)", free],
  ] as const;
  return (
    <>
      <div className="bar budget" role="img" aria-label={parts.map(([text]) => text).join(", ")}>
        {parts.map(([text, colour, micros]) => (
          <i key={text} style={{ width: `${(micros / cap) * 100}%`, background: colour }} />
        ))}
      </div>
      <div className="legend">
        {parts.map(([text, colour]) => (
          <span key={text}>
            <i style={{ background: colour }} />
            {text}
          </span>
        ))}
      </div>
    </>
  );
}
