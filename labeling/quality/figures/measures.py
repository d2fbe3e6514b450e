"""What one figure is: a value with its interval and what it rests on, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass

from labeling.quality.agreement import Agreement
from labeling.quality.figures.answers import Answers, Basis
from labeling.quality.skill import Skill


@dataclass(frozen=True)
class Measure:
    """A coefficient of agreement; undefined with a reason, never drawn as zero."""

    coefficient: str
    value: float | None
    low: float | None
    high: float | None
    n_items: int
    reason: str | None
    basis: Basis


@dataclass(frozen=True)
class ShareFigure:
    """A share with its interval; undefined with a reason."""

    value: float | None
    low: float | None
    high: float | None
    n: float
    reason: str | None
    basis: Basis


@dataclass(frozen=True)
class Scope:
    """What the figures were computed from: all answers, or a stated sample of them."""

    question: str
    n_answers: int
    n_total: int
    n_items: int
    n_people: int
    n_classes: int
    newest_at: int
    words: str


def measured(coefficient: str, found: Agreement, basis: Basis) -> Measure:
    """Name a coefficient and what it rests on."""
    return Measure(
        coefficient, found.value, found.low, found.high, found.n_items, found.reason, basis
    )


def shared(found: Skill, basis: Basis) -> ShareFigure:
    """Say what a share rests on."""
    return ShareFigure(found.value, found.low, found.high, found.n, found.reason, basis)


def scope_of(answers: Answers) -> Scope:
    """Say how much the figures rest on."""
    n, total = int(answers.given.size), answers.n_total
    words = f"all {n:,} answers"
    if n < total:
        words = f"{n:,} of {total:,} answers: all answers to a random sample of the items"
    return Scope(
        question=answers.question,
        n_answers=n,
        n_total=total,
        n_items=answers.n_items,
        n_people=len(answers.people),
        n_classes=len(answers.classes),
        newest_at=int(answers.at.max(initial=0)),
        words=words,
    )
