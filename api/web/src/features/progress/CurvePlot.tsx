import type { CurvePoint, Forecast, Progress } from "../../client/types";
import { type Format, useFormat } from "../../components/format";
import { useWords } from "../../components/language";
import { ForecastBand } from "./ForecastBand";
import { Plot } from "./Plot";
import { band, path, type Point, type Scale, scale, ticks } from "./scale";
import { words } from "./words";

const HEIGHT = 300;
const LEFT = 40;
const FOOT = 34;

/** The place of every number in the picture. */
export interface Axes {
  x: Scale;
  y: Scale;
  xTicks: number[];
  yTicks: number[];
  right: number;
  foot: number;
  byMoney: boolean;
}

interface CurvePlotProps {
  progress: Progress;
  /** With a forecast the curve goes on, by answers: that is what is forecast. */
  forecast: Forecast | null;
  label: string;
}

/** Accuracy against money, or against answers where it is forecast; each with its interval. */
export function CurvePlot({ progress, forecast, label }: CurvePlotProps) {
  const { curve, baseline } = progress;
  const format = useFormat();
  const ahead = forecast?.ahead.length ? forecast : null;
  return (
    <Plot height={HEIGHT} label={label}>
      {(width) => {
        const axes = axesOf([...curve, ...(baseline?.curve ?? [])], ahead, width);
        return (
          <>
            <Grid axes={axes} currency={progress.project.currency} format={format} />
            {baseline && (
              <Line
                curve={baseline.curve}
                axes={axes}
                name="random"
                base
                upper={baseEndsAbove(progress)}
                quiet={ahead !== null}
              />
            )}
            <Line
              curve={curve}
              axes={axes}
              name={progress.project.strategy}
              upper={!baseEndsAbove(progress)}
              quiet={ahead !== null}
            />
            {ahead && <ForecastBand forecast={ahead} budgetEnd={budgetEnd(progress)} axes={axes} />}
          </>
        );
      }}
    </Plot>
  );
}

/** Which name stands above its line's end and which beneath, so that the two never touch. */
function baseEndsAbove({ curve, baseline }: Progress): boolean {
  return (baseline?.curve.at(-1)?.accuracy ?? 0) > (curve.at(-1)?.accuracy ?? 0);
}

/** With how many answers the budget ends, at what an answer has cost so far. */
export function budgetEnd({ money, answers }: Progress): number | null {
  if (money.cap_micros === null || answers === 0 || money.spent_micros === 0) return null;
  const free = Math.max(0, money.cap_micros - money.spent_micros - money.reserved_micros);
  return answers + free / (money.spent_micros / answers);
}

function axesOf(all: CurvePoint[], forecast: Forecast | null, width: number): Axes {
  const byMoney = !forecast && all.some((point) => point.spend_micros > 0);
  const at = all.map((point) => (byMoney ? point.spend_micros / 1e6 : point.answers));
  const narrow = width < 520;
  const right = narrow ? 12 : 130;
  const end = Math.max(...at, forecast ? shownAhead(forecast) : 0);
  const xTicks = ticks(0, end, narrow ? 3 : 5);
  const ahead = forecast?.ahead ?? [];
  const target = forecast?.to_target?.target;
  const lows = [...all, ...ahead].map((point) => point.low);
  const highs = [...all, ...ahead].map((point) => point.high);
  const low = Math.max(0, Math.min(...lows, target ?? 1));
  const high = Math.min(1, Math.max(...highs, target ?? 0));
  const yTicks = ticks(low, high, 5);
  return {
    byMoney,
    right,
    xTicks,
    yTicks,
    foot: HEIGHT - FOOT,
    x: scale(0, xTicks.at(-1) ?? 1, LEFT, width - right),
    y: scale(yTicks[0] ?? 0, yTicks.at(-1) ?? 1, HEIGHT - FOOT, 10),
  };
}

const ROOM = 1.15;
const AT_LEAST = 1.6;
const WITHOUT_END = 2.5;

/** How many answers far the picture goes: past the range to the target, where that has an end. */
export function shownAhead({ ahead, curve, to_target }: Forecast): number {
  const now = curve.at(-1)?.answers ?? 0;
  const last = ahead.at(-1)?.answers ?? now;
  const far = to_target?.answers.high ?? null;
  if (far === null) return Math.min(last, WITHOUT_END * now);
  return Math.min(last, Math.max(AT_LEAST * now, ROOM * (now + far)));
}

function Grid({ axes, currency, format }: { axes: Axes; currency: string; format: Format }) {
  const w = useWords(words);
  const { x, y, xTicks, yTicks, byMoney, foot } = axes;
  const end = x(xTicks.at(-1) ?? 1);
  return (
    <>
      {yTicks.map((v) => (
        <g key={v}>
          <path d={`M${LEFT} ${y(v)}H${end}`} stroke="var(--plot-grid)" />
          <text x={LEFT - 6} y={y(v) + 4} textAnchor="end">
            {format.percent(v, Number.isInteger(Math.round(v * 1e6) / 1e4) ? 0 : 1)}
          </text>
        </g>
      ))}
      {xTicks.map((v, i) => (
        <text
          key={v}
          x={x(v)}
          y={foot + 20}
          textAnchor={i === 0 ? "start" : i === xTicks.length - 1 ? "end" : "middle"}
        >
          {byMoney ? format.money(v * 1e6, currency) : format.n(v)}
        </text>
      ))}
      <text x={(LEFT + end) / 2} y={HEIGHT} textAnchor="middle">
        {byMoney ? w.curve.xMoney : w.curve.xAnswers}
      </text>
    </>
  );
}

interface LineProps {
  curve: CurvePoint[];
  axes: Axes;
  name: string;
  base?: boolean;
  /** Without its name: the forecast stands in its place. */
  upper: boolean;
  quiet?: boolean;
}

function Line({ curve, axes, name, base = false, upper, quiet = false }: LineProps) {
  const w = useWords(words);
  const { x, y, byMoney } = axes;
  const at = (point: CurvePoint, value: number): Point => [
    x(byMoney ? point.spend_micros / 1e6 : point.answers),
    y(Math.min(1, Math.max(0, value))),
  ];
  const line = curve.map((point) => at(point, point.accuracy));
  const last = line.at(-1);
  if (!last) return null;
  const colour = base ? "var(--plot-base)" : "var(--plot-main)";
  const title = w.strategies[name] ?? name;
  const outline = band(
    curve.map((point) => at(point, point.high)),
    curve.map((point) => at(point, point.low)),
  );
  return (
    <g>
      <path d={outline} fill={base ? "var(--plot-base-band)" : "var(--plot-band)"} />
      <path
        d={path(line)}
        fill="none"
        stroke={colour}
        strokeWidth={base ? 1.75 : 2.25}
        strokeDasharray={base ? "2 4" : undefined}
      />
      {line.map(([cx, cy], i) => (
        <circle key={i} cx={cx} cy={cy} r={base ? 2 : 3} fill={colour} />
      ))}
      {axes.right > 100 && !quiet && (
        <text x={last[0] + 8} y={last[1] + (upper ? -4 : 14)} className={base ? "" : "strong"}>
          {title}
        </text>
      )}
    </g>
  );
}
