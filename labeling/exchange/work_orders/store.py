"""SQL of work orders, their lines, judgments and returns."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from labeling.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labeling.database import Row, Transaction

LAST_N = "SELECT COALESCE(MAX(n), 0) FROM work_order WHERE project_id = :project_id"
ADD = """
INSERT INTO work_order (project_id, created_at, n, workforce_id, judgments_per_item, price_micros,
    items_digest, n_items, state)
VALUES (:project_id, :now, :n, :workforce_id, :judgments_per_item, :price_micros,
    :items_digest, :n_items, 'sent')
RETURNING id
"""
ORDER = """
SELECT o.id, o.project_id, o.created_at, o.n, o.workforce_id, o.judgments_per_item, o.price_micros,
       o.items_digest, o.n_items, o.state, w.name AS workforce, w.is_simulated,
       (SELECT COUNT(*) FROM work_order_judgment j WHERE j.work_order_id = o.id AND j.is_counted)
           AS accepted
FROM work_order o JOIN workforce w ON w.id = o.workforce_id
"""
GET = ORDER + "WHERE o.project_id = :project_id AND o.n = :n"
LIST = ORDER + "WHERE o.project_id = :project_id AND o.n > :after ORDER BY o.n LIMIT :limit"
LOCK = "SELECT state FROM work_order WHERE id = :order_id FOR NO KEY UPDATE"
CLOSE = "UPDATE work_order SET state = 'closed' WHERE id = :order_id AND state = 'sent'"
ADD_LINE = """
INSERT INTO work_order_line (work_order_id, handle, item_id, task_id, slots)
VALUES (:order_id, :handle, :item_id, :task_id, :slots)
"""
HASHES = "SELECT id, content_hash FROM item WHERE project_id = :project_id AND id = :item_id"
# By handle, which is random: the order of the lines tells nothing about the items.
PAGE = """
SELECT l.id, l.handle, i.data FROM work_order_line l JOIN item i ON i.id = l.item_id
WHERE l.work_order_id = :order_id AND l.handle > :after ORDER BY l.handle LIMIT :limit
"""
LINE = """
SELECT l.id, l.handle, l.item_id, l.task_id, l.slots,
       (SELECT COUNT(*) FROM work_order_judgment j WHERE j.line_id = l.id AND j.is_counted) AS used
FROM work_order_line l
"""
LINE_BY_HANDLE = LINE + "WHERE l.work_order_id = :order_id AND l.handle = :handle"
LINES = LINE + "WHERE l.work_order_id = :order_id ORDER BY l.task_id"
TASK_FOR = """
SELECT t.id, t.item_id, t.kind, t.family, t.pass_n, x.id AS previous_id
FROM task t LEFT JOIN assignment x
    ON x.annotator_id = :annotator_id AND x.item_id = t.item_id AND x.family = t.family
    AND x.pass_n = t.pass_n
WHERE t.id = :task_id FOR NO KEY UPDATE OF t
"""
ASSIGNMENT_OF = """
SELECT id, project_id, annotator_id, handle, task_id, lease_n, state FROM assignment
WHERE annotator_id = :annotator_id AND item_id = :item_id AND family = :family AND pass_n = :pass_n
"""
JUDGMENT = """
SELECT j.file_digest, j.file_line, j.is_counted, a.result, w.external_ref AS worker
FROM work_order_judgment j JOIN annotation a ON a.id = j.annotation_id
    JOIN annotator w ON w.id = a.annotator_id
WHERE j.line_id = :line_id AND j.judgment = :judgment
"""
ADD_JUDGMENT = """
INSERT INTO work_order_judgment (line_id, judgment, work_order_id, created_at, annotation_id,
    is_counted, file_digest, file_line)
VALUES (:line_id, :judgment, :order_id, :now, :annotation_id, :is_counted, :file_digest, :file_line)
"""
GET_RETURN = """
SELECT report FROM work_order_return WHERE work_order_id = :order_id AND file_digest = :file_digest
"""
ADD_RETURN = """
INSERT INTO work_order_return (project_id, work_order_id, created_at, file_digest, report)
VALUES (:project_id, :order_id, :now, :file_digest, :report)
ON CONFLICT (work_order_id, file_digest) DO NOTHING
"""
RETURNS = """
SELECT created_at, file_digest, report FROM work_order_return
WHERE work_order_id = :order_id ORDER BY id LIMIT 1000
"""


def last_n(tx: Transaction, project_id: int) -> int:
    """Return the number of a project's newest order, 0 where there is none."""
    return int(tx.value(LAST_N, project_id=project_id))


def add(tx: Transaction, values: dict[str, Any]) -> int:
    """Add an order and return its id; `values` holds the columns of `ADD`."""
    return int(tx.value(ADD, now=tx.now, **values))


def add_lines(tx: Transaction, rows: Sequence[dict[str, Any]]) -> None:
    """Add the lines of an order; each mapping holds the columns of `ADD_LINE`."""
    tx.run_many(ADD_LINE, rows)


def content_hash(tx: Transaction, project_id: int, item_id: int) -> str:
    """Return the content hash of an item."""
    return str(tx.rows(HASHES, project_id=project_id, item_id=item_id)[0].content_hash)


def get_or_raise(tx: Transaction, project_id: int, n: int) -> Row:
    """Return an order by its number in the project, with how many judgments were accepted."""
    found = tx.row(GET, project_id=project_id, n=n)
    if found is None:
        raise NotFoundError(f"There is no work order {n}.")
    return found


def list_after(tx: Transaction, project_id: int, after: int, limit: int) -> list[Row]:
    """Return orders with a number above `after`, oldest first."""
    return tx.rows(LIST, project_id=project_id, after=after, limit=limit)


def lock(tx: Transaction, order_id: int) -> str:
    """Let one return of an order, or its closing, write at a time; return its state."""
    return str(tx.value(LOCK, order_id=order_id))


def close(tx: Transaction, order_id: int) -> None:
    """Mark an order closed."""
    tx.run(CLOSE, order_id=order_id)


def lines_page(tx: Transaction, order_id: int, after: str, limit: int) -> list[Row]:
    """Return the lines whose handle sorts after `after`, with their items' data."""
    return tx.rows(PAGE, order_id=order_id, after=after, limit=limit)


def find_line(tx: Transaction, order_id: int, handle: str) -> Row | None:
    """Return a line by its handle, with how many of its slots are used."""
    return tx.row(LINE_BY_HANDLE, order_id=order_id, handle=handle)


def list_lines(tx: Transaction, order_id: int) -> list[Row]:
    """Return all lines of an order, in the order their tasks are locked in."""
    return tx.rows(LINES, order_id=order_id)


def lock_task_for(tx: Transaction, task_id: int, annotator_id: int) -> Row:
    """Return a task, locked, with the assignment that an annotator had on its item before."""
    return tx.rows(TASK_FOR, task_id=task_id, annotator_id=annotator_id)[0]


def assignment_of(tx: Transaction, annotator_id: int, task: Row) -> Row:
    """Return the assignment of an annotator on a task's item."""
    return tx.rows(
        ASSIGNMENT_OF,
        annotator_id=annotator_id,
        item_id=task.item_id,
        family=task.family,
        pass_n=task.pass_n,
    )[0]


def find_judgment(tx: Transaction, line_id: int, judgment: str) -> Row | None:
    """Return what is known of a vendor's judgment."""
    return tx.row(JUDGMENT, line_id=line_id, judgment=judgment)


def add_judgment(tx: Transaction, values: dict[str, Any]) -> None:
    """Add a judgment; `values` holds the columns of `ADD_JUDGMENT`."""
    tx.run(ADD_JUDGMENT, now=tx.now, **values)


def get_return(tx: Transaction, order_id: int, file_digest: str) -> dict[str, Any] | None:
    """Return the report of a file that came back before."""
    text = tx.value(GET_RETURN, order_id=order_id, file_digest=file_digest)
    report: dict[str, Any] | None = None if text is None else json.loads(text)
    return report


def add_return(
    tx: Transaction, project_id: int, order_id: int, file_digest: str, report: dict[str, Any]
) -> None:
    """Keep the report of a file; the first one stays."""
    tx.run(
        ADD_RETURN,
        project_id=project_id,
        order_id=order_id,
        now=tx.now,
        file_digest=file_digest,
        report=json.dumps(report, ensure_ascii=False),
    )


def list_returns(tx: Transaction, order_id: int) -> list[dict[str, Any]]:
    """Return the reports of an order's returns with their times, oldest first."""
    return [
        {**json.loads(row.report), "imported_at": row.created_at}
        for row in tx.rows(RETURNS, order_id=order_id)
    ]
