import { useState } from "react";
import { hub } from "../../../client/hub";
import type { LikelyErrors, SentToReview } from "../../../client/types";
import { useFormat } from "../../../components/format";
import { useWords } from "../../../components/language";
import { Failure } from "../../../components/Notice";
import type { NameOf } from "../classNames";
import { Figure } from "../figures/Figure";
import { words } from "./words";

const MOST_SENT = 20;

interface LikelyErrorsProps {
  figures: LikelyErrors;
  slug: string;
  nameOf: NameOf;
  canManage: boolean;
  onChanged: () => void;
}

/** Accepted labels that a model and the neighbours doubt, and their way to a review. */
export function LikelyErrorsTable(props: LikelyErrorsProps) {
  const { figures, slug, nameOf, canManage, onChanged } = props;
  const w = useWords(words);
  const l = w.likely;
  const format = useFormat();
  const [sent, setSent] = useState<SentToReview | null>(null);
  const [error, setError] = useState<unknown>(null);
  const { reason, n_found, n_looked, items } = figures;
  if (reason !== null) return <Figure title={l.empty} sub={w.because(w.reason(reason))} />;
  const next = items.filter((one) => !one.in_review).slice(0, MOST_SENT);
  const send = () => {
    hub
      .sendToReview(
        slug,
        next.map((one) => one.item_id),
      )
      .then(
        (told) => {
          setSent(told);
          setError(null);
          onChanged();
        },
        (refused: unknown) => setError(refused),
      );
  };
  return (
    <Figure
      title={n_found ? l.title(format.n(n_found), format.n(n_looked)) : l.none(format.n(n_looked))}
      sub={n_found ? l.sub : ""}
      chosen={n_found > 0}
      table={{
        caption: l.table,
        head: [l.item, l.label, l.suggested, l.doubt, l.state],
        words: [1, 2, 4],
        rows: items.map((one) => [
          one.item,
          nameOf(one.label),
          nameOf(one.suggested),
          format.percent(one.doubt, 0),
          one.in_review ? l.inReview : l.waits,
        ]),
      }}
    >
      {error !== null && <Failure error={error} />}
      {sent && (
        <p role="status" className="cap">
          {l.sent(format.n(sent.opened.length))}{" "}
          {sent.passed_over > 0 && l.passedOver(format.n(sent.passed_over))}
        </p>
      )}
      {canManage && next.length > 0 && (
        <p className="row actions">
          <button type="button" className="btn" onClick={send}>
            {l.send(format.n(next.length))}
          </button>
        </p>
      )}
    </Figure>
  );
}
