"""Multi-label: items whose labels the model is unsure of, each label by itself."""

from __future__ import annotations

import numpy as np

from active_learning.strategies.pool import FloatArray, Pool, row_chunks
from active_learning.strategies.selection import Options, Strategy
from active_learning.strategies.spread import spread_by

REASON = "the model is unsure which labels apply, or how many"


def multi_label_scores(pool: Pool, _options: Options, _rng: np.random.Generator) -> FloatArray:
    """Return (size,) mean binary entropy times one plus how far the number of labels is off.

    The second factor compares the labels that are likelier than not with the pool's mean number
    of labels: what seems to have none, or far too many, is probably misjudged.

    References
    ----------
    Li and Guo, "Active learning with multi-label SVM classification", IJCAI 2013.
    """
    probabilities = pool.need("label_probabilities")
    doubt, count = np.empty(pool.size), np.empty(pool.size)
    expected = 0.0
    for rows in row_chunks(probabilities):
        chunk = np.clip(probabilities[rows].astype(np.float64), 1e-12, 1 - 1e-12)
        entropy = -(chunk * np.log(chunk) + (1 - chunk) * np.log1p(-chunk))
        doubt[rows] = entropy.mean(axis=1)
        count[rows] = (chunk > 0.5).sum(axis=1)  # noqa: PLR2004 - likelier than not
        expected += float(chunk.sum())
    off = np.abs(count - expected / pool.size) / probabilities.shape[1]
    result: FloatArray = doubt * (1 + off)
    return result


MULTI_LABEL = Strategy(
    "multi_label",
    ("label_probabilities",),
    "the model is unsure which labels apply",
    multi_label_scores,
    spread_by("multi_label", multi_label_scores, REASON),
    options={"factor": 10},
)
