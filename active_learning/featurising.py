"""What the compute child does for a pool's features: plan, compute a chunk, join.

Files in, files out. The plan reads the list of items once; chunks are computed by whoever shares
the data folder; what is small, or sparse, is done with the plan.
"""

from __future__ import annotations

import json
import shutil
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from labeling.items.blobs import BlobStore
from training.features import (
    Featurizer,
    choose_featurizer,
    compute_features,
    feature_path,
    load_featurizer,
    save_featurizer,
)
from training.features import chunks as parts

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_FITTED: Final = 50_000


def featurise_pool(
    data_folder: str,
    items_file: str,
    kinds: dict[str, str],
    featurizer_name: str | None = None,
    least_chunks: int = 2,
) -> dict[str, Any]:
    """Fit a featurizer on training items and write the features of all, or plan their chunks.

    It is fitted on at most 50,000 training items, evenly spaced; the rest is read a row at a time.

    Parameters
    ----------
    data_folder
        With ``blobs`` and ``features``.
    items_file
        JSON lines of ``content_hash``, ``split`` and ``data``, in order of the rows.
    kinds
        Field → data type, only of fields that annotators see.
    featurizer_name
        As the project sets it; None for the default of its fields.
    least_chunks
        A pool of fewer chunks than this is computed at once.

    Returns
    -------
    dict
        ``path`` of the file, ``digest`` of the featurizer; ``chunks``: names of those still to
        compute with `feature_chunk` in ``place`` (below the data folder), empty where the file is
        there; ``is_planned``: whether `join_pool` comes after them.

    """
    folder = Path(data_folder)
    keys, training = [], []
    for place, row in enumerate(_lines(items_file)):
        keys.append(row["content_hash"])
        if row["split"] == "train":
            training.append(place)
    chosen = set(training[:: -(-len(training) // MOST_FITTED) or 1])
    blobs = BlobStore(folder / "blobs")
    featurizer = choose_featurizer(kinds, featurizer_name).fit(
        [row["data"] for place, row in enumerate(_lines(items_file)) if place in chosen], blobs.read
    )
    path = feature_path(folder / "features", featurizer, keys)
    made = {"path": str(path), "digest": featurizer.digest(), "chunks": [], "is_planned": False}
    own = f"{featurizer.digest()[:16]}-{path.stem[:32]}"
    work = Path(items_file).with_suffix(".chunks") / own
    # Of another state of the pool: whoever still computed there finds nothing to write to.
    for old in work.parent.glob("*"):
        if old.name != own:
            shutil.rmtree(old, ignore_errors=True)
    rows = (row["data"] for row in _lines(items_file))
    if path.exists() or featurizer.sparse or len(keys) <= (least_chunks - 1) * parts.CHUNK_ROWS:
        compute_features(featurizer, rows, keys, folder / "features", blobs.read)
        return made
    names = parts.plan_chunks(featurizer, rows, keys, path, work)
    save_featurizer(featurizer, work)
    place_of_work = work.relative_to(folder).as_posix()
    return made | {"chunks": names, "is_planned": True, "place": place_of_work}


def feature_chunk(data_folder: str, place: str, digest: str, name: str) -> None:
    """Compute the features of one chunk of a plan.

    Parameters
    ----------
    place
        Of the plan, below the data folder.
    digest
        Of the featurizer, whose file lies there.
    name
        Of the chunk.

    """
    folder = Path(data_folder) / place
    if not parts.part_path(folder, name).exists():
        featurizer = _featurizer(str(folder / f"{digest}.json"), digest)
        read_bytes = BlobStore(Path(data_folder) / "blobs").read
        parts.compute_chunk(featurizer, folder, name, read_bytes)


def join_pool(data_folder: str, place: str, path: str) -> None:
    """Put the chunks of a plan together, unless somebody has done it."""
    target = Path(path)
    with parts.alone(target):
        if not target.exists():
            parts.join_chunks(Path(data_folder) / place, target.parent)


@lru_cache(maxsize=1)
def _featurizer(path: str, digest: str) -> Featurizer:
    """Return a featurizer that was saved; one computes many chunks."""
    return load_featurizer(Path(path), digest)


def _lines(path: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of a file one by one: a million of them do not lie in memory."""
    with Path(path).open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)
