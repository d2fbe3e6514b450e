"""What the project's own model says of an item, as it is kept beside what is believed of it.

The model never saw the label of the item or of its group. This package knows no model: a higher
one fills the port `fits.fitting.OwnModel`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labeling.quality.arrays import FloatArray

REST: Final = "rest"
"""The probability of every class that is not named."""
DIGITS: Final = 6
NAMED: Final = 1.01
"""A class is named from so many times the least probability on: of thousands few are."""


def prior_json(prior: FloatArray, class_ids: Sequence[int]) -> str:
    """Return a prior, (n_classes,) and nowhere zero, as it is kept."""
    least = float(prior.min())
    kept: dict[str, float] = {REST: float(f"{least:.6g}")}
    for place in np.flatnonzero(prior > NAMED * least).tolist():
        kept[str(class_ids[place])] = round(float(prior[place]), DIGITS)
    return json.dumps(kept)


def read_prior(text: str, class_ids: Sequence[int]) -> FloatArray:
    """Return a kept prior over the classes of now: (n_classes,), positive."""
    kept = json.loads(text)
    rest = kept[REST]
    return np.array([kept.get(str(class_id), rest) for class_id in class_ids], dtype=np.float64)
