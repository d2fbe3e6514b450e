"""What a gate says: the verdict, the sentence that explains it, and the numbers it rests on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """Whether the challenger may go live."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    """Shown not to be worse by the margin or more, and not shown to be worse at all."""
    FAIL = "fail"
    """Shown to be worse: overall, in a slice by more than the margin, or below a slice's floor."""
    INCONCLUSIVE = "inconclusive"
    """Too few items to tell; the report says how many it would take."""


@dataclass(frozen=True, slots=True)
class SliceEvidence:
    """The same comparison on the items of one slice.

    Parameters
    ----------
    name : of the slice.
    n : number of its items.
    champion_accuracy, challenger_accuracy : shares of right answers; None without items.
    difference, low, high : challenger minus champion, with an interval corrected for the number
        of slices; None without items.
    floor : least accuracy asked for, or None.
    failed : why the slice fails the gate, or None.
    """

    name: str
    n: int
    champion_accuracy: float | None
    challenger_accuracy: float | None
    difference: float | None
    low: float | None
    high: float | None
    floor: float | None
    failed: str | None


@dataclass(frozen=True, slots=True)
class OpinionReport:
    """A verdict where there is no single truth: who is nearer to the distributions of answers.

    Parameters
    ----------
    verdict, reason, needs_n, margin, alpha : as in `GateReport`.
    baseline : ``champion``, or ``class_shares`` for a project's first model.
    n : items.
    champion_brier, challenger_brier : half the Brier score against each item's distribution,
        between 0 and 1; the first is the baseline's.
    difference, low, high : by how much the challenger is nearer, with its 1 - alpha interval, by
        pairs: above zero it is better.
    champion_cross_entropy, challenger_cross_entropy : beside it, in nats; they decide nothing.
    nearer, farther : items on which the challenger is nearer to, and farther from, the answers.
    """

    verdict: Verdict
    reason: str
    needs_n: int | None
    baseline: str
    n: int
    champion_brier: float | None
    challenger_brier: float | None
    difference: float | None
    low: float | None
    high: float | None
    champion_cross_entropy: float | None
    challenger_cross_entropy: float | None
    nearer: int
    farther: int
    margin: float
    alpha: float
    measure: str = "brier"

    @property
    def evidence(self) -> dict[str, Any]:
        """Everything but the verdict, as JSON can hold it."""
        values = asdict(self)
        del values["verdict"]
        return values


@dataclass(frozen=True, slots=True)
class GateReport:
    """A verdict with its evidence.

    Parameters
    ----------
    verdict : pass, fail or inconclusive.
    reason : one sentence for people.
    needs_n : where inconclusive, how many test items in all would decide with power .8.
    baseline : ``champion``, or ``majority_class`` for a project's first model.
    n, wins, losses : items; those only the challenger, and only the baseline, got right.
    champion_accuracy, challenger_accuracy : shares of right answers; the first is the baseline's.
    difference, low, high : challenger minus baseline with its 1 − alpha interval.
    p_value : exact McNemar.
    margin, alpha : as asked for; a first model is compared with margin zero.
    slices : evidence by slice.
    measure : what is compared.
    """

    verdict: Verdict
    reason: str
    needs_n: int | None
    baseline: str
    n: int
    wins: int
    losses: int
    champion_accuracy: float | None
    challenger_accuracy: float | None
    difference: float | None
    low: float | None
    high: float | None
    p_value: float | None
    margin: float
    alpha: float
    slices: tuple[SliceEvidence, ...] = ()
    measure: str = "accuracy"

    @property
    def evidence(self) -> dict[str, Any]:
        """Everything but the verdict, as JSON can hold it."""
        values = asdict(self)
        values["slices"] = list(values["slices"])
        del values["verdict"]
        return values
