"""Hold the record against its seals: finds a row that was changed, removed or put in.

Streams both in the order of their ids, so that a long record needs no more memory than a short
one, and reads only: it works while the hub runs, and on a backup.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from labeling.audit.seals import store
from labeling.audit.seals.chain import GENESIS, Mark, link_digest, payload_digest, unpack
from labeling.audit.seals.covered import named_rows
from labeling.audit.seals.report import Finding, Kind, Report
from labeling.audit.seals.rows import store as row_store
from labeling.audit.seals.rows.verification import RowWalk, lists_rows

if TYPE_CHECKING:
    from labeling.audit.seals.anchors import Anchor
    from labeling.audit.seals.rows.store import Position
    from labeling.database import Row, Transaction

T = TypeVar("T")
Read = Callable[[Callable[["Transaction"], T]], T]
PURGE: Final = "project.purge"
"""The installation's event that says that a project's rows were removed through the one door."""
ERASURES: Final = (".erase", ".purge")
"""Ends of the actions that may erase payloads."""
EVENTS_A_PAGE: Final = 1_000
SEALS_A_PAGE: Final = 50
MOST_FINDINGS: Final = 1_000


@dataclass(frozen=True, slots=True)
class _Known:
    """An event as it is now, on its way to its seal."""

    mark: Mark
    event: Row


def verify(
    read: Callable[[Callable[[Transaction], Any]], Any],
    *,
    project_id: int | None = None,
    anchors: Iterable[Anchor] = (),
) -> Report:
    """Verify the record of an installation, or of one project of it.

    Parameters
    ----------
    read
        Runs a function on a reading transaction (`Hub.read_now`).
    project_id
        Only this project's rows; the chain itself is always followed from its beginning.
    anchors
        Heads that were written outside: the chain must still contain each.

    """
    return _Verification(read, project_id).run(anchors)


class _Verification:
    """One walk over seals and events side by side."""

    def __init__(
        self, read: Callable[[Callable[[Transaction], Any]], Any], project_id: int | None
    ) -> None:
        self.read = read
        self.project_id = project_id
        self.report = Report()
        self.position, head, self.purged, self.rows, row_positions = read(self._begin)
        self.row_walk = RowWalk(read, self._find, project_id, row_positions, self.purged)
        self.upto = head.n if head else 0
        self.listed: dict[int, tuple[int, Mark]] = {}
        self.known: dict[int, _Known] = {}
        self.vouched: dict[str, set[int]] = {}
        self.erased_by: set[int] = set()
        self.after_event = 0
        self.no_more_events = False
        self.saw_position = self.position[1] == 0

    def _begin(
        self, tx: Transaction
    ) -> tuple[
        tuple[int, int], Row | None, frozenset[int], dict[str, list[int]], dict[str, Position]
    ]:
        rows, positions = store.covered_ids(tx, self.project_id), row_store.positions(tx)
        return store.position(tx), store.head(tx), store.purged_projects(tx, PURGE), rows, positions

    def run(self, anchors: Iterable[Anchor]) -> Report:
        """Walk to the end and say what does not fit."""
        for seal in self._seals():
            self._take_seal(seal)
            highest = max(self.listed, default=0)
            while self.after_event < highest and not self.no_more_events:
                self._take_events()
        while not self.no_more_events:
            self._take_events()
        self._end()
        for anchor in anchors:
            self._check_anchor(anchor)
        return self.report

    def _find(self, kind: Kind, table: str, row_id: int, text: str) -> None:
        if len(self.report.findings) < MOST_FINDINGS:
            self.report.findings.append(Finding(kind, table, row_id, text))

    # ------------------------------------------------------------------------------- the chain

    def _seals(self) -> Iterable[Row]:
        """Yield every link in order, held against the one before it."""
        n, previous = 0, GENESIS
        while page := self.read(partial(self._seals_after, n)):
            for seal in page:
                if seal.n != n + 1:
                    self._find("missing", "audit_seal", n + 1, f"seal {n + 1} is missing")
                elif seal.previous != previous:
                    text = f"seal {seal.n} does not follow seal {n}"
                    self._find("changed", "audit_seal", seal.n, text)
                self._check_link(seal)
                n, previous = seal.n, seal.digest
                self.report.n_seals += 1
                yield seal
        self.report.head_n, self.report.head = n, previous

    def _seals_after(self, n: int, tx: Transaction) -> list[Row]:
        return store.seals_after(tx, n, self.upto, SEALS_A_PAGE)

    def _check_link(self, seal: Row) -> None:
        digest = link_digest(
            n=seal.n,
            created_at=seal.created_at,
            project_id=seal.project_id,
            n_events=seal.n_events,
            marks=seal.marks,
            previous=seal.previous,
        )
        if digest != seal.digest:
            self._find("changed", "audit_seal", seal.n, f"seal {seal.n} was changed")

    def _take_seal(self, seal: Row) -> None:
        """List the events of a seal; those of a purged project are gone and accounted for."""
        try:
            if lists_rows(seal.marks):
                self.row_walk.take(seal.n, seal.marks)
                return
            marks = list(unpack(seal.marks))
        except ValueError:
            text = f"the list of seal {seal.n} cannot be read"
            self._find("changed", "audit_seal", seal.n, text)
            return
        self.saw_position |= any(mark.event_id == self.position[1] for mark in marks)
        if self.project_id not in {None, seal.project_id}:
            return
        if seal.project_id in self.purged:
            self.report.n_purged += len(marks)
            return
        for mark in marks:
            known = self.known.pop(mark.event_id, None)
            if known is None:
                self.listed[mark.event_id] = (seal.n, mark)
            else:
                self._compare(known, mark)

    # ------------------------------------------------------------------------------ the events

    def _take_events(self) -> None:
        """Read the next events with what they vouch for, and hold them against their seals."""

        def page(tx: Transaction) -> tuple[list[Row], list[Mark], dict[int, Row]]:
            events = store.events_after(tx, self.project_id, self.after_event, EVENTS_A_PAGE)
            if not events:
                return [], [], {}
            payloads = store.payloads(tx, events[0].id, events[-1].id)
            return events, store.marks_of(tx, events), payloads

        events, marks, payloads = self.read(page)
        self.no_more_events = len(events) < EVENTS_A_PAGE
        self.after_event = events[-1].id if events else self.after_event
        for event, mark in zip(events, marks, strict=True):
            self.report.n_events += 1
            self._check_payload(event, payloads.get(event.id))
            self._note_vouched(event)
            if (event.transaction_id, event.id) > self.position:
                self.report.n_unsealed += 1  # written after the walk began, or not sealed yet
                continue
            listed = self.listed.pop(event.id, None)
            if listed is None:
                self.known[event.id] = _Known(mark, event)
            else:
                self._compare(_Known(mark, event), listed[1])

    def _compare(self, known: _Known, mark: Mark) -> None:
        event = known.event
        said = f"audit_event {event.id} ({event.action}, {event.object_kind} {event.object_id})"
        if known.mark.event != mark.event:
            self._find("changed", "audit_event", event.id, f"{said} was changed")
        elif known.mark.vouched != mark.vouched:
            missing = self.read(lambda tx: store.missing_rows(tx, event))
            for table, row_id in missing:
                self._find("missing", table, row_id, f"{table} {row_id} is missing: {said}")
            if not missing:
                names = " or ".join(f"{table} {row_id}" for table, row_id in named_rows(event))
                text = f"{names}, or what it earned, was changed: {said}"
                self._find("changed", event.object_kind, event.object_id, text)

    def _check_payload(self, event: Row, payload: Row | None) -> None:
        if event.digest is None:
            return
        if payload is None:
            text = f"the payload of audit_event {event.id} is missing"
            self._find("missing", "audit_payload", event.id, text)
        elif payload.content is None and payload.erased_by is not None:
            self.report.n_erased += 1
            self.erased_by.add(payload.erased_by)
        elif payload_digest(event.salt, payload.content or "") != event.digest:
            text = f"the payload of audit_event {event.id} ({event.action}) was changed"
            self._find("changed", "audit_payload", event.id, text)

    def _note_vouched(self, event: Row) -> None:
        for table, row_id in named_rows(event):
            if table in self.rows:
                self.vouched.setdefault(table, set()).add(row_id)

    # --------------------------------------------------------------------------------- the end

    def _end(self) -> None:
        """Say what is left over on either side."""
        purged = self.read(lambda tx: store.purged_projects(tx, PURGE))
        for event_id, (n, _) in sorted(self.listed.items()):
            seal = self.read(partial(_seal_at, n))
            if seal is not None and seal.project_id in purged:
                self.report.n_purged += 1
                continue
            text = f"audit_event {event_id} is missing: seal {n} lists it"
            self._find("missing", "audit_event", event_id, text)
        for event_id, known in sorted(self.known.items()):
            text = f"audit_event {event_id} ({known.event.action}) is in no seal: put in later"
            self._find("inserted", "audit_event", event_id, text)
        if not self.saw_position:
            text = f"the end of the chain is cut off: event {self.position[1]} was sealed"
            self._find("cut off", "audit_seal", self.upto + 1, text)
        self._check_unvouched()
        self._check_erasures()
        self._end_rows(purged)

    def _end_rows(self, purged: frozenset[int]) -> None:
        self.row_walk.end(purged)
        self.report.n_rows = self.row_walk.n_rows
        self.report.n_rows_purged = self.row_walk.n_purged
        self.report.n_rows_unsealed = self.row_walk.n_unsealed()

    def _check_unvouched(self) -> None:
        """Find rows that were put in without an event."""
        for table, ids in self.rows.items():
            for row_id in sorted(set(ids) - self.vouched.get(table, set())):
                text = f"{table} {row_id} is in no event: put in later"
                self._find("inserted", table, row_id, text)
        after = 0
        while page := self.read(partial(self._unvouched, after)):
            after = page[-1]
            for row_id in page:
                text = f"annotation {row_id} is in no event: put in later"
                self._find("inserted", "annotation", row_id, text)
            if len(self.report.findings) >= MOST_FINDINGS:
                return

    def _unvouched(self, after: int, tx: Transaction) -> list[int]:
        return store.unvouched_annotations(tx, self.project_id, after, EVENTS_A_PAGE)

    def _check_erasures(self) -> None:
        """Find payloads that were emptied by something else than an erasure."""
        for event_id in sorted(self.erased_by):
            event = self.read(partial(_event, event_id))
            if event is None or not event.action.endswith(ERASURES):
                text = f"a payload was emptied by event {event_id}, which is no erasure"
                self._find("changed", "audit_payload", event_id, text)

    def _check_anchor(self, anchor: Anchor) -> None:
        self.report.n_anchors += 1
        seal = self.read(partial(_seal_at, anchor.n))
        if seal is None:
            text = f"the chain is cut off: seal {anchor.n} was written outside at {anchor.at}"
            self._find("cut off", "audit_seal", anchor.n, text)
        elif seal.digest != anchor.digest:
            text = f"seal {anchor.n} is not the one that was written outside at {anchor.at}"
            self._find("changed", "audit_seal", anchor.n, text)


def _seal_at(n: int, tx: Transaction) -> Row | None:
    return store.seal_at(tx, n)


def _event(event_id: int, tx: Transaction) -> Row | None:
    return store.event(tx, event_id)
