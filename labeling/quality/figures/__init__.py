"""The figures of page and report, from exported answers: rows in, values with intervals out.

The hub computes its own from the same rows, so each can be recomputed by anyone with an export.
Nothing here reads a database, and nobody is accused: there is evidence, and what to do next.
"""

from labeling.quality.figures.agreement import AgreementFigures, agreement_figures
from labeling.quality.figures.annotators import AnnotatorFigures, annotator_figures
from labeling.quality.figures.answers import Answers, read_answers, rows_of
from labeling.quality.figures.confusions import ConfusionFigures, confusion_figures

__all__ = [
    "AgreementFigures",
    "AnnotatorFigures",
    "Answers",
    "ConfusionFigures",
    "agreement_figures",
    "annotator_figures",
    "confusion_figures",
    "read_answers",
    "rows_of",
]
