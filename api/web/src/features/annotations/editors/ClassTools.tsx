import type { ReactNode } from "react";
import type { Question } from "../../../client/types";
import { nameIn, useLanguage, useWords } from "../../../components/language";
import { markOf } from "./marks";
import { words } from "./words";

interface ToolsProps {
  question: Question;
  /** The class that the next mark gets. */
  tool: string;
  onPick: (label: string) => void;
  /** What else can be done, by touch too. */
  children?: ReactNode;
}

/** The classes as tools. A press leaves the focus, and what is selected in a text, where they are. */
export function ClassTools({ question, tool, onPick, children }: ToolsProps) {
  const w = useWords(words);
  const lang = useLanguage();
  return (
    <div className="class-tools">
      <div className="row tight" role="group" aria-label={w.classes}>
        {question.classes.map(({ key, names, hotkey }) => {
          const { className, sign } = markOf(question, key);
          return (
            <button
              key={key}
              type="button"
              className={`lab ${className}`}
              aria-pressed={tool === key}
              aria-keyshortcuts={hotkey ?? undefined}
              onPointerDown={(event) => event.preventDefault()}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => onPick(key)}
            >
              <span className="cls" aria-hidden="true">
                {sign}
              </span>
              {nameIn(lang, names, key)}
            </button>
          );
        })}
      </div>
      {children}
    </div>
  );
}
