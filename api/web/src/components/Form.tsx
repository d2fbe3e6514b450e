import { type ReactNode, type SubmitEvent, useId, useState } from "react";
import { Failure } from "./Notice";

interface FieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  type?: "text" | "email" | "password" | "number";
  autoComplete?: string;
  required?: boolean;
  maxLength?: number;
  min?: number;
  hint?: string;
}

/** One labelled line of a form. */
export function Field({ label, value, onChange, type = "text", hint, ...rest }: FieldProps) {
  const id = useId();
  return (
    <div className="stack field">
      <label htmlFor={id}>{label}</label>
      <input
        {...rest}
        className="input"
        id={id}
        type={type}
        value={value}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => onChange(event.target.value)}
      />
      {hint && (
        <p id={`${id}-hint`} className="dim">
          {hint}
        </p>
      )}
    </div>
  );
}

interface FormProps {
  submit: string;
  /** Whether it takes something away that is not easily brought back. */
  danger?: boolean;
  /** What is done with it; what it throws is shown. */
  onSubmit: () => Promise<void>;
  children: ReactNode;
}

/** A form that is sent once at a time, and says why where it is refused. */
export function Form({ submit, danger = false, onSubmit, children }: FormProps) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const send = async () => {
    setBusy(true);
    setError(null);
    try {
      await onSubmit();
    } catch (refused) {
      setError(refused);
    } finally {
      setBusy(false);
    }
  };
  const onEnter = (event: SubmitEvent) => {
    event.preventDefault();
    if (!busy) void send();
  };
  return (
    <form className="stack" onSubmit={onEnter}>
      {children}
      {error !== null && <Failure error={error} />}
      <button type="submit" className={danger ? "btn danger" : "btn primary"} disabled={busy}>
        {submit}
      </button>
    </form>
  );
}
