import type { Question, Region } from "../../client/types";
import { type Language, nameIn } from "../../components/language";

const MOST_CHARACTERS = 60;

/** What a region says, in a few words: names of classes as the buttons carry them. */
function said(lang: Language, questions: Question[], region: Region): string {
  const question = questions.find((one) => one.name === region.from_name);
  const name = (key: string) =>
    nameIn(lang, question?.classes.find((one) => one.key === key)?.names ?? {}, key);
  switch (region.type) {
    case "choices":
      return region.value.choices.map(name).join(", ");
    case "rating":
      return `${region.value.rating} ★`;
    case "number":
      return String(region.value.number);
    case "textarea":
      return [region.value.text].flat().join(" ");
    case "pairwise":
      return SIDES[lang][region.value.selected];
    case "labels":
      return `${region.value.labels.map(name).join(", ")} “${region.value.text ?? ""}”`;
    case "rectanglelabels":
      return region.value.rectanglelabels.map(name).join(", ");
    case "polygonlabels":
      return region.value.polygonlabels.map(name).join(", ");
  }
}

const SIDES = {
  en: { left: "left", right: "right" },
  zh: { left: "左边", right: "右边" },
};

/** An answer in one line. */
export function inWords(lang: Language, questions: Question[], result: Region[]): string {
  const line = result.map((region) => said(lang, questions, region)).join(" · ");
  if (line === "") return lang === "zh" ? "（无）" : "(nothing)";
  return line.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS)}…` : line;
}

/** An item in a few words. */
export function briefly(data: Record<string, unknown>): string {
  const words = Object.values(data).filter((value) => typeof value === "string");
  return words.join(" · ").slice(0, 120);
}
