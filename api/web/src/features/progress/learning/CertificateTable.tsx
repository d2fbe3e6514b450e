import type { AutolabelRun } from "../../../client/types";
import { useFormat } from "../../../components/format";
import { useWords } from "../../../components/language";
import type { NameOf } from "../classNames";
import { DataTable } from "../Plot";
import { words } from "./words";

interface CertificateProps {
  certificate: NonNullable<AutolabelRun["certificate"]>;
  nameOf: NameOf;
}

/** From which score on labels stand, per class, and what people said of them since. */
export function CertificateTable({ certificate, nameOf }: CertificateProps) {
  const w = useWords(words).autolabels;
  const format = useFormat();
  const { thresholds, verdicts } = certificate;
  return (
    <>
      <div className="scroll" tabIndex={0} role="region" aria-label={w.certificate}>
        <table className="certificate">
          <thead>
            <tr>
              <th scope="col">{w.klass}</th>
              <th scope="col">{w.state}</th>
              <th scope="col" className="num">
                {w.threshold}
              </th>
              <th scope="col" className="num">
                {w.coverage}
              </th>
              <th scope="col" className="num">
                {w.audited}
              </th>
              <th scope="col" className="num">
                {w.wrong}
              </th>
              <th scope="col" className="num">
                {w.foundRight}
              </th>
            </tr>
          </thead>
          <tbody>
            {thresholds.map((one) => (
              <tr key={one.class ?? ""}>
                <th scope="row">{one.class === null ? w.all : nameOf(one.class)}</th>
                <td>
                  {one.threshold === null ? (
                    <>
                      <span className="tag off">{w.staysWithPeople}</span>
                      {one.reason && <span className="cap block">{w.reason(one.reason)}</span>}
                    </>
                  ) : (
                    <span className="tag ok">{w.certified}</span>
                  )}
                </td>
                <td className="num">
                  {one.threshold === null ? "–" : format.coefficient(one.threshold)}
                </td>
                <td className="num">{format.percent(one.coverage)}</td>
                <td className="num">{format.n(one.n_checked)}</td>
                <td className="num">{format.n(one.n_errors)}</td>
                <td className="num">
                  {one.n_checked === 0
                    ? w.uncheckedYet
                    : format.percent(1 - one.n_errors / one.n_checked)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="cap mono digest">{w.digest(certificate.id, certificate.digest)}</p>
      <DataTable
        summary={w.verdicts}
        caption={w.verdicts}
        head={[w.when, w.verdict, w.checked, w.wrong, w.why]}
        words={[1, 4]}
        rows={verdicts.map((one) => [
          format.when(one.at),
          w.verdictNames[one.verdict],
          format.n(one.n_checked),
          format.n(one.n_errors),
          w.reason(one.reason),
        ])}
      />
    </>
  );
}
