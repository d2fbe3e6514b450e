import { describe, expect, it } from "vitest";
import { aBusyProject, aCurvePoint, aNewProject } from "../../testing/factories";
import { compareAtSameMoney, estimateAt, holdsOf, meanAgreement } from "./findings";

describe("comparing two curves", () => {
  it("takes both at the money both have spent", () => {
    const ours = [aCurvePoint(100, 0.8, 0.04), aCurvePoint(200, 0.9, 0.03)];
    const theirs = [aCurvePoint(100, 0.7, 0.04), aCurvePoint(150, 0.72, 0.04)];
    const compared = compareAtSameMoney(ours, theirs);
    expect(compared?.spend).toBe(7_500_000);
    expect(compared?.ours.value).toBeCloseTo(0.85);
    expect(compared?.ahead.value).toBeCloseTo(0.13);
  });

  it("adds the half widths in squares", () => {
    const compared = compareAtSameMoney([aCurvePoint(1, 0.8, 0.03)], [aCurvePoint(1, 0.7, 0.04)]);
    expect(compared?.ahead.low).toBeCloseTo(0.05);
    expect(compared?.ahead.high).toBeCloseTo(0.15);
  });

  it("is undefined where one has no point yet", () => {
    expect(compareAtSameMoney([], [aCurvePoint(1, 0.7, 0.1)])).toBeNull();
    expect(estimateAt([aCurvePoint(10, 0.7, 0.1)], 1)).toBeNull();
  });
});

describe("what holds a project back", () => {
  it("puts a spent budget first", () => {
    const busy = aBusyProject();
    busy.money.cap_micros = 4_800_000;
    expect(holdsOf(busy).map((hold) => hold.kind)).toEqual([
      "budget_spent",
      "inconclusive",
      "disputed",
      "weak_annotator",
    ]);
  });

  it("ends with what is wrong with the known items", () => {
    const alert = {
      code: "gold_low",
      text: "3 active gold items, fewer than the 20 of the policy.",
    };
    const project = { ...aNewProject(), alerts: [alert] };
    expect(holdsOf(project).at(-1)).toEqual({ kind: "alert", ...alert });
  });

  it("finds nothing but the missing model in a new project", () => {
    expect(holdsOf(aNewProject())).toEqual([{ kind: "no_model" }]);
  });
});

it("weighs the mean agreement by answers compared", () => {
  expect(meanAgreement(aBusyProject().annotators)).toBeCloseTo((0.95 * 50 + 0.6 * 40) / 90);
  expect(meanAgreement([])).toBeNull();
});
