"""The blend: who is right gets the weight, and the unlabelled rows help."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array

from training.trainers import train_model
from training.trainers.blend import judgement_of, mixture_weights, sharpened
from training.trainers.graph import NeighbourGraph, as_shares, nearest_rows


def moons(n: int, seed: int = 0) -> tuple[Any, Any]:
    """Return two bent groups that lie within each other."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 2
    angle = rng.random(n) * np.pi
    x = np.where(labels, 1 - np.cos(angle), np.cos(angle))
    y = np.where(labels, 0.5 - np.sin(angle), np.sin(angle))
    noise = rng.normal(scale=0.05, size=(n, 2))
    return (np.stack([x, y], axis=1) + noise).astype(np.float32), labels


class TestUnlabelledRows:
    """What has no label still says where the groups are."""

    def test_six_labels_and_a_pool_tell_what_six_labels_cannot(self) -> None:
        """On two moons the rows between carry the labels along."""
        features, labels = moons(600)
        known = np.arange(6)
        test, truth = moons(400, seed=1)
        alone, helped = (
            train_model(
                "blend", features[known], labels[known], n_classes=2, seed=0, unlabelled=pool
            )
            .predict_proba(test)
            .argmax(axis=1)
            for pool in (None, features[6:])
        )
        assert (helped == truth).mean() > (alone == truth).mean() + 0.03

    def test_rows_of_another_width_are_refused(self) -> None:
        """The message names the argument."""
        features, labels = moons(20)
        with pytest.raises(ValueError, match=r"^unlabelled: 3 columns, but features has 2"):
            train_model("blend", features, labels, n_classes=2, seed=0, unlabelled=np.ones((4, 3)))


class TestWeights:
    """How members come to their share."""

    def test_the_one_that_foresees_gets_most(self) -> None:
        """Of a member that knows and one that guesses, the first has nearly all."""
        knows, guesses = np.full(500, 0.95), np.full(500, 0.5)
        weights = mixture_weights(np.stack([knows, guesses], axis=1), np.ones(500))
        assert weights[0] > 0.95
        assert weights.sum() == pytest.approx(1)

    def test_a_few_labels_decide_little(self) -> None:
        """Three lucky answers do not silence the other."""
        weights = mixture_weights(np.array([[0.9, 0.5]] * 3), np.ones(3))
        assert 0.5 < weights[0] < 0.8

    def test_a_power_above_one_makes_surer(self) -> None:
        """And leaves who is likeliest as it was."""
        surer = sharpened(np.array([[0.6, 0.4]]), 2.0)
        assert surer[0, 0] == pytest.approx(0.36 / 0.52)

    def test_lines_go_to_the_linear_model_and_bands_to_the_trees(self) -> None:
        """Each kind of data weighs the member that suits it most."""
        rng = np.random.default_rng(0)
        rows = rng.uniform(-1, 1, size=(300, 6)).astype(np.float32)
        line = (rows @ np.arange(1, 7) > 0).astype(int)
        band = (np.abs(rows[:, 0]) > 0.5).astype(int)
        heaviest = []
        for labels in (line, band):
            model: Any = train_model("blend", rows, labels, n_classes=2, seed=0)
            heaviest.append(max(model.weights, key=model.weights.get))
        assert heaviest == ["linear", "trees"]


class TestSharesOfBefore:
    """A refit on a few more labels takes over what each member was worth."""

    def test_the_refit_has_them_and_is_the_same_model_on_the_same_labels(self) -> None:
        """Nothing is judged, and what comes out is what the judged fit was."""
        features, labels = moons(120)
        first: Any = train_model("blend", features, labels, n_classes=2, seed=0)
        shares = judgement_of(first) or {}
        again: Any = train_model(
            "blend", features, labels, n_classes=2, seed=0, parameters={"shares": shares}
        )
        kept = judgement_of(again) or {}
        assert list(kept) == list(shares)
        np.testing.assert_allclose(list(kept.values()), list(shares.values()))
        np.testing.assert_allclose(again.predict_proba(features), first.predict_proba(features))

    def test_shares_of_members_that_cannot_be_fitted_are_judged_anew(self) -> None:
        """Sparse rows have a linear model alone, whatever an earlier fit on dense ones had."""
        features, labels = moons(60)
        model: Any = train_model(
            "blend", csr_array(features), labels, n_classes=2, seed=0,
            parameters={"shares": {"trees": [1.0, 1.0]}},
        )  # fmt: skip
        assert model.weights == {"linear": 1.0}

    def test_another_model_has_none(self) -> None:
        """A single model judged nobody."""
        features, labels = moons(20)
        assert judgement_of(train_model("logistic_regression", features, labels, n_classes=2,
                                        seed=0)) is None  # fmt: skip


class TestGraph:
    """Labels spread over neighbours."""

    def test_nearest_are_nearest(self) -> None:
        """As by all distances at once."""
        rows = np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32)
        places, distances = nearest_rows(rows, rows[:7], 5)
        square = ((rows[:7, None] - rows[None]) ** 2).sum(axis=2)
        np.testing.assert_array_equal(places, np.argsort(square, axis=1)[:, :5])
        np.testing.assert_allclose(distances, np.sort(square, axis=1)[:, :5], atol=1e-5)

    @pytest.mark.parametrize("n", [90, 400, 413])
    def test_looking_at_groups_first_finds_the_same(self, n: int) -> None:
        """However many rows there are, and whether they fill the groups or not."""
        rows = np.random.default_rng(n).normal(size=(n, 3)).astype(np.float32)
        places, _ = nearest_rows(rows, rows[:40], 6)
        square = ((rows[:40, None] - rows[None]) ** 2).sum(axis=2)
        np.testing.assert_array_equal(places, np.argsort(square, axis=1)[:, :6])

    def test_a_group_without_a_label_has_the_shares(self) -> None:
        """Where nothing arrives there is nothing but how frequent classes are."""
        rows = np.concatenate([np.zeros((20, 2)), np.full((20, 2), 50.0)]).astype(np.float32)
        rows += np.random.default_rng(0).normal(scale=0.1, size=rows.shape).astype(np.float32)
        known = np.zeros((40, 2))
        known[0, 0] = 1
        shares = np.array([0.7, 0.3])
        belief = as_shares(NeighbourGraph.of(rows).spread(known), shares)
        assert belief[5].argmax() == 0
        np.testing.assert_allclose(belief[30], shares)

    def test_one_row_is_a_graph(self) -> None:
        """A pool of one breaks nothing."""
        graph = NeighbourGraph.of(np.ones((1, 3), dtype=np.float32))
        assert np.isfinite(graph.spread(np.ones((1, 2)))).all()
