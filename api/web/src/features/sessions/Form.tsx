import { type ReactNode, type SubmitEvent, useId, useState } from "react";
import { Failure } from "../../components/Notice";

interface FieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  type?: "text" | "email" | "password";
  autoComplete: string;
  required?: boolean;
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
  /** What is done with it; what it throws is shown. */
  onSubmit: () => Promise<void>;
  children: ReactNode;
}

/** A form that is sent once at a time, and says why where it is refused. */
export function Form({ submit, onSubmit, children }: FormProps) {
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
      <button type="submit" className="btn primary" disabled={busy}>
        {submit}
      </button>
    </form>
  );
}
