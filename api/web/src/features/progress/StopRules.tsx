import { useState } from "react";
import { hub } from "../../client/hub";
import type { Forecast } from "../../client/types";
import { Dialog } from "../../components/Dialog";
import { Field, Form } from "../../components/Form";
import { type Format, useFormat } from "../../components/format";
import { useWords } from "../../components/language";
import { words } from "./words";

type Rule = Forecast["rules"][number];

interface StopRulesProps {
  forecast: Forecast;
  slug: string;
  currency: string;
  canManage: boolean;
  onChanged: () => void;
}

/** What each stop rule says and why; whoever manages the project may go on all the same. */
export function StopRules({ forecast, slug, currency, canManage, onChanged }: StopRulesProps) {
  const w = useWords(words).forecast;
  const format = useFormat();
  const [overruling, setOverruling] = useState<Rule | null>(null);
  const { rules, stop } = forecast;
  const blind = rules.every((rule) => rule.fires === null);
  return (
    <div>
      <h3>{stop ? w.rulesStop : blind ? w.rulesUnknown : w.rulesGo}</h3>
      <p className="cap">{w.rulesSub}</p>
      <ul className="rules">
        {rules.map((rule) => (
          <li key={rule.rule}>
            <span>
              <b>{w.rules[rule.rule] ?? rule.rule}</b>
              <span className="cap block">{w.reason(inMoney(rule, currency, format))}</span>
              {rule.overruled && (
                <span className="cap block">
                  {w.overruled(format.when(rule.overruled.at), rule.overruled.reason)}{" "}
                  {rule.overruled.until_answers !== null &&
                    w.until(format.n(rule.overruled.until_answers))}
                </span>
              )}
            </span>
            <Says rule={rule} />
            {canManage && rule.fires && !rule.overruled && (
              <button type="button" className="btn" onClick={() => setOverruling(rule)}>
                {w.overrule}
              </button>
            )}
          </li>
        ))}
      </ul>
      {overruling && (
        <OverruleDialog
          rule={overruling}
          slug={slug}
          onClose={() => setOverruling(null)}
          onDone={() => {
            setOverruling(null);
            onChanged();
          }}
        />
      )}
    </div>
  );
}

/** The hub writes amounts without their currency; here they stand with it. */
const inMoney = ({ rule, reason }: Rule, currency: string, format: Format): string =>
  rule === "budget"
    ? reason.replace(/[\d,]+\.\d{2}/g, (sum) =>
        format.money(Number(sum.replaceAll(",", "")) * 1_000_000, currency),
      )
    : reason;

function Says({ rule }: { rule: Rule }) {
  const w = useWords(words).forecast;
  if (rule.fires === null) return <span className="tag off">{w.cannotTell}</span>;
  if (!rule.fires || rule.overruled) return <span className="tag ok">{w.goOn}</span>;
  return <span className="tag hm">{w.stop}</span>;
}

interface OverruleProps {
  rule: Rule;
  slug: string;
  onClose: () => void;
  onDone: () => void;
}

function OverruleDialog({ rule, slug, onClose, onDone }: OverruleProps) {
  const w = useWords(words).forecast;
  const [reason, setReason] = useState("");
  const [until, setUntil] = useState("");
  const send = () => {
    const untilAnswers = until === "" ? null : Number(until);
    const sent = { rule: rule.rule, reason, until_answers: untilAnswers };
    return hub.overrule(slug, sent).then(onDone);
  };
  return (
    <Dialog title={w.overruleTitle(w.rules[rule.rule] ?? rule.rule)} onClose={onClose}>
      <Form submit={w.goAhead} onSubmit={send}>
        <Field
          label={w.overruleWhy}
          value={reason}
          onChange={setReason}
          required
          maxLength={2000}
        />
        <Field label={w.overruleUntil} value={until} onChange={setUntil} type="number" min={0} />
      </Form>
    </Dialog>
  );
}
