"""How far annotators agree, beyond chance: ratings in, `Agreement` out.

Each coefficient comes with a 95 % interval over items, and is "undefined, because" where it has
no value. Nothing here reads a database; what to sample and compare is the callers' decision.
"""

from labeling.quality.agreement.chance_corrected import (
    brennan_prediger,
    fleiss_kappa,
    gwet_ac1,
    gwet_ac2,
    percent_agreement,
    scott_pi,
)
from labeling.quality.agreement.cohen import cohen_kappa
from labeling.quality.agreement.cross import cross_agreement
from labeling.quality.agreement.distance_alpha import distance_alpha
from labeling.quality.agreement.krippendorff import Level, krippendorff_alpha
from labeling.quality.agreement.rankings import ranking_agreement
from labeling.quality.agreement.regions import Box, Polygon, region_agreement
from labeling.quality.agreement.result import Agreement
from labeling.quality.agreement.sets import jaccard_distance, masi_distance, set_alpha
from labeling.quality.agreement.spans import Span, span_alpha, span_f1
from labeling.quality.agreement.texts import edit_similarity, text_agreement, token_similarity

__all__ = [
    "Agreement",
    "Box",
    "Level",
    "Polygon",
    "Span",
    "brennan_prediger",
    "cohen_kappa",
    "cross_agreement",
    "distance_alpha",
    "edit_similarity",
    "fleiss_kappa",
    "gwet_ac1",
    "gwet_ac2",
    "jaccard_distance",
    "krippendorff_alpha",
    "masi_distance",
    "percent_agreement",
    "ranking_agreement",
    "region_agreement",
    "scott_pi",
    "set_alpha",
    "span_alpha",
    "span_f1",
    "text_agreement",
    "token_similarity",
]
