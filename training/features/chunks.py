"""A dense feature file written chunk by chunk: small in memory, whole or resumed after a kill.

Beside a finished file lie its rows' keys, so that the next file of the same featurizer copies the
rows it shares and computes only the others: an item's features are computed once.
"""

from __future__ import annotations

import fcntl
import hashlib
import itertools
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labeling.files import sync_folder, write_durably
from training.features.featurizer import Featurizer, ReadBytes, Row

CHUNK_ROWS = 4_096
_KEY_BYTES = 16


def write_in_chunks(
    featurizer: Featurizer,
    rows: Iterable[Row],
    keys: Sequence[str],
    path: Path,
    read_bytes: ReadBytes | None,
) -> None:
    """Write the features of all rows to a file that appears only when it is whole.

    After a kill the next call goes on behind the last chunk that was on disk. Two processes that
    want the same file do the work once: the second waits.

    Raises
    ------
    ValueError
        A row cannot be read.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _alone(path):
        if path.exists():
            return
        shape = (len(keys), featurizer.transform([], read_bytes).shape[1])
        partial, progress = path.with_suffix(".partial"), path.with_suffix(".progress")
        done = _rows_done(partial, progress, shape)
        matrix: np.memmap[Any, np.dtype[np.float32]] = np.lib.format.open_memmap(  # type: ignore[no-untyped-call]
            partial, mode="r+" if done else "w+", dtype=np.float32, shape=None if done else shape
        )
        earlier = Earlier.beside(path)
        waiting = itertools.islice(rows, done, None)
        for start in range(done, len(keys), CHUNK_ROWS):
            chunk = list(itertools.islice(waiting, CHUNK_ROWS))
            found = keys[start : start + CHUNK_ROWS]
            if len(chunk) != len(found):
                msg = f"keys: {len(keys)}, but there are {start + len(chunk)} rows"
                raise ValueError(msg)
            matrix[start : start + len(chunk)] = earlier.fill(featurizer, chunk, found, read_bytes)
            matrix.flush()
            write_durably(progress, json.dumps(start + len(chunk)).encode())
        del matrix
        write_durably(path.with_suffix(".keys"), _packed(keys))
        partial.replace(path)
        sync_folder(path.parent)
        progress.unlink(missing_ok=True)


class Earlier:
    """Rows of an earlier file of the same featurizer, found by their keys.

    Parameters
    ----------
    matrix : (n_rows, n_features), memory-mapped; None where there is none.
    keys : (n_rows,) packed keys, in order of ``places``.
    places : (n_rows,) each key's row.
    """

    def __init__(
        self, matrix: NDArray[np.float32] | None, keys: NDArray[np.bytes_], places: NDArray[np.intp]
    ) -> None:
        self.matrix, self.keys, self.places = matrix, keys, places

    @classmethod
    def beside(cls, path: Path) -> Earlier:
        """Return the largest finished file in the same folder."""
        known = [
            found for found in path.parent.glob("*.keys") if found.with_suffix(".npy").exists()
        ]
        if not known:
            return cls(None, np.empty(0, dtype=f"V{_KEY_BYTES}"), np.empty(0, dtype=np.intp))
        largest = max(known, key=lambda found: (found.stat().st_size, found.name))
        keys = _comparable(largest.read_bytes())
        places = np.argsort(keys, kind="stable")
        matrix = np.load(largest.with_suffix(".npy"), mmap_mode="r", allow_pickle=False)
        return cls(matrix, keys[places], places)

    def fill(
        self,
        featurizer: Featurizer,
        rows: Sequence[Row],
        keys: Sequence[str],
        read_bytes: ReadBytes | None,
    ) -> NDArray[np.float32]:
        """Return the rows' features: copied where they are known, else computed."""
        if self.matrix is None:
            return np.asarray(featurizer.transform(rows, read_bytes))
        wanted = _comparable(_packed(keys))
        spots = np.searchsorted(self.keys, wanted).clip(max=len(self.keys) - 1)
        known = self.keys[spots] == wanted
        result = np.empty((len(rows), self.matrix.shape[1]), dtype=np.float32)
        result[known] = self.matrix[self.places[spots[known]]]
        fresh = np.flatnonzero(~known)
        if len(fresh):
            result[fresh] = featurizer.transform([rows[i] for i in fresh], read_bytes)
        return result


def _packed(keys: Sequence[str]) -> bytes:
    """Return 16 bytes a key."""
    return b"".join(hashlib.sha256(key.encode()).digest()[:_KEY_BYTES] for key in keys)


def _comparable(packed: bytes) -> NDArray[np.bytes_]:
    """Return packed keys as an array that sorts; numpy's byte strings drop zeros at the end."""
    return np.array(
        [packed[i : i + _KEY_BYTES].hex() for i in range(0, len(packed), _KEY_BYTES)], dtype="S32"
    )


def _rows_done(partial: Path, progress: Path, shape: tuple[int, int]) -> int:
    """Return how many rows of an unfinished file are on disk; 0 where it is of another shape."""
    try:
        found = np.load(partial, mmap_mode="r", allow_pickle=False)
        done = int(json.loads(progress.read_bytes()))
    except (OSError, ValueError):
        return 0
    return done if found.shape == shape and done <= shape[0] else 0


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold a lock that the kernel releases with the process."""
    handle = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
