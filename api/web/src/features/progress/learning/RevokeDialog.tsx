import { useState } from "react";
import { hub } from "../../../client/hub";
import { Dialog } from "../../../components/Dialog";
import { Field, Form } from "../../../components/Form";
import { useWords } from "../../../components/language";
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
  return (
    <Dialog title={w.revokeTitle} onClose={onClose}>
      <Form
        submit={w.revokeNow}
        tone="danger"
        onSubmit={() => hub.revokeAutolabels(slug, n, reason).then(onDone)}
      >
        <p className="cap">{w.revokeSub}</p>
        <Field label={w.revokeWhy} value={reason} onChange={setReason} required maxLength={2000} />
      </Form>
    </Dialog>
  );
}
