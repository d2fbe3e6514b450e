"""Trained models as modAL's query strategies expect a learner or a committee to look.

modAL's own classes would fit the model again; these hold the one that a round has fitted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from active_learning.selection_request import IntArray
    from labeling.quality.arrays import FloatArray
    from training.features import Matrix
    from training.trainers import TrainedModel

DISAGREEMENT: Final = "modal:modAL.disagreement."
"""Strategies of this module ask a committee; all others ask one learner."""


class Learner:
    """One model, and what it was trained on.

    Parameters
    ----------
    model : trained.
    X_training, y_training : (n_labelled, ...) features and class indices.
    """

    on_transformed = False

    def __init__(self, model: TrainedModel, X_training: Matrix, y_training: IntArray) -> None:
        self.X_training, self.y_training = X_training, y_training
        self.estimator = model
        self.classes_ = np.arange(model.n_classes)

    def predict_proba(self, X: Matrix, **_: Any) -> FloatArray:
        """Return (n_items, n_classes) probabilities."""
        return np.asarray(self.estimator.predict_proba(X), dtype=np.float64)

    def predict(self, X: Matrix, **_: Any) -> IntArray:
        """Return (n_items,) class indices."""
        found: IntArray = self.predict_proba(X).argmax(axis=1)
        return found


class Committee:
    """Several learners that vote.

    Parameters
    ----------
    members : at least one; all of the same classes.
    """

    def __init__(self, members: Sequence[Learner]) -> None:
        self.learner_list = list(members)
        self.classes_ = members[0].classes_

    def __len__(self) -> int:
        return len(self.learner_list)

    def __iter__(self) -> Iterator[Learner]:
        return iter(self.learner_list)

    def vote(self, X: Matrix, **_: Any) -> IntArray:
        """Return (n_items, n_members) class indices."""
        return np.stack([member.predict(X) for member in self], axis=1)

    def vote_proba(self, X: Matrix, **_: Any) -> FloatArray:
        """Return (n_items, n_members, n_classes) probabilities."""
        return np.stack([member.predict_proba(X) for member in self], axis=1)

    def predict_proba(self, X: Matrix, **_: Any) -> FloatArray:
        """Return (n_items, n_classes) probabilities, the members' mean."""
        mean: FloatArray = self.vote_proba(X).mean(axis=1)
        return mean

    def predict(self, X: Matrix, **_: Any) -> IntArray:
        """Return (n_items,) class indices of the consensus."""
        found: IntArray = self.predict_proba(X).argmax(axis=1)
        return found
