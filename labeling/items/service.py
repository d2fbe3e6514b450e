"""The verbs of the pool: declare fields, import items."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from labeling.audit import store as audit
from labeling.errors import InvalidInputError, TooLargeError
from labeling.items import store
from labeling.items.hashing import INCLUSION
from labeling.items.prepare import (
    Field,
    NewItem,
    NotTakenError,
    Prepared,
    Recipe,
    RefusedRow,
    preparer,
)
from labeling.outbox import store as outbox
from labeling.projects import store as projects

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from labeling.database import Row, Transaction

__all__ = [
    "FIELD_KINDS",
    "MOST_ITEMS_PER_WRITE",
    "Field",
    "ImportReport",
    "NewItem",
    "RefusedRow",
    "Taken",
    "declare_fields",
    "import_items",
    "recipe_of",
    "take_rows",
]
MOST_ITEMS_PER_WRITE: Final = 1_000
FIELD_KINDS: Final = ("text", "picture", "number", "category")


@dataclass(slots=True)
class ImportReport:
    """What an import took and what it did not; the four add up to the rows given.

    `changed_lines` names the rows whose key is known with other content and that were kept out;
    `superseded` counts those that replaced an item, where that was asked for. `unlisted` rows were
    refused beside the listed ones.
    """

    added: int = 0
    duplicates: int = 0
    changed: int = 0
    superseded: int = 0
    unlisted: int = 0
    refused: list[RefusedRow] = field(default_factory=list)
    changed_lines: list[int] = field(default_factory=list)

    def add(self, other: ImportReport) -> None:
        """Add another part of the same import."""
        self.added += other.added
        self.duplicates += other.duplicates
        self.changed += other.changed
        self.superseded += other.superseded
        self.unlisted += other.unlisted
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


def recipe_of(tx: Transaction, project: Row) -> Recipe:
    """Return how rows of a project are prepared: its salt, and what annotators see."""
    return Recipe(project.split_salt, tuple(sorted(store.visible_fields(tx, project.id))))


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
    prepare = preparer(recipe_of(tx, project))
    rows: list[Prepared] = []
    positions: list[int] = []
    refused: list[RefusedRow] = []
    for position, item in enumerate(items, start=1):
        try:
            rows.append(prepare(item.line, item.data, item.key, item.group, item.attributes))
            positions.append(item.line or position)
        except NotTakenError as error:
            refused.append(RefusedRow(item.line or position, item.key, str(error)))
    fields = dict.fromkeys(name for item in items for name in item.data)
    report = take_rows(tx, project, rows, source, fields).report
    report.changed_lines = [positions[place] for place in report.changed_lines]
    report.refused = refused
    return report


def take_rows(
    tx: Transaction,
    project: Row,
    rows: Sequence[Prepared],
    source: str,
    fields: Iterable[str],
    *,
    update: bool = False,
) -> Taken:
    """Take prepared rows into the pool, at most 1,000 in one write; idempotent by key.

    Parameters
    ----------
    tx, project, source
        As in `import_items`.
    rows
        What `prepare` made; refused rows are not among them.
    fields
        Names of the columns; those that nobody declared are kept for the owner.
    update
        Whether a known key with new content replaces the older item; it is dropped, and its
        answers stay with it. Not within one source: the first row of a key stands.

    Returns
    -------
    Taken
        Its report's `changed_lines` are places in `rows`.

    """
    return _Import(tx, project, source, update=update).run(rows, fields)


class Taken(NamedTuple):
    """What became of a part of an import, and the items that were replaced."""

    report: ImportReport
    replaced: list[int]


class _Import:
    """One part of an import on its way: what is new, what was there, what is changed."""

    def __init__(self, tx: Transaction, project: Row, source: str, *, update: bool) -> None:
        self.tx, self.project, self.source, self.update = tx, project, source, update
        self.seq = store.lock_pool(tx, project.id)
        self.report = ImportReport()
        self.rows: list[tuple[Any, ...]] = []
        self.splits: list[str] = []
        self.copies: list[tuple[str, int, int]] = []
        self.replaced: list[tuple[str, Any]] = []

    def run(self, rows: Sequence[Prepared], fields: Iterable[str]) -> Taken:
        """Sort the rows in, write what is new, and tell."""
        known = store.find_many(self.tx, self.project.id, [row.key for row in rows])
        for place, row in enumerate(rows):
            found = known.get(row.key)
            if found is None:
                self._add(row, known)
            elif found.content_hash == row.content_hash:
                self._repeat(row, found)
            elif self.update and not self._is_ours(found.source):
                self._replace(row, found, known)
            else:
                self.report.changed += 1
                self.report.changed_lines.append(place)
        return self._finish(fields)

    def _add(self, row: Prepared, known: dict[str, Any], supersedes: int | None = None) -> None:
        self.seq += 1
        source = f"{self.source}:{row.line}" if row.line else self.source
        self.rows.append(
            (
                self.project.id,
                self.tx.now,
                self.seq,
                row.key,
                row.data,
                row.content_hash,
                row.group_hash,
                row.is_grouped,
                row.split,
                INCLUSION[row.split],
                row.shuffle,
                row.attributes,
                "new",
                source,
                supersedes,
            )
        )
        self.splits.append(row.split)
        known[row.key] = _Known(row.content_hash, source)

    def _repeat(self, row: Prepared, found: Any) -> None:
        self.report.duplicates += 1
        if row.line and self._is_copy(found.source, row.line):
            self.copies.append((row.key, row.line, self.seq))

    def _replace(self, row: Prepared, found: Any, known: dict[str, Any]) -> None:
        store.set_aside_key(self.tx, found.id)
        self.report.superseded += 1
        self.replaced.append((row.key, found.id))
        self._add(row, known, supersedes=int(found.id))

    def _finish(self, fields: Iterable[str]) -> Taken:
        store.add_all(self.tx, self.rows)
        self._write_copies()
        self._link_replaced()
        self.report.added = len(self.rows) - len(self.replaced)
        if self.rows:
            store.add_fields(self.tx, self.project.id, self._new_fields(fields))
            _record(self.tx, self.project.id, self.splits, self.seq, self.source)
        return Taken(self.report, [int(old_id) for _, old_id in self.replaced])

    def _write_copies(self) -> None:
        if not self.copies:
            return
        found = store.find_many(self.tx, self.project.id, [key for key, *_ in self.copies])
        for key, line, after_seq in self.copies:
            store.add_copy(
                self.tx,
                self.project.id,
                self.source,
                line=line,
                item_id=found[key].id,
                after_seq=after_seq,
            )

    def _link_replaced(self) -> None:
        if not self.replaced:
            return
        found = store.find_many(self.tx, self.project.id, [key for key, _ in self.replaced])
        for key, old_id in self.replaced:
            store.supersede(self.tx, old_id, found[key].id)

    def _new_fields(self, fields: Iterable[str]) -> list[dict[str, Any]]:
        """Return the columns that nobody declared: kept for the owner, and exported."""
        declared = {row.name for row in store.list_fields(self.tx, self.project.id)}
        undeclared = [name for name in fields if name not in declared]
        return [
            {"name": name, "kind": "text", "visible_to": "owner", "position": position}
            for position, name in enumerate(undeclared, start=len(declared))
        ]

    def _is_ours(self, source: str) -> bool:
        return source == self.source or source.rpartition(":")[0] == self.source

    def _is_copy(self, source: str, line: int) -> bool:
        """Tell a row that repeats another line of this source from one that is imported again."""
        name, _, first_line = source.rpartition(":")
        return name == self.source and first_line != str(line)


@dataclass(frozen=True, slots=True)
class _Known:
    content_hash: str
    source: str


def _record(
    tx: Transaction, project_id: int, splits: Sequence[str], last: int, source: str
) -> None:
    projects.count(tx, project_id, "items", len(splits))
    for split in INCLUSION:
        projects.count(tx, project_id, f"items.{split}", splits.count(split))
    first = last - len(splits) + 1
    audit.record(
        tx, project_id, "item.import", "project", project_id, first=first, last=last, source=source
    )
    outbox.add(tx, project_id, "items", first=first, last=last)
