"""Spans and boxes: the doubt of many small decisions within one item."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from active_learning.strategies.pool import FloatArray, Pool
from active_learning.strategies.selection import Options, Strategy
from active_learning.strategies.spread import spread_by

AGGREGATES: dict[str, Callable[[Any], Any]] = {"sum": np.sum, "mean": np.mean, "max": np.max}


def sequence_scores(pool: Pool, _options: Options, _rng: np.random.Generator) -> FloatArray:
    """Return (size,) one minus the geometric mean of each token's likeliest tag.

    The mean, not the product: a product would always choose the longest sentences. A sequence of
    no tokens scores zero.

    References
    ----------
    Shen et al., "Deep active learning for named entity recognition", ICLR 2018 (maximum normalised
    log-probability).
    """
    scores = np.zeros(pool.size)
    for place, tokens in enumerate(pool.need_list("token_probabilities")):
        if len(tokens):
            scores[place] = 1 - np.exp(np.log(np.maximum(tokens.max(axis=1), 1e-12)).mean())
    return scores


def boxes_scores(pool: Pool, options: Options, _rng: np.random.Generator) -> FloatArray:
    """Return (size,) the sum (or mean, or maximum) over an item's boxes of their doubt.

    A box's doubt is the square of one minus the difference of its two likeliest classes, background
    being one of them where the detector says so. An item without a box has the median of the
    others: what the detector overlooks must not be overlooked for ever.

    References
    ----------
    Brust, Käding and Denzler, "Active learning for deep object detection", VISAPP 2019 (sum of
    1-vs-2).
    """
    name = str(options["aggregate"])
    if name not in AGGREGATES:
        msg = f"aggregate: {name!r} is unknown; known are {', '.join(AGGREGATES)}"
        raise ValueError(msg)
    scores = np.full(pool.size, np.nan)
    for place, boxes in enumerate(pool.need_list("box_probabilities")):
        if len(boxes):
            ordered = np.sort(boxes, axis=1)
            second = ordered[:, -2] if boxes.shape[1] > 1 else np.zeros(len(boxes))
            scores[place] = AGGREGATES[name]((1 - (ordered[:, -1] - second)) ** 2)
    empty = np.isnan(scores)
    scores[empty] = 0.0 if empty.all() else np.median(scores[~empty])
    return scores


SEQUENCE = Strategy(
    "sequence",
    ("token_probabilities",),
    "the model is unsure of the tags of its tokens",
    sequence_scores,
    spread_by("sequence", sequence_scores, "the model is unsure where its spans are"),
    options={"factor": 10},
)
BOXES = Strategy(
    "boxes",
    ("box_probabilities",),
    "the detector is unsure of what is in its boxes",
    boxes_scores,
    spread_by("boxes", boxes_scores, "the detector is unsure of what it has found"),
    options={"factor": 10, "aggregate": "sum"},
)
