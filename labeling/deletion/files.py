"""Which files a project's rows name, who else names them, and how one is removed."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from labeling.deletion import store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from labeling.database import Row, Transaction

DIGEST: Final = re.compile(r"[0-9a-f]{64}")
NAMING: Final[dict[str, tuple[str, ...]]] = {
    "item": ("data",),
    "snapshot": ("digest",),
    "evaluation_set": ("digest",),
    "model_version": ("artefact_digest",),
    "member": ("project_id",),
    "selection_round": ("document",),
    "bulk_job": ("options", "result"),
    "autolabel_run": ("id", "scores_digest"),
}
"""Tables whose rows name files, and the columns that say which. (A member's: the pool's cache.)"""
NAMED_BY: Final = {
    "snapshots": (("snapshot", "digest"), ("evaluation_set", "digest")),
    "models": (("model_version", "artefact_digest"),),
}


def blobs_in(data: str) -> set[str]:
    """Return the pictures that an item's data names, as places below the data folder."""
    if '"blob"' not in data:
        return set()
    return {
        f"blobs/{digest[:2]}/{digest}"
        for digest in _values_of(json.loads(data), "blob")
        if DIGEST.fullmatch(digest)
    }


def _values_of(value: Any, name: str) -> Iterator[str]:
    if isinstance(value, dict):
        found = value.get(name)
        if isinstance(found, str):
            yield found
        for inner in value.values():
            yield from _values_of(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _values_of(inner, name)


def places_of(folder: Path, table: str, rows: Sequence[Row]) -> list[str]:
    """Return the places below the data folder that rows of a table name."""
    found: set[str] = set()
    for row in rows:
        if table == "item":
            found |= blobs_in(row.data)
        elif table in {"snapshot", "evaluation_set"}:
            found |= {f"snapshots/{row.digest}.jsonl", f"snapshots/{row.digest}.items.jsonl"}
            beside = (folder / "snapshots").glob(f"{row.digest}.pool-*.jsonl")
            found |= {path.relative_to(folder).as_posix() for path in beside}
        elif table == "model_version":
            found |= _of_model(folder, row.artefact_digest)
        elif table == "bulk_job":
            found |= _of_job(json.loads(row.options), json.loads(row.result or "{}"))
        elif table == "selection_round":
            found |= {f"rounds/{row.document}.json.gz"} if row.document else set()
        elif table == "autolabel_run":
            found |= {f"scores/autolabel-{row.scores_digest}.npz"}
            chunks = (folder / "scores" / f"autolabel-run-{row.id}").glob("*")
            found |= {path.relative_to(folder).as_posix() for path in chunks}
        elif table == "member":
            found |= _of_pool(folder, row.project_id)
    return sorted(found)


def _of_pool(folder: Path, project_id: int) -> set[str]:
    """Return the lists of items that models look at, and the rows of chunks on their way."""
    features = folder / "features"
    listed = features.glob(f"*-{project_id}.jsonl")
    chunks = features.glob(f"*-{project_id}.chunks/*/*")
    return {path.relative_to(folder).as_posix() for path in (*listed, *chunks)}


def _of_job(options: dict[str, Any], result: dict[str, Any]) -> set[str]:
    """Return the file that an import read, and the one that an export wrote."""
    exported = {f"exports/{result['file']}"} if "file" in result else set()
    return exported | ({options["place"]} if options.get("place") else set())


def _of_model(folder: Path, digest: str) -> set[str]:
    """Return a model's own document, and the model and featurizer files that it names."""
    parts = {digest, *_parts_of(folder / "models" / f"{digest}.json")}
    return {
        f"models/{path.name}"
        for part in parts
        for path in (folder / "models").glob(f"{part}.*")
        if DIGEST.fullmatch(part)
    }


def _parts_of(document: Path) -> set[str]:
    try:
        said = json.loads(document.read_bytes())
    except (FileNotFoundError, ValueError):
        return set()
    return {str(said[name]) for name in ("model", "featurizer") if name in said}


def is_named(tx: Transaction, folder: Path, place: str) -> bool:
    """Return whether a row of another project, or a model that stays, names a file."""
    kind, _, rest = place.partition("/")
    digest = rest.rpartition("/")[2].partition(".")[0]
    if any(store.is_named(tx, table, column, digest) for table, column in NAMED_BY.get(kind, ())):
        return True
    if kind != "models":
        return False
    return any(
        digest in _parts_of(folder / "models" / f"{row.artefact_digest}.json")
        for row in store.models(tx)
    )


def remove(folder: Path, place: str, since: int) -> bool:
    """Remove a file; False where it is gone, or somebody kept the same bytes since a time.

    Whoever keeps bytes that are there already touches their file: what was uploaded again while
    the purge looked through other projects is theirs now.
    """
    path = folder / place
    try:
        if path.stat().st_mtime_ns // 1_000 > since:
            return False
        path.unlink()
    except FileNotFoundError:
        return False
    return True
