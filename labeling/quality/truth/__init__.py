"""Inferring the true class of items from answers that disagree: arrays in, arrays out.

`infer_truth` fits all items at once, `online` one answer at a time; each method is a file and a
line in `METHODS`. Nothing here reads a database, and no randomness is drawn.
"""

from labeling.quality.truth.answers import Answers, read_answers, smoothed_prior, vote_share
from labeling.quality.truth.calibration import (
    Calibration,
    ReliabilityBin,
    calibrate,
    calibration_error,
    cross_calibrate,
    reliability,
    temper,
)
from labeling.quality.truth.confusions import Cells, Confusions, Smoothing
from labeling.quality.truth.estimate import TruthEstimate, log_likelihoods
from labeling.quality.truth.fusing import FusedEstimate
from labeling.quality.truth.label_sets import SetEstimate, infer_sets
from labeling.quality.truth.methods import METHODS, infer_truth
from labeling.quality.truth.online import (
    Contribution,
    fold,
    item_posterior,
    item_vote_share,
    weigh,
)
from labeling.quality.truth.pairs import PairEstimate, infer_pairs
from labeling.quality.truth.ratings import RatingEstimate, infer_ratings
from labeling.quality.truth.regions import infer_regions
from labeling.quality.truth.spans import infer_spans
from labeling.quality.truth.texts import infer_texts
from labeling.quality.truth.worth import gain_per_answer

__all__ = [
    "METHODS",
    "Answers",
    "Calibration",
    "Cells",
    "Confusions",
    "Contribution",
    "FusedEstimate",
    "PairEstimate",
    "RatingEstimate",
    "ReliabilityBin",
    "SetEstimate",
    "Smoothing",
    "TruthEstimate",
    "calibrate",
    "calibration_error",
    "cross_calibrate",
    "fold",
    "gain_per_answer",
    "infer_pairs",
    "infer_ratings",
    "infer_regions",
    "infer_sets",
    "infer_spans",
    "infer_texts",
    "infer_truth",
    "item_posterior",
    "item_vote_share",
    "log_likelihoods",
    "read_answers",
    "reliability",
    "smoothed_prior",
    "temper",
    "vote_share",
    "weigh",
]
