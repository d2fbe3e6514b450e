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
        agreement = replace(agreement, pairs=(), n_pairs=0)
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


def write_report(rows_file: str, report_file: str, about: dict[str, Any], by: By) -> None:
    """Compute the figures of an export's file and write them as JSON, in a compute process.

    Parameters
    ----------
    rows_file
        Answers as JSONL.
    report_file
        Where the report goes.
    about
        The keywords of `read_answers`.
    by
        As for `quality_report`.
    """
    answers = read_answers(rows_of(Path(rows_file)), **about)
    Path(report_file).write_bytes(REPORT.dump_json(quality_report(answers, by=by)))
