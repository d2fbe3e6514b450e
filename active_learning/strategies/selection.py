"""What a strategy is, what it returns, and how scores become a choice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from active_learning.strategies.pool import FloatArray, IntArray, Pool

Options: TypeAlias = Mapping[str, Any]
"""A strategy's own keywords, all of them set."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Chosen rows of a pool, best first, with why.

    Parameters
    ----------
    indices : (n,), distinct rows of the pool.
    scores : (n,), each row's score by the strategy's own measure; higher was wanted more.
    strategy : the strategy that chose, which for ``auto`` is the one it settled on.
    reason : one sentence for the person who asks "why this item?".
    """

    indices: IntArray
    scores: FloatArray
    strategy: str
    reason: str


@dataclass(frozen=True, slots=True)
class Strategy:
    """One entry of the registry.

    Parameters
    ----------
    name : as ``select`` takes it.
    needs : arguments without which it cannot choose.
    measure : what its score is, in words.
    score : pool, options and rng to (size,) scores; higher is wanted more.
    choose : pool, n, options and rng to a selection; None where the n best scores are the choice.
    options : its own keywords with their defaults.
    needs_any : arguments of which one is enough.
    """

    name: str
    needs: tuple[str, ...]
    measure: str
    score: Callable[[Pool, Options, np.random.Generator], FloatArray]
    choose: Callable[[Pool, int, Options, np.random.Generator], Selection] | None = None
    options: Options = field(default_factory=dict)
    needs_any: tuple[str, ...] = ()


def top(scores: FloatArray, n: int, rng: np.random.Generator) -> IntArray:
    """Return the indices of the n highest scores, best first, ties broken at random.

    Takes linear time in the pool: only the chosen are sorted. Without random ties a pool of equal
    scores would always be labelled from its first row on.
    """
    n = min(n, len(scores))
    if n == 0:
        return np.empty(0, dtype=np.int64)
    cut = np.partition(scores, len(scores) - n)[len(scores) - n]
    above = np.flatnonzero(scores > cut)
    level = np.flatnonzero(scores == cut)
    level = rng.choice(level, size=n - len(above), replace=False)
    # The stable sort keeps this shuffled order among equal scores.
    picked = rng.permutation(np.concatenate([above, level]))
    return picked[np.argsort(-scores[picked], kind="stable")].astype(np.int64)
