import type { Confidence } from "../../../client/types";
import { type Format, useFormat } from "../../../components/format";
import { useWords } from "../../../components/language";
import { Figure } from "../figures/Figure";
import { type Bin, ReliabilityPlot } from "../figures/ReliabilityPlot";
import { words } from "./words";

type Words = (typeof words)["en"];
type Promise = Confidence["calibrated"][number];

const CLOSE = 0.04; // calibration error above its floor that still counts as kept

/** What the confidence says against how often it was right; a "stop score" until calibrated. */
export function ConfidenceFigure({ confidence }: { confidence: Confidence }) {
  const w = useWords(words);
  const format = useFormat();
  const [title, sub] = findingOf(confidence, w.confidence, format);
  const bins = binsOf(confidence);
  const rows = (kind: string, promises: Promise[]) =>
    promises.map((one) => [
      w.confidence.kinds[kind] ?? kind,
      format.percent(one.promised),
      format.percent(one.right),
      one.low === null || one.high === null ? "–" : format.range(one.low, one.high),
      format.n(one.n),
    ]);
  const told = bins.map((bin) =>
    w.confidence.row(format.percent(bin.stated, 0), format.percent(bin.right, 0), format.n(bin.n)),
  );
  return (
    <Figure
      title={title}
      sub={sub}
      chosen={bins.length > 0}
      table={{
        caption: w.confidence.table,
        head: [w.confidence.score, w.confidence.promised, w.confidence.right, w.range, w.n],
        rows: [
          ...rows("stop_score", confidence.stop_score),
          ...rows("calibrated", confidence.calibrated),
        ],
      }}
    >
      {bins.length > 0 && (
        <ReliabilityPlot bins={bins} label={w.confidence.label(told.join("; "))} />
      )}
    </Figure>
  );
}

/** The ranges that are drawn: of the calibrated score where there is one. */
export function binsOf({ kind, stop_score, calibrated }: Confidence): Bin[] {
  const shown = kind === "calibrated" ? calibrated : stop_score;
  return shown.flatMap(({ promised, right, low, high, n }) =>
    low === null || high === null ? [] : [{ stated: promised, right, low, high, n }],
  );
}

/** The finding as a title, and what it rests on. */
export function findingOf(
  confidence: Confidence,
  w: Words["confidence"],
  format: Format,
): [string, string] {
  const { kind, error, floor, calibrated, n_checked, needed } = confidence;
  if (kind === "share") return [w.share, ""];
  if (kind === "stop_score") return [w.stop, w.stopSub(format.n(n_checked), format.n(needed))];
  if (error === null || floor === null) return [w.unknown, ""];
  const sub = w.sub(format.n(n_checked), format.points(error), format.points(floor));
  if (error <= floor + CLOSE) return [w.keeps, sub];
  const n = calibrated.reduce((sum, one) => sum + one.n, 0);
  const excess = calibrated.reduce((sum, one) => sum + one.n * (one.promised - one.right), 0) / n;
  const points = format.points(Math.abs(excess));
  return [excess > 0 ? w.tooSure(points) : w.tooShy(points), sub];
}
