import type { AutolabelRun } from "../../../client/types";
import { useFormat } from "../../../components/format";
import { useWords } from "../../../components/language";
import type { NameOf } from "../classNames";
import { words } from "./words";

interface ExpectedProps {
  preview: NonNullable<AutolabelRun["preview"]>;
  currency: string;
  nameOf: NameOf;
}

/** What an audit can be expected to certify, and what it costs, before anything is spent. */
export function ExpectedTable({ preview, currency, nameOf }: ExpectedProps) {
  const w = useWords(words).autolabels;
  const format = useFormat();
  const { expected, price } = preview;
  const range = (low: string, high: string) => (low === high ? low : `${low} – ${high}`);
  return (
    <>
      <p className="sub">
        {w.price(
          range(format.n(price.judgments_low), format.n(price.judgments_high)),
          price.micros_low === null || price.micros_high === null
            ? (price.reason ?? "")
            : range(
                format.money(price.micros_low, currency),
                format.money(price.micros_high, currency),
              ),
        )}
      </p>
      <div className="scroll" tabIndex={0} role="region" aria-label={w.expected}>
        <table className="certificate">
          <thead>
            <tr>
              <th scope="col">{w.klass}</th>
              <th scope="col" className="num">
                {w.inPool}
              </th>
              <th scope="col" className="num">
                {w.toAudit}
              </th>
              <th scope="col" className="num">
                {w.expectedCoverage}
              </th>
              <th scope="col" className="num">
                {w.restsOn}
              </th>
            </tr>
          </thead>
          <tbody>
            {expected.map((one) => (
              <tr key={one.class ?? ""}>
                <th scope="row">{one.class === null ? w.all : nameOf(one.class)}</th>
                <td className="num">{format.n(one.n_pool)}</td>
                <td className="num">{format.n(one.n_audit)}</td>
                <td className={one.low === null ? "num why-not" : "num"}>
                  {one.low === null || one.high === null
                    ? w.undefinedBecause(w.reason(one.reason ?? ""))
                    : format.range(one.low, one.high)}
                </td>
                <td className="num">{format.n(one.n_known)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
