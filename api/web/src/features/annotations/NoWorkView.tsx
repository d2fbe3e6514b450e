import { useWords } from "../../components/language";
import { later } from "../../components/later";
import type { LabelDesk } from "./desk";
import type { DeskState } from "./state";
import { words } from "./words";

const StandingView = later(async () => (await import("./teaching/StandingView")).StandingView);

/** Reasons that have more to say than one sentence. */
const EXPLAINED = new Set(["quality_paused", "not_qualified"]);

/** Nothing in hand: says why, in the place of the item. */
export function NoWorkView({ state, desk }: { state: DeskState; desk: LabelDesk }) {
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
      {EXPLAINED.has(noWork.code) && (
        <StandingView desk={desk} question={state.desk?.schema.question} />
      )}
      <p className="cap">{w.noWorkRetry(Math.max(1, noWork.retry_after_s))}</p>
      <p>
        <button type="button" className="btn primary" onClick={() => void desk.refill()}>
          {w.askAgain}
        </button>
      </p>
    </div>
  );
}
