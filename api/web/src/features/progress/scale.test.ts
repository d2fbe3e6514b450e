import { expect, it } from "vitest";
import { band, path, scale, ticks } from "./scale";

it("gives round ticks that enclose the data", () => {
  expect(ticks(0.57, 0.97, 5)).toEqual([0.5, 0.6, 0.7, 0.8, 0.9, 1]);
  expect(ticks(0, 66, 5)).toEqual([0, 20, 40, 60, 80]);
  expect(ticks(0, 0, 5)[0]).toBe(0);
});

it("maps linearly, and a single value to the middle", () => {
  expect(scale(0, 10, 100, 200)(5)).toBe(150);
  expect(scale(3, 3, 0, 10)(3)).toBe(5);
});

it("closes a band along its lower line", () => {
  expect(path([[0, 1]])).toBe("M0.0 1.0");
  expect(
    band(
      [
        [0, 1],
        [2, 1],
      ],
      [
        [0, 3],
        [2, 3],
      ],
    ),
  ).toBe("M0.0 1.0L2.0 1.0L2.0 3.0L0.0 3.0Z");
});
