"""Simulated crowds for the truth tests."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labeling.quality.arrays import IntArray


@dataclass(frozen=True, eq=False)
class Crowd:
    """Answers, (n_answers,) each, and the truth behind them, (n_items,)."""

    items: IntArray
    annotators: IntArray
    answers: IntArray
    truth: IntArray
    n_classes: int

    @property
    def arguments(self) -> tuple[IntArray, IntArray, IntArray, int]:
        """What `infer_truth` takes."""
        return self.items, self.annotators, self.answers, self.n_classes


def make_crowd(
    seed: int,
    n_items: int = 300,
    n_annotators: int = 12,
    n_classes: int = 4,
    answers_per_item: int = 3,
) -> Crowd:
    """Make annotators right 45 to 95 % of the time; each takes one class for the next by habit."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(n_classes, size=n_items)
    chosen = [rng.permutation(n_annotators)[:answers_per_item] for _ in range(n_items)]
    items = np.repeat(np.arange(n_items), answers_per_item)
    annotators = np.concatenate(chosen)
    accuracy = rng.uniform(0.45, 0.95, n_annotators)[annotators]
    habit = (truth[items] + 1 + annotators % 2) % n_classes
    right = rng.random(items.size) < accuracy
    answers = np.where(right, truth[items], habit)
    return Crowd(items, annotators, answers, truth, n_classes)
