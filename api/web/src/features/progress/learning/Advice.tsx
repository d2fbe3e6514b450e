import { useState } from "react";
import { hub } from "../../../client/hub";
import type { Advice as AdviceFigures, Progress } from "../../../client/types";
import { type Format, useFormat } from "../../../components/format";
import { useWords } from "../../../components/language";
import { Failure } from "../../../components/Notice";
import { Bars } from "../figures/Bars";
import { Figure, Shown } from "../figures/Figure";
import { useAsked } from "../figures/useAsked";
import { DataTable } from "../Plot";
import { WhyItem } from "./WhyItem";
import { words } from "./words";

type Option = AdviceFigures["options"][number];
type Words = (typeof words)["en"]["advice"];

interface AdviceProps {
  progress: Progress;
  canManage: boolean;
}

/** What to ask next for the money: every kind of question compared, and what the plan saves. */
export function Advice({ progress, canManage }: AdviceProps) {
  const { slug, currency } = progress.project;
  const asked = useAsked(hub.advice, slug);
  return (
    <>
      <Shown asked={asked}>
        {(advice) => (
          <Compared
            advice={advice}
            slug={slug}
            currency={currency}
            canManage={canManage}
            onChanged={asked.again}
          />
        )}
      </Shown>
      {canManage && <WhyItem slug={slug} />}
    </>
  );
}

interface ComparedProps {
  advice: AdviceFigures;
  slug: string;
  currency: string;
  canManage: boolean;
  onChanged: () => void;
}

function Compared({ advice, slug, currency, canManage, onChanged }: ComparedProps) {
  const w = useWords(words).advice;
  const format = useFormat();
  const priced = advice.options.filter((one) => one.per_unit !== null);
  const title = findingOf(advice, w);
  const table = {
    caption: w.table,
    head: [w.spendOn, w.number, w.gain, w.cost, w.perUnit, w.why],
    words: [5],
    rows: advice.options.map((one) => optionRow(one, w, format, currency)),
  };
  return (
    <Figure
      title={title}
      sub={`${savingOf(advice, w, format, currency)} ${priced.length ? w.bars(format.money(1_000_000, currency)) : ""}`}
      table={table}
    >
      <Bars
        bars={priced.map((one) => ({
          name: nameOf(one, w),
          value: one.per_unit ?? 0,
          shown: format.coefficient(one.per_unit ?? 0),
        }))}
        label={`${title}. ${priced
          .map((one) => `${nameOf(one, w)} ${format.coefficient(one.per_unit ?? 0)}`)
          .join(", ")}`}
      />
      <DataTable
        summary={w.relabels}
        caption={w.relabels}
        head={[w.item, w.gain, w.why]}
        words={[2]}
        rows={advice.relabels.map((one) => [
          `#${one.item_id}`,
          format.coefficient(one.gain),
          w.reason(one.why),
        ])}
      />
      <DataTable
        summary={w.routes}
        caption={w.routes}
        head={[w.item, w.workforce, w.why]}
        words={[1, 2]}
        rows={advice.routes.map((one) => [`#${one.item_id}`, one.workforce, w.reason(one.why)])}
      />
      <Mode mode={advice.mode} slug={slug} canManage={canManage} onChanged={onChanged} />
    </Figure>
  );
}

/** What the next money is best spent on. */
export function findingOf(advice: AdviceFigures, w: Words): string {
  if (advice.mode === "off") return w.off;
  const [best] = advice.options.filter((one) => one.per_unit !== null);
  return best ? w.best(nameOf(best, w)) : w.nothing;
}

const nameOf = ({ action, workforce }: Option, w: Words): string =>
  workforce === null ? w.actions[action] : w.by(w.actions[action], workforce);

/** What the plan saves, as a range; undefined in words. */
export function savingOf(
  { saving, saved_micros, reason, n }: AdviceFigures,
  w: Words,
  format: Format,
  currency: string,
): string {
  if (reason !== null) return w.undefinedBecause(w.reason(reason));
  const { value, low, high } = saving;
  if (value === null || low === null || high === null)
    return w.undefinedBecause(w.reason(saving.reason ?? ""));
  const money = saved_micros === null ? null : format.money(saved_micros, currency);
  return w.saves(format.percent(value, 0), format.range(low, high), format.n(n), money);
}

function optionRow(one: Option, w: Words, format: Format, currency: string): string[] {
  return [
    nameOf(one, w),
    format.n(one.n),
    format.coefficient(one.gain),
    format.money(Math.round(one.cost_micros), currency),
    one.per_unit === null ? w.free : format.coefficient(one.per_unit),
    w.reason(one.why),
  ];
}

interface ModeProps {
  mode: AdviceFigures["mode"];
  slug: string;
  canManage: boolean;
  onChanged: () => void;
}

/** Whether the scheduler only advises or also asks again by itself; the manager switches it. */
function Mode({ mode, slug, canManage, onChanged }: ModeProps) {
  const w = useWords(words).advice;
  const [error, setError] = useState<unknown>(null);
  const next = mode === "act" ? "advise" : "act";
  const change = () => {
    hub
      .changePolicy(slug, { learning: { scheduler: next } })
      .then(onChanged, (refused: unknown) => setError(refused));
  };
  return (
    <>
      {error !== null && <Failure error={error} />}
      <p className="row actions">
        <span className="cap">{w.modes[mode]}</span>
        {canManage && (
          <button type="button" className="btn" onClick={change}>
            {w.switchTo[next]}
          </button>
        )}
      </p>
    </>
  );
}
