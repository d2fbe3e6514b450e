import type { Question, Region } from "../../../client/types";
import { about } from "./question";

/** A marked stretch of a text. Places are counted in UTF-16 units, as the browser counts them. */
export interface Span {
  id: string;
  start: number;
  end: number;
  label: string;
}

export interface Stretch {
  start: number;
  end: number;
}

/** A piece of text that nothing begins or ends within, and the spans that lie over it. */
export interface Piece extends Stretch {
  text: string;
  over: Span[];
  picked: boolean;
}

/** Spans as the hub keeps them count characters (code points), as Label Studio and Python do. */
export function spansIn(result: Region[], text: string): Span[] {
  return result.flatMap((region) => {
    if (region.type !== "labels") return [];
    const { start, end, labels } = region.value;
    const from = unitsIn(text, start);
    const span = { id: region.id, start: from, end: unitsIn(text, end), label: labels[0] ?? "" };
    return span.start < span.end ? [span] : [];
  });
}

export function withSpans(question: Question, text: string, spans: Span[]): Region[] {
  return spans.map(({ id, start, end, label }) => ({
    ...about(question),
    id,
    type: "labels",
    value: {
      start: pointsIn(text.slice(0, start)),
      end: pointsIn(text.slice(0, end)),
      text: text.slice(start, end),
      labels: [label],
    },
  }));
}

const pointsIn = (text: string): number => Array.from(text).length;
const unitsIn = (text: string, points: number): number =>
  Array.from(text).slice(0, points).join("").length;

/** A stretch without the white space at its ends, or null where nothing is left. */
export function trimmed(text: string, { start, end }: Stretch): Stretch | null {
  const within = text.slice(start, end);
  const from = start + (within.length - within.trimStart().length);
  const to = end - (within.length - within.trimEnd().length);
  return from < to ? { start: from, end: to } : null;
}

/** Words, signs and numbers of a text, or its characters: what arrow keys and taps step over. */
export function stepsOf(text: string, by: "word" | "grapheme", language: string): Stretch[] {
  const segments = new Intl.Segmenter(language, { granularity: by }).segment(text);
  return Array.from(segments)
    .filter(({ segment }) => segment.trim() !== "")
    .map(({ segment, index }) => ({ start: index, end: index + segment.length }));
}

/** The step at a place of the text, or the first after it. */
export const stepAt = (steps: Stretch[], place: number): Stretch | undefined =>
  steps.find((step) => place < step.end);

export const around = (one: Stretch, other: Stretch): Stretch => ({
  start: Math.min(one.start, other.start),
  end: Math.max(one.end, other.end),
});

/** In which line under the text each span is drawn, so that those that overlap are all seen. */
export function lanesOf(spans: Span[]): Map<string, number> {
  const ends: number[] = [];
  const lanes = new Map<string, number>();
  for (const span of inOrder(spans)) {
    const free = ends.findIndex((end) => end <= span.start);
    const lane = free === -1 ? ends.length : free;
    ends[lane] = span.end;
    lanes.set(span.id, lane);
  }
  return lanes;
}

/** From the start of the text to its end, longer ones first. */
export const inOrder = (spans: Span[]): Span[] =>
  [...spans].sort((a, b) => a.start - b.start || b.end - a.end);

/** Cuts a text where a span or what is picked begins or ends. */
export function piecesOf(text: string, spans: Span[], picked: Stretch | null): Piece[] {
  const stretches = picked ? [...spans, picked] : spans;
  const cuts = new Set([0, text.length, ...stretches.flatMap(({ start, end }) => [start, end])]);
  const places = [...cuts].sort((a, b) => a - b);
  const lanes = lanesOf(spans);
  const deepest = (a: Span, b: Span) => (lanes.get(b.id) ?? 0) - (lanes.get(a.id) ?? 0);
  return places.slice(1).map((end, i) => {
    const start = places[i] ?? 0;
    const covers = (one: Stretch) => one.start <= start && end <= one.end;
    return {
      start,
      end,
      text: text.slice(start, end),
      over: spans.filter(covers).sort(deepest),
      picked: picked !== null && covers(picked),
    };
  });
}

/** The shortest span over a place: what somebody who points at it means. */
export function spanAt(spans: Span[], place: number): Span | undefined {
  const over = spans.filter(({ start, end }) => start <= place && place < end);
  return over.sort((a, b) => a.end - a.start - (b.end - b.start))[0];
}
