import { describe, expect, it } from "vitest";
import { complaint, readNumber, stepped } from "./numbers";

const bounds = { minimum: 0.5, maximum: 3, step: 0.1 };

describe("a number as it is typed", () => {
  it.each([
    ["3", 3],
    ["-2,5", -2.5],
    [".5", 0.5],
    ["１２", 12],
    ["1e5", null],
    ["1.000,5", null],
    ["", null],
  ])("%j is %s", (text, number) => {
    expect(readNumber(text)).toBe(number);
  });
});

describe("bounds", () => {
  it.each([
    [0.4, "too_small"],
    [3.1, "too_large"],
    [0.55, "off_step"],
    [0.8, null],
    [null, "unreadable"],
  ])("%s: %s", (number, wrong) => {
    expect(complaint(bounds, number)).toBe(wrong);
  });

  it("hold a step up or down, which starts at the least", () => {
    expect(stepped(bounds, null, 1)).toBe(0.5);
    expect(stepped(bounds, 0.7, 1)).toBe(0.8);
    expect(stepped(bounds, 3, 1)).toBe(3);
    expect(stepped({ minimum: null, maximum: null, step: null }, 2, -1)).toBe(1);
  });
});
