"""Numbers and ratings: where a committee's answers differ, away from what is known."""

from __future__ import annotations

import numpy as np

from active_learning.strategies.distances import nearest, squared_distances
from active_learning.strategies.pool import FloatArray, Pool, row_chunks
from active_learning.strategies.selection import Options, Selection, Strategy, top

REASON = "the models' numbers differ, and nothing like it is known or in this batch"


def regression_scores(pool: Pool, _options: Options, _rng: np.random.Generator) -> FloatArray:
    """Return (size,) the standard deviation of the members' answers.

    References
    ----------
    Burbidge, Rowland and King, "Active learning for regression based on query by committee",
    IDEAL 2007.
    """
    values = pool.need("predicted_values")
    result = np.empty(pool.size)
    for rows in row_chunks(values.T):
        result[rows] = values[:, rows].astype(np.float64).std(axis=0)
    return result


def choose_regression(pool: Pool, n: int, options: Options, rng: np.random.Generator) -> Selection:
    """Choose greedily the largest disagreement times distance to what is labelled or chosen.

    Without embeddings it is the disagreement alone. Only the ``factor`` · n items that differ most
    are looked at, so that a million cost no more than the deviations.

    References
    ----------
    Wu, Lin and Huang, "Active learning for regression using greedy sampling", Information Sciences
    2019 (iGS: distance in inputs times distance in outputs).
    """
    scores = regression_scores(pool, options, rng)
    best = top(scores, max(n, int(options["factor"]) * n), rng)
    if pool.embeddings is None or len(best) <= n:
        picked = best[:n]
        return Selection(picked, scores[picked], "regression", REASON)
    rows = np.asarray(pool.embeddings[best], dtype=np.float32)
    far: FloatArray = np.full(len(best), np.inf)
    if pool.labelled_embeddings is not None:
        far = nearest(rows, pool.labelled_embeddings)[1]
    taken: list[int] = []
    for _ in range(n):
        worth = scores[best] * np.sqrt(np.where(np.isinf(far), 1.0, far))
        worth[taken] = -1.0
        place = int(worth.argmax())
        taken.append(place)
        far = np.minimum(far, squared_distances(rows, rows[[place]])[:, 0])
    picked = best[taken]
    return Selection(picked, scores[picked], "regression", REASON)


REGRESSION = Strategy(
    "regression",
    ("predicted_values",),
    "how far the committee's numbers differ",
    regression_scores,
    choose_regression,
    options={"factor": 10},
)
