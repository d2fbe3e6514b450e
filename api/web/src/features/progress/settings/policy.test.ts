import { expect, it } from "vitest";
import { changes, draftOf, type Settings, settingsOf } from "./policy";

const settings: Settings = {
  strategy: "auto",
  random_share: 0.1,
  target: { accuracy: null, class_recall: null },
  learning: { scheduler: "advise" },
  autolabel: { enabled: false, precision: 0.95, delta: 0.05, scope: "pooled" },
};

it("a draft that nobody touched changes nothing", () => {
  const odd = { ...settings, target: { accuracy: 0.97, class_recall: 0.905 } };
  expect(draftOf(odd).accuracy).toBe("97");
  expect(draftOf(odd).classRecall).toBe("90.5");
  expect(changes(odd, settingsOf(draftOf(odd), odd))).toEqual({});
});

it("sends what differs, and of its section nothing else", () => {
  const draft = {
    ...draftOf(settings),
    accuracy: "97",
    confidence: "99",
    scheduler: "act" as const,
  };
  expect(changes(settings, settingsOf(draft, settings))).toEqual({
    target: { accuracy: 0.97 },
    learning: { scheduler: "act" },
    autolabel: { delta: 0.01 },
  });
});

it("an empty target is none, an empty share stays as it was", () => {
  const aimed = { ...settings, target: { accuracy: 0.9, class_recall: null } };
  const draft = { ...draftOf(aimed), accuracy: "", randomShare: "" };
  expect(changes(aimed, settingsOf(draft, aimed))).toEqual({ target: { accuracy: null } });
});
