import { Problem } from "../../client/http";
import type { Question } from "../../client/types";
import { useLanguage, useWords } from "../../components/language";
import { inWords } from "./said";
import type { DeskState } from "./state";
import { words } from "./words";

interface StatusProps {
  state: DeskState;
  questions: Question[];
  onShowRefused: () => void;
}

/** Whether one's answers are safe. Its place is reserved, so that going offline moves nothing. */
export function StatusLine({ state, questions, onShowRefused }: StatusProps) {
  const w = useWords(words);
  const trouble = state.line !== "fine" || state.undoFailed !== null || state.note !== null;
  const tone = state.refused.length > 0 ? "status bad-news" : trouble ? "status off" : "status";
  return (
    <div className={tone}>
      <div role="status" className="told">
        <Told state={state} />
        <LastAnswer state={state} questions={questions} />
      </div>
      {state.refused.length > 0 && (
        <button type="button" className="link" onClick={onShowRefused}>
          {w.refusedShow}
        </button>
      )}
    </div>
  );
}

function Told({ state }: { state: DeskState }) {
  const w = useWords(words);
  const { waiting, line } = state;
  if (state.refused.length > 0)
    return (
      <span>
        <b>✕ {w.refused(state.refused.length)}</b>
      </span>
    );
  if (line === "signed_out")
    return (
      <span>
        <b>{w.signedOut}</b> {w.keptSignedOut(waiting)}
      </span>
    );
  if (line === "offline")
    return (
      <span>
        <b>{w.noLine}</b> {waiting > 0 && w.kept(waiting)}{" "}
        {waiting > 0 && !state.durable && w.notDurable}
      </span>
    );
  if (state.undoing) return <span>{w.undoing}</span>;
  if (state.undoFailed !== null) return <UndoFailed error={state.undoFailed} />;
  if (state.note !== null) return <span>{state.note}</span>;
  if (waiting > 0 && state.slow) return <span>{w.sending(waiting)}</span>;
  return <span>✓ {w.saved}</span>;
}

function UndoFailed({ error }: { error: unknown }) {
  const w = useWords(words);
  return (
    <span>
      <b>{w.undoFailed}</b> {error instanceof Problem ? error.message : w.undoOffline}
    </span>
  );
}

function LastAnswer({ state, questions }: { state: DeskState; questions: Question[] }) {
  const w = useWords(words);
  const lang = useLanguage();
  const { last, queue } = state;
  if (queue[0]?.previous) return <span className="last">{w.tookBack}</span>;
  if (!last) return <span className="last" />;
  if (last.kind !== "answer")
    return <span className="last">{w.last(last.kind === "skip" ? w.lastSkip : w.lastFlag)}</span>;
  return <span className="last">{w.last(inWords(lang, questions, last.result))}</span>;
}
