"""Rounds of several classes, ratings and numbers: doubt is asked about, and told as what it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from active_learning.planner import Planner
from active_learning.rounds import store as rounds
from active_learning.rounds.replay import replay_round
from active_learning.targets import Parts, Targets, choose_by_targets
from labeling.annotations.fusing import answer_json
from labeling.database import Hub, Transaction
from labeling.schema import store as schema
from tests.support.kinds import CONFIGS, region
from tests.training.factories import Made, make_items, make_project, put_consensus
from training.compute import Compute

N_ROWS, N_KNOWN, N_TEST = 400, 40, 40
ROWS = Parts(
    labelled=np.arange(N_KNOWN),
    candidates=np.arange(N_KNOWN, N_ROWS - N_TEST),
    test=np.arange(N_ROWS - N_TEST, N_ROWS),
)


@pytest.fixture(scope="module")
def features() -> NDArray[np.float32]:
    """Return points in a plane; the first axis decides one class and the number, the other one."""
    return np.random.default_rng(0).uniform(-1, 1, size=(N_ROWS, 2)).astype(np.float32)


def classes(features: NDArray[np.float32], rows: NDArray[np.int64]) -> list[list[int]]:
    """Return which of three classes apply: right, upper, and one that never does."""
    return [[k for k in (0, 1) if features[row, k] > 0] for row in rows]


def numbers(features: NDArray[np.float32], rows: NDArray[np.int64]) -> list[float]:
    """Return a number between 1 and 5."""
    return [float(value) for value in 3 + 2 * features[rows, 0]]


def choose(kind: str, features: NDArray[np.float32], strategy: str = "auto", **other: Any) -> Any:
    """Choose ten by one kind of question."""
    read = classes if kind == "choices" else numbers
    known, test = (read(features, rows) for rows in (ROWS.labelled, ROWS.test))
    if kind == "rating":
        known, test = ([round(value) for value in part] for part in (known, test))  # type: ignore[arg-type, assignment]
    targets = Targets(kind, known, test, 3)
    return choose_by_targets(targets, features, ROWS, other.get("weights"), strategy, 10, 1)


class TestChooseByTargets:
    """Each kind by its own strategy."""

    def test_items_near_a_border_of_a_class_are_asked_about(
        self, features: NDArray[np.float32]
    ) -> None:
        """Several classes: a doubt about any of them counts; a class never seen disturbs none."""
        chosen, fallback, accuracy = choose("choices", features, weights=np.ones(N_KNOWN))
        assert (chosen.strategy, fallback) == ("multi_label", None)
        assert len(set(chosen.indices.tolist())) == 10
        border = np.abs(features[ROWS.candidates]).min(axis=1)
        assert border[chosen.indices].mean() < border.mean() / 2
        assert accuracy.value is not None
        assert accuracy.value > 0.7
        assert accuracy.n == N_TEST

    @pytest.mark.parametrize("kind", ["rating", "number"])
    def test_numbers_are_chosen_by_where_models_differ(
        self, features: NDArray[np.float32], kind: str
    ) -> None:
        """A rating is right or wrong; of a number it is said why it has no accuracy."""
        chosen, fallback, accuracy = choose(kind, features)
        assert (chosen.strategy, fallback) == ("regression", None)
        assert len(set(chosen.indices.tolist())) == 10
        assert (accuracy.value is None) == (kind == "number")
        assert kind == "rating" or "not right or wrong" in str(accuracy.reason)

    def test_a_strategy_for_single_choices_is_stood_in_for(
        self, features: NDArray[np.float32]
    ) -> None:
        """The record says by what, and why; random stays random."""
        chosen, fallback, _ = choose("choices", features, "margin")
        assert chosen.strategy == "multi_label"
        assert "margin compares single classes" in fallback
        chosen, fallback, _ = choose("rating", features, "random")
        assert (chosen.strategy, fallback) == ("random", None)

    def test_the_first_items_stand_for_many(self, features: NDArray[np.float32]) -> None:
        """Before there is enough to learn from."""
        few = Parts(ROWS.labelled[:3], ROWS.candidates, ROWS.test[:0])
        targets = Targets("number", [1.0, 2.0, 3.0], [])
        chosen, _, accuracy = choose_by_targets(targets, features, few, None, "auto", 5, 1)
        assert chosen.strategy == "typiclust"
        assert "fewer than 10" in str(accuracy.reason)

    def test_the_same_seed_chooses_the_same(self, features: NDArray[np.float32]) -> None:
        """A round can be replayed."""
        first, second = (choose("number", features)[0] for _ in range(2))
        np.testing.assert_array_equal(first.indices, second.indices)

    def test_a_kind_without_a_model_is_refused_by_name(self, features: NDArray[np.float32]) -> None:
        """The selector makes a random round of it, with these words on record."""
        targets = Targets("spans", [[]] * N_KNOWN, [[]] * N_TEST)
        with pytest.raises(ValueError, match="spans has no model here"):
            choose_by_targets(targets, features, ROWS, None, "auto", 5, 1)

    def test_values_of_other_rows_are_refused(self, features: NDArray[np.float32]) -> None:
        """Lengths are told."""
        targets = Targets("number", [1.0], [])
        with pytest.raises(ValueError, match=r"^values: 1, but there are 40 rows"):
            choose_by_targets(targets, features, ROWS, None, "auto", 5, 1)


SAID: dict[str, Any] = {
    "choices": lambda label: [{"choices": ["a", "b"] if label == "cat" else ["b"]}],
    "rating": lambda label: [{"rating": 1 if label == "cat" else 5}],
    "number": lambda label: [{"number": 2.5 if label == "cat" else 7.5}],
    "spans": lambda _label: [{"start": 0, "end": 3, "labels": ["PER"]}],
}


def answer_all(tx: Transaction, made: Made, kind: str, split: str, most: int) -> None:
    """Let people have said of items what their key says, as an answer of a kind."""
    sql = "SELECT id, key FROM item WHERE project_id = :p AND split = :s ORDER BY shuffle LIMIT :n"
    (class_id,) = schema.class_ids(tx, made.project_id, "q").by_id
    for row in tx.rows(sql, p=made.project_id, s=split, n=most):
        put_consensus(tx, made.project_id, row.id, class_id)
        result = [region(kind, value) for value in SAID[kind](row.key.partition("-")[0])]
        tx.run(
            "UPDATE consensus SET question = 'q', answer = :answer WHERE item_id = :id",
            answer=answer_json(result, [1]),
            id=row.id,
        )


class TestRounds:
    """A hub's rounds by each kind of question."""

    @pytest.mark.parametrize(
        ("kind", "strategy"),
        [("choices", "multi_label"), ("rating", "regression"), ("spans", "random")],
    )
    def test_the_kind_decides_the_strategy_and_the_record_says_it(
        self, hub: Hub, compute: Compute, tmp_path: Path, kind: str, strategy: str
    ) -> None:
        """Learned from what the answers come to; without a model at random, with the reason."""
        made = make_project(
            hub, tmp_path, make_items(80), config=CONFIGS[kind], round_size=10, test_items=4
        )
        hub.write_now(lambda tx: answer_all(tx, made, kind, "train", 24))
        hub.write_now(lambda tx: answer_all(tx, made, kind, "test", 6))
        Planner(hub, compute, tmp_path).run_round(made.project_id)
        (found,) = hub.read_now(lambda tx: rounds.list_before(tx, made.project_id, 9, 9))
        assert found.strategy == strategy
        if kind == "spans":
            assert "no model here answers a question of this kind" in found.fallback_reason
            return
        assert found.fallback_reason is None
        assert found.accuracy > 0.5
        again = replay_round(str(tmp_path), found.document)
        chosen = hub.read_now(lambda tx: rounds.selections(tx, made.project_id, 1))
        assert [pick["item_id"] for pick in again["picks"]] == [row.item_id for row in chosen]
