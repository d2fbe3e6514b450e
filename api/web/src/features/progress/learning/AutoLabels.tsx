import { useState } from "react";
import { hub } from "../../../client/hub";
import type { AutolabelRun, Progress } from "../../../client/types";
import { useFormat } from "../../../components/format";
import { useWords } from "../../../components/language";
import { SimulatedWord } from "../../../components/Notice";
import { Figure, Shown } from "../figures/Figure";
import { useAsked } from "../figures/useAsked";
import { type NameOf, useClassNames } from "../classNames";
import { AutoLabelActions } from "./AutoLabelActions";
import { CertificateTable } from "./CertificateTable";
import { ExpectedTable } from "./ExpectedTable";
import { runFinding, stateTag } from "./runs";
import { words } from "./words";

interface AutoLabelsProps {
  progress: Progress;
  canManage: boolean;
  canOwn: boolean;
}

/** Auto-labels: what they cover, under which certificate, and what people say of them since. */
export function AutoLabels({ progress, ...may }: AutoLabelsProps) {
  const nameOf = useClassNames(progress);
  const asked = useAsked(hub.autolabels, progress.project.slug);
  return (
    <Shown asked={asked}>
      {(runs) => (
        <Runs runs={runs} progress={progress} nameOf={nameOf} onChanged={asked.again} {...may} />
      )}
    </Shown>
  );
}

interface RunsProps extends AutoLabelsProps {
  runs: AutolabelRun[];
  nameOf: NameOf;
  onChanged: () => void;
}

function Runs({ runs, progress, canManage, canOwn, nameOf, onChanged }: RunsProps) {
  const w = useWords(words).autolabels;
  const format = useFormat();
  const [chosen, choose] = useState<number | null>(null);
  const run = runs.find((one) => one.n === chosen) ?? runs[0];
  const { slug, currency } = progress.project;
  const actions = (
    <AutoLabelActions
      slug={slug}
      run={run ?? null}
      canManage={canManage}
      canOwn={canOwn}
      nameOf={nameOf}
      onChanged={onChanged}
    />
  );
  if (!run)
    return (
      <Figure title={w.none} sub={w.noneSub}>
        {actions}
      </Figure>
    );
  const [title, sub] = runFinding(run, w, format);
  return (
    <Figure title={title} sub={sub}>
      <p className="row run-line">
        <span className={`tag ${stateTag(run.state)}`}>{w.states[run.state]}</span>
        <span className="cap">
          {w.run(format.n(run.n), format.n(run.model_version), format.when(run.updated_at))}
        </span>
        {run.simulated && <SimulatedWord />}
        {runs.length > 1 && (
          <select
            aria-label={w.runs}
            value={run.n}
            onChange={(event) => choose(Number(event.target.value))}
          >
            {runs.map((one) => (
              <option key={one.n} value={one.n}>
                {`${w.runName(format.n(one.n))} · ${w.states[one.state]}`}
              </option>
            ))}
          </select>
        )}
      </p>
      {run.error && <p className="cap bad">{run.error}</p>}
      {run.certificate ? (
        <CertificateTable certificate={run.certificate} nameOf={nameOf} />
      ) : (
        run.preview && <ExpectedTable preview={run.preview} currency={currency} nameOf={nameOf} />
      )}
      {run.audit && (
        <p className="cap">
          {w.audit(
            format.n(run.audit.right),
            format.n(run.audit.wrong),
            format.n(run.audit.waiting),
          )}
        </p>
      )}
      {run.running && (
        <p className="cap">{w.running(format.n(run.running.right), format.n(run.running.wrong))}</p>
      )}
      {actions}
    </Figure>
  );
}
