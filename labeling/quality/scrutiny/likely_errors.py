"""Accepted labels that are likely wrong: a model and the neighbours say otherwise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from labeling.quality.arrays import FloatArray, IntArray, equally_long, integers


@dataclass(frozen=True)
class LikelyError:
    """An item whose accepted label is doubted.

    Attributes
    ----------
    row
        Its place in the arrays.
    label, suggested
        The accepted class, and the one the evidence prefers.
    doubt
        In [0, 1]: mean of the model's and the neighbours' preference for `suggested`.
    by_model, by_neighbours
        Probability of `suggested` less that of the label, by the model and among the neighbours;
        the latter None where there are none.
    """

    row: int
    label: int
    suggested: int
    doubt: float
    by_model: float
    by_neighbours: float | None


def likely_errors(
    labels: npt.ArrayLike,
    probabilities: npt.ArrayLike,
    neighbours: npt.ArrayLike | None = None,
) -> list[LikelyError]:
    """Find accepted labels that a model is surely against, most doubtful first.

    A label is doubted where the model gives another class at least as much probability as it
    gives, on average, to items that carry that class: what "sure" means is learnt per class, so
    that a class the model is timid about is not passed over, and a bold one not overrun.

    Parameters
    ----------
    labels
        (n_items,) accepted classes.
    probabilities
        (n_items, n_classes) of a model that was not trained on the item's own label (out of fold).
    neighbours
        (n_items, k) rows of the nearest other items, -1 for none; their labels are a second
        opinion. None: the model alone.

    Raises
    ------
    ValueError
        Shapes that do not fit, probabilities that do not sum to one.

    References
    ----------
    Northcutt, Jiang and Chuang, "Confident learning: estimating uncertainty in dataset labels",
    JAIR 70, 2021 (the thresholds); Zhu et al., "Detecting corrupted labels without training a
    model to predict", ICML 2022 (the neighbours).
    """
    table = np.asarray(probabilities, dtype=np.float64)
    if table.ndim != 2:  # noqa: PLR2004 - rows and columns
        message = f"probabilities must be (n_items, n_classes), not of shape {table.shape}"
        raise ValueError(message)
    given = integers("labels", labels, below=table.shape[1])
    equally_long(labels=given.size, probabilities=len(table))
    if table.size and not np.allclose(table.sum(axis=1), 1.0, atol=1e-3):
        message = "each row of probabilities must sum to one"
        raise ValueError(message)
    around = None if neighbours is None else _shares(given, np.asarray(neighbours), table.shape[1])
    rows = np.arange(given.size)
    usual = _usual_confidence(given, table)
    sure = np.where(table >= usual, table, -1.0)
    sure[rows, given] = -1.0
    suggested = sure.argmax(axis=1) if table.size else given
    doubted = rows[sure.max(axis=1, initial=-1.0) > 0] if table.size else rows[:0]
    found = [_error(row, given, table, int(suggested[row]), around) for row in doubted.tolist()]
    return sorted(found, key=lambda error: (-error.doubt, error.row))


def _usual_confidence(labels: IntArray, table: FloatArray) -> FloatArray:
    """Mean probability of each class on the items that carry it; never reached where none does."""
    own = table[np.arange(labels.size), labels]
    sums = np.bincount(labels, own, table.shape[1])
    counts = np.bincount(labels, minlength=table.shape[1])
    usual = np.full(table.shape[1], np.inf)
    np.divide(sums, counts, out=usual, where=counts > 0)
    return usual


def _shares(labels: IntArray, neighbours: npt.NDArray[np.int64], n_classes: int) -> FloatArray:
    """Share of each class among every item's neighbours: (n_items, n_classes), 0 without any."""
    if neighbours.ndim != 2 or len(neighbours) != labels.size:  # noqa: PLR2004 - rows and columns
        message = f"neighbours must be ({labels.size}, k), not of shape {neighbours.shape}"
        raise ValueError(message)
    if neighbours.size and not (neighbours.min() >= -1 and neighbours.max() < labels.size):
        message = f"neighbours must be rows from 0 to {labels.size - 1}, or -1"
        raise ValueError(message)
    row, column = np.nonzero(neighbours >= 0)
    shares = np.zeros((labels.size, n_classes))
    np.add.at(shares, (row, labels[neighbours[row, column]]), 1.0)
    normed: FloatArray = shares / np.maximum(shares.sum(axis=1, keepdims=True), 1.0)
    return normed


def _error(
    row: int, labels: IntArray, table: FloatArray, suggested: int, around: FloatArray | None
) -> LikelyError:
    label = int(labels[row])
    by_model = float(table[row, suggested] - table[row, label])
    by_neighbours = None
    if around is not None and around[row].any():
        by_neighbours = float(around[row, suggested] - around[row, label])
    opinions = [by_model] if by_neighbours is None else [by_model, by_neighbours]
    doubt = float(np.mean([(opinion + 1.0) / 2.0 for opinion in opinions]))
    return LikelyError(row, label, suggested, doubt, by_model, by_neighbours)
