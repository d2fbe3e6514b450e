import { useEffect, useState } from "react";
import { Dialog } from "../../components/Dialog";
import { usePreference } from "../../components/preferences";
import { belongsElsewhere, singleKeys } from "./keys";

interface ReasonProps {
  title: string;
  /** Codes the hub knows, in the order of their keys. */
  reasons: string[];
  names: Partial<Record<string, string>>;
  /** Where own words may be added to a reason, or stand for one. */
  more?: { label: string; send: string };
  onChoose: (reason: string) => void;
  onClose: () => void;
}

const MOST_CHARACTERS = 900;

/** Asks for a reason: keys 1, 2, 3 … or a touch. */
export function ReasonDialog({ title, reasons, names, more, onChoose, onClose }: ReasonProps) {
  const [own, setOwn] = useState("");
  const words = own.trim();
  const choose = (reason: string) => onChoose(words === "" ? reason : `${reason}: ${words}`);
  const keysOn = usePreference(singleKeys) === "on";
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const reason = reasons[Number(event.key) - 1];
      if (!keysOn || belongsElsewhere(event) || !/^[1-9]$/.test(event.key) || !reason) return;
      event.preventDefault();
      onChoose(reason);
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [keysOn, reasons, onChoose]);
  return (
    <Dialog title={title} onClose={onClose}>
      <div className="why">
        {reasons.map((reason, i) => (
          <button key={reason} type="button" className="btn" onClick={() => choose(reason)}>
            <kbd aria-hidden="true">{i + 1}</kbd>
            {names[reason] ?? reason}
          </button>
        ))}
      </div>
      {more && (
        <form
          className="own-words"
          onSubmit={(event) => {
            event.preventDefault();
            if (words !== "") onChoose(words);
          }}
        >
          <label>
            {more.label}
            <textarea
              rows={2}
              maxLength={MOST_CHARACTERS}
              value={own}
              onChange={(event) => setOwn(event.target.value)}
            />
          </label>
          <button type="submit" className="btn" aria-disabled={words === ""}>
            {more.send}
          </button>
        </form>
      )}
    </Dialog>
  );
}
