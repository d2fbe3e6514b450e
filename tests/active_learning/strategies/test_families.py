"""What each family of strategies is for, against plain reference computations."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from active_learning.strategies import choose, scores, select
from active_learning.strategies.distances import k_means, nearest, squared_distances
from active_learning.strategies.pool import FloatArray


def rng(seed: int = 0) -> np.random.Generator:
    """Return a generator in a known state."""
    return np.random.default_rng(seed)


def blobs(sizes: list[int], spread: float = 0.05) -> tuple[FloatArray, FloatArray]:
    """Return well separated groups on orthogonal axes, and each row's group."""
    groups = np.repeat(np.arange(len(sizes)), sizes)
    return np.eye(len(sizes))[groups] + rng(1).normal(
        size=(len(groups), len(sizes))
    ) * spread, groups


class TestBald:
    """Mutual information tells disagreement from plain doubt."""

    def test_sure_members_who_contradict_each_other_score_log_two(self) -> None:
        """Two sure opposite members: ln 2; two equally unsure ones: nothing."""
        members = np.array([[[1, 0], [0.5, 0.5]], [[0, 1], [0.5, 0.5]]])
        values = scores("bald", committee_probabilities=members, rng=rng())
        np.testing.assert_allclose(values, [np.log(2), 0], atol=1e-12)


class TestBadge:
    """Factored gradients and rejection give what plain k-means++ over gradients gives."""

    def test_scores_are_squared_gradient_lengths(self) -> None:
        """Against the gradients written out."""
        p = rng().dirichlet(np.ones(3), size=20)
        x = rng(1).normal(size=(20, 5))
        residual = p - np.eye(3)[p.argmax(axis=1)]
        written_out = np.einsum("ij,ik->ijk", residual, x).reshape(20, -1)
        values = scores("badge", probabilities=p, embeddings=x, rng=rng())
        np.testing.assert_allclose(values, (written_out**2).sum(axis=1), rtol=1e-5)

    def test_draws_follow_squared_distance(self) -> None:
        """Over 4,000 draws the second choice is distributed as k-means++ wants it."""
        p = rng().dirichlet(np.ones(3), size=8)
        x = rng(1).normal(size=(8, 5))
        residual = p - np.eye(3)[p.argmax(axis=1)]
        gradients = np.einsum("ij,ik->ijk", residual, x).reshape(8, -1)
        first = (gradients**2).sum(axis=1).argmax()
        wanted = ((gradients - gradients[first]) ** 2).sum(axis=1)
        source = rng(5)
        seconds = Counter(
            int(select("badge", 3, probabilities=p, embeddings=x, rng=source)[1])
            for _ in range(4000)
        )
        seen = np.array([seconds[i] for i in range(8)]) / 4000
        np.testing.assert_allclose(seen, wanted / wanted.sum(), atol=0.03)

    def test_third_draws_follow_it_too(self) -> None:
        """Refusing by stale distances leaves the distribution of later choices right."""
        p = rng(2).dirichlet(np.ones(2), size=5)
        x = rng(3).normal(size=(5, 4))
        residual = p - np.eye(2)[p.argmax(axis=1)]
        gradients = np.einsum("ij,ik->ijk", residual, x).reshape(5, -1)
        square = ((gradients[:, np.newaxis] - gradients[np.newaxis]) ** 2).sum(axis=2)
        first = int((gradients**2).sum(axis=1).argmax())
        wanted = np.zeros(5)
        for second in range(5):
            chance = square[first, second] / square[first].sum()
            left = np.minimum(square[first], square[second])
            if chance > 0:
                wanted += chance * left / left.sum()
        source = rng(6)
        thirds = Counter(
            int(select("badge", 3, probabilities=p, embeddings=x, rng=source)[2])
            for _ in range(4000)
        )
        seen = np.array([thirds[i] for i in range(5)]) / 4000
        np.testing.assert_allclose(seen, wanted, atol=0.03)


class TestKCenter:
    """Greedy farthest-first, exactly."""

    def test_picks_are_those_of_a_plain_loop(self) -> None:
        """Against all distances written out."""
        x, known = rng().normal(size=(150, 7)), rng(1).normal(size=(9, 7))
        distance = np.linalg.norm(x[:, np.newaxis] - known, axis=2).min(axis=1)
        wanted = []
        for _ in range(25):
            wanted.append(int(distance.argmax()))
            distance = np.minimum(distance, np.linalg.norm(x - x[wanted[-1]], axis=1))
        chosen = choose("k_center", 25, embeddings=x, labelled_embeddings=known, rng=rng())
        assert chosen.indices.tolist() == wanted
        assert (np.diff(chosen.scores) <= 1e-9).all()


class TestTypiClust:
    """One typical item for each group that has no label."""

    def test_each_group_is_met_before_any_twice(self) -> None:
        """Four groups, four choices, four groups met; the largest first."""
        x, groups = blobs([40, 30, 20, 10])
        picked = select("typiclust", 4, embeddings=x, rng=rng())
        assert sorted(groups[picked]) == [0, 1, 2, 3]
        assert groups[picked[0]] == 0

    def test_labelled_groups_come_last(self) -> None:
        """With two groups labelled, the first two choices are from the others."""
        x, groups = blobs([40, 30, 20, 10])
        known = x[[0, 40]]
        picked = select("typiclust", 2, embeddings=x, labelled_embeddings=known, rng=rng())
        assert set(groups[picked]) <= {2, 3}

    def test_it_prefers_the_middle_of_a_group(self) -> None:
        """The choice lies nearer its group's centre than half of the group."""
        x, groups = blobs([60, 60], spread=0.2)
        for place in select("typiclust", 2, embeddings=x, rng=rng()):
            members = x[groups == groups[place]]
            distance = np.linalg.norm(members - members.mean(axis=0), axis=1)
            assert np.linalg.norm(x[place] - members.mean(axis=0)) < np.median(distance)

    def test_a_pool_beyond_the_limit_is_represented_by_a_part(self) -> None:
        """More items than max_candidates still give n distinct rows."""
        x, _ = blobs([300, 300])
        picked = select("typiclust", 30, embeddings=x, max_candidates=100, rng=rng())
        assert len(set(picked.tolist())) == 30


class TestProbCover:
    """Balls that cover most of the pool."""

    def test_each_choice_covers_most_of_what_is_left(self) -> None:
        """Groups come by size, and gains fall."""
        x, groups = blobs([40, 30, 20, 10], spread=0.02)
        chosen = choose("probcover", 4, embeddings=x, radius=0.5, rng=rng())
        assert groups[chosen.indices].tolist() == [0, 1, 2, 3]
        assert chosen.scores.tolist() == [40, 30, 20, 10]

    def test_what_labels_cover_is_not_asked_again(self) -> None:
        """With the largest group labelled, the next is first."""
        x, groups = blobs([40, 30, 20])
        picked = select(
            "probcover", 1, embeddings=x, labelled_embeddings=x[:1], radius=0.5, rng=rng()
        )
        assert groups[picked].tolist() == [1]

    def test_the_radius_is_found_by_purity(self) -> None:
        """Without a radius, the largest that keeps clusters apart finds every group."""
        x, groups = blobs([40, 30, 20])
        p = np.full((90, 3), 1 / 3)
        picked = select("probcover", 3, embeddings=x, probabilities=p, rng=rng())
        assert sorted(groups[picked]) == [0, 1, 2]


class TestDensity:
    """Doubt times likeness to the pool."""

    def test_density_is_the_mean_cosine_similarity(self) -> None:
        """Against the n × n matrix of similarities."""
        x = rng().normal(size=(60, 5))
        unit = x / np.linalg.norm(x, axis=1, keepdims=True)
        wanted = (1 + (unit @ unit.T).mean(axis=1)) / 2
        p = np.full((60, 2), 0.5)
        values = scores("density", probabilities=p, embeddings=x, rng=rng())
        np.testing.assert_allclose(values, wanted, atol=1e-12)

    def test_an_outlier_in_doubt_is_not_first(self) -> None:
        """Of equally doubtful items, the one unlike all others is last."""
        x = np.vstack([np.tile([1.0, 0.1], (9, 1)), [[-1.0, 0.0]]])
        picked = select("density", 10, probabilities=np.full((10, 2), 0.5), embeddings=x, rng=rng())
        assert picked[-1] == 9


class TestClusterMargin:
    """Small margins without repeating oneself."""

    def test_copies_of_the_most_doubtful_do_not_fill_the_batch(self) -> None:
        """Plain margin takes five near copies; cluster-margin all five groups."""
        x, groups = blobs([20, 4, 4, 4, 4])
        doubt = np.where(groups == 0, 0.501, 0.52) + rng().random(36) * 1e-4
        p = np.column_stack([doubt, 1 - doubt])
        plain = select("margin", 5, probabilities=p, rng=rng())
        spread = select("cluster_margin", 5, probabilities=p, embeddings=x, rng=rng())
        assert set(groups[plain]) == {0}
        assert set(groups[spread]) == {0, 1, 2, 3, 4}

    def test_sure_items_are_never_chosen_while_there_are_doubtful_ones(self) -> None:
        """Only the factor · n smallest margins are looked at."""
        p = np.array([[0.99, 0.01]] * 80 + [[0.55, 0.45]] * 20)
        x = rng().normal(size=(100, 3))
        picked = select("cluster_margin", 10, probabilities=p, embeddings=x, factor=2, rng=rng())
        assert picked.min() >= 80


class TestAuto:
    """Representative first, doubtful and diverse after."""

    @pytest.mark.parametrize(
        ("labels", "strategy"),
        [
            ([], "typiclust"),
            ([0, 1] * 9, "typiclust"),
            ([1] * 50, "typiclust"),
            ([0, 1] * 15, "cluster_margin"),
        ],
    )
    def test_labels_decide(self, labels: list[int], strategy: str) -> None:
        """Fewer than 20 labels, or labels of one class only, are a cold start."""
        x, _ = blobs([30, 30])
        p = rng().dirichlet(np.ones(2), size=60)
        chosen = choose("auto", 3, probabilities=p, embeddings=x, labels=labels, rng=rng())
        assert chosen.strategy == strategy

    def test_the_number_of_labels_may_be_said_instead(self) -> None:
        """n_labelled and cold_labels set the switch by hand."""
        x, _ = blobs([30, 30])
        p = rng().dirichlet(np.ones(2), size=60)
        cold = choose("auto", 3, probabilities=p, embeddings=x, n_labelled=19, rng=rng())
        warm = choose(
            "auto", 3, probabilities=p, embeddings=x, n_labelled=19, cold_labels=10, rng=rng()
        )
        assert (cold.strategy, warm.strategy) == ("typiclust", "cluster_margin")

    def test_it_makes_do_with_what_there_is(self) -> None:
        """No model yet: representative. No embeddings: the smallest margin."""
        x, _ = blobs([30, 30])
        p = rng().dirichlet(np.ones(2), size=60)
        assert choose("auto", 3, embeddings=x, n_labelled=99, rng=rng()).strategy == "typiclust"
        assert choose("auto", 3, probabilities=p, rng=rng()).strategy == "margin"
        with pytest.raises(ValueError, match=r"^embeddings: strategy 'auto' needs one of"):
            choose("auto", 3, pool_size=60, rng=rng())


class TestDistances:
    """The chunked helpers against plain computations."""

    def test_nearest_agrees_with_all_distances(self) -> None:
        """Which centre, and how far, in more blocks than one."""
        rows, centres = rng().normal(size=(50, 4)), rng(1).normal(size=(2100, 4))
        which, least = nearest(rows, centres)
        plain = squared_distances(rows, centres)
        assert which.tolist() == plain.argmin(axis=1).tolist()
        np.testing.assert_allclose(least, plain.min(axis=1))

    def test_k_means_finds_separate_groups(self) -> None:
        """Each cluster holds one group."""
        x, groups = blobs([30, 30, 30])
        labels = k_means(x, 3, rng())
        assert len({(int(g), int(c)) for g, c in zip(groups, labels, strict=True)}) == 3

    def test_k_means_of_equal_rows_is_one_cluster(self) -> None:
        """No division by zero where there is nothing to separate."""
        assert set(k_means(np.ones((10, 2)), 3, rng()).tolist()) == {0}
