"""Random choice: the baseline every other strategy has to beat, and the honest sample."""

from __future__ import annotations

import numpy as np

from active_learning.strategies.pool import FloatArray, Pool
from active_learning.strategies.selection import Options, Strategy


def random_scores(pool: Pool, _options: Options, rng: np.random.Generator) -> FloatArray:
    """Return (size,) independent uniform draws: the n highest are a simple random sample."""
    return rng.random(pool.size)


RANDOM = Strategy("random", (), "drawn at random", random_scores)
