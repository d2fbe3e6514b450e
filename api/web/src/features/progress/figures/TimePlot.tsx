import { useFormat } from "../../../components/format";
import { Plot } from "../Plot";
import { band, path, type Point, type Scale, scale, ticks } from "../scale";

const HEIGHT = 200;
const LEFT = 40;
const FOOT = 26;
const DAY_WIDTH = 84;

/** A figure of one day or week; null where it is undefined. */
export interface Moment {
  at: number;
  value: number | null;
  low: number | null;
  high: number | null;
}

export interface Series {
  name: string;
  moments: Moment[];
  /** Drawn behind, dashed: no headline. */
  base?: boolean;
}

interface TimePlotProps {
  series: Series[];
  label: string;
  /** Dotted lines across time, such as a new guideline. */
  marks?: { at: number; name: string }[];
}

/** Figures over time with their intervals; where one is undefined the line breaks. */
export function TimePlot({ series, label, marks = [] }: TimePlotProps) {
  const format = useFormat();
  const all = series.flatMap((one) => one.moments);
  const known = all.flatMap(({ value, low, high }) => [low ?? value, high ?? value]);
  const values = known.filter((value) => value !== null);
  const yTicks = ticks(Math.min(1, ...values), Math.min(1, Math.max(0, ...values)), 4);
  const times = [...new Set(all.map((moment) => moment.at))].sort((a, b) => a - b);
  return (
    <Plot height={HEIGHT} label={label}>
      {(width) => {
        const end = width - 16;
        const x = scale(times[0] ?? 0, times.at(-1) ?? 1, LEFT + 8, end);
        const y = scale(yTicks[0] ?? 0, yTicks.at(-1) ?? 1, HEIGHT - FOOT, 8);
        return (
          <>
            {yTicks.map((tick) => (
              <g key={tick}>
                <path d={`M${LEFT} ${y(tick)}H${end}`} stroke="var(--plot-grid)" />
                <text x={LEFT - 6} y={y(tick) + 4} textAnchor="end">
                  {format.coefficient(tick)}
                </text>
              </g>
            ))}
            {someOf(times, Math.max(2, Math.floor((end - LEFT) / DAY_WIDTH))).map((at) => (
              <text key={at} x={x(at)} y={HEIGHT - 6} textAnchor={anchor(at, times)}>
                {format.shortDay(at)}
              </text>
            ))}
            {marks.map((mark) => (
              <g key={mark.at}>
                <path
                  d={`M${x(mark.at)} 8V${HEIGHT - FOOT}`}
                  stroke="var(--ink-3)"
                  strokeDasharray="2 3"
                />
                <text x={x(mark.at) + 6} y={HEIGHT - FOOT - 8}>
                  {mark.name}
                </text>
              </g>
            ))}
            {series.map((one) => (
              <Line key={one.name} series={one} x={x} y={y} />
            ))}
          </>
        );
      }}
    </Plot>
  );
}

function Line({ series, x, y }: { series: Series; x: Scale; y: Scale }) {
  const colour = series.base ? "var(--plot-base)" : "var(--plot-main)";
  return (
    <g>
      {unbroken(series.moments).map((run) => {
        const at = (value: number, moment: Moment): Point => [x(moment.at), y(value)];
        const line = run.map((moment) => at(moment.value, moment));
        const upper = run.map((moment) => at(moment.high ?? moment.value, moment));
        const lower = run.map((moment) => at(moment.low ?? moment.value, moment));
        const alone = run.length === 1;
        return (
          <g key={run[0]?.at}>
            {!series.base && !alone && <path d={band(upper, lower)} fill="var(--plot-band)" />}
            {!series.base && alone && (
              <path d={path([...upper, ...lower])} stroke={colour} strokeWidth={1.5} />
            )}
            <path
              d={path(line)}
              fill="none"
              stroke={colour}
              strokeWidth={series.base ? 1.75 : 2.25}
              strokeDasharray={series.base ? "2 4" : undefined}
            />
            {line.map(([cx, cy]) => (
              <circle key={cx} cx={cx} cy={cy} r={series.base ? 2 : 3} fill={colour} />
            ))}
          </g>
        );
      })}
    </g>
  );
}

type Known = Moment & { value: number };

/** The stretches without an undefined moment. */
export function unbroken(moments: Moment[]): Known[][] {
  const runs: Known[][] = [[]];
  for (const moment of moments) {
    if (moment.value === null) runs.push([]);
    else runs.at(-1)?.push({ ...moment, value: moment.value });
  }
  return runs.filter((run) => run.length > 0);
}

/** At most `most` of the times, evenly spread, the first and the last among them. */
export function someOf(times: number[], most: number): number[] {
  if (times.length <= most) return times;
  const step = (times.length - 1) / (most - 1);
  const chosen = Array.from({ length: most }, (_, i) => times[Math.round(i * step)] ?? 0);
  return [...new Set(chosen)];
}

const anchor = (at: number, times: number[]): "start" | "middle" | "end" =>
  times.length === 1
    ? "middle"
    : at === times[0]
      ? "start"
      : at === times.at(-1)
        ? "end"
        : "middle";
