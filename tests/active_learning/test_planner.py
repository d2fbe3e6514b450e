"""The planner on a real store with a real compute child."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from active_learning.planner import Planner
from active_learning.rounds import store as rounds
from active_learning.rounds.replay import replay_round
from labeling.database import Hub, Row, Transaction
from labeling.items.service import import_items
from labeling.projects import store as projects
from labeling.projects.service import change_policy
from labeling.schema import store as schema
from tests.training.factories import Made, accept, make_items, make_project, put_consensus
from training.registry import store as registry


def make(hub: Hub, tmp_path: Path, n: int = 60, **policy: Any) -> Made:
    """Make a project of texts with small rounds."""
    settings = {"round_size": 10, "retrain_after": 5, "test_items": 4, "random_share": 0.2} | policy
    return make_project(hub, tmp_path, make_items(n), **settings)


def open_rows(made: Made) -> list[Row]:
    """Return the open tasks with their items' splits, in the order they are served."""
    return made.hub.read_now(
        lambda tx: tx.rows(
            "SELECT t.id, t.item_id, t.wanted, t.reason, i.split FROM task t JOIN item i "
            "ON i.id = t.item_id WHERE t.is_open ORDER BY t.priority DESC, t.id DESC"
        )
    )


def round_rows(made: Made) -> list[Row]:
    """Return the rounds, newest first."""
    return made.hub.read_now(lambda tx: rounds.list_before(tx, made.project_id, 2**62, 100))


def settle(tx: Transaction, made: Made, row: Row) -> None:
    """Give a chosen item its answer."""
    ids = schema.class_ids(tx, made.project_id, "label").by_key
    put_consensus(tx, made.project_id, row.item_id, ids[row.key.partition("-")[0]])


class TestRunDue:
    """When a round is run, and when not."""

    def test_an_empty_queue_is_filled_before_anybody_has_answered(
        self, hub: Hub, planner: Planner, tmp_path: Path
    ) -> None:
        """A first round opens tasks without a model, representative ones first."""
        made = make(hub, tmp_path)
        assert planner.run_due() == 1
        assert len(open_rows(made)) == 10
        assert round_rows(made)[0].strategy == "typiclust"

    def test_nothing_is_done_twice_while_nothing_changes(
        self, hub: Hub, planner: Planner, tmp_path: Path
    ) -> None:
        """A full queue without new answers starts no round."""
        made = make(hub, tmp_path)
        planner.run_due()
        assert planner.run_due() == 0
        assert len(round_rows(made)) == 1

    def test_new_answers_start_the_next_round(
        self, hub: Hub, planner: Planner, tmp_path: Path
    ) -> None:
        """The policy's number of answers since the last round is what starts one."""
        made = make(hub, tmp_path)
        planner.run_due()
        hub.write_now(lambda tx: projects.count(tx, made.project_id, "answers", 5))
        assert planner.run_due() == 1

    def test_a_project_without_items_is_left_alone(
        self, hub: Hub, planner: Planner, tmp_path: Path
    ) -> None:
        """There is nothing to choose from, so there is no round."""
        made = make(hub, tmp_path, n=0)
        assert planner.run_due() == 0
        assert round_rows(made) == []


class TestRunRound:
    """What a round chooses, opens and records."""

    def test_the_record_says_model_strategy_score_and_reason(
        self, hub: Hub, planner: Planner, tmp_path: Path
    ) -> None:
        """Each chosen item has its rank, its reason and its task; the run has its accuracy."""
        made = make(hub, tmp_path, n=120)
        accept(made, "train", most=30)
        accept(made, "test", most=10)
        planner.run_round(made.project_id)
        chosen = hub.read_now(lambda tx: rounds.selections(tx, made.project_id, 1))
        assert [row.rank for row in chosen] == list(range(len(chosen)))
        assert all(row.reason and row.task_id for row in chosen)
        runs = hub.read_now(lambda tx: registry.list_runs(tx, made.project_id, "selector", 0, 10))
        assert runs[0].n_test == 10
        assert 0 <= runs[0].low <= runs[0].accuracy <= runs[0].high <= 1

    def test_where_there_is_no_single_truth_a_round_has_no_accuracy(
        self, hub: Hub, planner: Planner, tmp_path: Path
    ) -> None:
        """Meeting the commonest opinion is no accuracy: none is kept, so none can be shown."""
        made = make(hub, tmp_path, n=120, quality={"subjective": True})
        accept(made, "train", most=30)
        accept(made, "test", most=10)
        planner.run_round(made.project_id)
        runs = hub.read_now(lambda tx: registry.list_runs(tx, made.project_id, "selector", 0, 10))
        assert [(run.accuracy, run.low, run.high) for run in runs] == [(None, None, None)]

    def test_a_trainer_over_its_time_is_stood_in_for_and_a_round_replays(
        self, hub: Hub, planner: Planner, tmp_path: Path
    ) -> None:
        """The queue is filled by a quick model from then on; round and run name who chose."""
        made = make(hub, tmp_path, n=120, learning={"refit_seconds": 0.000_001})
        accept(made, "train", most=30)
        for _ in range(2):
            planner.run_round(made.project_id)
        second, first = round_rows(made)
        assert (first.trainer, second.trainer) == ("blend", "logistic_regression")
        assert "stands_in" not in json.loads(first.params)
        why = json.loads(second.params)["stands_in"]
        assert why.startswith("logistic_regression stands in: blend took ")
        assert second.fallback_reason is None
        picks = replay_round(str(tmp_path), second.document)["picks"]
        chosen = hub.read_now(lambda tx: rounds.selections(tx, made.project_id, 2))
        assert [pick["item_id"] for pick in picks] == [row.item_id for row in chosen]

    def test_a_refit_that_keeps_the_shares_replays_to_the_same_choice(
        self, hub: Hub, planner: Planner, tmp_path: Path
    ) -> None:
        """What was taken over of the round before is in the round's own document."""
        made = make(hub, tmp_path, n=120)
        accept(made, "train", most=30)
        for _ in range(2):
            planner.run_round(made.project_id)
        newest = round_rows(made)[0]
        assert newest.trainer == "blend"
        picks = replay_round(str(tmp_path), newest.document)["picks"]
        chosen = hub.read_now(lambda tx: rounds.selections(tx, made.project_id, 2))
        assert [pick["item_id"] for pick in picks] == [row.item_id for row in chosen]

    def test_no_test_item_is_chosen_by_the_model(
        self, hub: Hub, planner: Planner, tmp_path: Path
    ) -> None:
        """Test items come in the pool's random order and carry no score (rule 6)."""
        made = make(hub, tmp_path, n=120)
        accept(made, "train", most=30)
        planner.run_round(made.project_id)
        tests = [row for row in open_rows(made) if row.split == "test"]
        assert len(tests) == 2
        assert all(json.loads(row.reason)["score"] is None for row in tests)
        expected = hub.read_now(
            lambda tx: tx.rows(
                "SELECT id FROM item WHERE project_id = :p AND split = 'test' "
                "ORDER BY shuffle LIMIT 2",
                p=made.project_id,
            )
        )
        assert {row.item_id for row in tests} == {row.id for row in expected}

    def test_test_items_stop_when_the_sample_is_full(
        self, hub: Hub, planner: Planner, tmp_path: Path
    ) -> None:
        """The first random test sample has the policy's size and no more."""
        made = make(hub, tmp_path, n=120)
        for _ in range(4):
            planner.run_round(made.project_id)
        counted = hub.read_now(lambda tx: projects.counters(tx, made.project_id)["test_tasks"])
        assert counted == 4

    def test_the_next_round_replaces_tasks_that_nobody_held(
        self, hub: Hub, planner: Planner, tmp_path: Path
    ) -> None:
        """Old unheld training tasks are withdrawn and their items are free again."""
        made = make(hub, tmp_path, n=120)
        planner.run_round(made.project_id)
        planner.run_round(made.project_id)
        train = [row for row in open_rows(made) if row.split == "train"]
        assert len(train) == 8
        queued = hub.read_now(
            lambda tx: tx.value(
                "SELECT COUNT(*) FROM item WHERE state = 'queued' AND split = 'train'"
            )
        )
        assert queued == 8

    def test_an_unknown_strategy_falls_back_to_random_and_says_so(
        self, hub: Hub, planner: Planner, tmp_path: Path
    ) -> None:
        """A strategy that fails never empties the queue."""
        made = make(hub, tmp_path, strategy="no-such-strategy")
        planner.run_round(made.project_id)
        found = round_rows(made)[0]
        assert found.strategy == "random"
        assert "no-such-strategy" in found.fallback_reason
        assert len(open_rows(made)) == 10

    def test_a_modal_strategy_plugs_in_by_name(
        self, hub: Hub, planner: Planner, tmp_path: Path
    ) -> None:
        """Any query strategy with modAL's signature chooses through its dotted name."""
        made = make(hub, tmp_path, n=120)
        accept(made, "train", most=30)
        project = made.project()
        changes = {"strategy": "modal:modAL.uncertainty.entropy_sampling"}
        hub.write_now(lambda tx: change_policy(tx, project, changes))
        planner.run_round(made.project_id)
        assert round_rows(made)[0].fallback_reason is None
        assert round_rows(made)[0].strategy == "modal:modAL.uncertainty.entropy_sampling"

    def test_items_that_come_later_are_featurised_too(
        self, hub: Hub, planner: Planner, tmp_path: Path
    ) -> None:
        """A second import makes the feature file anew, and its items can be chosen."""
        made = make(hub, tmp_path, n=20)
        planner.run_round(made.project_id)
        project = made.project()
        more = make_items(100)[20:]
        hub.write_now(lambda tx: import_items(tx, project, more))
        planner.run_round(made.project_id)
        assert round_rows(made)[0].n_candidates > 20

    def test_of_a_large_pool_a_random_sample_is_looked_at(
        self, hub: Hub, planner: Planner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A round reads a fixed number of items whatever the pool holds, and goes on past them."""
        monkeypatch.setattr(rounds, "MOST_SEEN", 12)
        made = make(hub, tmp_path, n=200, test_items=0)
        for n in range(1, 5):
            planner.run_round(made.project_id)
            chosen = hub.read_now(lambda tx, n=n: rounds.selections(tx, made.project_id, n))  # type: ignore[misc]
            assert 0 < round_rows(made)[0].n_candidates <= 12 + 10
            assert len(planner.features.get(made.project(), []).rows) <= 3 * 12
            for row in chosen:
                hub.write_now(lambda tx, row=row: settle(tx, made, row))  # type: ignore[misc]
