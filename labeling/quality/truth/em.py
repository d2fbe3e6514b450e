"""The loop that the fitted methods share: alternate until the posterior stands still."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from labeling.quality.arrays import FloatArray, IntArray

MAX_ITERATIONS = 100
TOLERANCE = 1e-4
FEW_CLASSES = 16
BLOCK = 64
"""Rows of few columns are handled so many at once, as one row: numpy's inner loop is then long."""
LOOKED_AT_FIRST = 4_096
NO_UNDERFLOW = -600.0
"""Above it the exponential is a normal number, and the largest score need not be taken away."""


@dataclass(frozen=True)
class Stop:
    """When a fit ends: no probability moved by `tolerance`, or after `max_iterations`."""

    max_iterations: int = MAX_ITERATIONS
    tolerance: float = TOLERANCE

    def __post_init__(self) -> None:
        if self.max_iterations < 1:
            message = f"max_iterations must be at least 1, not {self.max_iterations}"
            raise ValueError(message)
        if not self.tolerance >= 0:
            message = f"tolerance must be 0 or more, not {self.tolerance}"
            raise ValueError(message)


def iterate(
    posterior: FloatArray, step: Callable[[FloatArray], FloatArray], stop: Stop
) -> tuple[FloatArray, int]:
    """Apply `step` (an M step, then an E step) until it changes nothing: (posterior, rounds)."""
    first, rest = slice(LOOKED_AT_FIRST), slice(LOOKED_AT_FIRST, None)
    for n_iterations in range(1, stop.max_iterations + 1):
        before, posterior = posterior, step(posterior)
        # Where the first items move, the others need not be looked at.
        if all(_moved(posterior[part], before[part]) <= stop.tolerance for part in (first, rest)):
            return posterior, n_iterations
    return posterior, stop.max_iterations


def _moved(posterior: FloatArray, before: FloatArray) -> float:
    """Largest change of a probability; the old table is used up."""
    change = np.subtract(posterior, before, out=before)
    return float(max(change.max(initial=0.0), -change.min(initial=0.0)))


def softmax(log_scores: FloatArray, lowest: float = -np.inf) -> FloatArray:
    """Turn each row of unnormalised log probabilities into probabilities, in place.

    `lowest` is what no score lies below where none lies above zero, if the caller knows one: then
    the scores need not be looked through.
    """
    if not lowest > NO_UNDERFLOW and (
        not log_scores.min(initial=0.0) > NO_UNDERFLOW or log_scores.max(initial=0.0) > 0.0
    ):
        _each_row(np.subtract, log_scores, by_row(np.maximum, log_scores, -np.inf))
    np.exp(log_scores, out=log_scores)
    _each_row(np.multiply, log_scores, 1.0 / by_row(np.add, log_scores, 0.0))
    return log_scores


def _each_row(operation: np.ufunc, table: FloatArray, values: FloatArray) -> None:
    """Apply `operation` to each row of a table, (n, n_columns), and its value, (n,), in place."""
    if table.shape[1] > FEW_CLASSES:
        operation(table, values[:, None], out=table)
        return
    for column in table.T:
        operation(column, values, out=column)


def add_to_rows(table: FloatArray, row: FloatArray) -> None:
    """Add a row, (n_columns,), or one for each, (n, n_columns), to every row, in place."""
    if row.shape == table.shape or table.shape[1] > FEW_CLASSES:
        table += row
        return
    whole = len(table) - len(table) % BLOCK
    blocks = table[:whole].reshape(-1, BLOCK * table.shape[1])
    blocks += np.tile(row.ravel(), BLOCK)
    table[whole:] += row


def column_sums(table: FloatArray) -> FloatArray:
    """Sum each column of a contiguous table: (n_columns,)."""
    n_columns = table.shape[1]
    if n_columns > FEW_CLASSES:
        total: FloatArray = np.einsum("ij->j", table)
        return total
    whole = len(table) - len(table) % BLOCK
    blocks = table[:whole].reshape(-1, BLOCK * n_columns).sum(axis=0)
    rest = table[whole:].sum(axis=0)
    return np.asarray(blocks.reshape(BLOCK, n_columns).sum(axis=0) + rest)


def by_row(operation: np.ufunc, table: FloatArray, start: float) -> FloatArray:
    """Reduce each row of (n_rows, n_columns) with a ufunc, from `start`: (n_rows,).

    numpy reduces short rows slowly, a third of the time of a whole fit, and a product with ones
    wakes all threads of the BLAS for it: few columns are taken one after another.
    """
    if table.shape[1] > FEW_CLASSES:
        reduced: FloatArray = operation.reduce(table, axis=1, initial=start)
        return reduced
    result = np.full(len(table), start)
    for column in table.T:
        operation(result, column, out=result)
    return result


def count_by_row(table: FloatArray, least: FloatArray) -> IntArray:
    """How many values of each row of (n_rows, n_columns) reach the row's own least: (n_rows,)."""
    if table.shape[1] > FEW_CLASSES:
        counted: IntArray = np.count_nonzero(table >= least[:, None], axis=1)
        return counted
    counts = np.zeros(len(table), dtype=np.int64)
    for column in table.T:
        counts += column >= least
    return counts


def log_prior(probabilities: FloatArray) -> FloatArray:
    """Logarithm that turns a class ruled out beforehand into -inf without a warning."""
    with np.errstate(divide="ignore"):
        return np.log(probabilities)
