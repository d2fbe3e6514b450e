"""Which snapshots hold some items, with answers that somebody gave before they were taken."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Final

from training.snapshots import store
from training.snapshots.labelled import rows_path

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from labeling.database import Hub, Row

NEWEST: Final = 2**62
A_PAGE: Final = 100


def snapshots_holding(
    hub: Hub, folder: Path, project_id: int, keys: Mapping[str, int]
) -> list[int]:
    """Return the numbers of the snapshots that rest on some answers, oldest first.

    Parameters
    ----------
    folder
        Where the rows of snapshots lie.
    keys
        Item key → the annotation that would no longer count.

    """
    found, before = [], NEWEST
    while keys:
        page = hub.read_now(
            partial(store.list_by_project, project_id=project_id, before=before, limit=A_PAGE)
        )
        found += [row.n for row in page if _holds(folder, row, keys)]
        if len(page) < A_PAGE:
            break
        before = page[-1].n
    return sorted(found)


def _holds(folder: Path, snapshot: Row, keys: Mapping[str, int]) -> bool:
    """Read a snapshot's rows until one of them rests on such an answer."""
    with rows_path(folder, snapshot.digest).open("rb") as lines:
        for line in lines:
            annotation_id = keys.get(json.loads(line)["key"])
            if annotation_id is not None and annotation_id <= snapshot.annotation_high_water:
                return True
    return False
