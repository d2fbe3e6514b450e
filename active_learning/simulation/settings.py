"""Ways to run a campaign that can be set against each other, each a part of a project's policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Setting:
    """One way to spend the money.

    Parameters
    ----------
    name : as it is printed.
    strategy : of new items, by name.
    least, most : judgments of an item; between the two it is asked again while it is not sure.
    posterior : at which an item is sure.
    relabel : none, scheduler (what `learning.scheduler: act` does), or activelab.
    truth : method of truth inference.
    relabel_share : most of a round's questions that ask again.
    test_least : judgments of a test item at least, between which and the fixed number more are
        asked while it is not sure; None: always the fixed number.
    reviews : random: a share of the labelled items is drawn for review; scheduler: those on which
        a verdict is worth its price, instead; none: nobody reviews.
    own_model : whether models that never saw an item's label are a prior of its truth.
    """

    name: str
    strategy: str = "auto"
    least: int = 1
    most: int = 1
    posterior: float = 0.9
    relabel: Literal["none", "scheduler", "activelab"] = "none"
    truth: str = "one_coin"
    relabel_share: float = 0.5
    test_least: int | None = None
    reviews: Literal["random", "scheduler", "none"] = "random"
    own_model: bool = False

    def policy(self) -> dict[str, Any]:
        """Return the part of a project's policy that does it."""
        acts = self.relabel == "scheduler"
        learning: dict[str, Any] = {"scheduler": "act" if acts else "advise"}
        if acts:
            learning["relabel_share"] = self.relabel_share
        also: dict[str, Any] = {}
        if self.own_model:
            also["quality"] = {"own_model": "on"}
        if self.test_least is not None:
            also["test_overlap_least"] = self.test_least
        if self.reviews != "random":
            also["review"] = {"random_share": 0.0}
        return {
            "strategy": self.strategy,
            "overlap_least": self.least,
            "overlap_most": self.most,
            "accept_posterior": self.posterior,
            "learning": learning,
            **also,
        }


SETTINGS: Mapping[str, Setting] = MappingProxyType(
    {
        one.name: one
        for one in (
            Setting("random, one answer", "random"),
            Setting("random, up to three", "random", 1, 3),
            Setting("auto, one answer"),
            Setting("auto, up to three", least=1, most=3),
            Setting("auto, asks again", relabel="scheduler"),
            Setting("auto, three each", least=3, most=3),
        )
    }
)
"""What `labelloop simulate` sets against each other; the first is what the savings are against."""
