import type { Assignment, Question, Region, ShownObject } from "../../../client/types";

/** What every editor is given: it holds no answer itself, so that a draft outlives it. */
export interface EditorProps {
  question: Question;
  item: Assignment;
  objects: ShownObject[];
  /** The answer to this question so far, as Label Studio writes it. */
  value: Region[];
  disabled: boolean;
  /** Whether keys are this editor's: not while a dialog is open. */
  keys: boolean;
  /** `fits` is false while what is typed is no answer yet. */
  onChange: (value: Region[], fits?: boolean) => void;
  /** Kinds that one key answers send at once; `doubled`: the second half of a double click. */
  onAnswer: (value: Region[], doubled?: boolean) => void;
  /** Sends the answer so far, where it is complete. */
  onSend: () => void;
}
