import type { ChoiceClass } from "../../client/types";
import { Dialog } from "../../components/Dialog";
import { nameIn, useLanguage, useWords } from "../../components/language";
import type { KeptAnswer } from "./outbox";
import { words } from "./words";

interface RefusedProps {
  answers: KeptAnswer[];
  classes: ChoiceClass[];
  onDismiss: (answer: KeptAnswer) => void;
  onClose: () => void;
}

/** Answers the hub refused: what was answered, to what, and why it was not taken. */
export function RefusedDialog({ answers, classes, onDismiss, onClose }: RefusedProps) {
  const w = useWords(words);
  const lang = useLanguage();
  const chosen = (answer: KeptAnswer) => {
    if (answer.kind !== "answer") return answer.kind === "skip" ? w.lastSkip : w.lastFlag;
    const key = answer.result[0]?.value.choices[0] ?? "";
    return nameIn(lang, classes.find((choice) => choice.key === key)?.names ?? {}, key);
  };
  return (
    <Dialog title={w.refusedTitle} onClose={onClose}>
      <p className="dim">{w.refusedWhy}</p>
      <ul className="refused">
        {answers.map((answer) => (
          <li key={answer.client_key}>
            <p>
              <b>{chosen(answer)}</b> <span className="dim">{answer.item}</span>
            </p>
            <p className="bad">
              {answer.refused?.title} {answer.refused?.detail}
            </p>
            <button type="button" className="btn" onClick={() => onDismiss(answer)}>
              {w.understood}
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
