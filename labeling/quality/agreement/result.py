"""A coefficient with its interval, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Agreement:
    """How far several annotators agree.

    Attributes
    ----------
    value
        The coefficient, 1 for perfect agreement; None where it is undefined, never 0 or NaN.
    low, high
        Its 95 % interval over items; None where it is undefined or rests on one item.
    n_items
        How many items it rests on: those with at least two ratings.
    reason
        Why it is undefined, in words; None where it is defined.
    """

    value: float | None
    low: float | None
    high: float | None
    n_items: int
    reason: str | None = None


def undefined(n_items: int, reason: str) -> Agreement:
    """Return a coefficient that has no value, with the reason in words."""
    return Agreement(None, None, None, n_items, reason)
