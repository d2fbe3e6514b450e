"""SQL of the answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

COLUMNS = """
SELECT id, annotator_id, assignment_id, revision, lease_n, client_key, kind, reason, result,
    is_surplus, paid_micros, note, source, consequence
FROM annotation
"""
NEWEST_AND_SENT = (
    COLUMNS  # noqa: S608 - names from the code
    + """
WHERE assignment_id = :assignment_id AND (client_key = :client_key OR revision =
    (SELECT MAX(b.revision) FROM annotation b WHERE b.assignment_id = :assignment_id))
ORDER BY revision
"""
)
BY_KEY = COLUMNS + "WHERE assignment_id = :assignment_id AND client_key = :client_key"
GET = COLUMNS + "WHERE id = :annotation_id"
NEWEST = """
SELECT kind, note FROM annotation WHERE assignment_id = :assignment_id
ORDER BY revision DESC LIMIT 1
"""
LAST_REVISION = (
    "SELECT COALESCE(MAX(revision), 0) FROM annotation WHERE assignment_id = :assignment_id"
)
ADD = """
INSERT INTO annotation (project_id, created_at, assignment_id, item_id, annotator_id, revision,
    lease_n, client_key,
    kind, reason, result, schema_version, source, is_surplus, paid_micros, note, consequence)
VALUES (:project_id, :now, :assignment_id, :item_id, :annotator_id, :revision, :lease_n,
    :client_key,
    :kind, :reason, :result, :schema_version, :source, :is_surplus, :paid_micros, :note,
    :consequence)
RETURNING id
"""
ADD_REPORT = """
INSERT INTO item_report (project_id, created_at, item_id, task_id, annotation_id, annotator_id,
    kind, text, state)
VALUES (:project_id, :now, :item_id, :task_id, :annotation_id, :annotator_id, :kind, :text, 'open')
"""
COUNT_REPORTS = """
SELECT kind, COUNT(DISTINCT annotator_id) AS people FROM item_report
WHERE item_id = :item_id AND state = 'open' GROUP BY kind ORDER BY kind
"""
WITHDRAW_REPORT = """
UPDATE item_report SET state = 'withdrawn', ended_at = :now
WHERE annotation_id = :annotation_id AND state = 'open'
"""
RESOLVE_REPORTS = """
UPDATE item_report SET state = 'resolved', ended_at = :now
WHERE item_id = :item_id AND state = 'open'
"""
REPORTS = """
SELECT r.id, r.created_at, r.item_id, i.key, i.state AS item_state, r.kind, r.text, r.state,
    r.ended_at, n.pseudonym, w.name AS workforce
FROM item_report r JOIN item i ON i.id = r.item_id JOIN annotator n ON n.id = r.annotator_id
    JOIN workforce w ON w.id = n.workforce_id
WHERE r.project_id = :project_id AND r.kind = :kind AND r.id > :after
    AND (r.state = 'open' OR :ended)
ORDER BY r.id LIMIT :limit
"""
HIGH_WATER = "SELECT COALESCE(MAX(id), 0) FROM annotation WHERE project_id = :project_id"
PAGE = """
SELECT a.id, a.created_at, a.item_id, i.key, n.pseudonym, w.name AS workforce, a.revision, a.kind,
    a.reason, a.result,
       a.schema_version, a.source, a.is_surplus, a.paid_micros
FROM annotation a JOIN item i ON i.id = a.item_id JOIN annotator n ON n.id = a.annotator_id
    JOIN workforce w ON w.id = n.workforce_id
WHERE a.project_id = :project_id AND a.id > :after ORDER BY a.id LIMIT :limit
"""


def by_client_key(tx: Transaction, assignment_id: int, client_key: str) -> Row | None:
    """Return the revision that a client sent under its key."""
    return tx.row(BY_KEY, assignment_id=assignment_id, client_key=client_key)


class Newest(NamedTuple):
    """The number of an assignment's newest revision, and the one that came under a client's key."""

    revision: int
    sent: Row | None


def newest_and_sent(tx: Transaction, assignment_id: int, client_key: str) -> Newest:
    """Return the newest revision's number, 0 where there is none, and what a key was used for."""
    rows = tx.rows(NEWEST_AND_SENT, assignment_id=assignment_id, client_key=client_key)
    sent = next((row for row in rows if row.client_key == client_key), None)
    return Newest(rows[-1].revision if rows else 0, sent)


def get(tx: Transaction, annotation_id: int) -> Row:
    """Return a revision."""
    return tx.rows(GET, annotation_id=annotation_id)[0]


def sent_back_note(tx: Transaction, assignment_id: int) -> str | None:
    """Return why a reviewer sent an assignment back; None where its newest revision is no such."""
    found = tx.row(NEWEST, assignment_id=assignment_id)
    return None if found is None or found.kind != "retract" else found.note


def last_revision(tx: Transaction, assignment_id: int) -> int:
    """Return the number of the newest revision, 0 where there is none."""
    return int(tx.value(LAST_REVISION, assignment_id=assignment_id))


def add(tx: Transaction, values: dict[str, Any]) -> int:
    """Add a revision and return its id; `values` holds the columns of `ADD`."""
    return int(
        tx.value(
            ADD,
            **{
                "consequence": None,
                **values,
                "result": json.dumps(values["result"], ensure_ascii=False),
            },
            now=tx.now,
        )
    )


def high_water(tx: Transaction, project_id: int) -> int:
    """Return the id of a project's newest revision."""
    return int(tx.value(HIGH_WATER, project_id=project_id))


def list_after(tx: Transaction, project_id: int, after: int, limit: int) -> list[Row]:
    """Return revisions with an id above `after`, with key and pseudonym."""
    return tx.rows(PAGE, project_id=project_id, after=after, limit=limit)


def add_report(tx: Transaction, values: dict[str, Any]) -> None:
    """Let a flag or a skip stand against its item; `values` holds the columns of `ADD_REPORT`."""
    tx.run(ADD_REPORT, now=tx.now, **values)


def count_reports(tx: Transaction, item_id: int) -> dict[str, int]:
    """Return how many people have an open report of each kind against an item."""
    return {row.kind: int(row.people) for row in tx.rows(COUNT_REPORTS, item_id=item_id)}


def withdraw_report(tx: Transaction, annotation_id: int) -> None:
    """End the report of a flag or a skip that was taken back."""
    tx.run(WITHDRAW_REPORT, annotation_id=annotation_id, now=tx.now)


def resolve_reports(tx: Transaction, item_id: int) -> int:
    """End all open reports against an item and return how many there were."""
    return tx.run(RESOLVE_REPORTS, item_id=item_id, now=tx.now)


def list_reports(
    tx: Transaction, project_id: int, kind: str, after: int, limit: int, *, ended: bool
) -> list[Row]:
    """Return reports of a kind with an id above `after`, oldest first; `ended` ones on request."""
    return tx.rows(REPORTS, project_id=project_id, kind=kind, after=after, limit=limit, ended=ended)
