import { useFormat } from "../../../components/format";
import { useWords } from "../../../components/language";
import { Plot } from "../Plot";
import { cut, widthOf } from "./text";
import { words } from "./words";

const MOST_SHOWN = 14;
const SMALLEST = 30;
const LARGEST = 60;
const ROW = 30;

interface HeatMapProps {
  /** Names of the rows, which are those of the columns too. */
  names: string[];
  /** Each row's shares; null where the row has no answers. */
  shares: (number[] | null)[];
  /** Off the diagonal, a share from here on is framed. */
  hot?: number;
  /** The picture in words. */
  label: string;
}

/** Shares of each row as shades, each with its number; the diagonal is agreement. */
export function HeatMap({ names, shares, hot = 0.1, label }: HeatMapProps) {
  const w = useWords(words);
  const format = useFormat();
  const kept = mostConfused(shares, MOST_SHOWN);
  const shown = kept.map((place) => names[place] ?? "");
  const left = Math.min(110, Math.max(...shown.map(widthOf)) + 16);
  const widest = Math.max(...shown.map(widthOf));
  const slanted = widest > SMALLEST - 4;
  const head = slanted ? Math.min(88, widest * 0.72 + 18) : 20;
  const spare = slanted ? head * 0.5 : 0;
  return (
    <div className="scroll heat" tabIndex={0} role="region" aria-label={label}>
      <div style={{ minWidth: left + kept.length * SMALLEST + spare }}>
        <Plot height={head + kept.length * ROW} label={label}>
          {(width) => {
            const room = (width - left - spare) / kept.length;
            const cell = Math.min(LARGEST, Math.max(SMALLEST, room));
            return (
              <>
                {kept.map((place, j) => (
                  <ColumnName
                    key={place}
                    name={names[place] ?? ""}
                    x={left + (j + 0.5) * cell}
                    y={head - 6}
                    slanted={slanted}
                  />
                ))}
                {kept.map((row, i) => (
                  <g key={row} transform={`translate(0 ${head + i * ROW})`}>
                    <text x={left - 8} y={ROW / 2 + 4} textAnchor="end">
                      {cut(names[row] ?? "", left - 8)}
                      <title>{names[row]}</title>
                    </text>
                    {kept.map((column, j) => (
                      <Cell
                        key={column}
                        share={shares[row]?.[column] ?? null}
                        x={left + j * cell}
                        width={cell}
                        right={row === column}
                        hot={row !== column && (shares[row]?.[column] ?? 0) >= hot}
                      />
                    ))}
                  </g>
                ))}
              </>
            );
          }}
        </Plot>
      </div>
      {names.length > kept.length && (
        <p className="cap">{w.others(format.n(names.length - kept.length))}</p>
      )}
    </div>
  );
}

interface ColumnNameProps {
  name: string;
  x: number;
  y: number;
  slanted: boolean;
}

function ColumnName({ name, x, y, slanted }: ColumnNameProps) {
  return (
    <text
      transform={`translate(${x} ${y})${slanted ? " rotate(-42)" : ""}`}
      textAnchor={slanted ? "start" : "middle"}
    >
      {cut(name, 100)}
      <title>{name}</title>
    </text>
  );
}

interface CellProps {
  share: number | null;
  x: number;
  width: number;
  right: boolean;
  hot: boolean;
}

function Cell({ share, x, width, right, hot }: CellProps) {
  const percent = share === null ? "–" : share < 0.005 ? "·" : String(Math.round(share * 100));
  const shade = share === null ? 0 : Math.round(right ? share * 26 : Math.min(60, share * 170));
  return (
    <>
      <rect
        x={x + 1}
        y={1}
        width={width - 2}
        height={ROW - 2}
        rx={2}
        fill={`color-mix(in oklab, var(--heat) ${shade}%, var(--bg-sunken))`}
        stroke={hot ? "var(--bad)" : undefined}
        strokeWidth={hot ? 1.5 : undefined}
      />
      <text
        x={x + width / 2}
        y={ROW / 2 + 4}
        textAnchor="middle"
        className={hot ? "cell strong" : "cell"}
      >
        {percent}
      </text>
    </>
  );
}

/** Which classes to draw where there are too many: those that lose or attract most, in order. */
export function mostConfused(shares: (number[] | null)[], most: number): number[] {
  const all = shares.map((_, place) => place);
  if (all.length <= most) return all;
  const wrong = all.map((place) =>
    all.reduce(
      (sum, other) =>
        other === place ? sum : sum + (shares[place]?.[other] ?? 0) + (shares[other]?.[place] ?? 0),
      0,
    ),
  );
  const ranked = [...all].sort((a, b) => (wrong[b] ?? 0) - (wrong[a] ?? 0) || a - b);
  return ranked.slice(0, most).sort((a, b) => a - b);
}
