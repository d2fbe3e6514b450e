"""When to stop asking: four rules over what is known, each with its reason in words.

No rule stops anything by itself: it advises, and whoever runs the project may overrule it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from active_learning.forecast import Range

RULES: Final = ("target", "plateau", "stabilised", "budget")


@dataclass(frozen=True, slots=True)
class StopRule:
    """What one rule says; `fires` None: it cannot tell, and the reason says why."""

    rule: str
    fires: bool | None
    reason: str


def target_reached(
    target: float | None, accuracy: float | None, low: float | None, n: int
) -> StopRule:
    """Fire when the accuracy's lower bound on the random test sample is at the target."""
    if target is None:
        return StopRule("target", None, "the policy names no target (target.accuracy)")
    if accuracy is None or low is None:
        return StopRule("target", None, "no model has been measured on the random test sample yet")
    said = f"{accuracy:.3f} on {n} test items, at least {low:.3f}; the target is {target:g}"
    return StopRule("target", low >= target, said)


def on_plateau(gain: Range, answers: int, least_gain: float) -> StopRule:
    """Fire when even the upper end of what further answers would add is below `least_gain`."""
    if gain.high is None or gain.low is None:
        return StopRule("plateau", None, gain.reason or "no forecast")
    said = f"{answers:,} more answers would add {gain.low:.3f} to {gain.high:.3f}"
    return StopRule("plateau", gain.high < least_gain, f"{said}; worth it from {least_gain:g}")


def stabilised(kappas: Sequence[float], least: float, rounds: int) -> StopRule:
    """Fire when successive selectors have agreed on the same items for some rounds.

    Parameters
    ----------
    kappas
        Cohen's kappa of each selector's predictions with those of the one before, oldest first.
    least, rounds
        The mean that fires, over so many rounds.
    """
    if len(kappas) < rounds:
        said = f"predictions of successive selectors were compared {len(kappas)} of {rounds} times"
        return StopRule("stabilised", None, said)
    mean = float(np.mean(kappas[-rounds:]))
    said = f"over {rounds} rounds successive selectors agree with kappa {mean:.3f} (from {least:g})"
    return StopRule("stabilised", mean >= least, said)


def budget_spent(cap: int | None, committed: int, price: int) -> StopRule:
    """Fire when what is left of the budget pays for no further answer; micro-units."""
    if cap is None:
        return StopRule("budget", fires=False, reason="the budget has no cap")
    left = max(cap - committed, 0)
    said = f"{left / 1e6:,.2f} of {cap / 1e6:,.2f} is left, an answer costs {price / 1e6:,.2f}"
    return StopRule("budget", left < max(price, 1), said)


def kappa_of(before: npt.ArrayLike, after: npt.ArrayLike) -> float:
    """Cohen's kappa of two lists of predicted classes; 1 where both always name the same one.

    Raises
    ------
    ValueError
        The lists are not equally long, or empty.
    """
    first, second = np.asarray(before), np.asarray(after)
    if first.shape != second.shape or first.size == 0:
        message = f"before and after must be equally long, not {first.size} and {second.size}"
        raise ValueError(message)
    shared = np.union1d(first, second)
    agree = float((first == second).mean())
    chance = sum(float((first == one).mean() * (second == one).mean()) for one in shared)
    return 1.0 if chance >= 1.0 else (agree - chance) / (1.0 - chance)
