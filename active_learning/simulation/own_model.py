"""The own model as a prior of each item's truth, as the hub's full fit has it by default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from active_learning.quick_model import SLOW_TRAINERS
from active_learning.refits import QUICK_TRAINER
from active_learning.simulation.world import World
from labeling.quality.arrays import FloatArray, IntArray
from labeling.quality.truth import (
    TruthEstimate,
    infer_truth,
    log_likelihoods,
    read_answers,
    temper,
    vote_share,
)
from training.priors import LEAST_ITEMS, ROUNDS, WeighedPrior, out_of_fold_prior, weigh_prior


@dataclass(frozen=True, eq=False)
class Said:
    """Everything that was said of the labelled items.

    Attributes
    ----------
    rows
        (n_items,) rows of the world.
    places, people, given
        (n_answers,) place among the items, who, class.
    pinned
        Place to the class that a review decided.
    method
        Of truth inference.
    """

    rows: IntArray
    places: IntArray
    people: IntArray
    given: IntArray
    pinned: Mapping[int, int]
    method: str

    def fit(self, n_classes: int, prior: FloatArray | None = None) -> TruthEstimate:
        """Infer the truth under a prior of each item; None: no class is likelier than another.

        Shares of classes that are learnt from single answers run away with the commonest.
        """
        n = self.rows.size
        even = np.full((n, n_classes), 1.0 / n_classes)
        return infer_truth(
            self.places, self.people, self.given, n_classes, method=self.method, n_items=n,
            item_prior=even if prior is None else prior, pinned=dict(self.pinned),
        )  # fmt: skip

    def share(self, n_classes: int) -> FloatArray:
        """Return the share of each class among each item's answers."""
        return vote_share(self.places, self.given, n_classes, self.rows.size)

    def beliefs(self, found: TruthEstimate, n_classes: int) -> tuple[IntArray, FloatArray]:
        """Return labels, of the classes that somebody named, and how sure each is."""
        share = self.share(n_classes)
        score = np.where(share > 0, temper(found.posterior, share), -1.0)
        for place, verdict in self.pinned.items():
            score[place] = -1.0
            score[place, verdict] = 1.0
        return score.argmax(axis=1).astype(np.int64), score.max(axis=1)


def with_model(
    world: World, said: Said, alone: TruthEstimate, rng: np.random.Generator
) -> TruthEstimate:
    """Return the truth as models that never saw an item's label make it, where they are of use."""
    k = world.n_classes
    if said.rows.size < LEAST_ITEMS or np.unique(alone.labels).size < 2:  # noqa: PLR2004
        return alone
    table = read_answers(said.places, said.people, said.given, k, n_items=said.rows.size)
    likelihood, fit, found = log_likelihoods(table, alone.confusions), alone, None
    for _ in range(ROUNDS):
        found = _heard(world, said, fit, likelihood, rng)
        fit = said.fit(k, found.prior)
    return fit if found is not None and found.is_useful else alone


def _heard(
    world: World, said: Said, fit: TruthEstimate, likelihood: FloatArray, rng: np.random.Generator
) -> WeighedPrior:
    slow = world.trainer in SLOW_TRAINERS
    labels, sure = said.beliefs(fit, world.n_classes)
    model = out_of_fold_prior(
        world.features[said.rows], labels, sure, np.arange(said.rows.size), world.n_classes,
        rng=rng, trainer=QUICK_TRAINER if slow else world.trainer,
        parameters=None if slow else world.parameters,
    )  # fmt: skip
    return weigh_prior(model, likelihood)
