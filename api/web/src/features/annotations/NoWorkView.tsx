import { useWords } from "../../components/language";
import type { DeskState } from "./state";
import { words } from "./words";

/** Nothing in hand: says why, in the place of the item. */
export function NoWorkView({ state, onAskAgain }: { state: DeskState; onAskAgain: () => void }) {
  const w = useWords(words);
  const { noWork, line } = state;
  if (line !== "fine") return <p className="idle dim">{line === "offline" && w.waitingForLine}</p>;
  if (!noWork) return <p className="idle dim">{state.desk ? w.fetching : ""}</p>;
  return (
    <div className="idle stack">
      <h2>{w.noWork[noWork.code] ?? noWork.text}</h2>
      <p className="dim" lang="en">
        {noWork.text}
      </p>
      <p className="cap">{w.noWorkRetry(Math.max(1, noWork.retry_after_s))}</p>
      <p>
        <button type="button" className="btn primary" onClick={onAskAgain}>
          {w.askAgain}
        </button>
      </p>
    </div>
  );
}
