import { useWords } from "../../../components/language";
import { words } from "./words";

interface SubmitProps {
  /** What it is about to send, or what is missing. */
  note: string;
  ready: boolean;
  keyName: string;
  onSubmit: () => void;
}

/** Where an answer has parts, it is sent by a button of its own, in a place that never changes. */
export function SubmitRow({ note, ready, keyName, onSubmit }: SubmitProps) {
  const w = useWords(words);
  return (
    <div className="submit-row">
      <span className="cap note">{note}</span>
      <button
        type="button"
        className="btn primary"
        aria-disabled={!ready}
        onClick={() => ready && onSubmit()}
      >
        {w.submit} <kbd aria-hidden="true">{keyName}</kbd>
      </button>
    </div>
  );
}
