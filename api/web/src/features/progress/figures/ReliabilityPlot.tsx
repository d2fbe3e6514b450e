import { useFormat } from "../../../components/format";
import { useWords } from "../../../components/language";
import { Plot } from "../Plot";
import { scale } from "../scale";
import { words } from "./words";

const LEFT = 42;
const FOOT = 36;
const SIDE = 330;
const LARGEST = 9;
const TICKS = [0, 0.25, 0.5, 0.75, 1];

/** Answers whose score lay in one range: what it said on average, and how often it was right. */
export interface Bin {
  stated: number;
  right: number;
  low: number;
  high: number;
  n: number;
}

/** What a score says against how often it was right; on the dotted line it is exact. */
export function ReliabilityPlot({ bins, label }: { bins: Bin[]; label: string }) {
  const w = useWords(words);
  const format = useFormat();
  const most = Math.max(1, ...bins.map((bin) => bin.n));
  return (
    <Plot height={SIDE} label={label}>
      {(width) => {
        const end = Math.min(width - 12, LEFT + SIDE);
        const x = scale(0, 1, LEFT, end);
        const y = scale(0, 1, SIDE - FOOT, 8);
        return (
          <>
            {TICKS.map((tick) => (
              <g key={tick}>
                <path d={`M${LEFT} ${y(tick)}H${end}`} stroke="var(--plot-grid)" />
                <text x={LEFT - 6} y={y(tick) + 4} textAnchor="end">
                  {format.percent(tick, 0)}
                </text>
                <text x={x(tick)} y={SIDE - FOOT + 17} textAnchor="middle">
                  {format.percent(tick, 0)}
                </text>
              </g>
            ))}
            <path
              d={`M${x(0)} ${y(0)}L${x(1)} ${y(1)}`}
              stroke="var(--line-ctl)"
              strokeDasharray="2 4"
            />
            <text x={x(0.42)} y={y(0.46)} textAnchor="end">
              {w.exact}
            </text>
            {bins.map((bin) => (
              <g key={bin.stated} stroke="var(--plot-main)" strokeWidth={1.5}>
                <path d={whisker(x(bin.stated), y(bin.low), y(bin.high))} />
                <circle
                  cx={x(bin.stated)}
                  cy={y(bin.right)}
                  r={Math.max(3, LARGEST * Math.sqrt(bin.n / most))}
                  fill="var(--plot-main)"
                  fillOpacity={0.75}
                />
              </g>
            ))}
            <text x={(LEFT + end) / 2} y={SIDE - 2} textAnchor="middle">
              {w.stated}
            </text>
            <text x={LEFT + 6} y={y(1) + 14}>
              {w.came}
            </text>
          </>
        );
      }}
    </Plot>
  );
}

const whisker = (x: number, low: number, high: number): string =>
  `M${x} ${low}V${high}M${x - 4} ${low}H${x + 4}M${x - 4} ${high}H${x + 4}`;
