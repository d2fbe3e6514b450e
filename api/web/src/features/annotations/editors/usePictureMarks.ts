import { useState } from "react";
import type { Question, Region } from "../../../client/types";
import type { PictureSize } from "./boxes";
import type { Mark } from "./marks";
import type { DeskProps } from "./withTool";

/** How marks of one shape are read from an answer and written into it. */
export interface Shape<M extends Mark> {
  read: (result: Region[]) => M[];
  write: (question: Question, marks: M[], size: PictureSize | null) => Region[];
}

/** What is marked on a picture, which of it is selected, and what can be done to it. */
export interface PictureMarks<M extends Mark> {
  marks: M[];
  selected: string | null;
  current: M | undefined;
  size: PictureSize | null;
  setSize: (size: PictureSize) => void;
  select: (id: string | null) => void;
  replace: (changed: M) => void;
  add: (mark: M) => void;
  remove: (id: string) => void;
  pick: (label: string) => void;
}

/** The marks of an answer, whatever their shape is. */
export function usePictureMarks<M extends Mark>(
  { question, value, onChange, onTool }: DeskProps,
  { read, write }: Shape<M>,
): PictureMarks<M> {
  const [size, setSize] = useState<PictureSize | null>(null);
  const [selected, select] = useState<string | null>(null);
  const marks = read(value);
  const current = marks.find((mark) => mark.id === selected);
  const put = (next: M[]) => onChange(write(question, next, size));
  const replace = (changed: M) =>
    put(marks.map((mark) => (mark.id === changed.id ? changed : mark)));
  const add = (mark: M) => {
    if (marks.length >= (question.max_regions ?? Infinity)) return;
    put([...marks, mark]);
    select(mark.id);
  };
  const remove = (id: string) => {
    put(marks.filter((mark) => mark.id !== id));
    select(null);
  };
  const pick = (label: string) => {
    onTool(label);
    if (current) replace({ ...current, label });
  };
  return { marks, selected, current, size, setSize, select, replace, add, remove, pick };
}
