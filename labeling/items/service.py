"""The verbs of the pool: declare fields, import items."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from labeling.audit import store as audit
from labeling.errors import InvalidInputError, TooLargeError
from labeling.items import store
from labeling.items.hashing import SPLIT_SHARES, content_hash, group_hash, place, split_of
from labeling.outbox import store as outbox
from labeling.projects import store as projects

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labeling.database import Row, Transaction

MOST_ITEMS_PER_WRITE: Final = 1_000
MOST_DATA_CHARACTERS: Final = 65_536
MOST_KEY_CHARACTERS: Final = 500
FIELD_KINDS: Final = ("text", "picture", "number", "category")


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the items' data; without `visible_to` only owners see it."""

    name: str
    kind: str
    visible_to: tuple[str, ...] = ("owner",)


@dataclass(frozen=True, slots=True)
class NewItem:
    """One row on its way into the pool; without a key its content hash is its key."""

    data: dict[str, Any]
    key: str | None = None
    group: str | None = None
    attributes: dict[str, Any] = field(default_factory=dict)
    line: int = 0


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not taken, and why."""

    line: int
    key: str | None
    reason: str


@dataclass(slots=True)
class ImportReport:
    """What an import took and what it did not; the four add up to the rows given.

    `changed_lines` names the rows whose key is known with other content.
    """

    added: int = 0
    duplicates: int = 0
    changed: int = 0
    refused: list[RefusedRow] = field(default_factory=list)
    changed_lines: list[int] = field(default_factory=list)

    def add(self, other: ImportReport) -> None:
        """Add another part of the same import."""
        self.added += other.added
        self.duplicates += other.duplicates
        self.changed += other.changed
        self.refused += other.refused
        self.changed_lines += other.changed_lines

    def as_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


def declare_fields(tx: Transaction, project_id: int, fields: Sequence[Field]) -> None:
    """Declare fields; what was declared before keeps its kind and its readers."""
    for found in fields:
        if found.kind not in FIELD_KINDS:
            raise InvalidInputError(
                f"A field is one of {', '.join(FIELD_KINDS)}.", place=f"fields.{found.name}"
            )
    rows = [
        {
            "name": found.name,
            "kind": found.kind,
            "visible_to": ",".join(found.visible_to),
            "position": position,
        }
        for position, found in enumerate(fields)
    ]
    store.add_fields(tx, project_id, rows)
    audit.record(
        tx, project_id, "item.fields", "project", project_id, fields=[row["name"] for row in rows]
    )


def import_items(
    tx: Transaction, project: Row, items: Sequence[NewItem], source: str = "import"
) -> ImportReport:
    """Import up to 1,000 items; idempotent by key.

    The same key with the same content is a duplicate, with new content it is reported as changed
    and kept out. A row that is refused stops no other.

    Parameters
    ----------
    tx
        The write this belongs to.
    project
        The project's row.
    items
        The rows; a `line` above 0 says where in the source a row stands.
    source
        Names the source and its content, so that a row given again is told from a copy in the file.

    """
    if len(items) > MOST_ITEMS_PER_WRITE:
        raise TooLargeError(f"At most {MOST_ITEMS_PER_WRITE:,} items at once; send them in parts.")
    taken = _Import(tx, project, source)
    for position, item in enumerate(items):
        taken.take(item, item.line or position + 1)
    return taken.finish()


class _Import:
    """One part of an import on its way: what is new, what was there, what is refused."""

    def __init__(self, tx: Transaction, project: Row, source: str) -> None:
        self.tx, self.project, self.source = tx, project, source
        self.seq = store.lock_pool(tx, project.id)
        self.declared = {row.name for row in store.list_fields(tx, project.id)}
        self.undeclared: dict[str, None] = {}
        self.shown = store.visible_fields(tx, project.id)
        self.report = ImportReport()
        self.rows: list[dict[str, Any]] = []
        self.seen: dict[str, _Known] = {}
        self.copies: list[tuple[str, int, int]] = []

    def take(self, item: NewItem, line: int) -> None:
        """Sort one row in."""
        reason = _refusal(item, self.shown)
        if reason is not None:
            self.report.refused.append(RefusedRow(line, item.key, reason))
            return
        hashed = content_hash(item.data)
        key = item.key or hashed
        known = self.seen.get(key) or store.find(self.tx, self.project.id, key)
        if known is None:
            self._add(item, key, hashed)
        elif known.content_hash != hashed:
            self.report.changed += 1
            self.report.changed_lines.append(line)
        else:
            self.report.duplicates += 1
            if item.line and self._is_copy(known.source, item.line):
                self.copies.append((key, item.line, self.seq))

    def finish(self) -> ImportReport:
        """Write the new rows and the copies and return the report."""
        store.add_all(self.tx, self.rows)
        for key, line, after_seq in self.copies:
            found = store.find(self.tx, self.project.id, key)
            if found is not None:
                store.add_copy(
                    self.tx,
                    self.project.id,
                    self.source,
                    line=line,
                    item_id=found.id,
                    after_seq=after_seq,
                )
        self.report.added = len(self.rows)
        if self.rows:
            store.add_fields(self.tx, self.project.id, self._new_fields())
            _record(self.tx, self.project.id, self.rows, self.source)
        return self.report

    def _add(self, item: NewItem, key: str, hashed: str) -> None:
        self.seq += 1
        source = f"{self.source}:{item.line}" if item.line else self.source
        self.rows.append(_row(self.project, item, key, hashed, self.seq, self.shown, source))
        self.seen[key] = _Known(hashed, source)
        self.undeclared |= dict.fromkeys(name for name in item.data if name not in self.declared)

    def _new_fields(self) -> list[dict[str, Any]]:
        """Return the columns that nobody declared: kept for the owner, and exported."""
        return [
            {"name": name, "kind": "text", "visible_to": "owner", "position": position}
            for position, name in enumerate(self.undeclared, start=len(self.declared))
        ]

    def _is_copy(self, source: str, line: int) -> bool:
        """Tell a row that repeats another line of this source from one that is imported again."""
        name, _, first_line = source.rpartition(":")
        return name == self.source and first_line != str(line)


@dataclass(frozen=True, slots=True)
class _Known:
    content_hash: str
    source: str


def _refusal(item: NewItem, shown: frozenset[str]) -> str | None:
    try:
        text = json.dumps(item.data, ensure_ascii=False, allow_nan=False)
        (text + (item.key or "")).encode()
    except ValueError as error:
        return f"cannot be stored: {error}"
    if len(text) > MOST_DATA_CHARACTERS:
        return f"longer than {MOST_DATA_CHARACTERS:,} characters"
    if item.key is not None and (len(item.key) > MOST_KEY_CHARACTERS or "\0" in item.key):
        return f"its key is longer than {MOST_KEY_CHARACTERS} characters or holds a NUL"
    missing = sorted(name for name in shown if item.data.get(name) in (None, ""))
    if missing:
        return f"{missing[0]!r} is empty"
    return None


def _row(
    project: Row, item: NewItem, key: str, hashed: str, seq: int, shown: frozenset[str], source: str
) -> dict[str, Any]:
    group = group_hash(item.group, {name: item.data[name] for name in sorted(shown)} or item.data)
    split = split_of(project.split_salt, group)
    return {
        "project_id": project.id,
        "seq": seq,
        "key": key,
        "data": json.dumps(item.data, ensure_ascii=False),
        "content_hash": hashed,
        "group_hash": group,
        "split": split,
        "inclusion_probability": dict(SPLIT_SHARES)[split],
        "shuffle": place(project.split_salt, "shuffle", key),
        "attributes": json.dumps(item.attributes, ensure_ascii=False),
        "source": source,
    }


def _record(tx: Transaction, project_id: int, rows: list[dict[str, Any]], source: str) -> None:
    projects.count(tx, project_id, "items", len(rows))
    for split, _ in SPLIT_SHARES:
        projects.count(tx, project_id, f"items.{split}", sum(row["split"] == split for row in rows))
    first, last = rows[0]["seq"], rows[-1]["seq"]
    audit.record(
        tx, project_id, "item.import", "project", project_id, first=first, last=last, source=source
    )
    outbox.add(tx, project_id, "items", first=first, last=last)
