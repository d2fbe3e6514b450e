"""Somebody who is always right never makes the truth less true."""

from __future__ import annotations

import numpy as np
import pytest

from labeling.quality.truth import infer_truth
from tests.labeling.quality.crowds import make_crowd

DRAWS, N_ITEMS, N_CLASSES = 200, 50, 4
NORMAL_95 = 1.645
PERFECT = 99


def gains(method: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return what a perfect annotator adds to the accuracy in each simulated crowd: (DRAWS,)."""
    found = []
    for seed in range(DRAWS):
        crowd = make_crowd(seed, n_items=N_ITEMS, n_annotators=8, n_classes=N_CLASSES)
        everything = np.arange(N_ITEMS)
        helped = infer_truth(
            np.concatenate([crowd.items, everything]),
            np.concatenate([crowd.annotators, np.full(N_ITEMS, PERFECT)]),
            np.concatenate([crowd.answers, crowd.truth]),
            N_CLASSES,
            method=method,
        )
        alone = infer_truth(*crowd.arguments, method=method)
        right = [(fit.labels == crowd.truth).mean() for fit in (helped, alone)]
        found.append(right[0] - right[1])
    return np.array(found)


@pytest.mark.parametrize("method", ["majority_vote", "weighted_vote", "one_coin", "dawid_skene"])
def test_a_perfect_annotator_does_not_lower_the_accuracy(method: str) -> None:
    """Over 200 crowds the lower end of the mean gain's one-sided 95 % interval is above zero."""
    gain = gains(method)
    error = gain.std(ddof=1) / np.sqrt(DRAWS)
    assert gain.mean() - NORMAL_95 * error > 0
