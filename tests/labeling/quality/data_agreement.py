"""Golden numbers of agreement coefficients, each with its source.

Ratings are (annotators, items); NAN where an annotator did not rate. "Three libraries" are
scikit-learn, statsmodels and irrCAC.
"""

from __future__ import annotations

NAN = float("nan")

FLEISS_COUNTS = [
    [0, 0, 0, 0, 14],
    [0, 2, 6, 4, 2],
    [0, 0, 3, 5, 6],
    [0, 3, 9, 2, 0],
    [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0],
    [3, 2, 6, 3, 0],
    [2, 5, 3, 2, 2],
    [6, 5, 2, 1, 0],
    [0, 2, 2, 3, 7],
]
"""Ten items, fourteen annotators, five classes: worked example of Wikipedia's "Fleiss' kappa"."""

FLEISS_VALUES = {
    "percent_agreement": 0.378021978,  # published .378
    "fleiss_kappa": 0.2099307044,  # published .210; statsmodels and irrCAC agree
    "brennan_prediger": 0.2225274725,  # statsmodels (Randolph 2005) and irrCAC agree
    "gwet_ac1": 0.2256141508,  # irrCAC agrees
}

KRIPPENDORFF_RATINGS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
    [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
]
"""Krippendorff, "Computing Krippendorff's alpha-reliability", 2011, example C."""

KRIPPENDORFF_ALPHA = {
    "nominal": 0.7434210526,  # published .743
    "ordinal": 0.8153875038,  # published .815 (irrCAC's "ordinal" is Gwet's weights, not this)
    "interval": 0.8491071429,  # published .849
    "ratio": 0.7974027747,  # published .797
}

KRIPPENDORFF_VALUES = {
    "percent_agreement": 0.8181818182,  # Gwet 2014: .818
    "fleiss_kappa": 0.7611692754,  # Gwet 2014, his treatment of missing ratings: .761
    "gwet_ac1": 0.7754440681,  # Gwet 2014: .775
}

GWET_AC2 = {"linear": 0.8587391364, "quadratic": 0.9140007236}
"""AC2 of the same ratings; irrCAC."""

GRANT_TABLE = [[20, 5], [10, 15]]
"""Wikipedia's "Cohen's kappa": fifty grant proposals, yes or no."""

GRANT_VALUES = {
    "cohen_kappa": 0.4,  # published .40
    "scott_pi": 0.3939393939,
    "gwet_ac1": 0.4059405941,  # irrCAC
}

PARADOX_TABLE = [[118, 5], [2, 0]]
"""High agreement, rare class: Gwet 2008."""

PARADOX_VALUES = {"cohen_kappa": -0.0233918129, "gwet_ac1": 0.9407763376}

ORDERED_RATINGS = [
    [1, 1, 1, 2, 2, 3, 3, 3, 4, 4, 2, 3],
    [1, 1, 2, 2, 3, 3, 2, 3, 4, 3, 2, 4],
]
"""Constructed; three libraries agree on the weighted kappas."""

WEIGHTED_KAPPA = {"linear": 0.625, "quadratic": 0.7916666667}

UNUSED_CLASS_RATINGS = [[1, 1, 2, 5], [1, 2, 2, 5]]
"""Classes 3 and 4 are never used; by position instead of value linear kappa would be .714."""

UNUSED_CLASS_LINEAR_KAPPA = 0.8461538462
