"""The queue in few words: items, slots, and who has what; what the hub does must be what it says.

The model predicts what a step changes. Which questions are asked again is drawn by chance: the
model only judges whether it was allowed, and takes it over.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from labeling.clock import MICROS
from labeling.database import Row
from tests.factories import PRICE

OVERLAP: Final = 2
LEASE: Final = 100
WINDOW: Final = 300
IDLE: Final = 250
CAP: Final = 9 * PRICE
AGAIN_AFTER: Final = 2
ASIDE_AFTER: Final = {"flag": 2, "none_fits": 2, "cannot_see": 1}
PAID: Final = {"rather_not"}
COUNTS: Final = {"unsure"}
ENDED: Final = {"expired", "released"}
ANSWERED: Final = {"submitted", "skipped"}
POLICY: Final = {
    "unsure": {"consequence": "counts", "set_aside_after": None},
    "none_fits": {"set_aside_after": 2},
    "cannot_see": {"consequence": "set_aside", "set_aside_after": None},
    "rather_not": {"paid": True},
    "flags_set_aside_after": 2,
    "reask_after_answers": AGAIN_AFTER,
    "reask_after_seconds": 0,
    "group_idle_seconds": IDLE,
}


@dataclass
class Asked:
    """One asking of an item: its slots, and whether people are still asked."""

    item: int
    pass_n: int
    wanted: int
    slots: int
    state: str = "open"
    is_ahead: bool = False


@dataclass
class Held:
    """One assignment: what became of it, and what it costs."""

    who: int
    task: Asked
    row: Row
    state: str = "leased"
    lease_n: int = 1
    expires_at: int = 0
    reserved: int = PRICE
    paid: int = 0
    kind: str = ""
    label: str = ""
    counts: bool = False
    order: int = 0

    def end(self, state: str, kind: str, *, paid: int, counts: bool, order: int) -> None:
        """Note what was sent for it."""
        self.state, self.kind, self.paid, self.counts = state, kind, paid, counts
        self.reserved, self.order = 0, order


@dataclass
class Kept:
    """A slot kept for a person until a time; a re-ask is for nobody else afterwards."""

    who: int
    task: Asked
    due: int
    is_reask: bool
    is_waiting: bool = True
    is_over: bool = False
    was_leased: bool = False

    def lease(self) -> None:
        """Note that its person holds it."""
        self.is_waiting, self.was_leased = False, True


@dataclass
class Model:
    """What the queue is, after every step."""

    order: list[int]
    groups: dict[int, int]
    seq: dict[int, int]
    together: bool
    tasks: list[Asked] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    reports: dict[int, set[tuple[int, str, int]]] = field(default_factory=dict)
    readers: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    committed: int = 0
    sent: int = 0

    def task_of(self, item: int) -> Asked | None:
        """Return the first asking of an item."""
        return next((t for t in self.tasks if (t.item, t.pass_n) == (item, 1)), None)

    def mine(self, who: int, task: Asked) -> Held | None:
        """Return a person's assignment of an asking."""
        same = (task.item, task.pass_n)
        return next(
            (h for h in self.held if h.who == who and (h.task.item, h.task.pass_n) == same), None
        )

    def reserve(self, amount: int = PRICE) -> bool:
        """Commit an amount under the cap."""
        fits = self.committed + amount <= CAP
        self.committed += amount if fits else 0
        return fits

    def kept_for(self, held: Held) -> Kept | None:
        """Return the slot that an assignment was leased from, where it was kept for its person."""
        return next(
            (
                k
                for k in self.kept
                if k.was_leased
                and not k.is_over
                and (k.who, id(k.task)) == (held.who, id(held.task))
            ),
            None,
        )

    def give_back(self, held: Held, state: str, now: int) -> None:
        """End a lease unanswered: its slot waits for its person, or returns."""
        held.state = state
        kept = self.kept_for(held)
        if kept is not None and not kept.is_waiting and (kept.due > now or kept.is_reask):
            kept.is_waiting = True
        else:
            held.task.slots += 1
            if kept is not None and not kept.is_waiting:
                kept.is_over = True

    def expire(self, now: int, who: int | None = None) -> None:
        """End what has run out."""
        for held in self.held:
            if held.state == "leased" and held.expires_at <= now and who in (None, held.who):
                self.give_back(held, "expired", now)

    def sweep(self, now: int) -> None:
        """Do what the background turn does."""
        for kept in self.kept:
            if kept.is_waiting and not kept.is_over and kept.due <= now:
                kept.is_over, kept.is_waiting = True, False
                kept.task.slots += 1
                kept.task.state = "withdrawn" if kept.is_reask else kept.task.state
        self.expire(now)
        for held in self.held:
            if held.state == "expired" and held.expires_at + WINDOW * MICROS <= now:
                self.committed -= held.reserved
                held.reserved = 0

    def waiting(self, who: int, now: int) -> list[Kept]:
        """Return what is kept for a person and may be leased, the soonest due first."""
        found = [
            k
            for k in self.kept
            if k.who == who
            and k.is_waiting
            and k.due > now
            and k.task.state == "open"
            and ((held := self.mine(who, k.task)) is None or held.state in ENDED)
        ]
        return sorted(found, key=lambda k: k.due)

    def free(self, who: int, now: int) -> list[int]:
        """Return the items a person may be leased from the queue or the pool, the best first.

        What was opened to be assigned comes first, the newest before; all else as in the pool.
        """
        ahead = [t.item for t in reversed(self.tasks) if t.is_ahead]
        rest = [item for item in self.order if item not in ahead]
        return [item for item in ahead + rest if self._may_have(who, item, now)]

    def _may_have(self, who: int, item: int, now: int) -> bool:
        task = self.task_of(item) or Asked(item, 1, OVERLAP, OVERLAP)
        held = self.mine(who, task)
        others = sum(
            reader != who and until > now and group == self.groups[item] and at < self.seq[item]
            for reader, (group, at, until) in self.readers.items()
        )
        return (
            task.state == "open"
            and task.slots > (others if self.together else 0)
            and (held is None or held.state in ENDED)
        )

    def open(self, item: int, *, is_ahead: bool = False) -> Asked:
        """Return the first asking of an item, opened where it is untouched."""
        found = self.task_of(item)
        if found is None:
            found = Asked(item, 1, OVERLAP, OVERLAP, is_ahead=is_ahead)
            self.tasks.append(found)
        return found

    def lease(self, who: int, task: Asked, row: Row, *, takes_slot: bool) -> None:
        """Take a task over as leased; the hub's row has the next number."""
        before = self.mine(who, task)
        assert before is None or before.state in ENDED, "it was answered or is held"
        if not (before and before.reserved):
            assert self.reserve(), "the cap was passed"
        task.slots -= takes_slot
        assert task.slots >= 0, "there was no slot"
        assert row.lease_n == (before.lease_n + 1 if before else 1)
        if before is not None:
            self.held.remove(before)
        self.held.append(Held(who, task, row, lease_n=row.lease_n, expires_at=row.expires_at))

    def settle(self, task: Asked) -> None:
        """Close an asking whose opinions are all in."""
        opinions = sum(h.counts for h in self.held if h.task is task)
        if task.state == "open" and opinions >= task.wanted:
            task.state = "closed"

    def answer(self, held: Held, label: str) -> tuple[bool, int]:
        """Answer a question and return whether it counts, and what it earns."""
        if held.state in ANSWERED:
            return False, 0
        live = held.state == "leased"
        counts, paid = live or self._late_slot(held), held.reserved
        if not live and not paid:
            paid = PRICE if self.reserve() else 0
        self.sent += 1
        held.label = label
        held.end("submitted", "answer", paid=paid, counts=counts, order=self.sent)
        self.settle(held.task)
        return counts, paid

    def _late_slot(self, held: Held) -> bool:
        if self._take_kept(held):
            return True
        free = held.task.state == "open" and held.task.slots > 0
        held.task.slots -= free
        return free

    def _take_kept(self, held: Held) -> bool:
        kept = self.kept_for(held)
        if kept is None or not kept.is_waiting:
            return False
        kept.is_waiting = False
        return True

    def skip(self, held: Held, kind: str) -> int:
        """Skip or flag a question and return what that earns."""
        has_slot = held.state == "leased" or self._take_kept(held)
        counts = has_slot and (kind in COUNTS or held.task.pass_n > 1)
        paid = held.reserved if kind in PAID else 0
        self.committed -= held.reserved - paid
        held.task.slots += has_slot and not counts
        self.sent += 1
        held.end("skipped", kind, paid=paid, counts=counts, order=self.sent)
        report = (held.who, kind, held.task.pass_n)
        self.reports.setdefault(held.task.item, set()).add(report)
        if held.task.pass_n == 1 and self._is_reported(held.task.item):
            self._set_aside(held.task)
        self.settle(held.task)
        return paid

    def _is_reported(self, item: int) -> bool:
        found = self.reports.get(item, set())
        return any(
            len({who for who, kind, _ in found if kind == counted}) >= limit
            for counted, limit in ASIDE_AFTER.items()
        )

    @staticmethod
    def _set_aside(task: Asked) -> None:
        if task.state in {"open", "closed"}:
            task.state = "set_aside"

    def take_up(self, task: Asked) -> None:
        """Open what was set aside; its answers may close it at once."""
        task.state = "open"
        self.settle(task)

    def undo(self, held: Held, now: int) -> bool:
        """Take back what was sent; False where that is refused and nothing changes."""
        if held.state not in ANSWERED or (held.kind == "answer" and not held.counts):
            return False
        task, report = held.task, (held.who, held.kind, held.task.pass_n)
        before = (task.state, set(self.reports.get(task.item, set())))
        self.reports.get(task.item, set()).discard(report)
        if task.state == "set_aside" and not self._is_reported(task.item):
            self.take_up(task)
        if not self._slot_again(held) or not self._money_again(held):
            task.state, self.reports[task.item] = before
            return False
        held.state, held.counts, held.paid = "leased", False, 0
        held.lease_n, held.expires_at = held.lease_n + 1, now + LEASE * MICROS
        return True

    def _slot_again(self, held: Held) -> bool:
        task = held.task
        if held.counts:
            asked_anew = any(
                t is not task and (t.item, t.pass_n, t.state) == (task.item, task.pass_n, "open")
                for t in self.tasks
            )
            if task.state == "closed" and asked_anew:
                return False
            task.state = "open" if task.state == "closed" else task.state
            return True
        return task.state == "open" and task.slots > 0

    def _money_again(self, held: Held) -> bool:
        """Reserve for the next answer; take the slot of a skip that had given it back."""
        reserved = held.paid or (PRICE if self.reserve() else 0)
        if not held.counts and not reserved:
            return False
        held.task.slots -= not held.counts
        held.reserved = reserved
        return True
