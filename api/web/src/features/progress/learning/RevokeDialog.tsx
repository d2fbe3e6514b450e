import { type SubmitEvent, useState } from "react";
import { hub } from "../../../client/hub";
import { Dialog } from "../../../components/Dialog";
import { useWords } from "../../../components/language";
import { Failure } from "../../../components/Notice";
import { words } from "./words";

interface RevokeProps {
  slug: string;
  n: number;
  onClose: () => void;
  onDone: () => void;
}

/** Asks why the labels are taken back; their items return to people. */
export function RevokeDialog({ slug, n, onClose, onDone }: RevokeProps) {
  const w = useWords(words).autolabels;
  const [reason, setReason] = useState("");
  const [error, setError] = useState<unknown>(null);
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    hub.revokeAutolabels(slug, n, reason).then(onDone, (refused: unknown) => setError(refused));
  };
  return (
    <Dialog title={w.revokeTitle} onClose={onClose}>
      <form className="stack" onSubmit={send}>
        {error !== null && <Failure error={error} />}
        <p className="cap">{w.revokeSub}</p>
        <div className="field">
          <label htmlFor="revoke-why">{w.revokeWhy}</label>
          <input
            id="revoke-why"
            className="input"
            required
            maxLength={2000}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </div>
        <button type="submit" className="btn danger">
          {w.revokeNow}
        </button>
      </form>
    </Dialog>
  );
}
