"""BADGE: spread the choice over the gradients that the labels would cause.

The gradient of item i is (p_i − onehot(ŷ_i)) ⊗ x_i, n_classes × n_dimensions numbers. It is never
formed: inner products of such products are products of inner products, so distances need only the
two factors (1,000,000 items × 20 classes × 384 dimensions would be 31 GB).
"""

from __future__ import annotations

import numpy as np

from active_learning.strategies.distances import squared_norms
from active_learning.strategies.pool import FloatArray, IntArray, Pool, row_chunks
from active_learning.strategies.selection import Options, Selection, Strategy

REASON = "unsure in a way not yet in this batch"
_DRAWS = 64
"""Candidates looked at together; when none of them is accepted the distances are brought up to
date."""
_BLOCK = 128
"""Chosen items compared with the pool in one pass."""
_ROUNDING = 1e-6


class _Gradients:
    """The pool's gradients in factored form.

    Parameters
    ----------
    probabilities : (n_items, n_classes).
    embeddings : (n_items, n_dimensions).
    """

    def __init__(self, probabilities: FloatArray, embeddings: FloatArray) -> None:
        self.residuals = np.array(probabilities, dtype=np.float32)
        likeliest = self.residuals.argmax(axis=1)
        self.residuals[np.arange(len(likeliest)), likeliest] -= 1
        self.embeddings = embeddings
        self.norms = (squared_norms(self.residuals) * squared_norms(embeddings)).astype(np.float32)

    def to_nearest(self, rows: IntArray | slice, centres: IntArray) -> FloatArray:
        """Return (n_rows,) squared distance of each gradient to the nearest of some others.

        In single precision and in place: it is passes over such matrices that take the time. A
        row's own length is the same for all centres and comes in last.
        """
        left = np.asarray(self.embeddings[rows], dtype=np.float32)
        right = np.asarray(self.embeddings[centres], dtype=np.float32)
        inner: FloatArray = left @ right.T
        inner *= self.residuals[rows] @ self.residuals[centres].T
        inner *= -2
        inner += self.norms[centres]
        square: FloatArray = inner.min(axis=1) + self.norms[rows]
        # What rounding leaves between equal gradients is no distance.
        square[square <= _ROUNDING * self.norms[rows]] = 0
        return square


def badge_scores(pool: Pool, _options: Options, _rng: np.random.Generator) -> FloatArray:
    """Return (size,) squared length of each item's gradient."""
    return _Gradients(pool.need("probabilities"), pool.need("embeddings")).norms


def choose_badge(pool: Pool, n: int, _options: Options, rng: np.random.Generator) -> Selection:
    """Choose by k-means++ over the gradients, beginning with the longest.

    Each next item is drawn with probability proportional to its squared distance from the chosen
    ones. Distances only shrink, so an old distance is an upper bound: a candidate is drawn by the
    old ones and accepted with probability new/old, which is the same distribution, and a full pass
    over the pool is due only when candidates are refused too often. A hundred choices then need a
    handful of passes.

    References
    ----------
    Ash et al., "Deep batch active learning by diverse, uncertain gradient lower bounds",
    ICLR 2020.
    """
    gradients = _Gradients(pool.need("probabilities"), pool.need("embeddings"))
    chosen = [int(gradients.norms.argmax())]
    bounds = np.full(pool.size, np.inf)
    _tighten(bounds, gradients, chosen, 0)
    seen = 1
    while len(chosen) < n and bounds.max(initial=0) > 0:
        cumulative = np.cumsum(bounds)
        while len(chosen) < n:
            found = _draw(gradients, bounds, cumulative, chosen[seen:], rng)
            if found is None:
                break
            chosen.append(found)
        _tighten(bounds, gradients, chosen, seen)
        seen = len(chosen)
    picked = np.array(chosen, dtype=np.int64)
    if len(picked) < n:  # all others coincide with a chosen gradient: nothing to spread over
        rest = rng.permutation(np.setdiff1d(np.arange(pool.size), picked))
        picked = np.concatenate([picked, rest[: n - len(picked)]])
    return Selection(picked, gradients.norms[picked], "badge", REASON)


def _draw(
    gradients: _Gradients,
    bounds: FloatArray,
    cumulative: FloatArray,
    since: list[int],
    rng: np.random.Generator,
) -> int | None:
    """Draw by the old distances until one is accepted by the new; None if all are refused."""
    spots = rng.random(_DRAWS) * cumulative[-1]
    candidates = np.searchsorted(cumulative, spots, side="right").clip(max=len(bounds) - 1)
    now = bounds[candidates]
    if since:
        recent = np.array(since, dtype=np.int64)
        now = np.minimum(now, gradients.to_nearest(candidates, recent))
        now[np.isin(candidates, recent)] = 0
    accepted = np.flatnonzero(rng.random(_DRAWS) * bounds[candidates] < now)
    return int(candidates[accepted[0]]) if len(accepted) else None


def _tighten(bounds: FloatArray, gradients: _Gradients, chosen: list[int], seen: int) -> None:
    """Lower every item's distance to the chosen ones by those chosen since the last time."""
    for start in range(seen, len(chosen), _BLOCK):
        fresh = np.array(chosen[start : start + _BLOCK], dtype=np.int64)
        for rows in row_chunks(gradients.embeddings):
            np.minimum(bounds[rows], gradients.to_nearest(rows, fresh), out=bounds[rows])
    bounds[chosen] = 0


BADGE = Strategy(
    "badge",
    ("probabilities", "embeddings"),
    "the length of the gradient its label would cause",
    badge_scores,
    choose_badge,
)
