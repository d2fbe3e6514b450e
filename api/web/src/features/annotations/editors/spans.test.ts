import { describe, expect, it } from "vitest";
import { aQuestion } from "../../../testing/factories";
import { lanesOf, piecesOf, spanAt, spansIn, stepAt, stepsOf, trimmed, withSpans } from "./spans";

const question = aQuestion({ name: "q", kind: "spans" });
const span = (id: string, start: number, end: number) => ({ id, start, end, label: "billing" });

describe("places in a text", () => {
  it("are characters at the hub and UTF-16 units here", () => {
    const text = "🚢 Ada";
    const [region] = withSpans(question, text, [span("a", 3, 6)]);
    expect(region).toMatchObject({
      type: "labels",
      value: { start: 2, end: 5, text: "Ada", labels: ["billing"] },
    });
    expect(spansIn(region ? [region] : [], text)).toEqual([span("a", 3, 6)]);
  });

  it("leave white space at the ends outside", () => {
    expect(trimmed("a  b c", { start: 1, end: 5 })).toEqual({ start: 3, end: 4 });
    expect(trimmed("a  b", { start: 1, end: 3 })).toBeNull();
  });
});

describe("steps", () => {
  it("go over words and signs, in Chinese too", () => {
    expect(stepsOf("Hi, Ada", "word", "en")).toEqual([
      { start: 0, end: 2 },
      { start: 2, end: 3 },
      { start: 4, end: 7 },
    ]);
    expect(stepsOf("北京 好", "word", "zh").map(({ end }) => end)).toEqual([2, 4]);
  });

  it("go over characters as people see them", () => {
    expect(stepsOf("e\u0301🚢", "grapheme", "en")).toEqual([
      { start: 0, end: 2 },
      { start: 2, end: 4 },
    ]);
  });

  it("are found from any place within them", () => {
    const steps = stepsOf("one two", "word", "en");
    expect(stepAt(steps, 5)).toEqual({ start: 4, end: 7 });
    expect(stepAt(steps, 3)).toEqual({ start: 4, end: 7 });
  });
});

describe("spans that overlap", () => {
  const spans = [span("long", 0, 10), span("within", 2, 5), span("after", 5, 12)];

  it("are drawn in lines of their own", () => {
    expect([...lanesOf(spans)]).toEqual([
      ["long", 0],
      ["within", 1],
      ["after", 1],
    ]);
  });

  it("cut the text into pieces that say what lies over them", () => {
    const pieces = piecesOf("abcdefghijklmn", spans, { start: 3, end: 4 });
    expect(pieces.map(({ text, over }) => [text, over.map(({ id }) => id)])).toEqual([
      ["ab", ["long"]],
      ["c", ["within", "long"]],
      ["d", ["within", "long"]],
      ["e", ["within", "long"]],
      ["fghij", ["after", "long"]],
      ["kl", ["after"]],
      ["mn", []],
    ]);
    expect(pieces.map(({ picked }) => picked).indexOf(true)).toBe(2);
  });

  it("are told apart by the shortest at a place", () => {
    expect(spanAt(spans, 3)?.id).toBe("within");
    expect(spanAt(spans, 12)).toBeUndefined();
  });
});
