import { type KeyboardEvent as Pressed, useId, useRef, useState } from "react";
import { useWords } from "../../../components/language";
import type { EditorProps } from "./contract";
import { complaint, readNumber, stepped } from "./numbers";
import { numberIn, withNumber } from "./question";
import { useEditorKeys } from "./useEditorKeys";
import { words } from "./words";

/** A number within its bounds: typed at once wherever the focus is. */
export default function NumberEditor(props: EditorProps) {
  const { question, item, value, keys, onChange, onSend } = props;
  const w = useWords(words);
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const known = numberIn(value)?.toString() ?? "";
  const [typed, setTyped] = useState({ handle: item.handle, text: known });
  if (typed.handle !== item.handle) setTyped({ handle: item.handle, text: known });
  const { text } = typed;
  const empty = text.trim() === "";
  const number = readNumber(text);
  const wrong = empty ? null : complaint(question, number);
  const type = (next: string) => {
    setTyped({ handle: item.handle, text: next });
    const read = readNumber(next);
    const fits = read !== null && complaint(question, read) === null;
    onChange(fits ? withNumber(question, read) : [], fits || next.trim() === "");
  };
  useEditorKeys(keys, (event) => {
    if (!/^[\d.,-]$/.test(event.key)) return false;
    field.current?.focus();
    type(text + event.key);
    return true;
  });
  const onKey = (event: Pressed) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter") onSend();
    else if (event.key === "ArrowUp") type(String(stepped(question, number, 1)));
    else if (event.key === "ArrowDown") type(String(stepped(question, number, -1)));
    else if (event.key === "Escape") field.current?.blur();
    else return;
    event.preventDefault();
  };
  return (
    <div className="number">
      <label htmlFor={id}>{w.number}</label>
      <input
        ref={field}
        id={id}
        className="input"
        type="text"
        inputMode={(question.minimum ?? -1) < 0 ? "text" : "decimal"}
        autoComplete="off"
        data-letters="free"
        value={text}
        aria-invalid={wrong !== null}
        aria-describedby={`${id}-note`}
        onChange={(event) => type(event.target.value)}
        onKeyDown={onKey}
      />
      <p id={`${id}-note`} className={wrong ? "err" : "cap"}>
        {wrong && `${w.numberWrong[wrong]} `}
        {w.bounds(question)}
      </p>
    </div>
  );
}
