import { describe, expect, it } from "vitest";
import { aQuestion } from "../../../testing/factories";
import { between, boxAt, boxesIn, moved, resized, withBoxes } from "./boxes";
import { bent, holds, polygonsIn, shifted, withPolygons } from "./polygons";

const question = aQuestion({ name: "q", to_name: "image", kind: "boxes" });
const box = (id: string, x: number, y: number, width: number, height: number) => ({
  ...{ id, x, y, width, height },
  label: "billing",
});

describe("boxes", () => {
  it("are written as Label Studio writes them, and read back", () => {
    const result = withBoxes(question, [box("a", 10, 20, 30, 15)], { width: 400, height: 300 });
    expect(result).toEqual([
      {
        from_name: "q",
        to_name: "image",
        id: "a",
        type: "rectanglelabels",
        original_width: 400,
        original_height: 300,
        image_rotation: 0,
        value: { x: 10, y: 20, width: 30, height: 15, rotation: 0, rectanglelabels: ["billing"] },
      },
    ]);
    expect(boxesIn(result)).toEqual([box("a", 10, 20, 30, 15)]);
  });

  it("are drawn from any corner and end at the picture's edge", () => {
    expect(between({ x: 40, y: 50 }, { x: -5, y: 120 })).toEqual({
      ...{ x: 0, y: 50, width: 40, height: 50 },
    });
  });

  it("stay within the picture while they move and grow", () => {
    expect(moved(box("a", 70, 0, 20, 10), { x: 50, y: -1 })).toMatchObject({ x: 80, y: 0 });
    expect(resized(box("a", 70, 0, 20, 10), { x: 50, y: -50 })).toMatchObject({
      ...{ width: 30, height: 0.2 },
    });
  });

  it("are told apart by the smallest under a pointer", () => {
    const boxes = [box("large", 0, 0, 90, 90), box("small", 10, 10, 5, 5)];
    expect(boxAt(boxes, { x: 12, y: 12 })?.id).toBe("small");
    expect(boxAt(boxes, { x: 95, y: 12 })).toBeUndefined();
  });
});

describe("outlines", () => {
  const triangle = {
    id: "t",
    label: "billing",
    points: [
      { x: 10, y: 10 },
      { x: 50, y: 10 },
      { x: 10, y: 50 },
    ],
  };

  it("are written as Label Studio writes them, and read back", () => {
    const result = withPolygons(question, [triangle], null);
    expect(result[0]).toMatchObject({
      type: "polygonlabels",
      value: {
        points: [
          [10, 10],
          [50, 10],
          [10, 50],
        ],
        polygonlabels: ["billing"],
      },
    });
    expect(polygonsIn(result)).toEqual([triangle]);
  });

  it("hold what lies inside", () => {
    expect(holds(triangle, { x: 20, y: 20 })).toBe(true);
    expect(holds(triangle, { x: 45, y: 45 })).toBe(false);
  });

  it("keep their form at the edge, and bend at a corner", () => {
    expect(shifted(triangle, { x: -30, y: 5 }).points).toEqual([
      { x: 0, y: 15 },
      { x: 40, y: 15 },
      { x: 0, y: 55 },
    ]);
    expect(bent(triangle, 1, { x: 120, y: 3 }).points[1]).toEqual({ x: 100, y: 3 });
  });
});
