"""The figures of page and report, from exported answers: rows in, values with intervals out.

The hub computes its own from the same rows, so each can be recomputed by anyone with an export.
Nothing here reads a database, and nobody is accused: there is evidence, and what to do next.
"""

from labeling.quality.figures.agreement import AgreementFigures, agreement_figures
from labeling.quality.figures.annotators import AnnotatorFigures, annotator_figures
from labeling.quality.figures.answers import Answers
from labeling.quality.figures.confidence import ConfidenceFigures, confidence_figures
from labeling.quality.figures.confusions import ConfusionFigures, confusion_figures
from labeling.quality.figures.difficulty import ItemFigures, item_figures
from labeling.quality.figures.evidence import EvidenceFigures, evidence_figures
from labeling.quality.figures.guideline import GuidelineFigures, guideline_figures
from labeling.quality.figures.reading import read_answers, rows_of
from labeling.quality.figures.structured import (
    structured_agreement,
    structured_items,
)
from labeling.quality.figures.structured_people import structured_annotators
from labeling.quality.figures.structured_reading import read_structured

__all__ = [
    "AgreementFigures",
    "AnnotatorFigures",
    "Answers",
    "ConfidenceFigures",
    "ConfusionFigures",
    "EvidenceFigures",
    "GuidelineFigures",
    "ItemFigures",
    "agreement_figures",
    "annotator_figures",
    "confidence_figures",
    "confusion_figures",
    "evidence_figures",
    "guideline_figures",
    "item_figures",
    "read_answers",
    "read_structured",
    "rows_of",
    "structured_agreement",
    "structured_annotators",
    "structured_items",
]
