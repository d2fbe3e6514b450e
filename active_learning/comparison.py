"""What a round compares beside choosing: out-of-fold predictions, doubts, and the advice.

The step between the selector, which has a model and features, and `advice`, which has neither.
Whatever goes wrong here is the advice's reason; the choice of new items stands all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from active_learning.advice import advice_json, advise
from active_learning.compared import Advice, Chosen, Situation
from active_learning.relabel import FOLDS, LEAST_LABELS, Fit, out_of_fold, tempered, weigh
from labeling.quality.arrays import FloatArray

MOST_FIT_SECONDS: Final = 20.0
"""Longer refits out of fold would hold up the next choice: then there is no relabelling."""


def compare(
    document: Mapping[str, Any], done: Chosen, fit: Fit, predict: Callable[[], FloatArray]
) -> dict[str, Any]:
    """Return the advice as plain values.

    Parameters
    ----------
    document : the fields of a `Situation`.
    done : what was chosen.
    fit : as `relabel.out_of_fold` takes it.
    predict : gives (n_candidates, n_classes) predictions of the quick model.

    """
    if len(done.labels) < LEAST_LABELS:
        reason = f"{LEAST_LABELS} labels are needed before a model can be asked about them"
        return advice_json(Advice(reason=f"{reason}, and there are {len(done.labels)}"))
    if len(np.unique(done.labels)) < 2:  # noqa: PLR2004 - a choice needs two
        return advice_json(Advice(reason="all labels so far are of one class"))
    if done.fit_seconds * FOLDS > MOST_FIT_SECONDS:
        took = f"the model takes {done.fit_seconds:.0f} s to train"
        return advice_json(Advice(reason=f"{took}: its refits would hold up the next choice"))
    try:
        found = _advise(Situation(**document), done, fit, predict)
    except Exception as error:  # noqa: BLE001 - no error of the comparison may empty the queue
        found = Advice(reason=f"the comparison failed: {type(error).__name__}: {error}")
    return advice_json(found)


def _advise(
    situation: Situation, done: Chosen, fit: Fit, predict: Callable[[], FloatArray]
) -> Advice:
    rng = np.random.default_rng([done.seed, 2])
    model = out_of_fold(done.labels, done.n_classes, fit, rng)
    doubt = weigh(situation.items, situation.annotators, situation.answers, model)
    return advise(situation, doubt, tempered(predict(), doubt.temperature), done, rng)
