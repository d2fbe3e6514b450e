"""The ledger of what is live: nothing without a gate, nothing twice, one step back."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from labeling.audit import store as audit
from labeling.database import Actor, Row, Transaction
from labeling.errors import ConflictError, InvalidInputError, NotFoundError
from tests.training.factories import Made
from training.deployments import store
from training.deployments.service import deploy, live_model, rollback
from training.evaluation import store as evaluation_sets
from training.gates import store as gates
from training.registry import store as registry

OWNER = Actor("user", 7)
REPORT = {"margin": 0.02, "alpha": 0.05, "needs_n": None, "reason": "shown to be better", "n": 10}


def add_model(made: Made, verdict: str | None, champion: Row | None = None) -> Row:
    """Register a model version, with a gate report unless the verdict is None."""

    def write(tx: Transaction) -> Row:
        key = f"test:{uuid.uuid4()}"
        run = registry.add_run(
            tx,
            project_id=made.project_id,
            purpose="release",
            snapshot_id=None,
            data_digest="0" * 64,
            trainer="logistic_regression",
            featurizer_digest="0" * 64,
            seed=1,
            answers=10,
            spend_micros=0,
            seconds=0.1,
            workflow_key=key,
        )
        model = registry.add_model(tx, run, "0" * 64, "skops", 1)
        if verdict is not None:
            needs_n = 300 if verdict == "inconclusive" else None
            gates.add(
                tx,
                {**REPORT, "verdict": verdict, "needs_n": needs_n},
                project_id=made.project_id,
                challenger_id=model.id,
                champion_id=champion.id if champion else None,
                evaluation_set_id=evaluation_sets.add(tx, made.project_id, "e" * 64, 10).id,
                policy_version=1,
                workflow_key=f"{key}:gate",
            )
        return model

    return made.hub.write_now(write)


def put_live(made: Made, model: Row, **options: Any) -> Row:
    """Deploy in the owner's name."""
    options = {"reason": "it is better", **options}
    return made.hub.write_now(lambda tx: deploy(tx, made.project_id, model.n, **options), OWNER)


def go_back(made: Made, reason: str = "it was wrong on dogs") -> Row:
    """Roll back in the owner's name."""
    return made.hub.write_now(lambda tx: rollback(tx, made.project_id, reason=reason), OWNER)


class TestDeploy:
    """`deploy`."""

    def test_a_model_that_passed_goes_live(self, made: Made) -> None:
        """Shows the entry: who, why, on which report; and that it is on record."""
        model = add_model(made, "pass")
        entry = put_live(made, model)
        live = made.hub.read_now(lambda tx: live_model(tx, made.project_id))
        assert live == entry
        assert (entry.seq, entry.action, entry.actor_id, entry.reason) == (
            1,
            "deploy",
            7,
            "it is better",
        )
        assert (entry.model_version, entry.previous_id) == (model.n, None)
        events = made.hub.read_now(lambda tx: audit.list_by_project(tx, made.project_id, 0, 100))
        assert [event.action for event in events][-1] == "model.deploy"

    def test_without_a_gate_report_nothing_goes_live(self, made: Made) -> None:
        """Shows rule 8."""
        model = add_model(made, None)
        with pytest.raises(ConflictError, match="no gate report; start a release"):
            put_live(made, model, is_owner=True)
        assert made.count("deployment") == 0

    def test_a_model_that_failed_never_goes_live(self, made: Made) -> None:
        """Shows that not even an owner deploys what was shown to be worse."""
        model = add_model(made, "fail")
        with pytest.raises(ConflictError, match="Train another"):
            put_live(made, model, is_owner=True)

    def test_where_the_gate_could_not_tell_only_an_owner_with_a_reason_deploys(
        self, made: Made
    ) -> None:
        """Shows the one exception, and that the others learn how many test items would decide."""
        model = add_model(made, "inconclusive")
        for options in ({"is_owner": False}, {"is_owner": True, "reason": " "}):
            with pytest.raises(ConflictError, match="300 test items") as refused:
                put_live(made, model, **options)
            assert refused.value.extra == {"needs_n": 300}
        entry = put_live(made, model, is_owner=True, reason="the fair is tomorrow")
        assert entry.reason == "the fair is tomorrow"

    def test_a_report_against_a_former_champion_is_out_of_date(self, made: Made) -> None:
        """Shows that two challengers of one champion cannot follow each other unseen."""
        first = add_model(made, "pass")
        put_live(made, first)
        second, third = add_model(made, "pass", first), add_model(made, "pass", first)
        put_live(made, second)
        with pytest.raises(ConflictError, match="no longer live"):
            put_live(made, third)

    def test_what_is_live_is_not_deployed_again(self, made: Made) -> None:
        """Shows that a double click makes no second entry."""
        model = add_model(made, "pass")
        put_live(made, model)
        with pytest.raises(ConflictError, match="live already"):
            put_live(made, model)

    def test_a_repeated_step_finds_its_first_entry(self, made: Made) -> None:
        """Shows that a workflow killed after the effect deploys once."""
        model = add_model(made, "pass")
        first = put_live(made, model, workflow_key="job-1:deploy")
        assert put_live(made, model, workflow_key="job-1:deploy") == first
        assert made.count("deployment") == 1

    def test_an_unknown_version_is_not_found(self, made: Made) -> None:
        """Shows the error of a wrong number."""
        with pytest.raises(NotFoundError, match="no model version 9"):
            made.hub.write_now(lambda tx: deploy(tx, made.project_id, 9, reason="?"), OWNER)

    def test_of_two_at_once_one_succeeds(self, made: Made) -> None:
        """Shows the compare-and-set on seq."""
        models = [add_model(made, "pass") for _ in range(4)]

        def attempt(model: Row) -> bool:
            try:
                put_live(made, model)
            except ConflictError:
                return False
            return True

        with ThreadPoolExecutor(len(models)) as threads:
            assert sum(threads.map(attempt, models)) == 1
        assert made.count("deployment") == 1


class TestRollback:
    """`rollback`."""

    def test_it_puts_back_what_was_live_before_in_one_step(self, made: Made) -> None:
        """Shows a new entry, with the former model and its report, and nothing deleted."""
        first = add_model(made, "pass")
        before = put_live(made, first)
        put_live(made, add_model(made, "pass", first))
        entry = go_back(made)
        assert (entry.seq, entry.action) == (3, "rollback")
        assert entry.model_version_id == before.model_version_id
        assert entry.gate_report_id == before.gate_report_id
        assert made.count("deployment") == 3

    def test_a_second_one_goes_one_further_back(self, made: Made) -> None:
        """Shows that rolling back twice does not swing between two models."""
        models = [add_model(made, "pass")]
        put_live(made, models[0])
        for _ in range(2):
            models.append(add_model(made, "pass", models[-1]))
            put_live(made, models[-1])
        assert [go_back(made).model_version, go_back(made).model_version] == [2, 1]

    def test_after_one_a_new_challenger_is_compared_with_what_is_live_again(
        self, made: Made
    ) -> None:
        """Shows that a rollback changes the champion."""
        first = add_model(made, "pass")
        put_live(made, first)
        second = add_model(made, "pass", first)
        put_live(made, second)
        go_back(made)
        put_live(made, add_model(made, "pass", first))
        assert go_back(made).model_version == first.n

    def test_where_nothing_was_live_before_it_says_so(self, made: Made) -> None:
        """Shows that the last model cannot be rolled back into nothing."""
        with pytest.raises(ConflictError, match="No model was live before"):
            go_back(made)
        put_live(made, add_model(made, "pass"))
        with pytest.raises(ConflictError, match="No model was live before"):
            go_back(made)

    def test_it_needs_a_reason(self, made: Made) -> None:
        """Shows that the ledger never holds an unexplained step back."""
        with pytest.raises(InvalidInputError, match="Say why"):
            go_back(made, " ")


class TestLedger:
    """The table itself."""

    def test_no_entry_can_be_changed_or_deleted(self, made: Made) -> None:
        """Shows rule 5: triggers refuse it on both stores."""
        put_live(made, add_model(made, "pass"))
        for sql in ("UPDATE deployment SET reason = 'other'", "DELETE FROM deployment"):
            change = partial(Transaction.run, sql=sql)
            with pytest.raises(Exception, match="append"):
                made.hub.write_now(change)
        found = made.hub.read_now(lambda tx: store.list_by_project(tx, made.project_id, 100, 10))
        assert [entry.reason for entry in found] == ["it is better"]
