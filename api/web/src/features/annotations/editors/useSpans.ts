import { useMemo, useState } from "react";
import type { Question, Region } from "../../../client/types";
import { newId } from "./marks";
import {
  around,
  inOrder,
  type Span,
  spanAt,
  spansIn,
  stepAt,
  stepsOf,
  type Stretch,
  trimmed,
  withSpans,
} from "./spans";

/** What is picked: the step where it began, and the one that arrow keys move. */
interface Cursor {
  from: Stretch;
  to: Stretch;
  /** False where it only remembers the place to go on from. */
  live: boolean;
}

interface SpansProps {
  question: Question;
  text: string;
  value: Region[];
  lang: string;
  onChange: (value: Region[]) => void;
}

/** Spans of a text, and what one does to them: pick, lay a class on, stretch, remove. */
export function useSpans({ question, text, value, lang, onChange }: SpansProps) {
  const [cursor, setCursor] = useState<Cursor | null>(null);
  const [selected, setSelected] = useState<string | null>(null);
  const [byCharacter, setByCharacter] = useState(false);
  const spans = useMemo(() => inOrder(spansIn(value, text)), [value, text]);
  const steps = useMemo(
    () => stepsOf(text, byCharacter ? "grapheme" : "word", lang),
    [text, byCharacter, lang],
  );
  const put = (next: Span[]) => onChange(withSpans(question, text, inOrder(next)));
  const picked = cursor?.live ? around(cursor.from, cursor.to) : null;

  const select = (id: string) => {
    const span = spans.find((one) => one.id === id);
    if (!span || id === selected) return;
    setSelected(id);
    setCursor({ from: span, to: span, live: false });
  };

  const mark = (stretch: Stretch, label: string) => {
    const within = trimmed(text, stretch);
    if (!within || spans.length >= (question.max_regions ?? Infinity)) return;
    const same = spans.find(
      (one) => one.start === within.start && one.end === within.end && one.label === label,
    );
    const id = same?.id ?? newId();
    if (!same) put([...spans, { id, ...within, label }]);
    setSelected(id);
    setCursor({ from: within, to: within, live: false });
  };

  /** Lays a class on what is picked or dragged over; else gives it to the span selected. */
  const label = (key: string, dragged: Stretch | null) => {
    const stretch = dragged ?? picked;
    if (stretch) mark(stretch, key);
    else if (selected !== null)
      put(spans.map((one) => (one.id === selected ? { ...one, label: key } : one)));
  };

  /** Goes a step on; `stretch` keeps the other end, of the selected span too. */
  const step = (by: 1 | -1, stretch: boolean) => {
    const from = cursor?.to ?? { start: 0, end: 0 };
    const next =
      by > 0
        ? steps.find((one) => one.start >= from.end)
        : steps.findLast((one) => one.end <= from.start);
    if (!next) return;
    if (!stretch || !cursor) {
      setSelected(null);
      setCursor({ from: next, to: next, live: true });
      return;
    }
    setCursor({ ...cursor, to: next });
    if (selected === null) return;
    const over = around(cursor.from, next);
    put(spans.map((one) => (one.id === selected ? { ...one, ...over } : one)));
  };

  /** A tap: on a span selects it, on a word picks it, on a second word picks all between. */
  const tap = (place: number) => {
    const span = spanAt(spans, place);
    const word = stepAt(steps, place);
    if (picked && word && (place < picked.start || place >= picked.end))
      setCursor({ from: cursor?.from ?? word, to: word, live: true });
    else if (picked) setCursor(null);
    else if (span) select(span.id);
    else if (word) {
      setSelected(null);
      setCursor({ from: word, to: word, live: true });
    }
  };

  const remove = (id: string) => {
    put(spans.filter((one) => one.id !== id));
    setSelected(null);
  };

  const removeSelected = (): boolean => {
    if (selected !== null) remove(selected);
    return selected !== null;
  };

  /** Words or characters: what one step goes over. */
  const toggleUnit = () => {
    setByCharacter(!byCharacter);
    if (!cursor?.live) return;
    const { start, end } = around(cursor.from, cursor.to);
    const finer = stepsOf(text, "grapheme", lang);
    const first = stepAt(finer, start);
    const last = finer.findLast((one) => one.end <= end);
    if (!byCharacter && first && last) setCursor({ from: first, to: last, live: true });
  };

  /** Lets go of what is picked or selected; says whether there was anything. */
  const clear = (): boolean => {
    const was = picked !== null || selected !== null;
    setSelected(null);
    setCursor(cursor && { ...cursor, live: false });
    return was;
  };

  return {
    ...{ spans, selected, picked, byCharacter },
    ...{ select, mark, label, step, tap, remove, removeSelected, toggleUnit, clear },
  };
}
