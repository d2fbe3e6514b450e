"""Random choice replayed on a project's own random labels: never made up, never by the chosen."""

from __future__ import annotations

from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from active_learning.outlook import replaying, service, store
from active_learning.outlook.random_choice import Known, Order, draw_once, summed_up
from active_learning.planner import Planner
from active_learning.rounds.picking import Draw
from active_learning.rounds.replay import keep_document
from labeling.database import Hub, Row, Transaction
from labeling.schema import store as schema
from tests.training.factories import Made, make_items, make_project, put_consensus
from training.compute import Compute
from training.features import save_features

N_POOL, N_TEST = 1_500, 400


def world() -> tuple[Any, Any]:
    """Return points of three overlapping classes, pool first and test items after."""
    rng = np.random.default_rng(5)
    classes = rng.integers(0, 3, N_POOL + N_TEST)
    centres = np.array([[0.0, 0.0], [1.6, 0.0], [0.0, 1.6]])
    noise = rng.normal(size=(classes.size, 20))
    noise[:, :2] += centres[classes]
    return noise.astype(np.float32), classes


def document(folder: Path, *, n_random: int = 150, n_chosen: int = 150) -> tuple[str, Known]:
    """Keep a round whose labels were drawn at random, or chosen from one class alone."""
    points, classes = world()
    save_features(points, folder / "pool.npy")
    rng = np.random.default_rng(1)
    at_random = rng.choice(N_POOL, n_random, replace=False)
    rest = np.setdiff1d(np.flatnonzero(classes[:N_POOL] == 0), at_random)
    chosen = rng.choice(rest, n_chosen, replace=False)
    labelled = np.concatenate([chosen, at_random])
    test = np.arange(N_POOL, N_POOL + N_TEST)
    request = {
        "features": str(folder / "pool.npy"),
        "labelled": labelled.tolist(),
        "labels": classes[labelled].tolist(),
        "n_classes": 3,
        "strategy": "margin",
        "n": 5,
        "seed": 3,
        "test": test.tolist(),
        "test_labels": classes[test].tolist(),
    }
    ids = [row + 1_000 for row in range(N_POOL + N_TEST)]
    digest = keep_document(folder, request, Draw(ids, [], [], 0, 0, 3))
    return digest, Known(digest, [int(row) + 1_000 for row in at_random], N_POOL)


class TestDrawOnce:
    """One growing random subset, as the project's labels let it be simulated."""

    def test_it_reaches_what_truly_random_labels_reach(self, tmp_path: Path) -> None:
        """Half the labels were chosen from one class; random choice is replayed all the same."""
        known = asdict(document(tmp_path)[1])
        draws = [draw_once(str(tmp_path), known, draw) for draw in range(5)]
        points, classes = world()
        for point in summed_up(draws)[::4]:
            true = []
            for seed in range(6):
                rows = np.random.default_rng(seed).choice(N_POOL, point["labels"], replace=False)
                model = LogisticRegression().fit(points[rows], classes[rows])
                true.append(model.score(points[N_POOL:], classes[N_POOL:]))
            assert point["low"] <= float(np.mean(true)) <= point["high"]
            assert abs(point["accuracy"] - float(np.mean(true))) < 0.06

    def test_more_labels_make_a_better_model(self, tmp_path: Path) -> None:
        """The curve grows, with as many points as were asked for, and repeats to the bit."""
        known = asdict(document(tmp_path)[1])
        first, again = (draw_once(str(tmp_path), known, 0) for _ in range(2))
        assert first["accuracy"] == again["accuracy"]
        assert first["sizes"] == sorted(set(first["sizes"]))
        assert len(first["sizes"]) == 5
        assert first["accuracy"][-1] > first["accuracy"][0]

    def test_too_few_random_labels_are_said_to_be_too_few(self, tmp_path: Path) -> None:
        """However many were chosen by a model: those tell nothing of random choice."""
        known = asdict(document(tmp_path, n_random=49, n_chosen=300)[1])
        assert "49 of the 50 labels" in draw_once(str(tmp_path), known, 0)["reason"]


class TestOrder:
    """A random order of the pool, made of two kinds of labelled items."""

    def test_what_was_chosen_is_as_rare_as_it_is_in_the_pool(self) -> None:
        """Of 300 labelled two thirds were chosen, of a pool of 2,000: so one in ten is drawn."""
        is_random = np.arange(300) >= 200
        shares, seen = [], set()
        for seed in range(200):
            order = Order.drawn(is_random, 2_000, np.random.default_rng(seed))
            first = order.first(80)
            assert len(set(first.tolist())) == first.size == 80
            shares.append(float((~is_random[first]).mean()))
            seen |= set(first.tolist())
        assert np.mean(shares) == pytest.approx(0.1, abs=0.01)
        assert seen == set(range(300))

    def test_a_smaller_subset_is_part_of_a_larger(self) -> None:
        """One draw grows, as a project does."""
        order = Order.drawn(np.arange(100) >= 40, 400, np.random.default_rng(0))
        sizes = order.sizes()
        parts = [set(order.first(size).tolist()) for size in sizes]
        assert all(small < large for small, large in pairwise(parts))
        assert sizes[-1] <= 0.8 * order.most


def floor(hub: Hub, tmp_path: Path) -> Made:
    """Make a project of texts with large rounds and a large test sample."""
    sizes: dict[str, Any] = {
        "round_size": 160,
        "test_items": 60,
        "test_share": 0.5,
        "random_share": 0.6,
    }
    return make_project(hub, tmp_path, make_items(400), trainer="logistic_regression", **sizes)


def settle_all(tx: Transaction, project: Row) -> None:
    """Give every opened item its answer."""
    ids = schema.class_ids(tx, project.id, "label").by_key
    for row in tx.rows("SELECT id, key FROM item WHERE state = 'queued' AND project_id = :p",
                       p=project.id):  # fmt: skip
        put_consensus(tx, project.id, row.id, ids[row.key.partition("-")[0]])
    tx.run("UPDATE task SET state = 'closed', is_open = (1 = 0) WHERE state = 'open'")


class TestReplay:
    """On a real store with a real compute child."""

    def test_a_project_replays_its_own_random_items(self, hub: Hub, tmp_path: Path) -> None:
        """Points at what labels have cost, kept for the round, shown by the forecast."""
        compute = Compute()
        try:
            planner, made = Planner(hub, compute, tmp_path), floor(hub, tmp_path)
            for _ in range(3):
                planner.run_round(made.project_id)
                hub.write_now(lambda tx: settle_all(tx, made.project()))
            asked = hub.read_now(lambda tx: replaying.wanted(tx, made.project()))
            assert asked is not None
            picked = hub.read_now(lambda tx: tx.rows(
                "SELECT s.item_id, s.action FROM selection s JOIN consensus c ON "
                "c.item_id = s.item_id WHERE s.action IN ('new', 'random')"))  # fmt: skip
            assert {row.action for row in picked} == {"new", "random"}
            assert set(asked.known.random_items) == {
                row.item_id for row in picked if row.action == "random"
            }
            found = replaying.replay(compute, tmp_path, asked)
        finally:
            compute.close()
        assert found.reason is None
        assert [point.labels for point in found.points] == sorted(p.labels for p in found.points)
        assert replaying.read_replayed(tmp_path, made.project_id) == found
        outlook = hub.read_now(lambda tx: service.outlook_of(tx, made.project(), found))
        assert outlook.baseline_source == "replayed"
        assert len(outlook.baseline) == len(found.points)

    def test_without_a_round_nothing_is_made_up(self, hub: Hub, tmp_path: Path) -> None:
        """No child is asked, and the reason says what is missing."""
        made = floor(hub, tmp_path)
        assert hub.read_now(lambda tx: replaying.wanted(tx, made.project())) is None
        compute = Compute()
        found = replaying.replay(compute, tmp_path, None)
        compute.close()
        assert found.points == []
        assert "no round" in str(found.reason)
        assert hub.read_now(lambda tx: store.random_items(tx, made.project_id)) == []
