"""The loop that the fitted methods share: alternate until the posterior stands still."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from labeling.quality.arrays import FloatArray

MAX_ITERATIONS = 100
TOLERANCE = 1e-4
FEW_CLASSES = 16


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
    for n_iterations in range(1, stop.max_iterations + 1):
        updated = step(posterior)
        change = np.abs(np.subtract(updated, posterior, out=posterior), out=posterior)
        moved = change.max(initial=0.0)
        posterior = updated
        if moved <= stop.tolerance:
            return posterior, n_iterations
    return posterior, stop.max_iterations


def softmax(log_scores: FloatArray) -> FloatArray:
    """Turn each row of unnormalised log probabilities into probabilities, in place."""
    log_scores -= by_row(np.maximum, log_scores, -np.inf)[:, None]
    np.exp(log_scores, out=log_scores)
    log_scores /= by_row(np.add, log_scores, 0.0)[:, None]
    return log_scores


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


def log_prior(probabilities: FloatArray) -> FloatArray:
    """Logarithm that turns a class ruled out beforehand into -inf without a warning."""
    with np.errstate(divide="ignore"):
        return np.log(probabilities)
