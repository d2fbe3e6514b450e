import { useEffect, useRef } from "react";
import type { Desk } from "../../../client/types";
import { useWords } from "../../../components/language";
import type { Taught } from "../state";
import { useNames } from "./useNames";
import { words } from "./words";

interface FeedbackProps {
  taught: Taught;
  question: Desk["schema"]["question"];
  onGoOn: () => void;
}

/** After a training question: what is right, and why; the next one waits until it is read. */
export function FeedbackView({ taught, question, onGoOn }: FeedbackProps) {
  const w = useWords(words);
  const names = useNames(question);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), [taught]);
  const { right, answers, reason } = taught.feedback;
  return (
    <section className="idle stack" aria-label={w.trainingAnswer}>
      <h2>{right ? w.wasRight : w.wasWrong}</h2>
      <p className="dim">{taught.item}</p>
      <p>
        {w.rightIs} <b>{names(answers[question.name] ?? [])}</b>
      </p>
      <p>{reason}</p>
      <p>
        <button ref={button} type="button" className="btn primary" onClick={onGoOn}>
          {w.goOn}
        </button>
      </p>
    </section>
  );
}
