"""Feature files: named by content, written once, read without pickle."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

import numpy as np
import pytest
from scipy.sparse import csr_array

from training.features import (
    FEATURIZERS,
    Featurizer,
    compute_features,
    feature_path,
    load_features,
    save_features,
)

ROWS: list[dict[str, Any]] = [{"x": 1.0}, {"x": 2.0}]


class TestComputeFeatures:
    """One file per featurizer and set of rows."""

    def test_is_computed_once(self, tmp_path: Path) -> None:
        """The second call finds the file; its content is not touched."""
        numbers = FEATURIZERS["numbers"](["x"]).fit(ROWS)
        first = compute_features(numbers, ROWS, ["h1", "h2"], tmp_path)
        written = first.stat().st_mtime_ns
        assert compute_features(numbers, ROWS, ["h1", "h2"], tmp_path) == first
        assert first.stat().st_mtime_ns == written
        np.testing.assert_array_equal(load_features(first), [[-1], [1]])

    def test_other_rows_or_another_fit_have_another_file(self, tmp_path: Path) -> None:
        """The name follows content, order and fitted state."""
        numbers = FEATURIZERS["numbers"](["x"]).fit(ROWS)
        other = FEATURIZERS["numbers"](["x"]).fit([{"x": 5}, {"x": 9}])
        names = {
            feature_path(tmp_path, numbers, ["h1", "h2"]),
            feature_path(tmp_path, numbers, ["h2", "h1"]),
            feature_path(tmp_path, numbers, ["h1h2"]),
            feature_path(tmp_path, other, ["h1", "h2"]),
        }
        assert len(names) == 4

    def test_keys_and_rows_must_be_as_many(self, tmp_path: Path) -> None:
        """A file named after other rows would be found by mistake."""
        numbers = FEATURIZERS["numbers"](["x"]).fit(ROWS)
        with pytest.raises(ValueError, match=r"^keys: 1, but there are 2 rows"):
            compute_features(numbers, ROWS, ["h1"], tmp_path)

    def test_text_goes_into_a_sparse_file(self, tmp_path: Path) -> None:
        """TF-IDF files are .npz and come back as CSR."""
        rows = [{"x": "a word"}, {"x": "another"}]
        tfidf = FEATURIZERS["tfidf"](["x"]).fit(rows)
        path = compute_features(tfidf, rows, ["h1", "h2"], tmp_path)
        assert path.suffix == ".npz"
        assert isinstance(load_features(path), csr_array)


class Counting(Featurizer):
    """Counts what it is asked for, and can be killed on the way."""

    name = "counting"

    def __init__(self, dies_at: int | None = None) -> None:
        super().__init__(["x"])
        self.asked, self.dies_at = 0, dies_at

    def fit(self, rows: Any, read_bytes: Any = None) -> Self:
        """Learn nothing."""
        return self

    def transform(self, rows: Any, read_bytes: Any = None) -> Any:
        """Return x and its square."""
        self.asked += len(rows)
        if self.dies_at is not None and self.asked > self.dies_at:
            raise KeyboardInterrupt
        values = np.array([row["x"] for row in rows], dtype=np.float32).reshape(-1, 1)
        return np.hstack([values, values**2])

    def state(self) -> dict[str, Any]:
        """Nothing was learned."""
        return {}

    def restore(self, state: Any) -> Self:
        """There is nothing to take up."""
        return self


@pytest.fixture
def chunks_of_ten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write ten rows at a time."""
    monkeypatch.setattr("training.features.chunks.CHUNK_ROWS", 10)


@pytest.mark.usefixtures("chunks_of_ten")
class TestChunks:
    """Large pools: a chunk at a time, once per item, resumed."""

    ROWS = tuple({"x": float(n)} for n in range(95))
    KEYS = tuple(f"h{n}" for n in range(95))

    def test_a_killed_computation_goes_on_where_it_was(self, tmp_path: Path) -> None:
        """What was on disk is not computed again, and the file is as if nothing had happened."""
        with pytest.raises(KeyboardInterrupt):
            compute_features(Counting(dies_at=45), iter(self.ROWS), self.KEYS, tmp_path)
        assert not list(tmp_path.rglob("*.npy"))
        second = Counting()
        path = compute_features(second, iter(self.ROWS), self.KEYS, tmp_path)
        assert second.asked == 95 - 40
        whole = compute_features(Counting(), self.ROWS, self.KEYS, tmp_path / "other")
        assert path.read_bytes() == whole.read_bytes()
        left = {found.suffix for found in path.parent.iterdir()}
        assert left == {".npy", ".keys", ".lock"}

    def test_an_item_is_computed_once(self, tmp_path: Path) -> None:
        """A pool that grew, in another order, costs only what is new."""
        compute_features(Counting(), self.ROWS[:60], self.KEYS[:60], tmp_path)
        order = list(reversed(range(95)))
        grown = Counting()
        path = compute_features(
            grown, [self.ROWS[i] for i in order], [self.KEYS[i] for i in order], tmp_path
        )
        assert grown.asked == 35
        np.testing.assert_array_equal(load_features(path)[:, 0], order)

    def test_a_chunk_is_all_that_lies_in_memory(self, tmp_path: Path) -> None:
        """Rows are taken from an iterator, ten at a time, and never more."""
        sizes: list[int] = []

        class Watching(Counting):
            """Notes how many rows it is given at once."""

            def transform(self, rows: Any, read_bytes: Any = None) -> Any:
                """Note the number."""
                sizes.append(len(rows))
                return super().transform(rows, read_bytes)

        compute_features(Watching(), iter(self.ROWS), self.KEYS, tmp_path)
        assert max(sizes) == 10


class TestSaveAndLoad:
    """Matrices on disk."""

    def test_the_same_matrix_gives_the_same_digest(self, tmp_path: Path) -> None:
        """Dense and sparse: no time, no address in the bytes."""
        dense = np.eye(3, dtype=np.float32)
        assert save_features(dense, tmp_path / "a.npy") == save_features(dense, tmp_path / "b.npy")
        sparse = csr_array(dense)
        first, second = (save_features(sparse, tmp_path / f"{n}.npz") for n in "ab")
        assert first == second

    def test_dense_files_are_mapped_and_read_only(self, tmp_path: Path) -> None:
        """A million rows are not read to look at ten."""
        save_features(np.eye(3, dtype=np.float32), tmp_path / "a.npy")
        matrix = load_features(tmp_path / "a.npy")
        assert isinstance(matrix, np.memmap)
        assert not matrix.flags.writeable

    def test_nothing_is_left_half_written(self, tmp_path: Path) -> None:
        """Only the finished file is in the folder."""
        save_features(np.eye(3, dtype=np.float32), tmp_path / "a.npy")
        assert [path.name for path in tmp_path.iterdir()] == ["a.npy"]

    @pytest.mark.parametrize("name", ["a.npz", "a.txt"])
    def test_the_ending_must_fit(self, name: str, tmp_path: Path) -> None:
        """A dense matrix is .npy and nothing else."""
        with pytest.raises(ValueError, match=r"^path: a dense matrix does not go into"):
            save_features(np.eye(3), tmp_path / name)

    def test_other_files_are_refused(self, tmp_path: Path) -> None:
        """Only the two formats are read."""
        with pytest.raises(ValueError, match=r"^path: a.pkl is neither"):
            load_features(tmp_path / "a.pkl")

    def test_python_objects_are_refused(self, tmp_path: Path) -> None:
        """A .npy with pickled objects is not opened."""
        np.save(tmp_path / "a.npy", np.array([{}], dtype=object), allow_pickle=True)
        with pytest.raises(ValueError, match=r"Array can't be memory-mapped|allow_pickle"):
            load_features(tmp_path / "a.npy")
