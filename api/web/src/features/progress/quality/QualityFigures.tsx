import { hub } from "../../../client/hub";
import type { Progress } from "../../../client/types";
import { useLanguage, useWords } from "../../../components/language";
import { useClassNames } from "../classNames";
import { Shown, Waiting } from "../figures/Figure";
import { useAsked } from "../figures/useAsked";
import { AgreementFigure } from "./AgreementFigure";
import { AnnotatorTable } from "./AnnotatorTable";
import { ConfidenceFigure } from "./ConfidenceFigure";
import { ConfusionFigure, Habits } from "./ConfusionFigure";
import { EvidenceList } from "./EvidenceList";
import { GuidelineFindings } from "./GuidelineFindings";
import { GroupsFigure } from "./GroupsFigure";
import { HardItemsTable } from "./HardItemsTable";
import { LikelyErrorsTable } from "./LikelyErrorsTable";
import { words } from "./words";

interface QualityFiguresProps {
  progress: Progress;
  canManage: boolean;
}

/** What the answers are worth, and whose: each figure as the hub computes it. */
export function QualityFigures({ progress, canManage }: QualityFiguresProps) {
  const { slug } = progress.project;
  const nameOf = useClassNames(progress);
  const confidence = useAsked(hub.confidence, slug);
  const agreement = useAsked(hub.agreement, slug);
  const groups = useAsked(hub.groups, slug);
  const annotators = useAsked(hub.annotators, slug);
  const confusions = useAsked(hub.confusions, slug);
  const evidence = useAsked(hub.evidence, slug);
  const guideline = useAsked(hub.guideline, slug);
  const hardItems = useAsked(hub.hardItems, slug);
  const likely = useAsked(hub.likelyErrors, slug);
  const groupsOnly = annotators.value?.by === "workforce";
  const simulated = new Set(
    progress.annotators.filter((one) => one.simulated).map((one) => one.name),
  );
  const all = [
    confidence,
    agreement,
    groups,
    annotators,
    confusions,
    evidence,
    guideline,
    hardItems,
    likely,
  ];
  return (
    <>
      <Waiting asked={all} />
      <Shown asked={agreement}>
        {(figures) => <AgreementFigure figures={figures} nameOf={nameOf} />}
      </Shown>
      <Shown asked={groups}>{(figures) => <GroupsFigure figures={figures} />}</Shown>
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
      <Shown asked={evidence}>
        {(figures) => <EvidenceList figures={figures} groupsOnly={groupsOnly} />}
      </Shown>
      <Shown asked={hardItems}>
        {(figures) => <HardItemsTable figures={figures} nameOf={nameOf} />}
      </Shown>
      <Shown asked={likely}>
        {(figures) => (
          <LikelyErrorsTable
            figures={figures}
            slug={slug}
            nameOf={nameOf}
            canManage={canManage}
            onChanged={likely.again}
          />
        )}
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
