"""Asks the project's own model of each answered item, for the full fit: it fills the fit's port.

The features are those of the selector; the model is refitted without each item's group (rule 6:
never on test items), so none votes on an item whose label it has seen.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from active_learning.quick_model import SLOW_TRAINERS
from active_learning.refits import QUICK_TRAINER
from labeling.projects import store as projects
from labeling.quality.fits import store
from labeling.quality.fits.own_model import ItemPriors
from training.compute import ComputeDiedError, ComputeFailedError
from training.priors import LEAST_ITEMS, fit_prior

if TYPE_CHECKING:
    from active_learning.pool import FeatureCache
    from labeling.database import Hub, Row, Transaction
    from training.compute import Compute

PAGE: Final = 10_000
MOST_ITEMS: Final = 20_000
"""Answered items that are asked about: of more, those answered last."""


class AskOwnModel:
    """Trains the models that are asked, in a compute child, and reads what they say.

    Parameters
    ----------
    hub
        Where the answers are.
    compute
        The process that trains.
    features
        Feature files of the projects.
    """

    def __init__(self, hub: Hub, compute: Compute, features: FeatureCache) -> None:
        self.hub, self.compute, self.features = hub, compute, features

    def __call__(self, project: Row, votes_file: str, prior_file: str) -> ItemPriors:
        """Return what the models say of the items that they may speak on."""
        items = self._items(project)
        if len(items) < LEAST_ITEMS:
            why = f"{len(items)} answered training items, {LEAST_ITEMS} are needed"
            return _silent(project, why)
        try:
            return self._ask(project, items, votes_file, prior_file)
        except (ComputeFailedError, ComputeDiedError) as error:
            # Answers alone make a full fit too; why the model is silent stands in its record.
            return _silent(project, f"the model could not be asked: {error}")

    def _items(self, project: Row) -> list[Row]:
        found: list[Row] = []
        while True:
            after = found[-1].item_id if found else 0
            rows = self.hub.read_now(partial(_page, project=project, after=after))
            found += rows
            if len(rows) < PAGE:
                return found

    def _ask(self, project: Row, items: list[Row], votes_file: str, prior_file: str) -> ItemPriors:
        pool = self.features.get(project, [row.item_id for row in items])
        known = [row for row in items if row.item_id in pool.rows][-MOST_ITEMS:]
        policy = projects.policy_of(project)
        slow = policy.trainer in SLOW_TRAINERS
        numbers: dict[str, int] = {}
        request: dict[str, Any] = {
            "features": pool.path,
            "items": [row.item_id for row in known],
            "rows": [pool.rows[row.item_id] for row in known],
            "groups": [numbers.setdefault(row.group_hash, len(numbers)) for row in known],
            "trainer": QUICK_TRAINER if slow else policy.trainer,
            "parameters": {} if slow else policy.trainer_params,
            "seed": project.id,
        }
        record = self.compute.run(fit_prior, votes_file, prior_file, request)
        record["featurizer"] = pool.featurizer_digest
        with np.load(prior_file) as found:
            return ItemPriors(found["items"], found["probabilities"], record)


def _page(tx: Transaction, project: Row, after: int) -> list[Row]:
    return store.open_to_models(tx, project.id, project.target_question, after, PAGE)


def _silent(project: Row, reason: str) -> ItemPriors:
    """Return that the model has no say, and why."""
    record = {"used": False, "reason": reason, "seed": project.id}
    return ItemPriors(np.zeros(0, dtype=np.int64), np.zeros((0, 0)), record)
