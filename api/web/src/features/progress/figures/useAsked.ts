import { useCallback, useEffect, useState } from "react";
import { Problem } from "../../../client/http";

const FRESH_MS = 60_000;

/** What the hub said when asked for a figure. */
export interface Asked<T> {
  /** The newest answer; an old one stays while the hub does not answer. */
  value: T | null;
  /** Whether the hub says that this is not for the reader: then nothing is shown. */
  hidden: boolean;
  error: unknown;
  again: () => void;
}

/**
 * Asks the hub for a project's figure, and again every minute while somebody looks.
 *
 * `ask` must be the same function at every call, as those of `client/hub` are.
 */
export function useAsked<T>(ask: (slug: string) => Promise<T>, slug: string): Asked<T> {
  const [known, setKnown] = useState<Omit<Asked<T>, "again">>(UNKNOWN);
  const [attempt, setAttempt] = useState(0);
  const again = useCallback(() => setAttempt((before) => before + 1), []);
  useEffect(() => {
    let gone = false;
    ask(slug).then(
      (value) => gone || setKnown({ value, hidden: false, error: null }),
      (error: unknown) =>
        gone || setKnown((before) => (isRefused(error) ? HIDDEN : { ...before, error })),
    );
    const timer = setInterval(() => {
      if (!document.hidden) again();
    }, FRESH_MS);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [ask, slug, attempt, again]);
  return { ...known, again };
}

const UNKNOWN = { value: null, hidden: false, error: null };
const HIDDEN = { value: null, hidden: true, error: null };

const isRefused = (error: unknown): boolean =>
  error instanceof Problem && [401, 403].includes(error.status);
