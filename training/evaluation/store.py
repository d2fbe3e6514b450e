"""SQL of evaluation sets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from labeling.errors import ConflictError, NotFoundError

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

ADD: Final = """
INSERT INTO evaluation_set (project_id, created_at, n, digest, n_items)
VALUES (:project_id, :now,
    (SELECT COALESCE(MAX(n), 0) + 1 FROM evaluation_set WHERE project_id = :project_id),
    :digest, :n_items)
ON CONFLICT DO NOTHING
"""
SET: Final = "SELECT id, project_id, created_at, n, digest, n_items FROM evaluation_set "
FIND: Final = SET + "WHERE project_id = :project_id AND digest = :digest"
GET: Final = SET + "WHERE id = :evaluation_set_id"


def add(tx: Transaction, project_id: int, digest: str, n_items: int) -> Row:
    """Record a set once per digest and return its row, new or old."""
    tx.run(ADD, project_id=project_id, now=tx.now, digest=digest, n_items=n_items)
    found = tx.row(FIND, project_id=project_id, digest=digest)
    if found is None:
        raise ConflictError("Another evaluation set was recorded at the same moment; start again.")
    return found


def get_or_raise(tx: Transaction, evaluation_set_id: int) -> Row:
    """Return an evaluation set."""
    found = tx.row(GET, evaluation_set_id=evaluation_set_id)
    if found is None:
        raise NotFoundError("There is no such evaluation set.")
    return found
