"""A set of labelled items as files: canonical rows that have a digest, and the items beside them.

``DIGEST.jsonl`` holds one row an item, sorted by key, without database ids: what the set *is*.
``DIGEST.items.jsonl`` holds what the annotators were shown of the same items in the same order:
what a model is fitted on. The compute child reads both and needs no database.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import Any, Final, Literal

from labeling.database import Hub, Row, Transaction
from labeling.files import write_durably
from training.rows import canonical, row_for_models
from training.snapshots import store

CHUNK: Final = 1_000
"""Rows that one read transaction returns; people's reads get in between."""
WEIGHT_DIGITS: Final = 6
"""A confidence is a sum of floats whose last bits depend on the order of the answers."""


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """A set that lies in files.

    Attributes
    ----------
    digest
        SHA-256 of the rows' file.
    classes
        Class key → number of items, sorted by key.
    certified
        Certificate → number of items that a model labelled under it.

    """

    digest: str
    n: int
    classes: dict[str, int]
    certified: dict[int, int] = field(default_factory=dict)


def rows_path(folder: Path, digest: str) -> Path:
    """Return where the canonical rows of a set lie."""
    return folder / f"{digest}.jsonl"


def items_path(folder: Path, digest: str) -> Path:
    """Return where the items of a set lie, in the order of its rows."""
    return folder / f"{digest}.items.jsonl"


def write_labelled_set(
    hub: Hub,
    folder: Path,
    project_id: int,
    question: str,
    split: Literal["train", "test"],
    fields: frozenset[str],
    soft: Mapping[int, str] | None = None,
) -> LabelledSet:
    """Read the accepted items of a split in chunks and write them as files, durably.

    Parameters
    ----------
    fields
        Names of the fields that annotators see; no other reaches a model.
    soft
        Where there is no single truth: class id → key. Rows then carry the `distribution` of the
        answers, and training items weigh alike: disagreement is no lack of trust.

    """
    found = [
        (
            row.key,
            canonical(_labelled(row, split, soft)),
            canonical(row_for_models(json.loads(row.data), fields)),
            row.label,
            row.certificate_id,
        )
        for row in _read(hub, project_id, question, split)
    ]
    found.sort(key=itemgetter(0))
    rows = "".join(row + "\n" for _, row, *_ in found).encode()
    digest = hashlib.sha256(rows).hexdigest()
    # The rows last: where they lie, the items lie too.
    shown = "".join(item + "\n" for _, _, item, *_ in found)
    write_once(items_path(folder, digest), shown.encode())
    write_once(rows_path(folder, digest), rows)
    classes = Counter(label for *_, label, _ in found)
    certified = Counter(under for *_, under in found if under is not None)
    return LabelledSet(digest, len(found), dict(sorted(classes.items())), dict(certified))


def _read(
    hub: Hub, project_id: int, question: str, split: Literal["train", "test"]
) -> Iterator[Row]:
    after = 0
    while True:

        def page(tx: Transaction, after: int = after) -> list[Row]:
            return store.labelled_page(tx, project_id, question, split, after=after, limit=CHUNK)

        rows = hub.read_now(page)
        if not rows:
            return
        yield from rows
        after = rows[-1].item_id


def _labelled(row: Row, split: str, soft: Mapping[int, str] | None) -> dict[str, Any]:
    """Return a row without ids; test items weigh by their inclusion, training items by trust."""
    trust = row.confidence if soft is None else 1.0
    weight = 1 / row.inclusion_probability if split == "test" else trust
    more: dict[str, Any] = {}
    if row.certificate_id is not None:
        more["method"] = "certified_model"
    if soft is not None:
        shares = json.loads(row.posterior).items()
        more["distribution"] = {
            soft[int(key)]: round(share, WEIGHT_DIGITS) for key, share in shares
        }
    return {
        "content_hash": row.content_hash,
        "key": row.key,
        "label": row.label,
        "n_answers": row.n_answers,
        "split": split,
        "weight": round(weight, WEIGHT_DIGITS),
        **more,
    }


def write_once(path: Path, payload: bytes) -> None:
    """Write a file whose name follows from its bytes, unless it is there."""
    if not path.exists():
        write_durably(path, payload)


def read_rows(folder: Path, digest: str) -> list[dict[str, Any]]:
    """Return the canonical rows of a set after comparing their digest.

    Raises
    ------
    ValueError
        The file was changed.

    """
    content = rows_path(folder, digest).read_bytes()
    if hashlib.sha256(content).hexdigest() != digest:
        message = f"digest: the rows of {digest} are not what they were"
        raise ValueError(message)
    return [json.loads(line) for line in content.splitlines()]


def read_items(folder: Path, digest: str) -> list[dict[str, Any]]:
    """Return what models may see of the items of a set, in the order of its rows."""
    return [json.loads(line) for line in items_path(folder, digest).read_bytes().splitlines()]
