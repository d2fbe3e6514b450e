"""A release where there is no single truth: measured and gated by the distributions of answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from api.releases.nearness import nearness_of, why_no_accuracy
from labeling.database import Hub, Transaction
from labeling.schema import store as schema
from tests.training.factories import Made, accept, make_items, make_project
from tests.training.workflows.chain import PERSON, Chain
from training.gates import store as gates
from training.registry import store as registry
from training.workflows.opinions import judge_opinions, measure_opinions, said_of

CAT = {"cat": 0.8, "dog": 0.2}


@pytest.fixture
def split(hub: Hub, tmp_path: Path) -> Made:
    """Make a subjective project: of five people four call a cat a cat, and all a dog a dog."""
    policy: dict[str, Any] = {
        "deploy_automatically": True,
        "deployer_id": PERSON.id,
        "trainer": "logistic_regression",
    }
    made = make_project(hub, tmp_path, make_items(120), quality={"subjective": True}, **policy)
    accept(made, "train")
    accept(made, "test")

    def spread(tx: Transaction) -> None:
        ids = schema.class_ids(tx, made.project_id, "label").by_key
        shares = {str(ids[key]): share for key, share in CAT.items()}
        tx.run(
            "UPDATE consensus SET posterior = :posterior, n_answers = 5, confidence = 0.8 "
            "WHERE project_id = :p AND class_id = :cat",
            posterior=json.dumps(shares),
            p=made.project_id,
            cat=ids["cat"],
        )
        tx.run(
            "UPDATE consensus SET posterior = :posterior, n_answers = 5, confidence = 1 "
            "WHERE project_id = :p AND class_id = :dog",
            posterior=json.dumps({str(ids["dog"]): 1.0}),
            p=made.project_id,
            dog=ids["dog"],
        )

    hub.write_now(spread)
    return made


class TestRelease:
    """The workflow `release` in a subjective project."""

    def test_the_gate_compares_with_the_distributions(self, chain: Chain, split: Made) -> None:
        """No accuracy anywhere; then by pairs with the first, which went live by itself."""
        status = chain.release(split)
        assert status.result["verdict"] == "pass", status
        model = chain.hub.read_now(lambda tx: registry.find_model(tx, split.project_id, 1))
        assert (model.accuracy, model.low, model.high) == (None, None, None)
        measured = json.loads(model.metrics)
        assert measured["brier"]["low"] <= measured["brier"]["value"] < 0.05
        # The answers' own variance: cats' (1 - .8² - .2²) / 4 / 2 for about half of the items.
        assert 0.01 < measured["noise"] < 0.03
        assert "no single truth" in measured["reason"]
        rows = chain.hub.read_now(lambda tx: gates.list_by_project(tx, split.project_id, 99, 9))
        kept = json.loads(rows[0].evidence)
        assert (kept["measure"], kept["baseline"], kept["n"]) == (
            "brier",
            "class_shares",
            model.n_test,
        )
        assert "distributions of the answers" in kept["reason"]
        assert kept["evaluation"]["accuracy"] is None

        near = nearness_of(model)
        assert near is not None
        assert (near.brier, near.n) == (measured["brier"]["value"], model.n_test)
        assert why_no_accuracy(model) == measured["reason"]
        chain.release(split)
        again = chain.hub.read_now(lambda tx: gates.list_by_project(tx, split.project_id, 99, 9))
        twin = json.loads(again[0].evidence)
        # The same snapshot gives the same model: no difference, and yet an interval.
        assert (twin["baseline"], twin["difference"]) == ("champion", 0.0)
        assert twin["low"] < 0 < twin["high"]


class TestSaid:
    """What models and people say, over one list of classes."""

    ROWS: tuple[dict[str, Any], ...] = (
        {"distribution": {"a": 0.5, "c": 0.5}, "weight": 1.0, "n_answers": 4},
        {"distribution": {"b": 1.0}, "weight": 2.0, "n_answers": 4},
    )

    def test_a_class_that_a_model_does_not_know_gets_nothing_of_it(self) -> None:
        """Neither an older champion's classes nor the newest answers' are lost."""
        said = said_of(
            self.ROWS,
            (("a", "b"), [[0.5, 0.5], [0.1, 0.9]]),
            (("b", "d"), [[0.2, 0.8], [1.0, 0.0]]),
        )
        assert said["classes"] == ["a", "b", "c", "d"]
        assert said["shares"] == [[0.5, 0.0, 0.5, 0.0], [0.0, 1.0, 0.0, 0.0]]
        assert said["champion"] == [[0.0, 0.2, 0.0, 0.8], [0.0, 1.0, 0.0, 0.0]]
        judged = judge_opinions(said, 0.02, 0.05)
        assert (judged["baseline"], judged["n"]) == ("champion", 2)

    def test_without_test_items_nothing_is_claimed(self) -> None:
        """Undefined, because there are none."""
        said = said_of((), (("a", "b"), []), None)
        found = measure_opinions(said)
        assert found["brier"]["value"] is None
        assert found["reason"] == "there are no labelled test items"
        assert judge_opinions(said, 0.02, 0.05)["verdict"] == "inconclusive"
