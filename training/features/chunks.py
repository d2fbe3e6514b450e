"""A dense feature file made chunk by chunk: by whoever is free, small in memory, resumed.

A plan divides the rows whose features are not known into chunks, each a file of rows named after
its content. Anybody who shares the folder computes a chunk, in any order, twice without harm; the
parts are joined at the end. Beside a finished file lie its rows' keys, so that the next file of
the same featurizer copies the rows it shares: an item's features are computed once.
"""

from __future__ import annotations

import fcntl
import hashlib
import itertools
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from labeling.files import sync_folder, write_durably
from training.features.featurizer import Featurizer, ReadBytes, Row

CHUNK_ROWS = 4_096
_KEY_BYTES = 16
PLAN: Final = "plan.json"
KEYS: Final = "wanted.keys"


def plan_chunks(
    featurizer: Featurizer, rows: Iterable[Row], keys: Sequence[str], path: Path, folder: Path
) -> list[str]:
    """Divide the rows that an earlier file does not have; return the chunks still to compute.

    Parameters
    ----------
    featurizer : fitted.
    rows : items' data, read once; CHUNK_ROWS at a time lie in memory.
    keys : (n_rows,) content hashes.
    path : where the finished file will be.
    folder : takes rows and parts until they are joined; the same after a kill.

    Raises
    ------
    ValueError
        Numbers of keys and rows differ.
    """
    folder.mkdir(parents=True, exist_ok=True)
    packed, earlier = _packed(keys), Earlier.beside(path)
    fresh = ~earlier.knows(packed)
    waiting, group, chunks = iter(rows), [], []
    for start in range(0, len(keys), CHUNK_ROWS):
        part = list(itertools.islice(waiting, CHUNK_ROWS))
        if len(part) != len(keys[start : start + CHUNK_ROWS]):
            msg = f"keys: {len(keys)}, but there are {start + len(part)} rows"
            raise ValueError(msg)
        group += [(keys[start + i], row) for i, row in enumerate(part) if fresh[start + i]]
        while len(group) >= CHUNK_ROWS:
            chunks.append(_keep_rows(folder, group[:CHUNK_ROWS]))
            group = group[CHUNK_ROWS:]
    if group:
        chunks.append(_keep_rows(folder, group))
    write_durably(folder / KEYS, packed)
    plan = {
        "name": path.name,
        "width": featurizer.transform([]).shape[1],
        "earlier": None if earlier.path is None else earlier.path.name,
        "chunks": chunks,
    }
    write_durably(folder / PLAN, json.dumps(plan).encode())
    return [name for name, _ in chunks if not part_path(folder, name).exists()]


def part_path(folder: Path, name: str) -> Path:
    """Return where the features of a chunk belong."""
    return folder / f"{name}.part"


def compute_chunk(
    featurizer: Featurizer, folder: Path, name: str, read_bytes: ReadBytes | None
) -> None:
    """Write the features of a chunk unless they are there already.

    Raises
    ------
    ValueError
        A row cannot be read, or the chunk's rows are not those it is named after.
    """
    target = part_path(folder, name)
    if target.exists():
        return
    with (folder / f"{name}.jsonl").open(encoding="utf-8") as lines:
        pairs = [json.loads(line) for line in lines]
    if _name([key for key, _ in pairs]) != name:
        msg = f"chunk: {name} holds other rows than it is named after"
        raise ValueError(msg)
    features = featurizer.transform([row for _, row in pairs], read_bytes)
    write_durably(target, np.ascontiguousarray(features, dtype=np.float32).tobytes())


def join_chunks(folder: Path, features: Path) -> Path:
    """Put the parts of a plan together; the file appears only when it is whole.

    Parameters
    ----------
    folder : as `plan_chunks` was given it; removed at the end.
    features : folder of the finished file.

    Raises
    ------
    FileNotFoundError
        A chunk has not been computed.
    """
    plan = json.loads((folder / PLAN).read_bytes())
    path = features / str(plan["name"])
    partial, packed = path.with_suffix(".partial"), (folder / KEYS).read_bytes()
    earlier = Earlier.read(features / plan["earlier"]) if plan["earlier"] else Earlier.none()
    n, width = len(packed) // _KEY_BYTES, plan["width"]
    matrix: np.memmap[Any, np.dtype[np.float32]] = np.lib.format.open_memmap(  # type: ignore[no-untyped-call]
        partial, mode="w+", dtype=np.float32, shape=(n, width)
    )
    known = earlier.knows(packed)
    at, fresh = 0, np.flatnonzero(~known)
    for name, rows in plan["chunks"]:
        values = np.fromfile(part_path(folder, name), dtype=np.float32).reshape(rows, width)
        matrix[fresh[at : at + rows]] = values
        at += rows
    earlier.copy(packed, np.flatnonzero(known), matrix)
    matrix.flush()
    del matrix
    write_durably(path.with_suffix(".keys"), packed)
    partial.replace(path)
    sync_folder(path.parent)
    shutil.rmtree(folder, ignore_errors=True)
    return path


class Earlier:
    """Rows of an earlier file of the same featurizer, found by their keys.

    Parameters
    ----------
    path : of the file; None where there is none.
    keys : (n_rows,) packed keys, sorted.
    places : (n_rows,) each key's row.
    """

    def __init__(
        self, path: Path | None, keys: NDArray[np.bytes_], places: NDArray[np.intp]
    ) -> None:
        self.path, self.keys, self.places = path, keys, places

    @classmethod
    def none(cls) -> Earlier:
        """Return a file without rows."""
        return cls(None, np.empty(0, dtype="S32"), np.empty(0, dtype=np.intp))

    @classmethod
    def read(cls, path: Path) -> Earlier:
        """Return a finished file's rows."""
        keys = _comparable(path.with_suffix(".keys").read_bytes())
        places = np.argsort(keys, kind="stable")
        return cls(path, keys[places], places)

    @classmethod
    def beside(cls, path: Path) -> Earlier:
        """Return the largest finished file in the same folder."""
        known = [
            found for found in path.parent.glob("*.keys") if found.with_suffix(".npy").exists()
        ]
        if not known:
            return cls.none()
        largest = max(known, key=lambda found: (found.stat().st_size, found.name))
        return cls.read(largest.with_suffix(".npy"))

    def knows(self, packed: bytes) -> NDArray[np.bool_]:
        """Tell of each key whether its features are here."""
        wanted = _comparable(packed)
        if not len(self.keys):
            return np.zeros(len(wanted), dtype=bool)
        found: NDArray[np.bool_] = self.keys[self._spots(wanted)] == wanted
        return found

    def copy(self, packed: bytes, rows: NDArray[np.intp], matrix: NDArray[np.float32]) -> None:
        """Write the features of some of the keys to their rows of a matrix."""
        if self.path is None or not len(rows):
            return
        source = np.load(self.path, mmap_mode="r", allow_pickle=False)
        places = self.places[self._spots(_comparable(packed)[rows])]
        for start in range(0, len(rows), CHUNK_ROWS):
            part = slice(start, start + CHUNK_ROWS)
            matrix[rows[part]] = source[places[part]]

    def _spots(self, wanted: NDArray[np.bytes_]) -> NDArray[np.intp]:
        return np.searchsorted(self.keys, wanted).clip(max=len(self.keys) - 1)


def _keep_rows(folder: Path, pairs: Sequence[tuple[str, Row]]) -> tuple[str, int]:
    """Write the rows of a chunk; return its name and their number."""
    name = _name([key for key, _ in pairs])
    path = folder / f"{name}.jsonl"
    if not path.exists():
        lines = (json.dumps(pair, ensure_ascii=False) + "\n" for pair in pairs)
        write_durably(path, "".join(lines).encode())
    return name, len(pairs)


def _name(keys: Sequence[str]) -> str:
    return hashlib.sha256(_packed(keys)).hexdigest()[:32]


def _packed(keys: Sequence[str]) -> bytes:
    """Return 16 bytes a key."""
    return b"".join(hashlib.sha256(key.encode()).digest()[:_KEY_BYTES] for key in keys)


def _comparable(packed: bytes) -> NDArray[np.bytes_]:
    """Return packed keys as an array that sorts; numpy's byte strings drop zeros at the end."""
    return np.array(
        [packed[i : i + _KEY_BYTES].hex() for i in range(0, len(packed), _KEY_BYTES)], dtype="S32"
    )


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold a lock on a file to be made, which the kernel releases with the process."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
