import { type ReactNode, useEffect, useId, useRef } from "react";
import { useWords } from "./language";
import { words } from "./words";

interface DialogProps {
  title: string;
  /** A short line beside the title, such as a version. */
  note?: string;
  drawer?: boolean;
  onClose: () => void;
  children: ReactNode;
}

/** A modal dialog while it is rendered: focus goes in, Esc closes it and gives the focus back. */
export function Dialog({ title, note, drawer = false, onClose, children }: DialogProps) {
  const w = useWords(words);
  const element = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={element}
      className={drawer ? "drawer" : undefined}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div className="row dialog-head">
        <h2 id={heading}>{title}</h2>
        {note && <span className="cap">{note}</span>}
        <button type="button" className="btn ghost end" onClick={onClose}>
          {w.close} <kbd>Esc</kbd>
        </button>
      </div>
      {children}
    </dialog>
  );
}
