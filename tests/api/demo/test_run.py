"""A very small demo from start to end, over real HTTP: what holds on any machine."""

from __future__ import annotations

import json
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from api.demo.options import FAST, FULL, DemoOptions, Plan, plan_of
from api.demo.run import Demo
from api.demo.setup import ACTIVE, RANDOM

TINY = Plan(
    budget_micros=5_000_000,
    orders=(10,),
    release_every=25,
    round_size=12,
    retrain_after=10,
    pictures=240,
)
KEYS = {
    "answers",
    "spend",
    "duplicate_assignments",
    "lost_answers",
    "consensus_accuracy",
    "majority_accuracy",
    "accuracy_active",
    "accuracy_random",
    "loop_seconds",
    "next_p95_ms",
    "deployments",
    "gate_verdicts",
    "seconds",
}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Play a tiny demo and return what it wrote."""
    folder = tmp_path_factory.mktemp("demo")
    path = folder / "figures.json"
    options = DemoOptions(fast=True, serve=False, json_path=path, port=0)
    with ExitStack() as open_things:
        kept = Demo(options, TINY, folder, open_things, time.monotonic()).play()
    assert kept
    assert "<svg" in path.with_suffix(".svg").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


class TestPlay:
    """A demo from start to end."""

    def test_no_answer_is_lost_and_nobody_is_asked_twice(self, played: dict[str, Any]) -> None:
        """What the clients were told against what the hub exports."""
        assert played["duplicate_assignments"] == 0
        assert played["lost_answers"] == 0

    def test_writes_every_figure(self, played: dict[str, Any]) -> None:
        """Programs read this file."""
        assert played.keys() >= KEYS

    def test_both_projects_spend_alike_and_buy_the_same_test_labels(
        self, played: dict[str, Any]
    ) -> None:
        """The comparison is fair: one budget, never overspent, as many test items."""
        active, random = played["projects"][ACTIVE], played["projects"][RANDOM]
        cap = TINY.budget_micros / 1_000_000
        for arm in (active, random):
            assert cap - 0.10 < arm["spend"] <= cap
            assert arm["test_items"] == sum(TINY.orders)
            assert arm["answers_by_workforce"]["vendor"] == sum(TINY.orders)

    def test_models_are_released_and_labels_are_better_than_chance(
        self, played: dict[str, Any]
    ) -> None:
        """The chain ran in both; its gate spoke each time."""
        assert len(played["gate_verdicts"]) >= 1
        assert played["consensus_accuracy"] > 0.5
        assert played["accuracy_active"] > 0.2
        assert played["accuracy_random"] > 0.2


class TestPlanOf:
    """`plan_of`."""

    def test_a_budget_replaces_the_plans(self) -> None:
        """All else stays as planned."""
        assert plan_of(DemoOptions(budget=7.5)).budget_micros == 7_500_000
        assert plan_of(DemoOptions(budget=7.5)).orders == FULL.orders
        assert plan_of(DemoOptions(fast=True)) == FAST


def test_no_module_of_the_hub_knows_the_truth() -> None:
    """The bundled digits are read in one place, which no part of the hub imports."""
    root = Path(__file__).parents[3]
    users = {
        path.relative_to(root).as_posix()
        for package in ("labeling", "training", "active_learning", "api")
        for path in (root / package).rglob("*.py")
        if "node_modules" not in path.parts and "sklearn.datasets" in path.read_text("utf-8")
    }
    assert users == {"api/demo/digits.py"}
