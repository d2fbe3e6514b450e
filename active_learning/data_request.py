"""What a pool lacks: classes and slices below the target that more labels of it would not lift.

Figures rest on the labelled random test sample alone; every number is a range, and what cannot be
told is said in words.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from active_learning.forecast import Range
from training.evaluation import wilson

LEAST_TESTED: Final = 10
"""Test items of a class or slice below which its accuracy is left open."""
MOST_TIMES: Final = 100.0
"""More than so many times the labels there are is no plan: the upper end is left open."""
USUAL_RATES: Final = (0.3, 1.0)
"""How errors fall with labels (error ~ labels to the power of minus this) on most curves; used
where the project's own curve says nothing."""
PARETO: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Group:
    """A class or a slice on the random test sample."""

    kind: Literal["class", "slice"]
    name: str
    n_test: int
    n_right: int


@dataclass(frozen=True, slots=True)
class Lack:
    """What one class or slice lacks.

    Attributes
    ----------
    verdict
        `below`: the target lies above the whole interval; `unclear`: inside it, or too few test
        items; `reached`: the estimate is at the target.
    accuracy, low, high
        Share of right answers with its 95 % interval; None below `LEAST_TESTED`.
    labelled
        Labelled training items of it; estimated from its share of the test sample for a slice.
    in_pool
        Untouched items of it that the pool is expected to hold.
    wanted, lacking
        Further labelled items that would bring it to the target, and what of them the pool does
        not hold.
    days
        To label what is wanted, at the pace so far.
    reason
        In one sentence.
    """

    group: Group
    verdict: Literal["below", "unclear", "reached"]
    accuracy: float | None
    low: float | None
    high: float | None
    labelled: int
    in_pool: Range
    wanted: Range
    lacking: Range
    days: Range
    reason: str


@dataclass(frozen=True, slots=True)
class Pool:
    """What there is: labelled training items, by class and in all; untouched items; the pace."""

    labelled: Mapping[str, int]
    untouched: int
    items_per_day: float | None
    rates: tuple[float, float] = USUAL_RATES

    @property
    def n_labelled(self) -> int:
        """Labelled training items in all."""
        return sum(self.labelled.values())


def groups_of(
    truth: Sequence[str], predicted: Sequence[str], attributes: Sequence[Mapping[str, object]]
) -> list[Group]:
    """Count right answers per class and per value of each attribute.

    Raises
    ------
    ValueError
        Lengths that differ.
    """
    if not len(truth) == len(predicted) == len(attributes):
        message = f"lengths differ: {len(truth)}, {len(predicted)}, {len(attributes)}"
        raise ValueError(message)
    counts: dict[tuple[Literal["class", "slice"], str], list[int]] = defaultdict(lambda: [0, 0])
    for label, said, named in zip(truth, predicted, attributes, strict=True):
        keys: list[tuple[Literal["class", "slice"], str]] = [("class", label)]
        keys += [("slice", f"{name}={value}") for name, value in named.items()]
        for key in keys:
            counts[key][0] += 1
            counts[key][1] += label == said
    return [Group(kind, name, n, right) for (kind, name), (n, right) in sorted(counts.items())]


def lack_of(group: Group, n_test: int, target: float, pool: Pool) -> Lack:
    """Return what a class or slice lacks to reach the target.

    Errors are taken to fall with the group's own labels by a power between `pool.rates`.
    """
    share_low, share_high = wilson(group.n_test / n_test, n_test)
    in_pool = Range(pool.untouched * share_low, pool.untouched * share_high)
    labelled = (
        pool.labelled.get(group.name, 0)
        if group.kind == "class"
        else round(pool.n_labelled * group.n_test / n_test)
    )
    if group.n_test < LEAST_TESTED:
        why = f"{group.n_test} of the {LEAST_TESTED} test items that a verdict needs"
        unknown = Range.unknown(why)
        return Lack(
            group, "unclear", None, None, None, labelled, in_pool, unknown, unknown, unknown, why
        )
    accuracy = group.n_right / group.n_test
    low, high = wilson(accuracy, group.n_test)
    verdict: Literal["below", "unclear", "reached"] = "unclear"
    if accuracy >= target:
        verdict = "reached"
    elif high < target:
        verdict = "below"
    wanted = Range(0.0, 0.0) if verdict == "reached" else _wanted(low, high, target, labelled, pool)
    lacking = _less(wanted, in_pool)
    said = (
        f"{accuracy:.3f} ({low:.3f} to {high:.3f}) on {group.n_test} test items, target {target:g}"
    )
    return Lack(
        group,
        verdict,
        accuracy,
        low,
        high,
        labelled,
        in_pool,
        wanted,
        lacking,
        _days(wanted, pool.items_per_day),
        said,
    )


def _wanted(low: float, high: float, target: float, labelled: int, pool: Pool) -> Range:
    slow, fast = pool.rates
    base, missed = max(labelled, 1), max(1.0 - target, PARETO)
    least = base * (max((1.0 - high) / missed, 1.0) ** (1.0 / fast) - 1.0)
    times = max((1.0 - low) / missed, 1.0) ** (1.0 / slow)
    return Range(math.floor(least), None if times > MOST_TIMES else math.ceil(base * (times - 1)))


def _less(wanted: Range, in_pool: Range) -> Range:
    if wanted.low is None or in_pool.low is None or in_pool.high is None:
        return wanted
    high = None if wanted.high is None else max(wanted.high - in_pool.low, 0.0)
    return Range(max(wanted.low - in_pool.high, 0.0), high)


def _days(wanted: Range, items_per_day: float | None) -> Range:
    if wanted.low is None:
        return wanted
    if not items_per_day:
        return Range.unknown("nobody has labelled lately, so there is no pace")
    high = None if wanted.high is None else wanted.high / items_per_day
    return Range(wanted.low / items_per_day, high)
