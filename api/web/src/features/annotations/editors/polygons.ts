import type { Question, Region } from "../../../client/types";
import type { PictureSize, Point } from "./boxes";
import { about } from "./question";

/** An outline on a picture: its corners in turn, in per cent of the picture's sides. */
export interface Polygon {
  id: string;
  points: Point[];
  label: string;
}

const WHOLE = 100;
export const LEAST_CORNERS = 3;

export function polygonsIn(result: Region[]): Polygon[] {
  return result.flatMap((region) => {
    if (region.type !== "polygonlabels") return [];
    const { points, polygonlabels } = region.value;
    const corners = points.map(([x = 0, y = 0]) => ({ x, y }));
    return [{ id: region.id, points: corners, label: polygonlabels[0] ?? "" }];
  });
}

export function withPolygons(
  question: Question,
  polygons: Polygon[],
  size: PictureSize | null,
): Region[] {
  const picture = size && { original_width: size.width, original_height: size.height };
  return polygons.map(({ id, label, points }) => ({
    ...about(question),
    id,
    type: "polygonlabels",
    ...picture,
    image_rotation: 0,
    value: { points: points.map(({ x, y }) => [x, y]), polygonlabels: [label] },
  }));
}

const clamp = (value: number): number => Math.min(WHOLE, Math.max(0, value));
const rounded = (value: number): number => Math.round(value * 100) / 100;

/** A point within the picture. */
export const within = ({ x, y }: Point): Point => ({ x: rounded(clamp(x)), y: rounded(clamp(y)) });

/** Moves an outline as far as the picture goes, without bending it. */
export function shifted(polygon: Polygon, by: Point): Polygon {
  const xs = polygon.points.map((point) => point.x);
  const ys = polygon.points.map((point) => point.y);
  const x = Math.min(WHOLE - Math.max(...xs), Math.max(-Math.min(...xs), by.x));
  const y = Math.min(WHOLE - Math.max(...ys), Math.max(-Math.min(...ys), by.y));
  return { ...polygon, points: polygon.points.map((p) => within({ x: p.x + x, y: p.y + y })) };
}

/** Puts one corner elsewhere. */
export const bent = (polygon: Polygon, corner: number, to: Point): Polygon => ({
  ...polygon,
  points: polygon.points.map((point, i) => (i === corner ? within(to) : point)),
});

/** Whether a point lies inside: a ray to the right crosses the outline an odd number of times. */
export function holds({ points }: Polygon, { x, y }: Point): boolean {
  return points.reduce((inside, a, i) => {
    const b = points[(i + 1) % points.length] ?? a;
    const crosses = a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x;
    return crosses ? !inside : inside;
  }, false);
}

/** How near two points are, in per cent. */
export const apart = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);
