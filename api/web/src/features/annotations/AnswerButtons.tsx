import type { ChoiceClass } from "../../client/types";
import { nameIn, useLanguage, useWords } from "../../components/language";
import { inKeyOrder, isKeypad } from "./keys";
import { words } from "./words";

interface AnswerProps {
  classes: ChoiceClass[];
  /** The classes of an answer that was taken back. */
  previous: string[];
  disabled: boolean;
  /** `doubled`: the second half of a double click. */
  onChoose: (choice: ChoiceClass, doubled: boolean) => void;
}

/** The answers, in places that never change; each carries its key. */
export function AnswerButtons({ classes, previous, disabled, onChoose }: AnswerProps) {
  const w = useWords(words);
  const lang = useLanguage();
  const keypad = isKeypad(classes);
  const size = keypad ? "ten" : classes.length > 12 ? "many" : "";
  return (
    <div className={`answers ${size}`} role="group" aria-label={w.answers}>
      {inKeyOrder(classes).map((choice) => (
        <button
          key={choice.key}
          type="button"
          className={previous.includes(choice.key) ? "ans before" : "ans"}
          aria-pressed={previous.length > 0 ? previous.includes(choice.key) : undefined}
          aria-keyshortcuts={choice.hotkey ?? undefined}
          aria-disabled={disabled}
          onClick={(event) => onChoose(choice, event.detail > 1)}
        >
          {choice.hotkey && !keypad && <kbd aria-hidden="true">{choice.hotkey}</kbd>}
          <span className="name">{nameIn(lang, choice.names, choice.key)}</span>
        </button>
      ))}
    </div>
  );
}
