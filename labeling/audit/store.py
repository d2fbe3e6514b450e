"""SQL of the record: one event per change, and what people look up in it."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from labeling.audit.seals.chain import payload_digest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from labeling.database import Row, Transaction

ADD = """
INSERT INTO audit_event (project_id, created_at, actor_kind, actor_id, action, object_kind,
    object_id, salt, digest, vouches, transaction_id)
VALUES (:project_id, :now, :actor_kind, :actor_id, :action, :object_kind, :object_id, :salt,
    :digest, :vouches, 0)
"""
# As in the outbox: on PostgreSQL ids are drawn before commit, so readers go by transaction.
ADD_POSTGRES = ADD.replace(
    ":vouches, 0)", ":vouches, CAST(CAST(pg_current_xact_id() AS text) AS bigint))"
)
ADD_PAYLOAD = """
INSERT INTO audit_payload (event_id, project_id, content) VALUES (:event_id, :project_id, :content)
"""
EVENTS = """
SELECT e.id, e.project_id, e.created_at, e.actor_kind, e.actor_id, e.action, e.object_kind,
    e.object_id, e.digest, p.content, p.erased_by
FROM {source} e LEFT JOIN audit_payload p ON p.event_id = e.id
"""
LIST = (
    EVENTS.format(source="audit_event")
    + "WHERE e.project_id = :project_id AND e.id > :after ORDER BY e.id LIMIT :limit"
)
MOST_SCANNED: Final = 20_000
"""Events that one page looks at: a rare filter in a long record is answered in several pages."""
# `-1` stands for the installation's own events, which belong to no project.
WINDOW = """
(SELECT * FROM audit_event WHERE project_id {of} AND id < :before ORDER BY id DESC LIMIT :scanned)
"""
FILTERS = """
WHERE (:actor_id = -1 OR (e.actor_id = :actor_id AND e.actor_kind = 'user'))
    AND (:action = '' OR e.action = :action OR e.action LIKE :actions)
ORDER BY e.id DESC LIMIT :limit
"""
OLDEST = "SELECT COUNT(*) AS n, MIN(id) AS id FROM {source} e"
BY_OBJECT = (
    EVENTS.format(source="audit_event")
    + """
WHERE e.object_kind = :object_kind AND e.object_id = :object_id AND e.project_id {of}
    AND e.id < :before AND (:actor_id = -1 OR (e.actor_id = :actor_id AND e.actor_kind = 'user'))
    AND (:action = '' OR e.action = :action OR e.action LIKE :actions)
ORDER BY e.id DESC LIMIT :limit
"""
)
ERASE = """
UPDATE audit_payload SET content = NULL, erased_by = :erased_by
WHERE event_id = :event_id AND content IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Event:
    """One change as people read it; `was` and `now` are None where the payload was erased."""

    id: int
    created_at: int
    actor_kind: str
    actor_id: int
    action: str
    object_kind: str
    object_id: int
    was: dict[str, Any] | None
    now: dict[str, Any] | None
    reason: str | None
    is_erased: bool


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for: somebody's events, an action or a family of them, one object."""

    actor_id: int | None = None
    action: str | None = None
    object_kind: str | None = None
    object_id: int | None = None


def record(
    tx: Transaction,
    project_id: int | None,
    action: str,
    object_kind: str,
    object_id: int,
    reason: str | None = None,
    *,
    vouches: Mapping[str, Sequence[int]] | None = None,
    **change: Any,
) -> int | None:
    """Add one event to the record in the transaction of the change itself.

    Parameters
    ----------
    project_id
        None for what belongs to the installation.
    action, object_kind, object_id
        What was done to which row: ``member.role``, ``user``, 7.
    reason
        Why, in somebody's words.
    vouches
        Table → ids of further append-only rows that this change added (`seals.covered`).
    **change
        `was` and `now` hold what changed by name, in dictionaries; other keywords count as part of
        `now`. Kept apart from the event, so that it can be erased.

    Returns
    -------
    int or None
        The event's id where it has a payload.

    """
    salt = digest = content = None
    if change or reason:
        content = _payload(change, reason)
        salt = secrets.token_hex(16)
        digest = payload_digest(salt, content)
    values = {
        "project_id": project_id,
        "now": tx.now,
        "actor_kind": tx.actor.kind,
        "actor_id": tx.actor.id,
        "action": action,
        "object_kind": object_kind,
        "object_id": object_id,
        "salt": salt,
        "digest": digest,
        "vouches": json.dumps(vouches) if vouches else None,
    }
    add = ADD_POSTGRES if tx.dialect == "postgresql" else ADD
    if content is None:
        tx.later(add, **values)
        return None
    event_id = int(tx.value(f"{add} RETURNING id", **values))
    tx.later(ADD_PAYLOAD, event_id=event_id, project_id=project_id, content=content)
    return event_id


def _payload(change: dict[str, Any], reason: str | None) -> str:
    was, now = change.pop("was", None), change.pop("now", None)
    parts = {"was": _named(was), "now": {**_named(now), **change}, "reason": reason}
    return json.dumps({name: part for name, part in parts.items() if part}, ensure_ascii=False)


def _named(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    return dict(value) if isinstance(value, dict) else {"value": value}


def _event(row: Row) -> Event:
    payload = json.loads(row.content) if row.content else {}
    return Event(
        id=row.id,
        created_at=row.created_at,
        actor_kind=row.actor_kind,
        actor_id=row.actor_id,
        action=row.action,
        object_kind=row.object_kind,
        object_id=row.object_id,
        was=payload.get("was"),
        now=payload.get("now"),
        reason=payload.get("reason"),
        is_erased=row.erased_by is not None,
    )


def list_by_project(tx: Transaction, project_id: int, after: int, limit: int) -> list[Event]:
    """Return events with an id above `after`, oldest first."""
    return [_event(row) for row in tx.rows(LIST, project_id=project_id, after=after, limit=limit)]


def search(
    tx: Transaction, project_id: int | None, wanted: Search, before: int, limit: int
) -> tuple[list[Event], int | None]:
    """Return events with an id below `before`, newest first, and where the next page begins.

    Parameters
    ----------
    project_id
        None for the installation's own events.
    wanted
        An `action` that ends with a dot takes all that begin so (``member.``).
    before
        Id above all that are wanted.
    limit
        Most events of a page.

    Returns
    -------
    tuple of list and int
        A page may hold fewer than `limit` events and still not be the last: no page looks at more
        than `MOST_SCANNED`. The second value is None at the end.

    """
    of = "IS NULL" if project_id is None else "= :project_id"
    given = {
        "actor_id": -1 if wanted.actor_id is None else wanted.actor_id,
        "action": wanted.action or "",
        "actions": _family(wanted.action),
        "before": before,
        "limit": limit,
    }
    if project_id is not None:
        given["project_id"] = project_id
    if wanted.object_kind is not None:
        given |= {"object_kind": wanted.object_kind, "object_id": wanted.object_id or 0}
        found = [_event(row) for row in tx.rows(BY_OBJECT.format(of=of), **given)]
        return found, found[-1].id if len(found) == limit else None
    window = WINDOW.format(of=of)
    rows = tx.rows(EVENTS.format(source=window) + FILTERS, **given, scanned=MOST_SCANNED)
    found = [_event(row) for row in rows]
    if len(found) == limit:
        return found, found[-1].id
    given = {name: given[name] for name in ("before", "project_id") if name in given}
    looked = tx.rows(OLDEST.format(source=window), **given, scanned=MOST_SCANNED)[0]
    return found, looked.id if looked.n == MOST_SCANNED else None


def _family(action: str | None) -> str:
    """Return the LIKE pattern of all actions that begin so, one that finds none otherwise."""
    return f"{action}%" if action and action.endswith(".") else ""


def erase_payloads(tx: Transaction, event_ids: Sequence[int], erased_by: int) -> int:
    """Erase what events changed, from what, to what; that they happened stays.

    Parameters
    ----------
    event_ids
        At most some 1,000 in a turn.
    erased_by
        The event that says who erased and why (`record` with a reason returns it).

    Returns
    -------
    int
        How many payloads there were to erase.

    """
    return sum(tx.run(ERASE, event_id=found, erased_by=erased_by) for found in event_ids)
