"""From items' data to numbers: featurizers, their saved state, and the feature files.

Everything is content-addressed: a featurizer by its name, parameters and fitted state, a file by
the featurizer and its rows. What may not live here: the database, labels, models.
"""

from __future__ import annotations

from training.features.featurizer import Featurizer, Matrix, ReadBytes, Row
from training.features.files import (
    compute_features,
    feature_path,
    load_features,
    save_features,
)
from training.features.registry import (
    FEATURIZERS,
    choose_featurizer,
    load_featurizer,
    save_featurizer,
)

__all__ = [
    "FEATURIZERS",
    "Featurizer",
    "Matrix",
    "ReadBytes",
    "Row",
    "choose_featurizer",
    "compute_features",
    "feature_path",
    "load_features",
    "load_featurizer",
    "save_features",
    "save_featurizer",
]
