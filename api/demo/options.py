"""What a demo is asked for, and the plan that follows from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

MICROS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """The options of `labelloop demo`.

    Attributes
    ----------
    budget
        Dollars for each of the two projects; None takes the plan's.
    seed
        Of all that is simulated.
    fast
        Less money, fewer releases, done in a minute.
    serve
        Whether the hub stays up at the end.
    json_path
        Where the figures go; the picture of the curves goes beside it as SVG.
    port
        Port of the hub; None takes 8080, or a free one where that is taken.

    """

    budget: float | None = None
    seed: int = 0
    fast: bool = False
    serve: bool = True
    json_path: Path | None = None
    port: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is spent, asked and released.

    Attributes
    ----------
    budget_micros
        For each of the two projects.
    orders
        Sizes of the vendor's work orders, all of them items of the random test sample, which costs
        both projects the same; the k-th goes out when k / (number of orders + 1) of the budget is
        committed. People give the two judgments that are still missing.
    release_every
        Newly accepted items that start a release of the active project. The first 60 are items of
        the test sample, so the first model rests on 10 to 25 labels and is soon beaten; the later
        ones differ by less than 60 to 120 test items can tell.
    overlap_least
        Answers that every training item gets: with a crowd that reads one in five wrongly, one
        answer alone is a poor label.
    pictures
        How many are imported; None for all.

    """

    budget_micros: int
    orders: tuple[int, ...]
    release_every: int
    round_size: int = 30
    retrain_after: int = 15
    overlap_least: int = 2
    pictures: int | None = None

    def policy(self, strategy: str) -> dict[str, Any]:
        """Return the part of the policy that both projects share, with a strategy."""
        return {
            "strategy": strategy,
            "round_size": self.round_size,
            "retrain_after": self.retrain_after,
            "test_items": 0,
            "test_items_most": sum(self.orders),
            "test_overlap": 3,
            "overlap_least": self.overlap_least,
            "overlap_most": 3,
            "lease_seconds": 120,
            "trainer_params": {"max_iter": 100},
            "gate_margin": 0.01,
        }


FULL: Final = Plan(budget_micros=48 * MICROS, orders=(60, 60), release_every=70)
FAST: Final = Plan(budget_micros=24 * MICROS, orders=(60,), release_every=70)


def plan_of(options: DemoOptions) -> Plan:
    """Return the plan, with the asked budget where one is given."""
    plan = FAST if options.fast else FULL
    if options.budget is None:
        return plan
    return replace(plan, budget_micros=round(options.budget * MICROS))
