"""The registry of truth methods and the one function that callers need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy.typing as npt

from labeling.quality.truth.answers import read_answers
from labeling.quality.truth.auto import auto
from labeling.quality.truth.dawid_skene import dawid_skene
from labeling.quality.truth.estimate import TruthEstimate
from labeling.quality.truth.glad import glad
from labeling.quality.truth.one_coin import one_coin
from labeling.quality.truth.voting import majority_vote, weighted_vote

METHODS: dict[str, Callable[..., TruthEstimate]] = {
    "majority_vote": majority_vote,
    "weighted_vote": weighted_vote,
    "one_coin": one_coin,
    "dawid_skene": dawid_skene,
    "glad": glad,
    "auto": auto,
}
"""Method by name; each takes `Answers` and its own options."""


def infer_truth(
    items: npt.ArrayLike,
    annotators: npt.ArrayLike,
    answers: npt.ArrayLike,
    n_classes: int,
    method: str = "dawid_skene",
    **options: Any,
) -> TruthEstimate:
    """Infer the class of every item from answers that disagree.

    Parameters
    ----------
    items, annotators, answers
        (n_answers,) integers, one entry per answer: the item's row from 0, the annotator (any
        number from 0), the class answered from 0 to n_classes - 1. An annotator who answered an
        item twice counts twice. Empty arrays are allowed.
    n_classes
        Number of declared classes; they need not all occur.
    method
        A name in `METHODS`.
    **options
        For every method: `n_items` (rows of the result; by default up to the highest item),
        `pinned` ({item: class}, reviewed and therefore certain), `item_prior` ((n_items,
        n_classes) class probabilities known before the answers, such as a model's out-of-fold
        prediction; votes use it only where an item has no answer). Fitted methods take
        `max_iterations` and `tolerance`, dawid_skene also `smoothing`, weighted_vote `weights`.

    Returns
    -------
    TruthEstimate
        An item without answers has its prior; ties as in `Answers.choose`.

    Raises
    ------
    ValueError
        An unknown method or option, or an argument that does not fit; the message names it.

    Examples
    --------
    >>> estimate = infer_truth([0, 0, 0, 1, 1], [0, 1, 2, 0, 1], [1, 1, 0, 0, 0], n_classes=2)
    >>> estimate.labels.tolist()
    [1, 0]
    """
    if method not in METHODS:
        message = f"method must be one of {', '.join(METHODS)}, not {method!r}"
        raise ValueError(message)
    common: Mapping[str, Any] = {
        name: options.pop(name) for name in ("n_items", "pinned", "item_prior") if name in options
    }
    table = read_answers(items, annotators, answers, n_classes, **common)
    fit = METHODS[method]
    known = set(fit.__kwdefaults__ or {})
    if not known.issuperset(options):
        unknown = ", ".join(sorted(set(options) - known))
        message = f"{method} has no option {unknown}"
        raise ValueError(message)
    return fit(table, **options)
