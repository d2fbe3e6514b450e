"""What has changed since a snapshot: never silently, with why."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from labeling.quality.fits import store as fits
from labeling.quality.fits.changes import Change, changes_since
from training.snapshots import store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from labeling.database import Row, Transaction


def changes_since_snapshot(
    tx: Transaction, project: Row, n: int, after: int = 0
) -> Iterator[Change]:
    """Yield the items above `after` whose accepted answer is not that of snapshot `n` any more.

    Raises
    ------
    NotFoundError
        The project has no such snapshot.

    """
    snapshot = store.get_by_n(tx, project.id, n)
    mark = json.loads(snapshot.rule).get("consensus_event")
    if mark is None:
        mark = fits.event_before(tx, project.id, snapshot.created_at)
    yield from changes_since(tx, project, mark, after)
