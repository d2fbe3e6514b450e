"""All figures of a question at once, and as a file that a compute process makes from a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter

from labeling.quality.figures.agreement import AgreementFigures, agreement_figures
from labeling.quality.figures.annotators import AnnotatorFigures, By, annotator_figures
from labeling.quality.figures.answers import Answers, read_answers, rows_of
from labeling.quality.figures.confidence import ConfidenceFigures, confidence_figures
from labeling.quality.figures.confusions import ConfusionFigures, confusion_figures
from labeling.quality.figures.difficulty import ItemFigures, item_figures
from labeling.quality.figures.evidence import EvidenceFigures, evidence_figures
from labeling.quality.figures.guideline import GuidelineFigures, guideline_figures
from labeling.quality.figures.measures import Scope, scope_of


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
    return QualityReport(
        scope=scope_of(answers),
        agreement=agreement_figures(answers),
        annotators=annotator_figures(answers, by=by),
        evidence=evidence_figures(answers),
        confusions=confusion_figures(answers),
        guideline=guideline_figures(answers),
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
