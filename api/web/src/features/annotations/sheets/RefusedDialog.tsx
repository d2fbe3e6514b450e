import type { Question } from "../../../client/types";
import { Dialog } from "../../../components/Dialog";
import { useLanguage, useWords } from "../../../components/language";
import type { KeptAnswer } from "../outbox";
import { inWords } from "../said";
import { words as page } from "../words";
import { words } from "./words";

interface RefusedProps {
  answers: KeptAnswer[];
  questions: Question[];
  onDismiss: (answer: KeptAnswer) => void;
  onClose: () => void;
}

/** Answers the hub refused: what was answered, to what, and why it was not taken. */
export function RefusedDialog({ answers, questions, onDismiss, onClose }: RefusedProps) {
  const w = useWords(words);
  const p = useWords(page);
  const lang = useLanguage();
  const chosen = (answer: KeptAnswer) => {
    if (answer.kind !== "answer") return answer.kind === "skip" ? p.lastSkip : p.lastFlag;
    return inWords(lang, questions, answer.result);
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
