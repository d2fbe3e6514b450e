"""Feature files: named by content, written once, read without pickle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array

from training.features import (
    FEATURIZERS,
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
