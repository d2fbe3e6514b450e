import { useState } from "react";
import { hub } from "../../../client/hub";
import type { AutolabelRun } from "../../../client/types";
import { useFormat } from "../../../components/format";
import { useWords } from "../../../components/language";
import { Failure } from "../../../components/Notice";
import type { NameOf } from "../classNames";
import { RevokeDialog } from "./RevokeDialog";
import { SampleDialog } from "./SampleDialog";
import { words } from "./words";

type State = AutolabelRun["state"];

/** States after which a new run may begin. */
const OVER: State[] = ["accepted", "revoked", "cancelled", "failed", "empty"];
const STARTED: State[] = ["scored", "auditing"];

interface ActionsProps {
  slug: string;
  run: AutolabelRun | null;
  canManage: boolean;
  canOwn: boolean;
  nameOf: NameOf;
  onChanged: () => void;
}

/** The next step of a run, for those who may take it; what ships or takes back asks first. */
export function AutoLabelActions(props: ActionsProps) {
  const { slug, run, canManage, canOwn, nameOf, onChanged } = props;
  const w = useWords(words).autolabels;
  const format = useFormat();
  const [asking, setAsking] = useState<"sample" | "revoke" | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const act = (step: Promise<unknown>) => {
    setBusy(true);
    setError(null);
    step.then(onChanged, (refused: unknown) => setError(refused)).finally(() => setBusy(false));
  };
  const close = () => setAsking(null);
  const done = () => {
    close();
    onChanged();
  };
  const state = run?.state ?? "cancelled";
  const certificate = run?.certificate;
  // Fewer items are left than the audit takes: the hub would refuse it.
  const tooFew = run !== null && state === "scored" && run.n_pool < run.audit_items;
  return (
    <>
      {canManage && tooFew && (
        <p className="cap">{w.poolTooSmall(format.n(run.n_pool), format.n(run.audit_items))}</p>
      )}
      {error !== null && <Failure error={error} />}
      <p className="row actions">
        {canManage && OVER.includes(state) && (
          <button
            type="button"
            className="btn"
            disabled={isBusy}
            onClick={() => act(hub.previewAutolabels(slug))}
          >
            {w.preview}
          </button>
        )}
        {canManage && run && state === "scored" && !tooFew && (
          <button
            type="button"
            className="btn primary"
            disabled={isBusy}
            onClick={() => act(hub.auditAutolabels(slug, run.n))}
          >
            {w.startAudit}
          </button>
        )}
        {canManage && run && STARTED.includes(state) && (
          <button
            type="button"
            className="btn"
            disabled={isBusy}
            onClick={() => act(hub.cancelAutolabels(slug, run.n))}
          >
            {w.cancel}
          </button>
        )}
        {canOwn && certificate && certificate.reason === null && state === "certified" && (
          <button type="button" className="btn primary" onClick={() => setAsking("sample")}>
            {w.look}
          </button>
        )}
        {canOwn && state === "accepted" && (
          <button type="button" className="btn danger" onClick={() => setAsking("revoke")}>
            {w.revoke}
          </button>
        )}
      </p>
      {asking === "sample" && run && (
        <SampleDialog slug={slug} n={run.n} nameOf={nameOf} onClose={close} onDone={done} />
      )}
      {asking === "revoke" && run && (
        <RevokeDialog slug={slug} n={run.n} onClose={close} onDone={done} />
      )}
    </>
  );
}
