import type { Question } from "../../../client/types";

/** Something marked with a class, on a picture or in a text. */
export interface Mark {
  id: string;
  label: string;
}

/** Six colours can be told apart by everybody; with more classes they repeat, the number goes on. */
const COLOURS = 6;

/** How a class is marked on data: a colour, and a sign that says the same without it. */
export interface MarkStyle {
  className: string;
  sign: string;
}

export function markOf({ classes }: Question, label: string): MarkStyle {
  const place = classes.findIndex((one) => one.key === label);
  if (place === -1) return { className: `k${COLOURS}`, sign: "?" };
  const sign = classes[place]?.hotkey?.toUpperCase() ?? String(place + 1);
  return { className: `k${(place % COLOURS) + 1}`, sign };
}

/** A name for a new region; Label Studio wants one that no other region of the answer has. */
export const newId = (): string => crypto.randomUUID().replaceAll("-", "").slice(0, 10);
