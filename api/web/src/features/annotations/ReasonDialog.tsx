import { useEffect } from "react";
import { Dialog } from "../../components/Dialog";
import { usePreference } from "../../components/preferences";
import { belongsElsewhere, singleKeys } from "./keys";

interface ReasonProps {
  title: string;
  /** Codes the hub knows, in the order of their keys. */
  reasons: string[];
  names: Partial<Record<string, string>>;
  onChoose: (reason: string) => void;
  onClose: () => void;
}

/** Asks for a reason: keys 1, 2, 3 … or a touch. */
export function ReasonDialog({ title, reasons, names, onChoose, onClose }: ReasonProps) {
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
          <button key={reason} type="button" className="btn" onClick={() => onChoose(reason)}>
            <kbd aria-hidden="true">{i + 1}</kbd>
            {names[reason] ?? reason}
          </button>
        ))}
      </div>
    </Dialog>
  );
}
