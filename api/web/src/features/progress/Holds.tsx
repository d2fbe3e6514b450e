import type { ReactNode } from "react";
import type { Progress } from "../../client/types";
import { type Format, useFormat } from "../../components/format";
import { useWords } from "../../components/language";
import { type Hold, holdsOf } from "./findings";
import { Question } from "./Question";
import { words } from "./words";

interface HoldsProps {
  progress: Progress;
  children?: ReactNode;
}

/** What stands in the way, in words, gravest first. */
export function Holds({ progress, children }: HoldsProps) {
  const w = useWords(words).holds;
  const format = useFormat();
  const holds = holdsOf(progress).map((hold) => told(hold, progress.project.slug, w, format));
  return (
    <Question title={w.title} answer={holds.length ? w.answer(holds.length) : w.nothing}>
      {holds.length > 0 && (
        <ol className="hold">
          {holds.map(([title, why]) => (
            <li key={title}>
              <div>
                <h3>{title}</h3>
                <p>{why}</p>
              </div>
            </li>
          ))}
        </ol>
      )}
      {children}
    </Question>
  );
}

function told(
  hold: Hold,
  slug: string,
  w: (typeof words)["en"]["holds"],
  format: Format,
): [string, string] {
  switch (hold.kind) {
    case "budget_spent":
      return [w.budget_spent, w.budget_spentWhy];
    case "queue_empty":
      return [w.queue_empty, w.queue_emptyWhy];
    case "no_model":
      return [w.no_model, w.no_modelWhy];
    case "inconclusive":
      return [
        w.inconclusive(hold.model),
        w.inconclusiveWhy(hold.needs === null ? null : format.n(hold.needs)),
      ];
    case "disputed":
      return [w.disputed(format.n(hold.items)), w.disputedWhy(slug)];
    case "agreement_low":
      return [w.agreement_low, w.agreement_lowWhy(format.coefficient(hold.high))];
    case "weak_annotator":
      return [
        w.weak_annotator(hold.name),
        w.weak_annotatorWhy(format.percent(hold.high), format.percent(hold.mean)),
      ];
    case "alert":
      return [w.alerts[hold.code] ?? hold.code, w.alertWhy(hold.text)];
  }
}
