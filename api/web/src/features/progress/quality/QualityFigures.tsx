import { useMemo } from "react";
import { hub } from "../../../client/hub";
import type { Progress } from "../../../client/types";
import { nameIn, useLanguage, useWords } from "../../../components/language";
import { Shown } from "../figures/Figure";
import { useAsked } from "../figures/useAsked";
import { AgreementFigure } from "./AgreementFigure";
import { AnnotatorTable } from "./AnnotatorTable";
import { ConfidenceFigure } from "./ConfidenceFigure";
import { ConfusionFigure, Habits, type NameOf } from "./ConfusionFigure";
import { EvidenceList } from "./EvidenceList";
import { GuidelineFindings } from "./GuidelineFindings";
import { HardItemsTable } from "./HardItemsTable";
import { words } from "./words";

/** What the answers are worth, and whose: each figure as the hub computes it. */
export function QualityFigures({ progress }: { progress: Progress }) {
  const { slug } = progress.project;
  const nameOf = useClassNames(progress);
  const agreement = useAsked(hub.agreement, slug);
  const annotators = useAsked(hub.annotators, slug);
  const confusions = useAsked(hub.confusions, slug);
  const evidence = useAsked(hub.evidence, slug);
  const guideline = useAsked(hub.guideline, slug);
  const hardItems = useAsked(hub.hardItems, slug);
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
      <Shown asked={guideline}>
        {(figures) => <GuidelineFindings figures={figures} nameOf={nameOf} />}
      </Shown>
      <Shown asked={evidence}>{(figures) => <EvidenceList figures={figures} />}</Shown>
      <Shown asked={hardItems}>
        {(figures) => <HardItemsTable figures={figures} nameOf={nameOf} />}
      </Shown>
      <Shown asked={confidence}>{(found) => <ConfidenceFigure confidence={found} />}</Shown>
      {!guideline.hidden && <Report slug={slug} />}
    </>
  );
}

/** All of it in one file, for those who may see all of it. */
function Report({ slug }: { slug: string }) {
  const w = useWords(words);
  const lang = useLanguage();
  return (
    <p>
      <a className="btn" href={hub.reportPath(slug, lang)} target="_blank" rel="noreferrer">
        {w.report}
      </a>
    </p>
  );
}

/** The classes' names in the reader's language. */
export function useClassNames(progress: Progress): NameOf {
  const lang = useLanguage();
  const { classes } = progress.project.question;
  const names = useMemo(() => new Map(classes.map((one) => [one.key, one.names])), [classes]);
  return (key) => nameIn(lang, names.get(key) ?? {}, key);
}
