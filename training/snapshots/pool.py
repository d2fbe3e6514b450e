"""Training items without a label, beside a snapshot: features and some models learn from them too.

``DIGEST.pool-POOL.jsonl`` holds what annotators are shown of them, POOL being the digest of its
bytes: a random sample of the pool, so that no release grows with it. They are no part of what the
snapshot *is*; the training run names them, and a purge takes them with the snapshot.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from training.rows import canonical, row_for_models
from training.snapshots import store
from training.snapshots.labelled import write_once

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from labeling.database import Hub, Row, Transaction

MOST: Final = 4_000
"""Items without a label that a training looks at."""
CHUNK: Final = 1_000


def pool_path(folder: Path, snapshot: str, pool: str) -> Path:
    """Return where the unlabelled items beside a snapshot lie."""
    return folder / f"{snapshot}.pool-{pool}.jsonl"


def write_pool(
    hub: Hub, folder: Path, project_id: int, snapshot: str, fields: frozenset[str]
) -> str:
    """Write a random sample of the unlabelled training items beside a snapshot, durably.

    Parameters
    ----------
    folder
        The data folder's ``snapshots``.
    snapshot
        Digest of the snapshot.
    fields
        Names of the fields that annotators see; no other reaches a model.

    Returns
    -------
    str
        Digest of the file's bytes.

    """
    rows = [row_for_models(json.loads(row.data), fields) for row in _read(hub, project_id)]
    content = "".join(canonical(row) + "\n" for row in rows).encode()
    digest = hashlib.sha256(content).hexdigest()
    write_once(pool_path(folder, snapshot, digest), content)
    return digest


def _read(hub: Hub, project_id: int) -> Iterator[Row]:
    """Yield the items that come first in the pool's fixed random order."""
    for state in ("new", "queued"):
        after, left = -1, MOST
        while left > 0:

            def page(tx: Transaction, state: str = state, after: int = after) -> list[Row]:
                return store.unlabelled_page(tx, project_id, state, after=after, limit=CHUNK)

            rows = hub.read_now(page)[:left]
            if not rows:
                break
            yield from rows
            after, left = rows[-1].shuffle, left - len(rows)


def read_pool(folder: Path, snapshot: str, pool: str) -> list[dict[str, Any]]:
    """Return the unlabelled items after comparing their digest.

    Raises
    ------
    ValueError
        The file was changed.

    """
    content = pool_path(folder, snapshot, pool).read_bytes()
    if hashlib.sha256(content).hexdigest() != pool:
        message = f"pool: the items beside {snapshot} are not what they were"
        raise ValueError(message)
    return [json.loads(line) for line in content.splitlines()]
