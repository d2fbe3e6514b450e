"""What is left of a deleted project goes: rows in chunks, then files that nobody else names.

Each turn is one short write, and what it did is remembered in it: a kill at any instant costs one
turn. `project.purge` in the installation's record is the stone that stays.
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any, Final

from labeling.audit import store as audit
from labeling.audit.seals.rows import store as row_seals
from labeling.database import Actor, owned_tables
from labeling.deletion import files, store
from labeling.projects.policy import parse_policy

if TYPE_CHECKING:
    from pathlib import Path

    from labeling.database import Hub, OwnedTable, Row, Transaction

JOB: Final = Actor("job")
LOG = logging.getLogger(__name__)
AT: Final = "_at"
"""The table whose rows are being deleted, among the counts."""
FILES_A_TURN: Final = 100


class Purge:
    """Purges one project after the other, a turn at a time."""

    def __init__(self, hub: Hub, folder: Path) -> None:
        self._hub, self._folder = hub, folder

    def turn(self) -> int:
        """Do the next step of the purge that is due first; 0 where none is."""
        found = self._hub.read_now(store.due)
        if found is None:
            return 0
        if found.phase == "grace":
            self._hub.write_now(lambda tx: store.begin(tx, found.project_id), JOB)
        elif found.phase == "rows":
            self._hub.write_unchecked_now(lambda tx: self._rows(tx, found), JOB)
        elif found.phase == "references":
            self._hub.write_now(lambda tx: self._references(tx, found), JOB)
        else:
            self._files(found)
        return 1

    def _rows(self, tx: Transaction, deletion: Row) -> None:
        """Delete a chunk of rows of the table at hand, children before their parents."""
        counts: dict[str, Any] = json.loads(deletion.counts)
        tables = {table.name: table for table in owned_tables()}
        names = list(tables)
        at = counts.get(AT, names[0])
        table = tables[at if at in tables else names[0]]
        after = self._chunk(tx, deletion, table, counts)
        phase = "rows"
        if after is None:
            place = names.index(table.name) + 1
            if place == len(names):
                phase = "references"
                counts.pop(AT, None)
            else:
                counts[AT] = names[place]
        store.move(tx, deletion.project_id, phase, after or 0, counts)

    def _chunk(
        self, tx: Transaction, deletion: Row, table: OwnedTable, counts: dict[str, Any]
    ) -> int | None:
        columns = files.NAMING.get(table.name, ())
        project_id = deletion.project_id
        store.open_door(tx, project_id)
        rows, after = store.take_rows(tx, table, project_id, deletion.cursor, columns)
        store.shut_door(tx, project_id)
        if rows:
            row_seals.step_back(tx, table.name)
        store.add_files(tx, project_id, files.places_of(self._folder, table.name, rows))
        if rows:
            counts[table.name] = counts.get(table.name, 0) + len(rows)
        return after

    @staticmethod
    def _references(tx: Transaction, deletion: Row) -> None:
        """Take off the list the pictures that another project's items name, 1,000 items a turn."""
        counts: dict[str, Any] = json.loads(deletion.counts)
        rows = store.other_items(tx, deletion.project_id, deletion.cursor)
        for row in rows:
            for place in files.blobs_in(row.data):
                store.keep_file(tx, deletion.project_id, place)
        phase = "references" if rows else "files"
        after = rows[-1].id if rows else 0
        store.move(tx, deletion.project_id, phase, after, counts)

    def _files(self, deletion: Row) -> None:
        """Remove some files; when none is left, set the stone."""
        project_id = deletion.project_id
        listed = self._hub.read_now(lambda tx: store.files(tx, project_id, FILES_A_TURN))
        if not listed:
            self._hub.write_now(lambda tx: self._end(tx, deletion), JOB)
            return
        kept = self._hub.read_now(
            lambda tx: {place for place in listed if files.is_named(tx, self._folder, place)}
        )
        removed = sum(
            files.remove(self._folder, place, deletion.purge_at)
            for place in listed
            if place not in kept
        )

        def note(tx: Transaction) -> None:
            counts: dict[str, Any] = json.loads(deletion.counts)
            counts["files"] = counts.get("files", 0) + removed
            for place in listed:
                store.keep_file(tx, project_id, place)
            store.move(tx, project_id, "files", 0, counts)

        self._hub.write_now(note, JOB)

    @staticmethod
    def _end(tx: Transaction, deletion: Row) -> None:
        store.empty_project(tx, deletion.project_id, parse_policy({}).model_dump_json())
        store.end(tx, deletion.project_id)
        audit.record(
            tx,
            None,
            "project.purge",
            "project",
            deletion.project_id,
            "its time after deletion was over",
            slug=deletion.slug,
            rows=json.loads(deletion.counts),
        )
        LOG.info("project %s was purged", deletion.project_id)
