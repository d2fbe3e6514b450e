"""How good a model's predictions are on labelled items, each figure with its interval.

Pure functions over arrays. No database, no models: whoever calls brings the probabilities.
"""

from __future__ import annotations

from training.evaluation.distributions import Nearness, measure_nearness
from training.evaluation.evaluate import Evaluation, evaluate
from training.evaluation.intervals import Estimate, wilson

__all__ = ["Estimate", "Evaluation", "Nearness", "evaluate", "measure_nearness", "wilson"]
