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
from labeling.quality.agreement.krippendorff import Level, krippendorff_alpha
from labeling.quality.agreement.result import Agreement

__all__ = [
    "Agreement",
    "Level",
    "brennan_prediger",
    "cohen_kappa",
    "fleiss_kappa",
    "gwet_ac1",
    "gwet_ac2",
    "krippendorff_alpha",
    "percent_agreement",
    "scott_pi",
]
