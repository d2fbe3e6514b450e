"""Class-balanced: more of the classes that have few labels, the doubtful ones of each first."""

from __future__ import annotations

import numpy as np

from active_learning.strategies.pool import FloatArray, IntArray, Pool, row_chunks
from active_learning.strategies.selection import Options, Selection, Strategy, top

REASON = "probably of a class that has few labels so far"


def class_needs(pool: Pool) -> FloatArray:
    """Return (n_classes,) how much each class lacks: one over its labels and one more."""
    n_classes = pool.need("probabilities").shape[1]
    counts = np.zeros(n_classes)
    if pool.labels is not None:
        seen = pool.labels[pool.labels < n_classes]
        counts += np.bincount(seen, minlength=n_classes)
    needs: FloatArray = 1 / (1 + counts)
    return needs


def class_balanced_scores(pool: Pool, _options: Options, _rng: np.random.Generator) -> FloatArray:
    """Return (size,) the need that labelling an item is expected to still, between 0 and 1."""
    needs = class_needs(pool)
    result = np.empty(pool.size)
    probabilities = pool.need("probabilities")
    for rows in row_chunks(probabilities):
        result[rows] = probabilities[rows].astype(np.float64) @ needs
    return result


def choose_class_balanced(
    pool: Pool, n: int, options: Options, rng: np.random.Generator
) -> Selection:
    """Fill the class that lacks most, one item at a time, by who is likeliest of it.

    Each pick counts for the classes it may be of, so that a class is not asked for beyond what
    the others have; within a class the likeliest of ``factor`` times as many candidates as are
    wanted, in the order of how much they still.

    References
    ----------
    Aggarwal, Popescu and Hudelot, "Active learning for imbalanced datasets", WACV 2020.
    """
    probabilities = pool.need("probabilities")
    scores = class_balanced_scores(pool, options, rng)
    queues, counts = _queues(pool, n, int(options["factor"]), rng)
    taken = np.zeros(pool.size, dtype=np.bool_)
    picked: list[int] = []
    places = np.zeros(len(queues), dtype=np.int64)
    while len(picked) < n:
        for label in np.argsort(counts, kind="stable"):
            queue = queues[label]
            while places[label] < len(queue) and taken[queue[places[label]]]:
                places[label] += 1
            if places[label] < len(queue):
                break
        else:  # every queue is used up
            break
        item = int(queue[places[label]])
        taken[item] = True
        picked.append(item)
        counts += probabilities[item]
    rest = np.flatnonzero(~taken)
    more = rest[top(scores[rest], n - len(picked), rng)]
    indices = np.concatenate([np.array(picked, dtype=np.int64), more])
    return Selection(indices, scores[indices], "class_balanced", REASON)


def _queues(
    pool: Pool, n: int, factor: int, rng: np.random.Generator
) -> tuple[list[IntArray], FloatArray]:
    """Return each class's candidates, likeliest first, and how many labels it has."""
    probabilities = pool.need("probabilities")
    n_classes = probabilities.shape[1]
    most = min(max(factor * -(-n // n_classes), n), pool.size)
    queues = [
        top(np.asarray(probabilities[:, label], dtype=np.float64), most, rng)
        for label in range(n_classes)
    ]
    return queues, 1 / class_needs(pool) - 1


CLASS_BALANCED = Strategy(
    "class_balanced",
    ("probabilities",),
    "how much it is expected to still the need of classes with few labels",
    class_balanced_scores,
    choose_class_balanced,
    options={"factor": 10},
)
