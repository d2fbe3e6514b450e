"""Watches every write of the hubs in this process: which tables it touched, what it recorded."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from unittest import mock

from labeling.database import Actor, Row, Transaction, postgresql, sqlite
from labeling.database.transaction import call_on

CHANGE: Final = re.compile(r"\b(?:INSERT INTO|UPDATE|DELETE FROM)\s+([a-z_]+)")
DERIVED: Final = {
    "audit_event": "the record itself",
    "audit_payload": "the record itself",
    "audit_row_position": "the record itself",
    "audit_seal": "the record itself",
    "audit_sealer": "the record itself",
    "outbox": "what must happen after the commit, with its cause",
    "outbox_position": "how far a consumer has read",
    "kept_reply": "a reply under a client's key, written with what it tells of",
    "throttle": "how often somebody tried to get in",
    "mail": "letters on their way; the link in one is recorded when it is made",
    "counter": "sums of what is recorded",
    "vote": "the answers in integers",
    "consensus": "inferred from the answers; its own events are append-only",
    "consensus_event": "append-only events of their own",
    "annotator_skill": "inferred from the answers",
}
"""Tables whose rows follow from recorded ones, or are the record; why."""


@dataclass(slots=True)
class Unit:
    """One unit of work that ended well."""

    actor: Actor
    where: str = ""
    tables: set[str] = field(default_factory=set)
    actions: list[str] = field(default_factory=list)

    @property
    def changed(self) -> set[str]:
        """The tables that needed an event."""
        return self.tables - set(DERIVED)


class WatchedTransaction(Transaction):
    """A transaction that notes what is changed through it."""

    __slots__ = ("unit",)

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.unit = Unit(self.actor)

    def _note(self, sql: str, params: Mapping[str, Any]) -> None:
        for table in CHANGE.findall(sql):
            self.unit.tables.add(table)
            if table == "audit_event":
                self.unit.actor = self.actor
                self.unit.actions.append(params["action"])

    def rows(self, sql: str, **params: Any) -> list[Row]:
        """Return all result rows; what found no row to change changed nothing."""
        found = super().rows(sql, **params)
        if found:
            self._note(sql, params)
        return found

    def value(self, sql: str, **params: Any) -> Any:
        """Return the first value."""
        found = super().value(sql, **params)
        if found is not None:
            self._note(sql, params)
        return found

    def run(self, sql: str, **params: Any) -> int:
        """Run a statement."""
        changed = super().run(sql, **params)
        if changed:
            self._note(sql, params)
        return changed

    def later(self, sql: str, **params: Any) -> None:
        """Run a write at once: only then is it known whether it changed anything."""
        self.run(sql, **params)

    def rows_with_waiting(self, sql: str, **params: Any) -> list[Row]:
        """Return all result rows; nothing waits."""
        return self.rows(sql, **params)

    def run_many(self, sql: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run a statement for each mapping."""
        listed = list(rows)
        super().run_many(sql, listed)
        if listed:
            self._note(sql, listed[0])


@contextmanager
def watched_writes() -> Iterator[list[Unit]]:
    """Yield the list that every unit of work which changed something is added to."""
    units: list[Unit] = []

    def noted(fn: Callable[[Transaction], Any], tx: Transaction) -> Any:
        result = call_on(fn, tx)
        assert isinstance(tx, WatchedTransaction)
        if tx.unit.tables:
            tx.unit.where = getattr(fn, "__qualname__", repr(fn))
            units.append(tx.unit)
        return result

    with (
        mock.patch.object(sqlite, "Transaction", WatchedTransaction),
        mock.patch.object(postgresql, "Transaction", WatchedTransaction),
        mock.patch.object(sqlite, "call_on", noted),
        mock.patch.object(postgresql, "call_on", noted),
    ):
        yield units
