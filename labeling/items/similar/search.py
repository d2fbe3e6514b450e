"""The search itself, in a process of its own: ``python -m labeling.items.similar.search``.

Reads the items that a job collected and writes links, band by band; what a killed run finished is
not done again. Memory holds one band's keys and the union, never the texts.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from labeling.items.blobs import BlobStore
from labeling.items.child import serve_lines
from labeling.items.similar import minhash, picture_hash
from labeling.items.similar.linking import Link, Union, links_of_band

BATCH: Final = 2_000
ITEMS_FILE: Final = "items.jsonl"
PLACES_FILE: Final = "places.npy"
READY_FILE: Final = "ready"
SHINGLE_CACHE: Final = 20_000


@dataclass(frozen=True, slots=True)
class Search:
    """What to search: JSON values only.

    Attributes
    ----------
    folder
        Where the collected items lie and the links go.
    blobs
        Where pictures lie.
    method
        `minhash` or `dhash`.
    threshold
        The least score of a pair, in (0, 1].

    """

    folder: str
    blobs: str
    method: str
    threshold: float


def run_search(asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield how many items are hashed and how many bands are linked; the files are the result."""
    search = Search(**asked)
    folder = Path(search.folder)
    if not (folder / READY_FILE).exists():
        for n in _hash_all(search, folder):
            yield {"hashed": n}
        (folder / READY_FILE).touch()
    yield from _link_all(search, folder)


def links_path(folder: Path, band: int) -> Path:
    """Return where the links of a band lie."""
    return folder / f"links-{band:02d}.jsonl"


def _hash_all(search: Search, folder: Path) -> Iterator[int]:
    """Write each band's keys to a file of its own, and where each item's line begins."""
    make = _text_keys if search.method == "minhash" else _picture_keys(search)
    files = [(folder / f"band-{band:02d}.bin").open("wb") for band in range(minhash.BANDS)]
    offsets: list[int] = []
    try:
        for batch in _batches(folder / ITEMS_FILE, offsets):
            keys = make(batch)
            for band, file in enumerate(files):
                file.write(np.ascontiguousarray(keys[:, band]).tobytes())
            yield len(offsets)
    finally:
        for file in files:
            file.close()
    np.save(folder / PLACES_FILE, np.asarray(offsets, dtype=np.int64))


def _batches(path: Path, offsets: list[int]) -> Iterator[list[str]]:
    """Yield the contents of the items, some at a time; notes where each line begins."""
    batch: list[str] = []
    at = 0
    with path.open("rb") as file:
        for line in file:
            offsets.append(at)
            at += len(line)
            batch.append(json.loads(line)[1])
            if len(batch) == BATCH:
                yield batch
                batch = []
    if batch:
        yield batch


def _text_keys(texts: list[str]) -> NDArray[np.uint64]:
    return minhash.band_keys(texts)


def _picture_keys(search: Search) -> Callable[[list[str]], NDArray[np.uint64]]:
    """Return what hashes pictures by digest; one that cannot be read is like no other."""
    read = BlobStore(Path(search.blobs)).read
    unread = iter(range(2**32, 2**62))

    def make(digests: list[str]) -> NDArray[np.uint64]:
        rows = []
        for digest in digests:
            try:
                rows.append(picture_hash.difference_hash(read(digest)).astype(np.uint64))
            except Exception:  # noqa: BLE001 - whatever a damaged file makes a decoder raise
                rows.append(np.full(picture_hash.BANDS, next(unread), dtype=np.uint64))
        return np.stack(rows)

    return make


def _link_all(search: Search, folder: Path) -> Iterator[dict[str, Any]]:
    places = np.load(folder / PLACES_FILE)
    union = Union(len(places))
    score = _text_score(folder, places) if search.method == "minhash" else _picture_score(folder)
    for band in range(minhash.BANDS):
        path = links_path(folder, band)
        if path.exists():
            for line in path.read_text().splitlines():
                first, second, _ = json.loads(line)
                union.join(first, second)
        else:
            keys = np.fromfile(folder / f"band-{band:02d}.bin", dtype=np.uint64)
            _write_links(path, links_of_band(keys, union, score, search.threshold))
        yield {"linked": band + 1}
    roots = union.roots() if len(places) else np.zeros(0, dtype=np.int32)
    np.save(folder / "roots.npy", roots)


def _write_links(path: Path, links: Iterator[Link]) -> None:
    part = path.with_suffix(".part")
    with part.open("w", encoding="ascii") as file:
        for link in links:
            file.write(json.dumps([link.first, link.second, round(link.score, 4)]) + "\n")
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _text_score(folder: Path, places: NDArray[np.int64]) -> Callable[[int, int], float]:
    with (folder / ITEMS_FILE).open("rb") as file:
        # An empty file cannot be mapped, and has nothing to compare.
        lines = mmap(file.fileno(), 0, access=ACCESS_READ) if len(places) else None

    @lru_cache(maxsize=SHINGLE_CACHE)
    def shingles(place: int) -> frozenset[str]:
        assert lines is not None, "a place has a line"  # noqa: S101
        lines.seek(int(places[place]))
        return minhash.shingles(json.loads(lines.readline())[1])

    return lambda first, second: minhash.jaccard(shingles(first), shingles(second))


def _picture_score(folder: Path) -> Callable[[int, int], float]:
    bands = [
        np.memmap(folder / f"band-{band:02d}.bin", dtype=np.uint64, mode="r")
        for band in range(picture_hash.BANDS)
    ]

    @lru_cache(maxsize=SHINGLE_CACHE)
    def hashed(place: int) -> NDArray[np.uint16]:
        return np.asarray([band[place] for band in bands]).astype(np.uint16)

    return lambda first, second: picture_hash.similarity(hashed(first), hashed(second))


if __name__ == "__main__":
    serve_lines(run_search, sys.stdin)
