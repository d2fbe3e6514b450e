import type { ComponentType } from "react";
import type { Assignment, Question, Region, ShownObject } from "../../../client/types";
import { useWords } from "../../../components/language";
import type { EditorProps } from "./contract";
import { SubmitRow } from "./SubmitRow";
import { words } from "./words";

interface OneProps extends Omit<EditorProps, "item" | "objects"> {
  editor: ComponentType<EditorProps>;
  item: Assignment;
  objects: ShownObject[];
  /** Whether it is asked beside others, and has to say which one it is. */
  titled: boolean;
  onActive: () => void;
}

/** One question and its editor; touching or focusing it gives it the keys. */
export function OneQuestion({ editor: Editor, titled, onActive, ...rest }: OneProps) {
  const { question, keys } = rest;
  const asked = <Editor {...rest} />;
  if (!titled) return asked;
  return (
    <section
      className={keys ? "one active" : "one"}
      aria-label={question.title || question.name}
      onPointerDownCapture={onActive}
      onFocusCapture={onActive}
    >
      <h3>{question.title || question.name}</h3>
      {asked}
    </section>
  );
}

interface SendingProps {
  questions: Question[];
  /** Those that still need an answer. */
  open: Question[];
  ready: boolean;
  value: Region[];
  onSubmit: () => void;
}

/** Says what is missing, or what is about to be sent. */
export function Sending({ questions, open, ready, value, onSubmit }: SendingProps) {
  const w = useWords(words);
  const alone = questions.length === 1;
  const names = open.map((one) => one.title || one.name).join(", ");
  const marking = questions.some((one) => one.max_regions !== null);
  const note =
    open.length > 0
      ? alone
        ? w.stillEmpty
        : w.stillOpen(names)
      : value.length === 0
        ? w.givesNothing
        : alone && marking
          ? w.willSend(value.length)
          : "";
  const typed = questions.some((one) => one.kind === "text");
  return <SubmitRow note={note} ready={ready} keyName={typed ? "Ctrl ⏎" : "⏎"} {...{ onSubmit }} />;
}
