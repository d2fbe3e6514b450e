import { type ReactNode, useRef } from "react";
import type { Question } from "../../../client/types";
import { nameIn, useLanguage, useWords } from "../../../components/language";
import { type Mark, markOf } from "./marks";
import { words } from "./words";

interface ListProps<M extends Mark> {
  question: Question;
  title: string;
  empty: ReactNode;
  marks: M[];
  selected: string | null;
  /** What is marked, in a few words. */
  say: (mark: M) => string;
  onSelect: (id: string) => void;
  onRemove: (id: string) => void;
}

/** Everything marked, as a list: for the keyboard, for a screen reader, and to see what is there. */
export function MarkList<M extends Mark>(props: ListProps<M>) {
  const { question, title, empty, marks, selected, say, onSelect, onRemove } = props;
  const w = useWords(words);
  const lang = useLanguage();
  const list = useRef<HTMLOListElement>(null);
  const remove = (id: string, i: number) => {
    const next = list.current?.querySelectorAll<HTMLElement>("button.pick")[i + 1];
    (next ?? list.current)?.focus();
    onRemove(id);
  };
  return (
    <section className="mark-list" aria-label={title}>
      <h3>
        {title} <span className="count">{marks.length}</span>
      </h3>
      {marks.length === 0 && <p className="cap">{empty}</p>}
      <ol ref={list} tabIndex={-1}>
        {marks.map((mark, i) => {
          const { className, sign } = markOf(question, mark.label);
          const found = question.classes.find(({ key }) => key === mark.label);
          const name = nameIn(lang, found?.names ?? {}, mark.label);
          return (
            <li key={mark.id}>
              <button
                type="button"
                className="pick"
                aria-pressed={mark.id === selected}
                onFocus={() => onSelect(mark.id)}
                onClick={() => onSelect(mark.id)}
              >
                <span className={`cls ${className}`} aria-hidden="true">
                  {sign}
                </span>
                <span className="name">{name}</span> <span className="cap">{say(mark)}</span>
              </button>
              <button
                type="button"
                className="x"
                aria-label={w.remove(i + 1, name, say(mark))}
                onClick={() => remove(mark.id, i)}
              >
                ✕
              </button>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
