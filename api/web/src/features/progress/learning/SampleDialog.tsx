import { useEffect, useState } from "react";
import { hub } from "../../../client/hub";
import type { AutolabelSample } from "../../../client/types";
import { Dialog } from "../../../components/Dialog";
import { useFormat } from "../../../components/format";
import { useWords } from "../../../components/language";
import { Failure } from "../../../components/Notice";
import { words as common } from "../../../components/words";
import type { NameOf } from "../classNames";
import { words } from "./words";

interface SampleProps {
  slug: string;
  n: number;
  nameOf: NameOf;
  onClose: () => void;
  onDone: () => void;
}

/** Would-be labels per class, to be looked at before they are accepted; the look is on record. */
export function SampleDialog({ slug, n, nameOf, onClose, onDone }: SampleProps) {
  const w = useWords(words).autolabels;
  const c = useWords(common);
  const format = useFormat();
  const [sample, setSample] = useState<AutolabelSample | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    hub.autolabelSample(slug, n).then(setSample, (refused: unknown) => setError(refused));
  }, [slug, n]);
  const accept = () => {
    if (sample)
      hub
        .acceptAutolabels(slug, n, sample.certificate_id)
        .then(onDone, (refused: unknown) => setError(refused));
  };
  return (
    <Dialog title={w.sampleTitle} onClose={onClose}>
      <div className="stack">
        {error !== null && <Failure error={error} />}
        {!sample && error === null && <p className="cap">{c.loading}</p>}
        {sample && (
          <>
            <p className="cap">{w.sampleSub(format.n(sample.labels.length))}</p>
            <div className="scroll sample" tabIndex={0} role="region" aria-label={w.sampleTitle}>
              <table>
                <thead>
                  <tr>
                    <th scope="col">{w.item}</th>
                    <th scope="col">{w.wouldBe}</th>
                  </tr>
                </thead>
                <tbody>
                  {sample.labels.map((one) => (
                    <tr key={one.item_id}>
                      <td>
                        <ItemData data={one.data} name={one.key} />
                      </td>
                      <td>
                        <b>{nameOf(one.label)}</b>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
            <p className="row">
              <button type="button" className="btn danger" onClick={accept}>
                {w.accept}
              </button>
              <span className="cap">{w.acceptWhy}</span>
            </p>
          </>
        )}
      </div>
    </Dialog>
  );
}

/** An item's fields as text, its pictures as pictures. */
function ItemData({ data, name }: { data: Record<string, unknown>; name: string }) {
  return (
    <>
      <span className="cap block">{name}</span>
      {Object.entries(data).map(([field, value]) =>
        typeof value === "string" && value.startsWith("/v1/") ? (
          <img key={field} src={value} alt={name} height={48} />
        ) : (
          <span key={field} className="block">
            {typeof value === "string" ? value : JSON.stringify(value)}
          </span>
        ),
      )}
    </>
  );
}
