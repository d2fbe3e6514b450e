import { useMemo } from "react";
import { hub } from "../../../client/hub";
import type { Progress } from "../../../client/types";
import { nameIn, useLanguage } from "../../../components/language";
import { Shown } from "../figures/Figure";
import { useAsked } from "../figures/useAsked";
import { AgreementFigure } from "./AgreementFigure";
import { AnnotatorTable } from "./AnnotatorTable";
import { ConfidenceFigure } from "./ConfidenceFigure";
import { ConfusionFigure, Habits, type NameOf } from "./ConfusionFigure";

/** What the answers are worth, and whose: each figure as the hub computes it. */
export function QualityFigures({ progress }: { progress: Progress }) {
  const { slug } = progress.project;
  const nameOf = useClassNames(progress);
  const agreement = useAsked(hub.agreement, slug);
  const annotators = useAsked(hub.annotators, slug);
  const confusions = useAsked(hub.confusions, slug);
  const confidence = useAsked(hub.confidence, slug);
  const simulated = new Set(
    progress.annotators.filter((one) => one.simulated).map((one) => one.name),
  );
  return (
    <>
      <Shown asked={agreement}>
        {(figures) => <AgreementFigure figures={figures} nameOf={nameOf} />}
      </Shown>
      <Shown asked={annotators}>
        {(figures) => <AnnotatorTable figures={figures} simulated={simulated} />}
      </Shown>
      <div className="two">
        <Shown asked={confusions}>
          {(figures) => <ConfusionFigure figures={figures} nameOf={nameOf} />}
        </Shown>
        {annotators.value && <Habits figures={annotators.value} nameOf={nameOf} />}
      </div>
      <Shown asked={confidence}>{(found) => <ConfidenceFigure confidence={found} />}</Shown>
    </>
  );
}

/** The classes' names in the reader's language. */
export function useClassNames(progress: Progress): NameOf {
  const lang = useLanguage();
  const { classes } = progress.project.question;
  const names = useMemo(() => new Map(classes.map((one) => [one.key, one.names])), [classes]);
  return (key) => nameIn(lang, names.get(key) ?? {}, key);
}
