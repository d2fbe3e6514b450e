"""The project's own model in the hub's full fits: heard as far as it is right, beside people."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np

from active_learning.own_model import AskOwnModel
from active_learning.pool import FeatureCache
from labeling.database import Hub
from labeling.items.service import NewItem
from labeling.projects import service as projects
from labeling.quality.fits import store
from labeling.quality.fits.beliefs import list_beliefs
from labeling.quality.fits.changes import flip_words
from labeling.quality.fits.compute import fit_votes
from labeling.quality.fits.fitting import FullFit
from labeling.schema import store as schema_store
from labeling.workforces import service as workforces
from tests.factories import CREW, Floor, answer, open_tasks, seat
from tests.training.factories import make_items, make_project
from training.compute import Compute

N_ITEMS: Final = 120
FIFTH: Final = 5
RIGHT: Final = (
    "SELECT COUNT(*) FROM consensus c JOIN item i ON i.id = c.item_id JOIN label_class "
    "k ON k.id = c.class_id "
    "WHERE c.project_id = :p AND i.split = :split AND i.key LIKE k.key || '%'"
)


class InThread(Compute):
    """A compute process that is none: the same functions, called here."""

    def run(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call a function with what the pipe would carry."""
        return fn(*args, **kwargs)


def answered(hub: Hub, folder: Path, items: list[NewItem], **policy: Any) -> Floor:
    """Return a floor where two people answered every item, each wrong on another fifth."""
    made = make_project(
        hub, folder, items, overlap_least=2, overlap_most=2, featurizer="tfidf", **policy
    )
    floor = Floor(hub, made.project_id)
    floor.write(
        lambda tx, project: workforces.create_workforce(
            tx, project.id, name=CREW, kind="in_house", price_micros=0
        )
    )
    floor.people += floor.write(lambda tx, p: [seat(tx, p, f"person {n}") for n in range(2)])
    floor.write(lambda tx, project: open_tasks(tx, project, N_ITEMS, least=2, most=2))
    keys = {row.id: row.key for row in floor.rows("SELECT id, key FROM item WHERE project_id = :p")}
    for who in range(2):
        while held := floor.lease(who, 20):
            for lease in held:
                label, _, number = keys[lease.item_id].partition("-")
                wrong = int(number) // 2 % FIFTH == who
                other = "dog" if label == "cat" else "cat"
                result = [{**answer(other if wrong else label)[0], "to_name": "text"}]
                floor.submit_result(who, lease, result)
    return floor


def fit(floor: Floor, folder: Path) -> dict[str, Any]:
    """Run a full fit as the hub does; returns what is on record of the model."""
    compute = InThread()
    features = FeatureCache(floor.hub, compute, folder, "fits")
    asked = AskOwnModel(floor.hub, compute, features)
    full = FullFit(floor.hub, floor.truth, fit_votes, folder, own_model=asked)
    full.run(floor.project, full.ask_model(floor.project))
    compute.close()
    rows = floor.hub.read_now(lambda tx: store.list_fits(tx, floor.project_id, "label", 99, 1))
    found: dict[str, Any] = json.loads(rows[0].params).get("own_model", {})
    return found


def n_right(floor: Floor, split: str = "train") -> int:
    """Return how many items of a split are believed to be what they are."""
    return int(floor.value(RIGHT, split=split))


def n_items(floor: Floor, split: str = "train") -> int:
    """Return how many items a split has."""
    sql = "SELECT COUNT(*) FROM item WHERE project_id = :p AND split = :split"
    return int(floor.value(sql, split=split))


class TestOwnModel:
    """A full fit that asks the project's own model."""

    def test_it_settles_what_people_disagree_on_and_people_alone_stand_beside(
        self, hub: Hub, tmp_path: Path
    ) -> None:
        """Two people contradict each other on two fifths of the texts; the words tell who errs."""
        floor = answered(hub, tmp_path, make_items(N_ITEMS))
        before, of_test = n_right(floor), n_right(floor, "test")
        record = fit(floor, tmp_path)
        assert record["used"], record["reason"]
        assert record["weight"] > 0.5
        assert record["gain_low"] > 0
        assert (record["folds"], record["trainer"]) == (5, "logistic_regression")
        assert n_right(floor) > before
        assert n_right(floor) >= 0.95 * n_items(floor)
        assert n_right(floor, "test") == of_test, "of a test item people alone say what is true"
        beliefs = hub.read_now(lambda tx: list_beliefs(tx, floor.project, 0, 1_000))
        assert sum(one.by_own_model for one in beliefs) == n_items(floor)
        alone = [one.of_people for one in beliefs if one.of_people is not None]
        assert len(alone) == N_ITEMS
        moved = [
            one for one in beliefs if one.of_people and one.of_people.class_id != one.row.class_id
        ]
        assert len(moved) >= n_right(floor) - before

    def test_a_flip_names_the_model_and_the_next_answer_keeps_its_word(
        self, hub: Hub, tmp_path: Path
    ) -> None:
        """The flips say what it said; a retold belief is the same one; off takes it all back."""
        floor = answered(hub, tmp_path, make_items(N_ITEMS))
        before = n_right(floor)
        fit(floor, tmp_path)
        flips = hub.read_now(lambda tx: store.list_flips(tx, floor.project_id, "label", 1, 0, 99))
        keys = hub.read_now(lambda tx: schema_store.class_ids(tx, floor.project_id, "label").by_id)
        assert flips
        assert {row.cause for row in flips} <= {"model", "skill", "answers"}
        assert any(row.cause == "model" for row in flips)
        assert "which never saw this label, says" in flip_words_of(flips, keys)
        floor.write(
            lambda tx, project: projects.change_policy(
                tx, project, {"quality": {"own_model": "off"}}
            )
        )
        floor.truth.drop(floor.project_id, "label")
        assert fit(floor, tmp_path) == {}
        assert n_right(floor) == before
        assert floor.value("SELECT COUNT(*) FROM consensus WHERE prior IS NOT NULL") == 0

    def test_a_model_that_knows_nothing_has_no_say(self, hub: Hub, tmp_path: Path) -> None:
        """Texts without any word of the class: nothing moves, and the record says why."""
        rng = np.random.default_rng(1)
        blank = [
            NewItem({"text": " ".join(f"w{n}" for n in rng.integers(0, 40, 5)) + f" {k}"}, one.key)
            for k, one in enumerate(make_items(N_ITEMS))
        ]
        floor = answered(hub, tmp_path, blank)
        before = n_right(floor)
        record = fit(floor, tmp_path)
        assert not record["used"]
        assert "not foretell" in record["reason"]
        assert n_right(floor) == before

    def test_few_answers_make_no_model(self, hub: Hub, tmp_path: Path) -> None:
        """Below fifty answered training items the record says so."""
        floor = answered(hub, tmp_path, make_items(12))
        assert "50 are needed" in fit(floor, tmp_path)["reason"]


def flip_words_of(flips: list[Any], keys: dict[int, str]) -> str:
    """Return the words of the flips that the model made."""
    return " ".join(flip_words(row, keys) for row in flips if row.cause == "model")
