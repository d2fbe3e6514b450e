import type { AutolabelRun } from "../../../client/types";
import type { Format } from "../../../components/format";
import type { words } from "./words";

type Words = (typeof words)["en"]["autolabels"];
type State = AutolabelRun["state"];

const GOOD: State[] = ["certified", "accepted"];
const BAD: State[] = ["revoked", "failed"];
const OVER: State[] = ["cancelled", "empty", "cancelling"];

/** The sign of a state: a word always stands beside it. */
export function stateTag(state: State): "ok" | "no" | "off" | "run" {
  if (GOOD.includes(state)) return "ok";
  if (BAD.includes(state)) return "no";
  return OVER.includes(state) ? "off" : "run";
}

/** What a run has come to, as a title and what it rests on. */
export function runFinding(run: AutolabelRun, w: Words, format: Format): [string, string] {
  const { certificate, preview, state } = run;
  const [precision, sureness] = [
    format.percent(run.precision, 0),
    format.percent(1 - run.delta, 0),
  ];
  if (certificate) {
    const covered = format.percent(certificate.coverage, 0);
    const promise = w.promise(precision, sureness, w.scopes[certificate.scope]);
    const rests = w.rests(format.n(certificate.n_audited), format.n(certificate.n_errors));
    const sub = `${promise} ${rests}`;
    if (certificate.reason !== null) return [w.nothingCertified, w.reason(certificate.reason)];
    if (state === "revoked") return [w.revokedTitle(format.n(certificate.accepted)), sub];
    if (certificate.accepted > 0)
      return [w.acceptedTitle(format.n(certificate.accepted), covered), sub];
    return [w.certifiedTitle(covered), sub];
  }
  const all = preview?.expected.find((one) => one.class === null) ?? preview?.expected[0];
  if (!preview || !all) return [w.scoringTitle(format.n(run.n_pool)), ""];
  const cost = format.n(preview.price.judgments_high);
  if (all.low === null || all.high === null) return [w.noExpectation, w.reason(all.reason ?? "")];
  // From nothing to everything is no expectation.
  if (all.low <= 0 && all.high >= 1) return [w.noExpectation, w.tooWide(format.n(all.n_known))];
  return [
    w.expectedTitle(format.range(all.low, all.high)),
    w.expectedSub(precision, sureness, cost),
  ];
}
