"""Feature files: one matrix per featurizer and set of rows, written once and memory-mapped."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Sequence, Sized
from pathlib import Path

import numpy as np

from labeling.files import write_durably
from training.features.chunks import alone, compute_chunk, join_chunks, plan_chunks
from training.features.featurizer import Featurizer, Matrix, ReadBytes, Row


def feature_path(folder: Path, featurizer: Featurizer, keys: Sequence[str]) -> Path:
    """Return where the features of these rows by this featurizer belong.

    Parameters
    ----------
    folder : the data folder's ``features``.
    featurizer : fitted.
    keys : one content hash per row, in the rows' order.
    """
    rows = hashlib.sha256()
    for key in keys:
        rows.update(key.encode())
        rows.update(b"\n")
    suffix = "npz" if featurizer.sparse else "npy"
    return folder / featurizer.digest() / f"{rows.hexdigest()}.{suffix}"


def compute_features(
    featurizer: Featurizer,
    rows: Iterable[Row],
    keys: Sequence[str],
    folder: Path,
    read_bytes: ReadBytes | None = None,
) -> Path:
    """Write the rows' features unless they are there already, and return the file.

    Dense features are written in chunks that survive a kill, and rows that an earlier file of the
    featurizer has are copied from it; sparse ones are small enough to lie in memory.

    Parameters
    ----------
    featurizer : fitted on training rows.
    rows : items' data, read once; row i of the matrix is row i here.
    keys : (n_rows,) content hashes, which name the file together with the featurizer.
    folder : the data folder's ``features``.
    read_bytes : reads a picture by what its field holds.

    Raises
    ------
    ValueError
        Numbers of keys and rows differ, or a row cannot be read.
    """
    if isinstance(rows, Sized) and len(keys) != len(rows):
        msg = f"keys: {len(keys)}, but there are {len(rows)} rows"
        raise ValueError(msg)
    path = feature_path(folder, featurizer, keys)
    if path.exists():
        return path
    if featurizer.sparse:
        save_features(featurizer.transform(list(rows), read_bytes), path)
    else:
        _compute_dense(featurizer, rows, keys, path, read_bytes)
    return path


def _compute_dense(
    featurizer: Featurizer,
    rows: Iterable[Row],
    keys: Sequence[str],
    path: Path,
    read_bytes: ReadBytes | None,
) -> None:
    """Compute every chunk here; of two processes that want the same file the second waits."""
    folder = path.with_suffix(".chunks")
    with alone(path):
        if path.exists():
            return
        for name in plan_chunks(featurizer, rows, keys, path, folder):
            compute_chunk(featurizer, folder, name, read_bytes)
        join_chunks(folder, path.parent)


def save_features(matrix: Matrix, path: Path) -> str:
    """Write a matrix as .npy, a sparse one as .npz, and return the file's SHA-256.

    Raises
    ------
    ValueError
        The path's ending does not fit the matrix.
    """
    sparse = not isinstance(matrix, np.ndarray)
    if path.suffix != (".npz" if sparse else ".npy"):
        msg = f"path: a {'sparse' if sparse else 'dense'} matrix does not go into {path.suffix!r}"
        raise ValueError(msg)
    buffer = io.BytesIO()
    if sparse:
        from scipy.sparse import save_npz

        save_npz(buffer, matrix)
    else:
        np.save(buffer, matrix, allow_pickle=False)
    return write_durably(path, buffer.getvalue())


def load_features(path: Path) -> Matrix:
    """Return a saved matrix: a dense one memory-mapped and read-only, a sparse one in memory.

    Raises
    ------
    ValueError
        The file is neither .npy nor .npz, or holds Python objects.
    """
    if path.suffix == ".npy":
        return np.load(path, mmap_mode="r", allow_pickle=False)
    if path.suffix == ".npz":
        from scipy.sparse import load_npz

        return load_npz(path)
    msg = f"path: {path.name} is neither .npy nor .npz"
    raise ValueError(msg)
