import type { CurvePoint, Progress } from "../../client/types";
import { type Format, useFormat } from "../../components/format";
import { useWords } from "../../components/language";
import { Plot } from "./Plot";
import { band, path, type Point, type Scale, scale, ticks } from "./scale";
import { words } from "./words";

const HEIGHT = 300;
const LEFT = 40;
const FOOT = 34;

interface Axes {
  x: Scale;
  y: Scale;
  xTicks: number[];
  yTicks: number[];
  right: number;
  byMoney: boolean;
}

/** Accuracy against money (or answers, where nothing costs), each with its 95 % interval. */
export function CurvePlot({ progress, label }: { progress: Progress; label: string }) {
  const { curve, baseline } = progress;
  const all = [...curve, ...(baseline?.curve ?? [])];
  const format = useFormat();
  return (
    <Plot height={HEIGHT} label={label}>
      {(width) => {
        const axes = axesOf(all, width);
        return (
          <>
            <Grid axes={axes} currency={progress.project.currency} format={format} />
            {baseline && <Line curve={baseline.curve} axes={axes} name="random" base />}
            <Line curve={curve} axes={axes} name={progress.project.strategy} />
          </>
        );
      }}
    </Plot>
  );
}

function axesOf(all: CurvePoint[], width: number): Axes {
  const byMoney = all.some((point) => point.spend_micros > 0);
  const at = all.map((point) => (byMoney ? point.spend_micros / 1e6 : point.answers));
  const right = width < 520 ? 12 : 130;
  const xTicks = ticks(0, Math.max(...at), width < 520 ? 3 : 5);
  const low = Math.max(0, Math.min(...all.map((point) => point.low)));
  const high = Math.min(1, Math.max(...all.map((point) => point.high)));
  const yTicks = ticks(low, high, 5);
  return {
    byMoney,
    right,
    xTicks,
    yTicks,
    x: scale(0, xTicks.at(-1) ?? 1, LEFT, width - right),
    y: scale(yTicks[0] ?? 0, yTicks.at(-1) ?? 1, HEIGHT - FOOT, 10),
  };
}

function Grid({ axes, currency, format }: { axes: Axes; currency: string; format: Format }) {
  const w = useWords(words);
  const { x, y, xTicks, yTicks, byMoney } = axes;
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
          y={HEIGHT - 14}
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
}

function Line({ curve, axes, name, base = false }: LineProps) {
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
      {axes.right > 100 && (
        <text x={last[0] + 8} y={last[1] + (base ? 14 : -4)} className={base ? "" : "strong"}>
          {title}
        </text>
      )}
    </g>
  );
}
