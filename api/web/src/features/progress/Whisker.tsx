import { useFormat } from "../../components/format";
import { scale } from "./scale";

const WIDTH = 128;
const EDGE = 5;

interface WhiskerProps {
  value: number;
  low: number;
  high: number;
  /** The left end of the common scale, a share; the right end is 1. */
  from: number;
  /** A thin line for comparison, such as the mean of all. */
  mean: number | null;
  tone?: "bad" | "plain";
}

/** A point with its interval on a scale that all rows of a table share. */
export function Whisker({ value, low, high, from, mean, tone = "plain" }: WhiskerProps) {
  const format = useFormat();
  const x = scale(from, 1, EDGE, WIDTH - EDGE);
  const colour = tone === "bad" ? "var(--bad)" : "var(--plot-main)";
  const ends = `M${x(low)} 9H${x(high)}M${x(low)} 5V13M${x(high)} 5V13`;
  return (
    <svg className="whisk" role="img" aria-label={format.range(low, high)}>
      {mean !== null && <path d={`M${x(mean)} 0V18`} stroke="var(--line-ctl)" />}
      <path d={ends} stroke={colour} strokeWidth="1.5" />
      <circle cx={x(value)} cy={9} r="3.5" fill={colour} />
    </svg>
  );
}

/** The left end of a scale that holds every low, in steps of ten points. */
export const whiskerFrom = (lows: number[]): number =>
  Math.max(0, Math.floor(Math.min(0.9, ...lows) * 10) / 10);
