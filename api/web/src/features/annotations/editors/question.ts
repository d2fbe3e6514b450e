import type { Question, Region } from "../../../client/types";

export type Kind = Question["kind"];

/** Kinds whose answer is drawn upon the item, or beside its halves: the editor shows it itself. */
const ON_ITEM = new Set<Kind>(["spans", "boxes", "polygons", "pair"]);
export const drawsOnItem = (question: Question): boolean => ON_ITEM.has(question.kind);

/** Kinds that one key answers: they are sent at once. */
const AT_ONCE = new Set<Kind>(["choice", "rating", "pair"]);
export const sendsAtOnce = (question: Question): boolean => AT_ONCE.has(question.kind);

/** Whether a question is answered, or need not be. */
export const isComplete = (question: Question, value: Region[]): boolean =>
  !question.required || value.length > 0;

/** The regions of a result that answer this question. */
export const answerTo = (question: Question, result: Region[]): Region[] =>
  result.filter((region) => region.from_name === question.name);

/** What every region of this question carries besides its value. */
export const about = ({ name, to_name }: Question) => ({ from_name: name, to_name });

export const chosenIn = (result: Region[]): string[] =>
  result.flatMap((region) => (region.type === "choices" ? region.value.choices : []));

export function withChoices(question: Question, keys: string[]): Region[] {
  if (keys.length === 0) return [];
  return [{ ...about(question), type: "choices", value: { choices: keys } }];
}

export const ratingIn = (result: Region[]): number | null =>
  result.find((region) => region.type === "rating")?.value.rating ?? null;

export const withRating = (question: Question, rating: number): Region[] => [
  { ...about(question), type: "rating", value: { rating } },
];

export const numberIn = (result: Region[]): number | null =>
  result.find((region) => region.type === "number")?.value.number ?? null;

export const withNumber = (question: Question, number: number): Region[] => [
  { ...about(question), type: "number", value: { number } },
];

export function textIn(result: Region[]): string {
  const text = result.find((region) => region.type === "textarea")?.value.text ?? "";
  return typeof text === "string" ? text : text.join("\n");
}

export function withText(question: Question, text: string): Region[] {
  if (text === "") return [];
  return [{ ...about(question), type: "textarea", value: { text: [text] } }];
}

export type Side = "left" | "right";

export const sideIn = (result: Region[]): Side | null =>
  result.find((region) => region.type === "pairwise")?.value.selected ?? null;

export const withSide = (question: Question, selected: Side): Region[] => [
  { ...about(question), type: "pairwise", value: { selected } },
];
