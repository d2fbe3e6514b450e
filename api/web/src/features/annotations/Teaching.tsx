import { useEffect, useRef } from "react";
import type { Assignment, Desk } from "../../client/types";
import { nameIn, useLanguage, useWords } from "../../components/language";
import type { Taught } from "./state";
import { words } from "./words";

/** Says what kind of question this is, where that is no secret. */
export function KindNote({ kind }: { kind: Assignment["kind"] }) {
  const w = useWords(words);
  if (kind === "work") return null;
  return <p className="notice">{kind === "training" ? w.training : w.test}</p>;
}

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

/** Returns what writes class keys as the names that the buttons carry. */
export function useNames(
  question: Desk["schema"]["question"] | undefined,
): (keys: string[]) => string {
  const lang = useLanguage();
  return (keys) =>
    keys
      .map((key) => {
        const found = question?.classes.find((choice) => choice.key === key);
        return found ? nameIn(lang, found.names, key) : key;
      })
      .join(" / ");
}
