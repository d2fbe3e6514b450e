import { preference } from "../../components/preferences";
import type { ChoiceClass } from "../../client/types";

/** Single keys can be switched off (WCAG 2.1.4): speech input would otherwise answer by accident. */
export const singleKeys = preference<"on" | "off">("keys", ["on", "off"], () => "on");

export type Command = "undo" | "skip" | "flag" | "recent" | "guideline" | "sheet";

const COMMANDS: Record<string, Command> = {
  z: "undo",
  s: "skip",
  w: "flag",
  e: "recent",
  g: "guideline",
  "?": "sheet",
};

/** True where a key belongs to something else: a field, an input method, a browser command. */
export function inField(event: KeyboardEvent): boolean {
  const composing = event.isComposing || event.key === "Process";
  const { target } = event;
  const field =
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName)) &&
    // A field for numbers has no use for letters.
    !(target.dataset.letters === "free" && /^[a-z?]$/i.test(event.key));
  return composing || field || event.ctrlKey || event.altKey || event.metaKey;
}

/** The same for a key that acts once, however long it is held. */
export const belongsElsewhere = (event: KeyboardEvent): boolean =>
  event.repeat || event.defaultPrevented || inField(event);

export const commandOf = (event: KeyboardEvent): Command | undefined =>
  COMMANDS[event.key.toLowerCase()];

export const classOf = (event: KeyboardEvent, classes: ChoiceClass[]): ChoiceClass | undefined =>
  classes.find((choice) => choice.hotkey?.toLowerCase() === event.key.toLowerCase());

/** Where every class is its own digit, the buttons stand as the keys do: 1 … 9, 0. */
export function inKeyOrder(classes: ChoiceClass[]): ChoiceClass[] {
  if (!isKeypad(classes)) return classes;
  const place = (choice: ChoiceClass) => (choice.key === "0" ? 10 : Number(choice.key));
  return [...classes].sort((a, b) => place(a) - place(b));
}

export const isKeypad = (classes: ChoiceClass[]): boolean =>
  classes.length > 6 &&
  classes.every((choice) => /^\d$/.test(choice.key) && choice.hotkey === choice.key);
