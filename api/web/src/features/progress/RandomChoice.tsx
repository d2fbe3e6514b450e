import { useState } from "react";
import { hub } from "../../client/hub";
import { useWords } from "../../components/language";
import { words } from "./words";

/** Has random choice replayed on the labels of random items; its curve then comes with the progress. */
export function RandomChoice({ slug }: { slug: string }) {
  const w = useWords(words);
  const [isBusy, setBusy] = useState(false);
  const [reason, setReason] = useState<string | null>(null);
  const replay = () => {
    setBusy(true);
    hub
      .randomChoice(slug)
      .then((found) => setReason(found.reason))
      .catch((error: unknown) => setReason(error instanceof Error ? error.message : String(error)))
      .finally(() => setBusy(false));
  };
  return (
    <p aria-live="polite">
      <button type="button" className="btn" onClick={replay} disabled={isBusy}>
        {w.cost.random}
      </button>{" "}
      {isBusy && <span className="cap">{w.cost.replaying}</span>}
      {!isBusy && reason && (
        <span className="cap">{w.cost.noRandom(w.forecast.reason(reason))}</span>
      )}
    </p>
  );
}
