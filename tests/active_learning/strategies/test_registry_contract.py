"""What every strategy of the registry keeps, whatever it measures."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from active_learning.strategies import STRATEGIES, choose, scores, select

N_CLASSES = 4
NAMES = sorted(STRATEGIES)


def pool(size: int, *, width: int = 6, seed: int = 0) -> dict[str, Any]:
    """Return every argument a strategy may need, for a pool of random items."""
    rng = np.random.default_rng(seed)
    members = rng.dirichlet(np.ones(N_CLASSES), size=(3, size)).astype(np.float32)
    return {
        "probabilities": members.mean(axis=0),
        "committee_probabilities": members,
        "embeddings": rng.normal(size=(size, width)).astype(np.float32),
        "labelled_embeddings": rng.normal(size=(5, width)).astype(np.float32),
        "labels": np.array([0, 1, 2, 0, 1]),
        "label_probabilities": rng.random((size, 3)),
        "predicted_values": rng.normal(size=(3, size)),
        "token_probabilities": [rng.dirichlet(np.ones(5), size=k % 4) for k in range(size)],
        "box_probabilities": [rng.dirichlet(np.ones(3), size=k % 3) for k in range(size)],
    }


def rng(seed: int = 7) -> np.random.Generator:
    """Return a fresh generator in a known state."""
    return np.random.default_rng(seed)


@pytest.mark.parametrize("name", NAMES)
class TestEveryStrategy:
    """The promises of `select` that do not depend on the measure."""

    @pytest.mark.parametrize("n", [1, 7, 60])
    def test_chooses_n_distinct_rows(self, name: str, n: int) -> None:
        """Exactly n rows of the pool come out, none twice."""
        picked = select(name, n, rng=rng(), **pool(60))
        assert picked.dtype == np.int64
        assert len(picked) == len(set(picked.tolist())) == n
        assert picked.min() >= 0
        assert picked.max() < 60

    def test_same_seed_same_choice(self, name: str) -> None:
        """A round can be replayed: the generator's state decides everything random."""
        first, again = (select(name, 9, rng=rng(), **pool(80)) for _ in range(2))
        assert first.tolist() == again.tolist()

    def test_leaves_its_inputs_alone(self, name: str) -> None:
        """Read-only arrays do, and hold the same numbers afterwards."""
        arguments = pool(50)
        before = copy.deepcopy(arguments)
        for value in arguments.values():
            for array in value if isinstance(value, list) else [value]:
                array.flags.writeable = False
        select(name, 10, rng=rng(), **arguments)
        for key, value in before.items():
            same = zip(arguments[key], value, strict=True)
            assert all(np.array_equal(now, was) for now, was in same)

    def test_an_empty_pool_gives_nothing(self, name: str) -> None:
        """No items, no choice, no error."""
        assert select(name, 5, rng=rng(), **pool(0)).shape == (0,)
        assert scores(name, rng=rng(), **pool(0)).shape == (0,)

    def test_choosing_none_gives_none(self, name: str) -> None:
        """Zero is a number of items."""
        assert select(name, 0, rng=rng(), **pool(10)).shape == (0,)

    def test_more_than_the_pool_gives_the_whole_pool(self, name: str) -> None:
        """A wish larger than the pool is met as far as it goes."""
        picked = select(name, 99, rng=rng(), **pool(12))
        assert sorted(picked.tolist()) == list(range(12))

    def test_a_pool_of_one(self, name: str) -> None:
        """The only item is the choice."""
        assert select(name, 3, rng=rng(), **pool(1)).tolist() == [0]

    def test_a_constant_pool(self, name: str) -> None:
        """Items that cannot be told apart are chosen at random, not from the first row on."""
        arguments = pool(300)
        arguments["probabilities"] = np.full((300, N_CLASSES), 1 / N_CLASSES)
        arguments["committee_probabilities"] = np.full((3, 300, N_CLASSES), 1 / N_CLASSES)
        arguments["embeddings"] = np.ones((300, 6), dtype=np.float32)
        arguments["label_probabilities"] = np.full((300, 3), 0.5)
        arguments["predicted_values"] = np.ones((3, 300))
        for parts in ("token_probabilities", "box_probabilities"):
            arguments[parts] = [np.full((2, 4), 0.25)] * 300
        picked = select(name, 20, rng=rng(), **arguments)
        assert len(set(picked.tolist())) == 20
        assert sorted(picked.tolist()) != list(range(20))

    def test_one_class(self, name: str) -> None:
        """A schema or a model with a single class breaks nothing."""
        arguments = pool(30) | {"labels": np.zeros(5, dtype=np.int64)}
        arguments["probabilities"] = np.ones((30, 1))
        arguments["committee_probabilities"] = np.ones((3, 30, 1))
        arguments["label_probabilities"] = np.ones((30, 1))
        arguments["predicted_values"] = np.ones((1, 30))
        for parts in ("token_probabilities", "box_probabilities"):
            arguments[parts] = [np.ones((2, 1))] * 30
        assert len(set(select(name, 8, rng=rng(), **arguments).tolist())) == 8

    def test_sure_predictions(self, name: str) -> None:
        """Probabilities of exactly zero and one leave no NaN behind."""
        arguments = pool(30)
        sure = np.eye(N_CLASSES)[np.arange(30) % N_CLASSES]
        arguments |= {"probabilities": sure, "committee_probabilities": np.stack([sure, sure])}
        arguments["label_probabilities"] = sure
        for parts in ("token_probabilities", "box_probabilities"):
            arguments[parts] = [sure[:3]] * 30
        assert len(set(select(name, 8, rng=rng(), **arguments).tolist())) == 8
        assert np.isfinite(scores(name, rng=rng(), **arguments)).all()

    def test_a_wide_pool(self, name: str) -> None:
        """100,000 dimensions are a matter of chunks."""
        assert len(select(name, 3, rng=rng(), **pool(24, width=100_000))) == 3

    def test_scores_are_one_finite_number_per_item(self, name: str) -> None:
        """The hub records scores, so there is one for each row."""
        values = scores(name, rng=rng(), **pool(40))
        assert values.shape == (40,)
        assert np.isfinite(values).all()

    def test_a_choice_says_why(self, name: str) -> None:
        """Each chosen row has its score, and the selection its strategy and reason."""
        chosen = choose(name, 6, rng=rng(), **pool(40))
        assert chosen.scores.shape == (6,)
        assert chosen.strategy
        assert chosen.reason

    @pytest.mark.parametrize(
        "argument",
        [
            "probabilities",
            "embeddings",
            "committee_probabilities",
            "label_probabilities",
            "predicted_values",
            "token_probabilities",
            "box_probabilities",
        ],
    )
    def test_nan_is_refused_by_name(self, name: str, argument: str) -> None:
        """One NaN anywhere is an error that names argument and row."""
        arguments = pool(20)
        arguments[argument] = copy.deepcopy(arguments[argument])
        if isinstance(arguments[argument], list):
            arguments[argument][11][0, 1] = np.nan
        elif argument == "predicted_values":
            arguments[argument][1, 4] = np.nan
        else:
            arguments[argument][..., 4, 1] = np.nan
        with pytest.raises(ValueError, match=f"^{argument}: NaN"):
            select(name, 2, rng=rng(), **arguments)

    def test_what_it_needs_and_lacks_is_named(self, name: str) -> None:
        """A missing array is an error that begins with its name."""
        entry = STRATEGIES[name]
        for argument in entry.needs:
            arguments = pool(20)
            del arguments[argument]
            with pytest.raises(ValueError, match=f"^{argument}: "):
                select(name, 2, rng=rng(), **arguments)

    def test_memory_mapped_embeddings_do(self, name: str, tmp_path: Any) -> None:
        """A pool in a file gives the same choice as the same pool in memory."""
        arguments = pool(64)
        in_memory = select(name, 10, rng=rng(), **arguments)
        np.save(tmp_path / "pool.npy", arguments["embeddings"])
        arguments["embeddings"] = np.load(tmp_path / "pool.npy", mmap_mode="r")
        assert select(name, 10, rng=rng(), **arguments).tolist() == in_memory.tolist()


class TestInputs:
    """Wrong inputs get an error that names the argument."""

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"probabilities": np.full((20, 4), 0.3)}, "^probabilities: row 0 sums to 1.2"),
            ({"probabilities": [[1.5, -0.5]] * 20}, "^probabilities: row 0 has a value outside"),
            ({"probabilities": np.ones(20)}, "^probabilities: 2 axes"),
            ({"probabilities": [["a", "b"]] * 20}, "^probabilities: numbers"),
            ({"embeddings": np.ones((19, 6))}, "^embeddings: 19 items, but probabilities has 20"),
            ({"labelled_embeddings": np.ones((2, 5))}, "^labelled_embeddings: 5 dimensions"),
            ({"pool_size": 3}, "^pool_size: 3 items"),
            ({"label_probabilities": [[1.5]] * 20}, "^label_probabilities: row 0 has a value out"),
            ({"predicted_values": np.ones((2, 19))}, "^predicted_values: 19 items, but"),
            ({"token_probabilities": [[[0.5, 0.4]]] * 20}, "^token_probabilities: row 0 sums to"),
            ({"box_probabilities": [[]] * 3}, "^box_probabilities: 3 items, but"),
            ({"labels": [-1]}, "^labels: "),
            ({"labels": [0.5]}, "^labels: "),
            ({"n_labelled": -2}, "^n_labelled: "),
            ({"temperature": 2}, "^temperature: unknown option of strategy 'margin'"),
        ],
    )
    def test_each_is_named(self, changes: dict[str, Any], message: str) -> None:
        """The message begins with the argument."""
        with pytest.raises(ValueError, match=message):
            select("margin", 2, rng=rng(), **(pool(20) | changes))

    def test_an_unknown_strategy_lists_the_known(self) -> None:
        """Whoever mistypes a name sees all of them."""
        with pytest.raises(
            ValueError, match=r"^strategy: 'margn' is unknown.*cluster_margin.*auto"
        ):
            select("margn", 2, rng=rng(), **pool(20))

    def test_a_negative_number_is_refused(self) -> None:
        """There is no choosing fewer than none."""
        with pytest.raises(ValueError, match=r"^n: "):
            select("margin", -1, rng=rng(), **pool(20))

    def test_a_sparse_matrix_is_refused_by_name(self) -> None:
        """Strategies take dense embeddings; who has sparse ones is told what to do."""
        from scipy.sparse import csr_array

        with pytest.raises(ValueError, match=r"^embeddings: a dense array"):
            select("k_center", 2, embeddings=csr_array((20, 6)), rng=rng())

    def test_a_pool_of_unknown_size_is_refused(self) -> None:
        """Random needs no arrays, but a number of items."""
        with pytest.raises(ValueError, match=r"^pool_size: "):
            select("random", 2, rng=rng())
        assert len(select("random", 2, rng=rng(), pool_size=9)) == 2

    @given(st.integers(0, 40), st.integers(0, 50), st.integers(0, 10_000))
    def test_any_size_and_wish_fit_together(self, size: int, n: int, seed: int) -> None:
        """For every pool and wish, min(n, size) distinct rows come out of auto."""
        picked = select("auto", n, rng=rng(seed), **pool(size, seed=seed))
        assert len(picked) == len(set(picked.tolist())) == min(n, size)
