/** Maps a number of the data to a pixel. */
export type Scale = (value: number) => number;

export const scale =
  (d0: number, d1: number, r0: number, r1: number): Scale =>
  (value) =>
    d1 === d0 ? (r0 + r1) / 2 : r0 + ((value - d0) / (d1 - d0)) * (r1 - r0);

export type Point = [x: number, y: number];

export const path = (points: Point[]): string =>
  points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

/** The closed outline between an upper and a lower line. */
export const band = (upper: Point[], lower: Point[]): string =>
  `${path(upper)}${path([...lower].reverse()).replace("M", "L")}Z`;

const STEPS = [1, 2, 2.5, 5, 10];

/** Round ticks that enclose low…high: `count` or a few more of them. */
export function ticks(low: number, high: number, count: number): number[] {
  const raw = (high - low || Math.abs(high) || 1) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = (STEPS.find((s) => s * power >= raw * 0.999) ?? 10) * power;
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  return Array.from({ length: Math.max(last - first, 1) + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}
