"""SQL of the pool."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from labeling.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labeling.database import Row, Transaction

SUPERSEDED_MARK: Final = "\x1fsuperseded "
LOCK_PROJECT = "SELECT id FROM project WHERE id = :project_id FOR NO KEY UPDATE"
LAST_SEQ = "SELECT COALESCE(MAX(seq), 0) FROM item WHERE project_id = :project_id"
ITEM_COLUMNS: Final = (
    "project_id",
    "created_at",
    "seq",
    "key",
    "data",
    "content_hash",
    "group_hash",
    "is_grouped",
    "split",
    "inclusion_probability",
    "shuffle",
    "attributes",
    "state",
    "source",
    "supersedes",
)
FIND_MANY = """
SELECT id, key, content_hash, source FROM item WHERE project_id = :project_id AND key = ANY(:keys)
"""
# An item that was replaced gives its key away; what it was called can still be read from it.
SET_ASIDE_KEY = """
UPDATE item SET key = key || :mark || id, state = 'dropped', drop_reason = 'superseded'
WHERE id = :item_id
"""
SUPERSEDE = "UPDATE item SET superseded_by = :new_id WHERE id = :item_id"
GET = """
SELECT id, project_id, seq, key, data, content_hash, group_hash, split, state, attributes FROM item
    WHERE id = :item_id
"""
PAGE = """
SELECT id, seq, key, data, split, state FROM item
WHERE project_id = :project_id AND seq > :after ORDER BY seq LIMIT :limit
"""
TAKE = """
SELECT id, shuffle FROM item
WHERE project_id = :project_id AND split = :split AND state = 'new' ORDER BY shuffle LIMIT :limit
FOR NO KEY UPDATE SKIP LOCKED
"""
NEEDS_PAGE = """
SELECT id, seq, data, needs FROM item
WHERE project_id = :project_id AND seq > :after ORDER BY seq LIMIT :limit
"""
TAKE_NEEDING = """
SELECT id, seq, shuffle FROM item
WHERE project_id = :project_id AND split = :split AND needs = :needs AND needs IS NOT NULL
    AND state = 'new'
ORDER BY shuffle LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED
"""
SET_NEEDS = "UPDATE item SET needs = :needs WHERE id = :item_id"
ADD_COPY = """
INSERT INTO item_copy (project_id, source, line, item_id, after_seq)
VALUES (:project_id, :source, :line, :item_id, :after_seq)
ON CONFLICT (project_id, source, line) DO NOTHING
"""
COPIES = """
SELECT item_id, after_seq, line FROM item_copy
WHERE project_id = :project_id AND after_seq >= :first AND after_seq <= :last ORDER BY after_seq,
    line
"""
NEW_AMONG = "SELECT id FROM item WHERE id = ANY(:ids) AND state = 'new'"
SET_QUEUED = """
UPDATE item SET state = 'queued' WHERE id = ANY(:ids) AND state NOT IN ('dropped', 'set_aside')
"""
SET_STATE = """
UPDATE item SET state = :state WHERE id = :item_id
    AND state NOT IN ('dropped', 'set_aside', :state)
"""
SET_ASIDE = """
UPDATE item SET state = 'set_aside' WHERE id = :item_id AND state NOT IN ('dropped', 'set_aside')
"""
TAKE_UP = "UPDATE item SET state = 'queued' WHERE id = :item_id AND state = 'set_aside'"
ADD_FIELD = """
INSERT INTO item_field (project_id, name, kind, visible_to, position)
VALUES (:project_id, :name, :kind, :visible_to, :position)
ON CONFLICT (project_id, name) DO NOTHING
"""
LIST_FIELDS = """
SELECT name, kind, visible_to FROM item_field WHERE project_id = :project_id ORDER BY position, id
"""


def lock_pool(tx: Transaction, project_id: int) -> int:
    """Let one import of a project write at a time and return the highest `seq` so far."""
    tx.lock(LOCK_PROJECT, project_id=project_id)
    return int(tx.value(LAST_SEQ, project_id=project_id))


def add_all(tx: Transaction, rows: Sequence[tuple[Any, ...]]) -> None:
    """Add items; each row holds the values of `ITEM_COLUMNS`."""
    tx.insert_many("item", ITEM_COLUMNS, rows)


def add_copy(
    tx: Transaction, project_id: int, source: str, *, line: int, item_id: int, after_seq: int
) -> None:
    """Remember a line of a source that repeats an item; a second time changes nothing."""
    tx.run(
        ADD_COPY,
        project_id=project_id,
        source=source,
        line=line,
        item_id=item_id,
        after_seq=after_seq,
    )


def copies_between(tx: Transaction, project_id: int, first: int, last: int) -> list[Row]:
    """Return the repeated lines that stand behind the items with `seq` in [first, last]."""
    return tx.rows(COPIES, project_id=project_id, first=first, last=last)


def find_many(tx: Transaction, project_id: int, keys: Sequence[str]) -> dict[str, Any]:
    """Return id, key, content hash and source of the items with one of these keys, by key."""
    found = tx.rows(FIND_MANY, project_id=project_id, keys=tx.listed(keys))
    return {row.key: row for row in found}


def find(tx: Transaction, project_id: int, key: str) -> Row | None:
    """Return id, key, content hash and source of the item with that key."""
    return find_many(tx, project_id, [key]).get(key)


def set_aside_key(tx: Transaction, item_id: int) -> None:
    """Drop an item that is replaced, and free its key."""
    tx.run(SET_ASIDE_KEY, item_id=item_id, mark=SUPERSEDED_MARK)


def supersede(tx: Transaction, item_id: int, new_id: int) -> None:
    """Name the item that replaces another."""
    tx.run(SUPERSEDE, item_id=item_id, new_id=new_id)


def get_or_raise(tx: Transaction, item_id: int) -> Row:
    """Return an item."""
    found = tx.row(GET, item_id=item_id)
    if found is None:
        raise NotFoundError("There is no such item.")
    return found


def list_after(tx: Transaction, project_id: int, after: int, limit: int) -> list[Row]:
    """Return items with a `seq` above `after`."""
    return tx.rows(PAGE, project_id=project_id, after=after, limit=limit)


def take_new(tx: Transaction, project_id: int, split: str, limit: int) -> list[Row]:
    """Return the next untouched items of a split in the pool's fixed random order, locked.

    What somebody else is opening at this moment is passed over.
    """
    return tx.rows(TAKE, project_id=project_id, split=split, limit=limit)


def new_among(tx: Transaction, item_ids: Sequence[int]) -> set[int]:
    """Return which of these items nobody was asked about yet, nor is to be."""
    return {int(row.id) for row in tx.rows(NEW_AMONG, ids=tx.listed(item_ids))}


def set_queued(tx: Transaction, item_ids: Sequence[int]) -> None:
    """Note that tasks were opened on items; what was dropped or set aside stays so."""
    tx.later(SET_QUEUED, ids=tx.listed(item_ids))


def take_needing(tx: Transaction, project_id: int, split: str, needs: int, limit: int) -> list[Row]:
    """Return the next untouched items with one need, in the pool's random order, locked."""
    return tx.rows(TAKE_NEEDING, project_id=project_id, split=split, needs=needs, limit=limit)


def list_needs(tx: Transaction, project_id: int, after: int, limit: int) -> list[Row]:
    """Return items with a `seq` above `after`, with their data and what is noted of their needs."""
    return tx.rows(NEEDS_PAGE, project_id=project_id, after=after, limit=limit)


def set_needs(tx: Transaction, item_id: int, needs: int) -> None:
    """Note the bits of the abilities that an item needs."""
    tx.run(SET_NEEDS, item_id=item_id, needs=needs)


def set_state(tx: Transaction, item_id: int, state: str) -> None:
    """Move an item between new, queued and settled; dropped or set aside, it stays so."""
    tx.later(SET_STATE, item_id=item_id, state=state)


def set_aside(tx: Transaction, item_id: int) -> bool:
    """Set an item aside; False where it is already, or dropped."""
    return tx.run(SET_ASIDE, item_id=item_id) == 1


def take_up(tx: Transaction, item_id: int) -> bool:
    """Put an item that was set aside back to the queued ones; False where it is not aside."""
    return tx.run(TAKE_UP, item_id=item_id) == 1


def add_fields(tx: Transaction, project_id: int, fields: Sequence[dict[str, Any]]) -> None:
    """Add fields that are not known yet."""
    tx.run_many(ADD_FIELD, [{**field, "project_id": project_id} for field in fields])


def list_fields(tx: Transaction, project_id: int, *, is_last: bool = False) -> list[Row]:
    """Return the fields in the order they came; `is_last` where a unit of work reads no more."""
    read = tx.rows_at_end if is_last else tx.rows
    return read(LIST_FIELDS, project_id=project_id)


def visible_fields(
    tx: Transaction, project_id: int, *, to: str = "annotator", is_last: bool = False
) -> frozenset[str]:
    """Return the names of the fields that an annotator, or another reader, may see."""
    declared = list_fields(tx, project_id, is_last=is_last)
    return frozenset(row.name for row in declared if to in row.visible_to.split(","))


def read_data(row: Row) -> dict[str, Any]:
    """Return an item row's data."""
    data: dict[str, Any] = json.loads(row.data)
    return data
