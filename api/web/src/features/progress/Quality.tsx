import type { ReactNode } from "react";
import type { Progress } from "../../client/types";
import { type Format, useFormat } from "../../components/format";
import { useWords } from "../../components/language";
import { later } from "../../components/later";
import { useCoefficients } from "./coefficients";
import { Question } from "./Question";
import { words } from "./words";

const QualityFigures = later(async () => (await import("./quality/QualityFigures")).QualityFigures);

interface QualityProps {
  progress: Progress;
  canManage: boolean;
  children?: ReactNode;
}

/** Agreement between people in words, and the figures behind it. */
export function Quality({ progress, canManage, children }: QualityProps) {
  const w = useWords(words).quality;
  const format = useFormat();
  const { short } = useCoefficients();
  const { agreement } = progress;
  const answer = agreementInWords(agreement, short(agreement.coefficient), w, format);
  return (
    <Question title={w.title} answer={answer}>
      <QualityFigures progress={progress} canManage={canManage} />
      {children}
    </Question>
  );
}

function agreementInWords(
  { value, low, high, reason, basis, n_items }: Progress["agreement"],
  name: string,
  w: (typeof words)["en"]["quality"],
  format: Format,
): string {
  if (value === null) {
    return w.undefinedBecause(name, reason === null ? w.noReason : (w.reasons[reason] ?? reason));
  }
  const number = format.coefficient;
  const told =
    low === null || high === null
      ? w.alphaNoRange(name, number(value))
      : w.alpha(name, number(value), number(low), number(high));
  return `${told} ${w.basis[basis](format.n(n_items))}`;
}
