"""First scores from a model elsewhere, or from the classes' names."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from active_learning.cold_start import Guess, choose_by_guess, from_names, from_predictions
from active_learning.planner import Planner
from active_learning.rounds import store as rounds
from labeling.database import Hub, Transaction
from labeling.exchange.imports import store as voices
from labeling.schema import store as schema
from labeling.workforces import service as workforces
from labeling.workforces import store as workforce_store
from tests.training.factories import Made, make_items, make_project
from tests.training.features.encoders import write_encoder
from training.compute import Compute


class TestFromPredictions:
    """Classes and scores as probabilities."""

    def test_the_score_goes_to_the_class_and_the_rest_is_shared(self) -> None:
        """No class is uniform; no score, or an impossible one, is taken as 0.8."""
        found = from_predictions([0, 2, -1, 1], [0.7, None, None, 0.1], 3)
        assert found.sum(axis=1) == pytest.approx(np.ones(4))
        assert found[0].tolist() == pytest.approx([0.7, 0.15, 0.15])
        assert found[1, 2] == found[3, 1] == pytest.approx(0.8)
        assert found[2].tolist() == pytest.approx([1 / 3] * 3)

    def test_what_does_not_fit_is_refused(self) -> None:
        """A class that the question does not have is named."""
        with pytest.raises(ValueError, match="classes"):
            from_predictions([3], [0.5], 3)


class TestFromNames:
    """Likeness to the names of classes."""

    def test_the_nearest_name_is_the_likeliest_class(self) -> None:
        """Lengths do not matter, directions do."""
        items = np.array([[9.0, 1.0], [0.1, 0.9]])
        found = from_names(items, np.eye(2))
        assert found.argmax(axis=1).tolist() == [0, 1]
        assert found.sum(axis=1) == pytest.approx([1, 1])

    def test_it_chooses_what_lies_between_the_names(self) -> None:
        """The first items are those whose name is in doubt."""
        rng = np.random.default_rng(0)
        items = np.concatenate([np.eye(2)[rng.integers(0, 2, 300)], np.full((40, 2), 0.7)])
        items += rng.normal(0, 0.02, items.shape)
        guess = Guess("the names of the classes", names=np.eye(2).tolist())
        found = choose_by_guess(guess, 3, items, items, 2, rng)
        assert found is not None
        assert set(found.indices.tolist()) <= set(range(300, 340))
        assert found.reason.endswith("by the names of the classes")

    def test_a_guess_about_few_items_is_not_used(self) -> None:
        """Half of the candidates at least must be spoken of."""
        guess = Guess("a model", [0, -1, -1], [0.6, None, None])
        rows = np.eye(3)
        assert choose_by_guess(guess, 1, rows, rows, 2, np.random.default_rng(0)) is None


def predict(tx: Transaction, made: Made, doubtful: set[int]) -> None:
    """Let a model from elsewhere say something of every item, unsure of some."""
    workforces.create_workforce(tx, made.project_id, name="old-model", kind="model")
    workforce = workforce_store.get_workforce(tx, made.project_id, "old-model")
    annotator = workforces.vendor_worker(tx, workforce, "old-model")
    ids = schema.class_ids(tx, made.project_id, "label").by_key
    rows = tx.rows("SELECT id, key FROM item WHERE project_id = :p", p=made.project_id)
    voices.add_all(
        tx,
        [
            (made.project_id, tx.now, 0, row.id, annotator, "label", ids[row.key.partition("-")[0]],
             0.55 if int(row.key[-4:]) in doubtful else 0.99, "model")
            for row in rows
        ],
    )  # fmt: skip


class TestRounds:
    """The first rounds of a project."""

    def test_a_model_from_elsewhere_orders_the_first_items(
        self, hub: Hub, compute: Compute, tmp_path: Path
    ) -> None:
        """Its predictions, imported, choose before there is a label; the reason names it."""
        made = make_project(hub, tmp_path, make_items(300), round_size=10, test_items=0)
        doubtful = set(range(60, 210))
        hub.write_now(lambda tx: predict(tx, made, doubtful))
        Planner(hub, compute, tmp_path).run_round(made.project_id)
        chosen = hub.read_now(lambda tx: rounds.selections(tx, made.project_id, 1))
        by_model = [row for row in chosen if row.action == "new"]
        assert len(by_model) == 9
        assert {int(row.key[-4:]) for row in by_model} <= doubtful
        assert all("by the model 'old-model'" in row.reason for row in by_model)

    def test_names_alone_order_texts_where_an_encoder_is_installed(
        self, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The record says that they did; without an encoder it says how to get one."""
        encoder = write_encoder(tmp_path / "encoder")
        for n, (place, said) in enumerate(
            [(str(encoder), "first scores by the names of the classes"), ("", "tell nothing")]
        ):
            monkeypatch.setenv("LABELLOOP_SENTENCE_MODEL", place)
            child, folder = Compute(), tmp_path / str(n)
            folder.mkdir()
            made = make_project(
                hub, folder, make_items(120), slug=f"p{n}", round_size=10, test_items=0,
                featurizer="sentences",
            )  # fmt: skip
            Planner(hub, child, folder).run_round(made.project_id)
            child.close()
            (found,) = hub.read_now(lambda tx, p=made: rounds.list_before(tx, p.project_id, 9, 9))  # type: ignore[misc]
            if n == 0:
                assert said in found.params
                assert (found.strategy, found.fallback_reason) == ("cluster_margin", None)
            else:
                assert "there are no features" in found.fallback_reason

    def test_without_anything_representative_items_come_first(
        self, hub: Hub, compute: Compute, tmp_path: Path
    ) -> None:
        """No label, no model, no names: typical items of different kinds."""
        made = make_project(hub, tmp_path, make_items(40), round_size=10, test_items=0)
        Planner(hub, compute, tmp_path).run_round(made.project_id)
        (found,) = hub.read_now(lambda tx: rounds.list_before(tx, made.project_id, 9, 9))
        assert found.strategy == "typiclust"
