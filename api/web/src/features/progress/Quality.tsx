import { lazy, type ReactNode, Suspense } from "react";
import type { Progress } from "../../client/types";
import { type Format, useFormat } from "../../components/format";
import { useWords } from "../../components/language";
import { words as common } from "../../components/words";
import { Question } from "./Question";
import { words } from "./words";

const QualityFigures = lazy(async () => {
  const { QualityFigures } = await import("./quality/QualityFigures");
  return { default: QualityFigures };
});

interface QualityProps {
  progress: Progress;
  canManage: boolean;
  children?: ReactNode;
}

/** Agreement between people in words, and the figures behind it. */
export function Quality({ progress, canManage, children }: QualityProps) {
  const w = useWords(words).quality;
  const c = useWords(common);
  const format = useFormat();
  return (
    <Question title={w.title} answer={alphaInWords(progress.agreement, w, format)}>
      <Suspense fallback={<p className="cap">{c.loading}</p>}>
        <QualityFigures progress={progress} canManage={canManage} />
      </Suspense>
      {children}
    </Question>
  );
}

function alphaInWords(
  { value, low, high, reason, basis, n_items }: Progress["agreement"],
  w: (typeof words)["en"]["quality"],
  format: Format,
): string {
  if (value === null) {
    return w.undefinedBecause(reason === null ? w.noReason : (w.reasons[reason] ?? reason));
  }
  const alpha = format.coefficient;
  const told =
    low === null || high === null
      ? w.alphaNoRange(alpha(value))
      : w.alpha(alpha(value), alpha(low), alpha(high));
  return `${told} ${w.basis[basis](format.n(n_items))}`;
}
