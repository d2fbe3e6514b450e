"""What each annotator answers for each true class, kept sparse: the memory of truth inference."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from labeling.quality.arrays import FloatArray, IntArray

CACHED_CLASSES = 1_000
"""Up to here a likelihood vector (8 bytes a class) is kept for the next answer."""


@dataclass(frozen=True)
class Smoothing:
    """Dirichlet pseudo-counts that every row of a confusion starts with.

    `diagonal` stands for right answers, `off_diagonal` for each wrong class.
    """

    diagonal: float
    off_diagonal: float

    @classmethod
    def default(cls, n_classes: int) -> Smoothing:
        """Two right answers, half a wrong one per class, at most two wrong ones in all.

        Without the cap, 50 classes would start everybody at 8 % right and the fit collapses:
        with 100 classes, three answers an item and annotators 45–95 % right it finds 26 % of the
        truth, with the cap 86 % (simulated; up to five classes the two are the same).
        """
        return cls(2.0, min(0.5, 2.0 / max(n_classes - 1, 1)))

    def row_total(self, n_classes: int) -> float:
        """Sum of a row's pseudo-counts."""
        return self.diagonal + self.off_diagonal * (n_classes - 1)

    def __post_init__(self) -> None:
        if not (self.diagonal > 0 and self.off_diagonal > 0):
            message = f"smoothing must be positive, not {self.diagonal} and {self.off_diagonal}"
            raise ValueError(message)


@dataclass(frozen=True, eq=False)
class Cells:
    """Expected counts of (true class, given class), one entry each; of one or many annotators."""

    true: IntArray
    given: IntArray
    weight: FloatArray


_NO_CELLS = Cells(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0))


@dataclass(frozen=True, eq=False)
class Pooled:
    """What an answer is worth before it is known who will give it: all annotators as one.

    Attributes
    ----------
    keys, weight
        (n_cells,) true class times n_classes plus given class, ascending, and its expected count.
    totals
        (n_classes,) expected count of each true class, with smoothing.
    """

    keys: IntArray
    weight: FloatArray
    totals: FloatArray
    smoothing: Smoothing

    @classmethod
    def of(cls, parts: Iterable[Cells], n_classes: int, smoothing: Smoothing) -> Pooled:
        """Add up the counts of many annotators; who answers more weighs more."""
        found = [_NO_CELLS, *parts]
        true = np.concatenate([cells.true for cells in found])
        weight = np.concatenate([cells.weight for cells in found])
        given = np.concatenate([cells.given for cells in found])
        keys, places = np.unique(true * n_classes + given, return_inverse=True)
        totals: FloatArray = np.bincount(true, weight, n_classes).astype(np.float64)
        totals += smoothing.row_total(n_classes)
        added: FloatArray = np.bincount(places, weight, keys.size).astype(np.float64)
        return cls(keys, added, totals, smoothing)

    def chance(self, true: IntArray, given: IntArray) -> FloatArray:
        """P(given | true) with smoothing, of classes in arrays of one shape."""
        wanted = true * self.totals.size + given
        weight = np.where(true == given, self.smoothing.diagonal, self.smoothing.off_diagonal)
        if self.keys.size:
            at = np.minimum(np.searchsorted(self.keys, wanted), self.keys.size - 1)
            weight = weight + np.where(self.keys[at] == wanted, self.weight[at], 0.0)
        chance: FloatArray = weight / self.totals[true]
        return chance


class Confusions:
    """An immutable snapshot of every annotator's expected confusion counts.

    Only what occurred is stored; the smoothing is added when a probability is asked for, so an
    annotator who was never seen has the smoothed default. Likelihood vectors are cached inside;
    a changed snapshot (`plus`) is a new object that shares the untouched ones.
    """

    def __init__(
        self,
        n_classes: int,
        cells: Mapping[int, Cells] | None = None,
        smoothing: Smoothing | None = None,
        likelihoods: dict[tuple[int, int], FloatArray] | None = None,
        capped: Iterable[int] = (),
    ) -> None:
        """Take over each annotator's cells; `from_weights` takes plain dictionaries.

        Parameters
        ----------
        n_classes
            Number of classes of the question.
        cells
            By annotator; a (true, given) pair occurs at most once in each.
        smoothing
            `Smoothing.default(n_classes)` when None.
        likelihoods
            Vectors of `log_likelihood` that are known already.
        capped
            Annotators whose answer never says more than a stranger's, whatever their counts.
        """
        if n_classes < 1:
            message = f"n_classes must be at least 1, not {n_classes}"
            raise ValueError(message)
        self.n_classes = n_classes
        self.smoothing = smoothing or Smoothing.default(n_classes)
        self._cells = dict(cells or {})
        self._likelihoods = likelihoods or {}
        self.capped = frozenset(capped)
        self._pooled: Pooled | None = None

    @classmethod
    def from_weights(
        cls,
        n_classes: int,
        weights: Mapping[int, Mapping[tuple[int, int], float]],
        smoothing: Smoothing | None = None,
    ) -> Confusions:
        """Make a snapshot from `{annotator: {(true, given): weight}}`.

        Raises
        ------
        ValueError
            A class out of range, or a negative weight.
        """
        cells = {person: _cells(pairs, n_classes) for person, pairs in weights.items()}
        return cls(n_classes, cells, smoothing)

    @classmethod
    def from_cells(
        cls, n_classes: int, annotators: IntArray, cells: Cells, smoothing: Smoothing | None = None
    ) -> Confusions:
        """Make a snapshot from parallel arrays sorted by annotator: (n_cells,) each."""
        ids, starts = np.unique(annotators, return_index=True)
        ends = [*starts[1:].tolist(), annotators.size]
        by_annotator = {}
        for annotator, start, end in zip(ids.tolist(), starts.tolist(), ends, strict=True):
            part = slice(start, end)
            by_annotator[annotator] = Cells(cells.true[part], cells.given[part], cells.weight[part])
        return cls(n_classes, by_annotator, smoothing)

    @property
    def pooled(self) -> Pooled:
        """Everybody's counts as one annotator's, but for the capped; made when first asked for."""
        if self._pooled is None:
            parts = [cells for who, cells in self._cells.items() if who not in self.capped]
            self._pooled = Pooled.of(parts, self.n_classes, self.smoothing)
        return self._pooled

    @property
    def annotators(self) -> list[int]:
        """The annotators of whom anything is known, in ascending order."""
        return sorted(self._cells)

    def weights(self, annotator: int) -> dict[tuple[int, int], float]:
        """Expected counts of one annotator, by (true, given)."""
        cells = self._cells.get(annotator)
        if cells is None:
            return {}
        pairs = zip(cells.true.tolist(), cells.given.tolist(), strict=True)
        return dict(zip(pairs, cells.weight.tolist(), strict=True))

    def rows(self) -> Iterator[tuple[int, int, int, float]]:
        """Every (annotator, true, given, weight), as a store keeps them."""
        for annotator in self.annotators:
            for (true, given), weight in self.weights(annotator).items():
                yield annotator, true, given, weight

    def counts(self, annotator: int) -> FloatArray:
        """Expected counts without smoothing, dense: (n_classes, n_classes), true by given."""
        dense = np.zeros((self.n_classes, self.n_classes))
        cells = self._cells.get(annotator)
        if cells is not None:
            dense[cells.true, cells.given] = cells.weight
        return dense

    def matrix(self, annotator: int) -> FloatArray:
        """P(given | true) with smoothing, dense: (n_classes, n_classes), rows sum to 1."""
        dense = self.counts(annotator)
        dense += self.smoothing.off_diagonal
        np.fill_diagonal(
            dense, dense.diagonal() + self.smoothing.diagonal - self.smoothing.off_diagonal
        )
        dense /= dense.sum(axis=1, keepdims=True)
        return dense

    def log_likelihood(self, annotator: int, given: int) -> FloatArray:
        """Log P(given | true) for every true class: (n_classes,); not to be changed by callers.

        Raises
        ------
        ValueError
            `given` is not a class.
        """
        vector = self._likelihoods.get((annotator, given))
        if vector is None:
            vector = self._log_likelihood(annotator, given)
            if self.n_classes <= CACHED_CLASSES:
                self._likelihoods[annotator, given] = vector
        return vector

    def _log_likelihood(self, annotator: int, given: int) -> FloatArray:
        if not 0 <= given < self.n_classes:
            message = f"given must be from 0 to {self.n_classes - 1}, not {given}"
            raise ValueError(message)
        column = np.full(self.n_classes, self.smoothing.off_diagonal)
        column[given] = self.smoothing.diagonal
        totals = np.full(self.n_classes, self.smoothing.row_total(self.n_classes))
        cells = self._cells.get(annotator)
        if cells is not None:
            totals += np.bincount(cells.true, cells.weight, self.n_classes)
            here = cells.given == given
            column[cells.true[here]] += cells.weight[here]
        vector: FloatArray = np.log(column / totals)
        if annotator in self.capped:
            most = np.log(self.smoothing.diagonal / self.smoothing.off_diagonal)
            vector = np.maximum(vector, vector.max() - most)
        vector.flags.writeable = False
        return vector

    def plus(self, deltas: Mapping[tuple[int, int, int], float]) -> Confusions:
        """Return a snapshot with `{(annotator, true, given): change}` added.

        A weight that rounding took below zero becomes zero.
        """
        changed: dict[int, dict[tuple[int, int], float]] = {}
        for (annotator, true, given), delta in deltas.items():
            weights = changed.setdefault(annotator, self.weights(annotator))
            weights[true, given] = max(0.0, weights.get((true, given), 0.0) + delta)
        touched = {person: _cells(pairs, self.n_classes) for person, pairs in changed.items()}
        kept = {key: row for key, row in self._likelihoods.items() if key[0] not in touched}
        return Confusions(self.n_classes, self._cells | touched, self.smoothing, kept, self.capped)

    def capping(self, annotators: Iterable[int]) -> Confusions:
        """Return a snapshot in which these annotators' answers say at most what a stranger's do."""
        return Confusions(self.n_classes, self._cells, self.smoothing, capped=annotators)


def _cells(pairs: Mapping[tuple[int, int], float], n_classes: int) -> Cells:
    classes = np.array(list(pairs), dtype=np.int64).reshape(-1, 2)
    weight = np.fromiter(pairs.values(), dtype=np.float64, count=len(pairs))
    if classes.size and (classes.min() < 0 or classes.max() >= n_classes):
        message = f"weights must be of classes from 0 to {n_classes - 1}"
        raise ValueError(message)
    if not (weight >= 0).all():
        message = "weights must not be negative"
        raise ValueError(message)
    return Cells(classes[:, 0], classes[:, 1], weight)
