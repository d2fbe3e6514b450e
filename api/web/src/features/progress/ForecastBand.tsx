import type { Forecast } from "../../client/types";
import { useFormat } from "../../components/format";
import { useWords } from "../../components/language";
import type { Axes } from "./CurvePlot";
import { band, type Point } from "./scale";
import { words } from "./words";

const LEFT = 40;
const TINT = "color-mix(in oklab, var(--plot-stop) 24%, transparent)";

interface BandProps {
  forecast: Forecast;
  /** With how many answers the budget ends; null where it has no end. */
  budgetEnd: number | null;
  axes: Axes;
}

/** Where plausible curves go on, the target as a line, and on it the answers that reach it. */
export function ForecastBand({ forecast, budgetEnd, axes }: BandProps) {
  const w = useWords(words).forecast;
  const { x, y, xTicks, foot } = axes;
  const last = xTicks.at(-1) ?? 1;
  const now = forecast.curve.at(-1)?.answers ?? 0;
  const shown = forecast.ahead.filter((point) => point.answers <= last);
  const edge = x(last);
  const top = y(axes.yTicks.at(-1) ?? 1);
  const at = (answers: number, share: number): Point => [
    x(answers),
    y(Math.min(1, Math.max(0, share))),
  ];
  return (
    <g>
      <path
        d={band(
          shown.map((point) => at(point.answers, point.high)),
          shown.map((point) => at(point.answers, point.low)),
        )}
        fill={TINT}
      />
      <path
        d={`M${x(now)} ${top}V${foot}`}
        stroke={forecast.stop ? "var(--plot-stop)" : "var(--ink-3)"}
        strokeWidth={forecast.stop ? 2 : 1}
      />
      <text x={x(now) - 5} y={foot - 8} textAnchor="end">
        {forecast.stop ? w.todayStop : w.today}
      </text>
      {budgetEnd !== null && budgetEnd > now && budgetEnd <= last && (
        <>
          <path d={`M${x(budgetEnd)} ${top}V${foot}`} stroke="var(--ink-2)" strokeDasharray="6 3" />
          <text x={x(budgetEnd) + 5} y={foot - 8}>
            {w.budgetEnd}
          </text>
        </>
      )}
      {forecast.to_target && (
        <Target to={forecast.to_target} now={now} edge={edge} axes={axes} last={last} />
      )}
    </g>
  );
}

interface TargetProps {
  to: NonNullable<Forecast["to_target"]>;
  now: number;
  edge: number;
  last: number;
  axes: Axes;
}

function Target({ to, now, edge, last, axes }: TargetProps) {
  const w = useWords(words).forecast;
  const format = useFormat();
  const { x, y } = axes;
  const { low, high } = to.answers;
  const level = y(to.target);
  return (
    <>
      <path d={`M${LEFT} ${level}H${edge}`} stroke="var(--plot-target)" strokeWidth={1.5} />
      <text x={LEFT + 4} y={level - 6} className="good-text">
        {w.target(format.percent(to.target))}
      </text>
      {low !== null && now + low <= last && (
        <path
          d={span(x(now + low), high === null ? null : x(Math.min(last, now + high)), edge, level)}
          stroke="var(--warn)"
          strokeWidth={2.5}
          fill="none"
        />
      )}
    </>
  );
}

/** The range on the target line; without an end it runs out of the picture as an arrow. */
const span = (from: number, to: number | null, edge: number, y: number): string =>
  to === null
    ? `M${from} ${y - 5}V${y + 5}M${from} ${y}H${edge}M${edge - 6} ${y - 5}L${edge} ${y}L${edge - 6} ${y + 5}`
    : `M${from} ${y - 5}V${y + 5}M${from} ${y}H${to}M${to} ${y - 5}V${y + 5}`;
