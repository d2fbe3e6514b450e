import type { ReactNode } from "react";
import { Problem } from "../client/http";
import { useWords } from "./language";
import { words } from "./words";

/** What went wrong, in words, and a way to try again. */
export function Failure({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const w = useWords(words);
  return (
    <div className="notice no" role="alert">
      <span className="grow">
        {error instanceof Problem ? (
          <>
            <b>{error.title}</b> {error.detail}
          </>
        ) : (
          w.unreachable
        )}
      </span>
      {onRetry && (
        <button type="button" className="btn" onClick={onRetry}>
          {w.retry}
        </button>
      )}
    </div>
  );
}

/** Written wherever figures or people are simulated. */
export function SimulatedTag() {
  const w = useWords(words);
  return (
    <span className="tag hm simulated" title={w.simulatedWhy}>
      {w.simulated}
    </span>
  );
}

/** The same word, quietly, beside a name in a table. */
export function SimulatedWord() {
  const w = useWords(words);
  return <span className="cap simulated-word">{w.simulated}</span>;
}

export function Page({ children }: { children: ReactNode }) {
  return (
    <main className="page" id="main" tabIndex={-1}>
      {children}
    </main>
  );
}
