"""Annotators of questions that are no single choice, and what has no figure for such answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from labeling.quality.arrays import BoolArray
from labeling.quality.figures.annotators import (
    AnnotatorFigure,
    AnnotatorFigures,
    By,
    PeerFigure,
    groups_of,
    seconds_of,
)
from labeling.quality.figures.confidence import ConfidenceCurve, ConfidenceFigures
from labeling.quality.figures.confusions import ConfusionFigures, ConfusionMap
from labeling.quality.figures.evidence import EvidenceFigures
from labeling.quality.figures.guideline import GuidelineFigures
from labeling.quality.figures.measures import Measure, ShareFigure
from labeling.quality.figures.structured import likenesses
from labeling.quality.scrutiny.votes import grouped

if TYPE_CHECKING:
    from labeling.quality.figures.answers import Basis
    from labeling.quality.figures.structured import Likenesses
    from labeling.quality.figures.structured_reading import Said

CHOSEN: Final = "chosen_items"
NO_GOLD: Final = "known answers are for questions with one choice"
ALONE: Final = "nobody else has answered the same items yet"
NORMAL: Final = 1.96
LEAST: Final = 2
"""Items from which an interval can be told."""


def structured_annotators(said: Said, *, by: By = "person") -> AnnotatorFigures:
    """Measure every annotator by how alike their answers are to the others', never as accuracy."""
    answers = said.answers
    groups, names = groups_of(answers, by)
    rows = grouped(groups[answers.annotators], len(names))
    found = likenesses(said, answers.annotators)
    usual = float(found.of_item.mean()) if found.rows.size else 0.0
    undefined = ShareFigure(None, None, None, 0, NO_GOLD, CHOSEN)
    figures = []
    for place, ((name, workforce, kind), mine) in enumerate(zip(names, rows, strict=True)):
        seconds, n_timed = seconds_of(answers.active_ms[mine])
        figures.append(
            AnnotatorFigure(
                name=name,
                workforce=workforce,
                kind=kind,
                n_answers=int(answers.is_current[mine].sum()),
                gold=undefined,
                reviewed=undefined,
                agreement=_peer(found, groups[answers.annotators[found.rows]] == place, usual),
                confusions=(),
                seconds=seconds,
                n_timed=n_timed,
            )
        )
    return AnnotatorFigures(said.scope, by, tuple(figures), seconds_of(answers.active_ms)[0])


def _peer(found: Likenesses, mine: BoolArray, usual: float) -> PeerFigure:
    """Return one annotator's likeness to the others, as it would be on items of usual difficulty.

    Who gets the disputed items is held against what all had on these very items.
    """
    n = int(mine.sum())
    if not n:
        return PeerFigure(None, None, None, 0, None, None, ALONE)
    plain, expected = float(found.to_others[mine].mean()), float(found.of_item[mine].mean())
    value = min(max(plain - expected + usual, 0.0), 1.0)
    if n < LEAST:
        return PeerFigure(value, None, None, n, plain, expected, None)
    apart = found.to_others[mine] - found.of_item[mine]
    half = NORMAL * float(apart.std(ddof=1)) / n**0.5
    return PeerFigure(
        value, max(value - half, 0.0), min(value + half, 1.0), n, plain, expected, None
    )


def why_not(said: Said) -> str:
    """Say why figures of classes are undefined for a kind of question."""
    return f"answers of the kind {said.question.kind!r} are no single class"


def no_evidence(said: Said) -> EvidenceFigures:
    """Say that nothing was looked for, and why."""
    return EvidenceFigures(said.scope, (), f"Undefined, because {why_not(said)}")


def no_confusions(said: Said) -> ConfusionFigures:
    """Say of every map why there is none."""
    bases: tuple[Basis, ...] = ("random_sample", "chosen_items")
    maps = tuple(
        ConfusionMap(
            against="consensus",
            basis=basis,
            classes=(),
            n_classes=len(said.question.classes),
            n_answers=0,
            cells=(),
            words="",
            reason=why_not(said),
        )
        for basis in bases
    )
    return ConfusionFigures(said.scope, maps)


def no_guideline(said: Said) -> GuidelineFigures:
    """Say why no two classes can be told to be confused."""
    why = why_not(said)
    measure = Measure("krippendorff_alpha", None, None, None, 0, why, CHOSEN)
    return GuidelineFigures(said.scope, (), "", measure, (), 0, f"Undefined, because {why}")


def no_confidence(said: Said) -> ConfidenceFigures:
    """Say why an agreement was not held against truth."""
    bases: tuple[Basis, ...] = ("random_sample", "chosen_items")
    curves = tuple(
        ConfidenceCurve(
            basis=basis,
            n_checked=0,
            right=ShareFigure(None, None, None, 0, why_not(said), basis),
            promised=None,
            error=None,
            bins=(),
            words=f"Undefined, because {why_not(said)}",
        )
        for basis in bases
    )
    return ConfidenceFigures(said.scope, "agreement", curves)
