"""All figures of a question at once, and as a file that a compute process makes from a file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter

from labeling.quality.figures.agreement import AgreementFigures, agreement_figures
from labeling.quality.figures.annotators import AnnotatorFigures, By, annotator_figures
from labeling.quality.figures.answers import Answers
from labeling.quality.figures.confidence import ConfidenceFigures, confidence_figures
from labeling.quality.figures.confusions import ConfusionFigures, confusion_figures
from labeling.quality.figures.difficulty import ItemFigures, item_figures
from labeling.quality.figures.evidence import EvidenceFigures, evidence_figures
from labeling.quality.figures.guideline import GuidelineFigures, guideline_figures
from labeling.quality.figures.measures import Scope, scope_of
from labeling.quality.figures.reading import read_answers, rows_of
from labeling.quality.figures.structured import structured_agreement, structured_items
from labeling.quality.figures.structured_people import (
    no_confidence,
    no_confusions,
    no_evidence,
    no_guideline,
    structured_annotators,
)
from labeling.quality.figures.structured_reading import Said, read_structured
from labeling.schema.questions import Question


@dataclass(frozen=True)
class QualityReport:
    """Every figure of page and report."""

    scope: Scope
    agreement: AgreementFigures
    annotators: AnnotatorFigures
    evidence: EvidenceFigures
    confusions: ConfusionFigures
    guideline: GuidelineFigures
    items: ItemFigures
    confidence: ConfidenceFigures


GROUPS_ONLY: Final = "This project shows figures of workforces only"
REPORT: Final = TypeAdapter(QualityReport)
"""Writes a report as JSON and reads it back."""


def quality_report(answers: Answers, *, by: By = "person") -> QualityReport:
    """Compute every figure from exported answers.

    Parameters
    ----------
    answers
        From `read_answers`.
    by
        Whether annotators are shown one by one, or by workforce only.
    """
    agreement, evidence = agreement_figures(answers), evidence_figures(answers)
    guideline = guideline_figures(answers)
    if by == "workforce":
        agreement = without_pairs(agreement)
        evidence = replace(evidence, findings=(), words=GROUPS_ONLY)
        guideline = replace(guideline, trusted=())
    return QualityReport(
        scope=scope_of(answers),
        agreement=agreement,
        annotators=annotator_figures(answers, by=by),
        evidence=evidence,
        confusions=confusion_figures(answers),
        guideline=guideline,
        items=item_figures(answers),
        confidence=confidence_figures(answers),
    )


def without_pairs(found: AgreementFigures) -> AgreementFigures:
    """Return figures that compare no two people, and say why."""
    why = {**found.why_empty, "pairs": GROUPS_ONLY[0].lower() + GROUPS_ONLY[1:]}
    return replace(found, pairs=(), n_pairs=0, why_empty=why)


def structured_report(said: Said, *, by: By = "person") -> QualityReport:
    """Compute every figure of a question that is no single choice from exported answers.

    Parameters
    ----------
    said
        From `read_structured`.
    by
        As for `quality_report`.
    """
    agreement = structured_agreement(said)
    return QualityReport(
        scope=said.scope,
        agreement=without_pairs(agreement) if by == "workforce" else agreement,
        annotators=structured_annotators(said, by=by),
        evidence=no_evidence(said),
        confusions=no_confusions(said),
        guideline=no_guideline(said),
        items=structured_items(said),
        confidence=no_confidence(said),
    )


def write_report(rows_file: str, report_file: str, about: dict[str, Any], by: By) -> None:
    """Compute the figures of an export's file and write them as JSON, in a compute process.

    Parameters
    ----------
    rows_file
        Answers as JSONL.
    report_file
        Where the report goes.
    about
        The keywords of `read_answers`, with `asked`: the question, as `asdict` writes it.
    by
        As for `quality_report`.
    """
    rows, asked = rows_of(Path(rows_file)), Question.from_document(about["asked"])
    about = {name: value for name, value in about.items() if name != "asked"}
    if asked.is_choice:
        report = quality_report(read_answers(rows, **about), by=by)
    else:
        of_sample = {name: about[name] for name in ("n_total", "is_subjective", "first_n")}
        report = structured_report(read_structured(rows, asked, **of_sample), by=by)
    Path(report_file).write_bytes(REPORT.dump_json(report))
