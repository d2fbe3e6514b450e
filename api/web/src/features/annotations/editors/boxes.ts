import type { Question, Region } from "../../../client/types";
import { about } from "./question";

/** A rectangle on a picture, in per cent of its sides. */
export interface Box {
  id: string;
  x: number;
  y: number;
  width: number;
  height: number;
  label: string;
}

export interface Point {
  x: number;
  y: number;
}

/** The size of a picture in its own pixels. */
export interface PictureSize {
  width: number;
  height: number;
}

const WHOLE = 100;
const SMALLEST = 0.2;

export function boxesIn(result: Region[]): Box[] {
  return result.flatMap((region) => {
    if (region.type !== "rectanglelabels") return [];
    const { x, y, width, height, rectanglelabels } = region.value;
    return [{ id: region.id, x, y, width, height, label: rectanglelabels[0] ?? "" }];
  });
}

export function withBoxes(question: Question, boxes: Box[], size: PictureSize | null): Region[] {
  const picture = size && { original_width: size.width, original_height: size.height };
  return boxes.map(({ id, label, ...place }) => ({
    ...about(question),
    id,
    type: "rectanglelabels",
    ...picture,
    image_rotation: 0,
    value: { ...place, rotation: 0, rectanglelabels: [label] },
  }));
}

const clamp = (value: number, low: number, high: number): number =>
  Math.min(high, Math.max(low, value));
/** A hundredth of a per cent is below a pixel of any picture; more digits would only be noise. */
const rounded = (value: number): number => Math.round(value * 100) / 100;

/** The rectangle between two corners. */
export function between(a: Point, b: Point): Omit<Box, "id" | "label"> {
  const [left, right] = [Math.min(a.x, b.x), Math.max(a.x, b.x)].map((x) => clamp(x, 0, WHOLE));
  const [top, bottom] = [Math.min(a.y, b.y), Math.max(a.y, b.y)].map((y) => clamp(y, 0, WHOLE));
  const [x, y] = [rounded(left ?? 0), rounded(top ?? 0)];
  return { x, y, width: rounded((right ?? 0) - x), height: rounded((bottom ?? 0) - y) };
}

/** Moves a box as far as the picture goes. */
export const moved = <T extends Box>(box: T, by: Point): T => ({
  ...box,
  x: rounded(clamp(box.x + by.x, 0, WHOLE - box.width)),
  y: rounded(clamp(box.y + by.y, 0, WHOLE - box.height)),
});

/** Moves the lower right corner; the upper left one stays. */
export const resized = (box: Box, by: Point): Box => ({
  ...box,
  width: rounded(clamp(box.width + by.x, SMALLEST, WHOLE - box.x)),
  height: rounded(clamp(box.height + by.y, SMALLEST, WHOLE - box.y)),
});

/** The corners, clockwise from the upper left; the one opposite to n is n + 2. */
export const cornersOf = ({ x, y, width, height }: Box): Point[] => [
  { x, y },
  { x: x + width, y },
  { x: x + width, y: y + height },
  { x, y: y + height },
];

/** The smallest box over a point: what somebody who points at it means. */
export function boxAt(boxes: Box[], { x, y }: Point): Box | undefined {
  const over = boxes.filter(
    (box) => box.x <= x && x <= box.x + box.width && box.y <= y && y <= box.y + box.height,
  );
  return over.sort((a, b) => a.width * a.height - b.width * b.height)[0];
}

/** How far one press of an arrow goes, in per cent; held down it goes further. */
const FINE = 0.25;
const COARSE = 1;
const ARROWS: Partial<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

/** Where an arrow key pushes to, and how far; nothing for another key. */
export function arrowOf({ key, repeat }: KeyboardEvent): Point | null {
  const way = ARROWS[key];
  const far = repeat ? COARSE : FINE;
  return way ? { x: way.x * far, y: way.y * far } : null;
}
