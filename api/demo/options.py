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
    test_items
        Items of the random test sample that the planner opens.
    orders
        Sizes of the vendor's work orders, all of them items of the test sample; the k-th goes out
        when k / (number of orders + 1) of the budget is committed.
    most_test_items
        The sample is not grown beyond this by gates that cannot tell.
    release_every
        Newly accepted items that start a release of the active project.

    """

    budget_micros: int
    test_items: int
    orders: tuple[int, ...]
    most_test_items: int
    release_every: int
    round_size: int = 30
    retrain_after: int = 15
    overlap_least: int = 1
    accept_posterior: float = 0.9

    def policy(self, strategy: str) -> dict[str, Any]:
        """Return the part of the policy that both projects share, with a strategy."""
        return {
            "strategy": strategy,
            "round_size": self.round_size,
            "retrain_after": self.retrain_after,
            "test_items": self.test_items,
            "test_items_most": self.most_test_items,
            "test_overlap": 3,
            "test_share": 0.3,
            "overlap_least": self.overlap_least,
            "accept_posterior": self.accept_posterior,
            "overlap_most": 3,
            "lease_seconds": 120,
            "trainer_params": {"max_iter": 100},
            "gate_margin": 0.01,
        }


FULL: Final = Plan(
    budget_micros=48 * MICROS,
    test_items=40,
    orders=(40, 40),
    most_test_items=160,
    release_every=70,
)
FAST: Final = Plan(
    budget_micros=20 * MICROS,
    test_items=30,
    orders=(40,),
    most_test_items=80,
    release_every=50,
)


def plan_of(options: DemoOptions) -> Plan:
    """Return the plan, with the asked budget where one is given."""
    plan = FAST if options.fast else FULL
    if options.budget is None:
        return plan
    return replace(plan, budget_micros=round(options.budget * MICROS))
