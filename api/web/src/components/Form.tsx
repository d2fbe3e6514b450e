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
  max?: number;
  step?: number | "any";
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

interface SelectProps<T extends string> {
  label: string;
  value: T;
  /** What is sent, and what is shown for it. */
  options: [T, string][];
  onChange: (value: T) => void;
}

/** One of a few. */
export function Select<T extends string>({ label, value, options, onChange }: SelectProps<T>) {
  const id = useId();
  return (
    <div className="stack field">
      <label htmlFor={id}>{label}</label>
      <select
        className="input"
        id={id}
        value={value}
        onChange={(event) => {
          const chosen = options.find(([name]) => name === event.target.value);
          if (chosen) onChange(chosen[0]);
        }}
      >
        {options.map(([name, shown]) => (
          <option key={name} value={name}>
            {shown}
          </option>
        ))}
      </select>
    </div>
  );
}

interface CheckProps {
  label: string;
  on: boolean;
  onChange: (on: boolean) => void;
}

/** Yes or no. */
export function Check({ label, on, onChange }: CheckProps) {
  return (
    <label className="row tight tick">
      <input type="checkbox" checked={on} onChange={(event) => onChange(event.target.checked)} />
      {label}
    </label>
  );
}

interface FormProps {
  submit: string;
  /** Quiet beside another form; danger where something goes that is not easily brought back. */
  tone?: "primary" | "quiet" | "danger";
  /** What is done with it; what it throws is shown. */
  onSubmit: () => Promise<void>;
  children: ReactNode;
}

const TONES = { primary: "btn primary", quiet: "btn", danger: "btn danger" };

/** A form that is sent once at a time, and says why where it is refused. */
export function Form({ submit, tone = "primary", onSubmit, children }: FormProps) {
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
      <button type="submit" className={TONES[tone]} disabled={busy}>
        {submit}
      </button>
    </form>
  );
}
