"""Selection strategies as pure functions over arrays: which rows of a pool to label next.

One file per family; scores stand apart from choice, so that a round can record why. No database,
no files, no clock; randomness comes in as a ``numpy.random.Generator``.
"""

from __future__ import annotations

from active_learning.strategies.pool import Pool
from active_learning.strategies.registry import STRATEGIES, choose, needs, scores, select
from active_learning.strategies.selection import Selection, Strategy

__all__ = ["STRATEGIES", "Pool", "Selection", "Strategy", "choose", "needs", "scores", "select"]
