import { Plot } from "../Plot";
import { scale } from "../scale";
import { cut, widthOf } from "./text";

const ROW = 28;
const ROW_NARROW = 44;
const NARROW = 520;
const WIDEST_NAME = 340;
const NUMBERS = 56;

interface Bar {
  name: string;
  value: number;
  shown: string;
}

/** Quantities beside each other, the first one strongest. */
export function Bars({ bars, label }: { bars: Bar[]; label: string }) {
  const most = Math.max(...bars.map((bar) => bar.value), 0);
  const names = Math.min(WIDEST_NAME, Math.max(...bars.map((bar) => widthOf(bar.name))) + 16);
  if (bars.length === 0 || most <= 0) return null;
  return (
    <Plot height={(width) => bars.length * (width < NARROW ? ROW_NARROW : ROW)} label={label}>
      {(width) => {
        const isNarrow = width < NARROW;
        const left = isNarrow ? 0 : names;
        const row = isNarrow ? ROW_NARROW : ROW;
        const x = scale(0, most, left, width - NUMBERS);
        return bars.map((bar, i) => (
          <g key={bar.name} transform={`translate(0 ${i * row})`}>
            <text x={0} y={isNarrow ? 13 : 17} className="ink">
              {cut(bar.name, isNarrow ? width : left - 8)}
            </text>
            <rect
              x={left}
              y={isNarrow ? 20 : 7}
              width={Math.max(1, x(Math.max(0, bar.value)) - left)}
              height={13}
              rx={2}
              fill="var(--plot-main)"
              opacity={i ? 0.55 : 1}
            />
            <text x={x(Math.max(0, bar.value)) + 6} y={isNarrow ? 31 : 18}>
              {bar.shown}
            </text>
          </g>
        ));
      }}
    </Plot>
  );
}
