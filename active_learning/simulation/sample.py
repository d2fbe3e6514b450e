"""What a campaign pays for beside answers, and how its random test sample is labelled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from active_learning.simulation.crowd import Crowd
from active_learning.simulation.settings import Setting
from active_learning.simulation.world import World
from labeling.quality.arrays import FloatArray, IntArray
from labeling.quality.truth import infer_truth, temper, vote_share


@dataclass(frozen=True, slots=True)
class Costs:
    """What a campaign pays for beside answers; nothing by default.

    Parameters
    ----------
    test_items : of the random test sample, labelled and paid before the first round, by which the
        scheduler knows how often the model errs.
    test_overlap : judgments of each of them, at most where the setting stops early.
    gold_share : questions with a known answer for each other one, paid alike.
    review_share : share of the labelled items that a reviewer looks at, drawn at random; most
        reviews as a share of a round's questions where the scheduler decides.
    review_price : of one review, in micro-units.
    reviewer_accuracy : of the verdicts, which pin the label.
    round_price : of training and choosing once.
    """

    test_items: int = 0
    test_overlap: int = 0
    gold_share: float = 0.0
    review_share: float = 0.0
    review_price: float = 0.0
    reviewer_accuracy: float = 0.98
    round_price: float = 0.0


def label_sample(
    world: World, crowd: Crowd, setting: Setting, costs: Costs, rng: np.random.Generator
) -> tuple[IntArray, int]:
    """Have the test sample labelled: its labels, and how many answers they took.

    A setting that stops early asks for more only while an item is not sure, as the hub does.
    """
    sample, most = world.test[: costs.test_items], min(costs.test_overlap, crowd.size)
    if not sample.size or not most:
        return np.zeros(0, np.int64), 0
    who = np.stack([rng.permutation(crowd.size)[:most] for _ in sample])
    said = np.array(
        [
            [crowd.answer(int(person), int(truth), rng) for person in people]
            for people, truth in zip(who, world.truth[sample], strict=True)
        ]
    )
    n = np.full(sample.size, min(setting.test_least or most, most))
    while True:
        labels, sure = _believed(who, said, n, world.n_classes, setting.truth)
        more = (n < most) & (sure < setting.posterior)
        if not more.any():
            return labels, int(n.sum())
        n[more] += 1


def _believed(
    who: IntArray, said: IntArray, n: IntArray, n_classes: int, method: str
) -> tuple[IntArray, FloatArray]:
    """Return what the first n answers of each item say, and how sure that is."""
    asked = np.arange(said.shape[1])[None, :] < n[:, None]
    rows = np.broadcast_to(np.arange(len(said))[:, None], said.shape)[asked]
    alike = np.full((len(said), n_classes), 1.0 / n_classes)
    found = infer_truth(
        rows, who[asked], said[asked], n_classes, method=method, n_items=len(said),
        item_prior=alike,
    )  # fmt: skip
    sure = temper(found.posterior, vote_share(rows, said[asked], n_classes, len(said)))
    return found.labels, sure[np.arange(len(said)), found.labels]
