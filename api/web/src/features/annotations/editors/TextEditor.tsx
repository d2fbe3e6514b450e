import { type KeyboardEvent as Pressed, useEffect, useEffectEvent, useId, useRef } from "react";
import { useWords } from "../../../components/language";
import type { EditorProps } from "./contract";
import { textIn, withText } from "./question";
import { useEditorKeys } from "./useEditorKeys";
import { words } from "./words";

/** Own words. Enter is a new line, and belongs to an input method while one composes. */
export default function TextEditor({ question, value, keys, onChange, onSend }: EditorProps) {
  const w = useWords(words);
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const most = question.max_characters;
  // On a touch screen a focused field would cover half the item with a keyboard.
  const begin = useEffectEvent(() => {
    if (keys && !matchMedia("(pointer: coarse)").matches) field.current?.focus();
  });
  useEffect(() => begin(), []);
  useEditorKeys(keys, (event) => {
    if (event.key.toLowerCase() !== "t" || event.repeat) return false;
    field.current?.focus();
    return true;
  });
  const onKey = (event: Pressed) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Escape") field.current?.blur();
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) onSend();
    else return;
    event.preventDefault();
  };
  const change = (text: string) =>
    onChange(withText(question, text), text === "" || text.trim() !== "");
  return (
    <div className="own-text">
      <label htmlFor={id}>{w.text}</label>
      <textarea
        ref={field}
        id={id}
        className="input"
        rows={4}
        maxLength={most ?? undefined}
        aria-keyshortcuts="T"
        aria-describedby={`${id}-keys`}
        value={textIn(value)}
        onChange={(event) => change(event.target.value)}
        onKeyDown={onKey}
      />
      <p id={`${id}-keys`} className="cap only-l">
        {w.textKeys}
      </p>
    </div>
  );
}
