"""A project with people and items, made in a few words, and driven as the endpoints drive it."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from labeling.annotations import aside, undo
from labeling.annotations import service as answers
from labeling.annotations.edit import Correction, edit_annotation
from labeling.annotations.sending import Receipt, Submission
from labeling.database import Hub, Row, Transaction
from labeling.items import service as items
from labeling.items.hashing import group_hash, split_of
from labeling.people import service as people
from labeling.projects import service as projects
from labeling.projects import store as project_store
from labeling.quality.service import TruthCache
from labeling.review import leasing as review_leasing
from labeling.review import service as review
from labeling.review.sending import Target, VerdictReceipt, VerdictSent
from labeling.review.service import Shown, Verdict
from labeling.review.verdicts import give_verdict
from labeling.schema.label_config import choices_config
from labeling.tasks import holding, leasing
from labeling.tasks import service as tasks
from labeling.tasks.leasing import Leases
from labeling.tasks.personal import service as personal
from labeling.tasks.personal.service import AssignReport, NewAssignment
from labeling.tasks.service import TaskWish
from labeling.workforces import service as workforces
from labeling.workforces import store as workforce_store

PRICE: Final = 10_000
"""What the crew earns for a judgment, in micro-units."""
LABELS: Final = ("a", "b", "c")
CREW: Final = "crew"


Said = str | list[dict[str, Any]]
"""A label, or a whole result where another kind of question is asked."""


def answer(label: Said) -> list[dict[str, Any]]:
    """Return the Label Studio result that gives a label; a result as it is."""
    if not isinstance(label, str):
        return label
    return [
        {
            "from_name": "label",
            "to_name": "item",
            "type": "choices",
            "value": {"choices": [label]},
        }
    ]


def make_project(
    tx: Transaction,
    *,
    slug: str = "p",
    budget_micros: int | None = None,
    price_micros: int = PRICE,
    label_config: str = "",
    **policy: Any,
) -> Row:
    """Create a project that shows one text and asks one question, with a workforce `crew`.

    It asks for one of `LABELS`, unless a `label_config` asks something else.
    """
    new = projects.NewProject(
        slug=slug,
        title="A project",
        label_config=label_config or choices_config(LABELS, "text", "text"),
        policy={"overlap_most": max(policy.get("overlap_least", 1), 1), **policy},
        budget_micros=budget_micros,
        split_salt="tests",
    )
    project_id = projects.create_project(tx, new)
    shown = items.Field("text", "text", ("annotator", "reviewer", "owner"))
    items.declare_fields(tx, project_id, [shown, items.Field("secret", "text")])
    workforces.create_workforce(
        tx, project_id, name=CREW, kind="in_house", price_micros=price_micros
    )
    return project_store.get_or_raise(tx, project_id)


def add_items(tx: Transaction, project: Row, n: int, *, split: str = "train") -> None:
    """Add items that all fall into one split."""
    texts = (f"text number {number} of {split}" for number in itertools.count())
    chosen = (
        text
        for text in texts
        if split_of(project.split_salt, group_hash(None, {"text": text})) == split
    )
    new = [
        items.NewItem({"text": text, "secret": f"of {text}"}, key=text)
        for text in itertools.islice(chosen, n)
    ]
    for start in range(0, n, 1_000):
        items.import_items(tx, project, new[start : start + 1_000])


def seat(tx: Transaction, project: Row, name: str = "ann", *, workforce: str = CREW) -> Row:
    """Create a person with the role and the seat of an annotator and return the annotator."""
    user_id = people.create_user(tx, name)
    people.give_role(tx, project.id, user_id, "annotator")
    annotator_id = workforces.seat_person(tx, project.id, user_id, workforce)
    return workforce_store.get_annotator(tx, annotator_id)


def open_tasks(
    tx: Transaction, project: Row, n: int, *, least: int = 1, most: int = 1
) -> list[int]:
    """Open tasks on the first `n` items and return the tasks, the most urgent first."""
    rows = tx.rows(
        "SELECT id FROM item WHERE project_id = :p ORDER BY id LIMIT :n", p=project.id, n=n
    )
    wishes = [TaskWish(row.id, -place, least, most) for place, row in enumerate(rows)]
    return list(tasks.open_tasks(tx, project, wishes).values())


@dataclass
class Floor:
    """A hub with one project, its people and its items, as a test drives them.

    Each verb is one write, done as its endpoint does it. `truth` is the process's cache.
    """

    hub: Hub
    project_id: int = 0
    people: list[Row] = field(default_factory=list)
    truth: TruthCache = field(default_factory=TruthCache)

    @classmethod
    def made(
        cls, hub: Hub, *, n_people: int = 1, n_items: int = 1, split: str = "train", **project: Any
    ) -> Floor:
        """Make a project with people and items; further keywords are `make_project`'s."""

        def make(tx: Transaction) -> Floor:
            row = make_project(tx, **project)
            add_items(tx, row, n_items, split=split)
            seats = [seat(tx, row, f"person {n}") for n in range(n_people)]
            return cls(hub, row.id, seats)

        return hub.write_now(make)

    @property
    def project(self) -> Row:
        """The project's row as it is now."""
        return self.hub.read_now(lambda tx: project_store.get_or_raise(tx, self.project_id))

    def write(self, fn: Callable[[Transaction, Row], Any]) -> Any:
        """Run a function on the project in one write."""
        return self.hub.write_now(
            lambda tx: fn(tx, project_store.get_or_raise(tx, self.project_id))
        )

    def rows(self, sql: str, **params: Any) -> list[Row]:
        """Return what a query finds; `:p` is the project."""
        return self.hub.read_now(lambda tx: tx.rows(sql, p=self.project_id, **params))

    def value(self, sql: str, **params: Any) -> Any:
        """Return the one value that a query finds; `:p` is the project."""
        return self.hub.read_now(lambda tx: tx.value(sql, p=self.project_id, **params))

    def leases(self, who: int, count: int = 1) -> Leases:
        """Lease as a person and return all of the reply."""

        def lease(tx: Transaction, project: Row) -> Leases:
            annotator = workforce_store.get_annotator(tx, self.people[who].id)
            return leasing.lease_tasks(tx, project, annotator, count)

        found: Leases = self.write(lease)
        return found

    def lease(self, who: int, count: int = 1) -> list[Row]:
        """Lease as a person and return what is held."""
        return self.leases(who, count).held

    def submit(
        self,
        who: int,
        lease: Row,
        label: Said = "a",
        *,
        key: str | None = None,
        lease_n: int | None = None,
        **sent: Any,
    ) -> Receipt:
        """Submit an answer (or what `kind` says) as a person."""
        number = lease.lease_n if lease_n is None else lease_n
        return self.submit_result(who, lease, answer(label), key=key, lease_n=number, **sent)

    def submit_result(
        self, who: int, lease: Row, result: list[Any], *, key: str | None = None, **sent: Any
    ) -> Receipt:
        """Submit a result as a person."""
        sent = {"lease_n": lease.lease_n, **sent}
        submission = Submission(client_key=key or str(uuid.uuid4()), result=result, **sent)

        def write(tx: Transaction) -> Receipt:
            own = holding.own_assignment(tx, lease.handle, self.people[who].user_id)
            return answers.submit_annotation(tx, self.truth, own, submission)

        return self.hub.write_now(write)

    def skip(self, who: int, lease: Row, reason: str = "unsure") -> Receipt:
        """Skip a question as a person."""
        return self.submit(who, lease, kind="skip", reason=reason)

    def undo(self, who: int, lease: Row, *, key: str | None = None) -> Row:
        """Take an answer back as a person; returns the assignment."""

        def write(tx: Transaction) -> Row:
            own = holding.own_assignment(tx, lease.handle, self.people[who].user_id)
            return undo.undo_annotation(tx, self.truth, own, key or str(uuid.uuid4()))

        return self.hub.write_now(write)

    def edit(self, who: int, lease: Row, label: Said, *, key: str | None = None) -> Receipt:
        """Correct an answer as a person."""
        sent = Correction(key or str(uuid.uuid4()), answer(label))

        def write(tx: Transaction) -> Receipt:
            own = holding.own_assignment(tx, lease.handle, self.people[who].user_id)
            return edit_annotation(tx, self.truth, own, sent)

        return self.hub.write_now(write)

    def flag(self, who: int, lease: Row, text: str = "broken") -> Receipt:
        """Say as a person that something is wrong with the item."""
        return self.submit(who, lease, kind="flag", reason=text)

    def restore(self, item_id: int) -> int:
        """Put an item that was set aside back, as its owner."""
        ended: int = self.write(
            lambda tx, project: aside.restore_item(tx, self.truth, project, item_id, "checked")
        )
        return ended

    def assign(self, who: int, keys: list[str], due_at: int, note: str = "") -> AssignReport:
        """Assign items to a person until a time, as their manager."""
        new = NewAssignment(self.people[who].id, keys, due_at, note)
        report: AssignReport = self.write(
            lambda tx, project: personal.assign_items(tx, project, new)
        )
        return report

    def keys(self) -> list[str]:
        """Return the keys of the items in the order they came."""
        return [
            row.key for row in self.rows("SELECT key FROM item WHERE project_id = :p ORDER BY seq")
        ]

    def heartbeat(self, who: int, lease: Row) -> int:
        """Keep a lease alive as a person and return its new end."""
        return self.hub.write_now(
            lambda tx: holding.heartbeat(
                tx,
                holding.own_assignment(tx, lease.handle, self.people[who].user_id),
                lease.lease_n,
            )
        )

    def release(self, who: int, lease: Row) -> None:
        """Give a lease back as a person."""
        self.hub.write_now(
            lambda tx: holding.release(
                tx,
                holding.own_assignment(tx, lease.handle, self.people[who].user_id),
                lease.lease_n,
            )
        )

    def reviews(self, who: int, count: int = 1) -> list[Row]:
        """Lease reviews as a person and return what is held."""
        found: Leases = self.write(
            lambda tx, project: review_leasing.lease_reviews(tx, project, self.people[who], count)
        )
        return found.held

    def own_review(self, tx: Transaction, who: int, lease: Row) -> Row:
        """Return a person's review by its handle."""
        return holding.own_assignment(tx, lease.handle, self.people[who].user_id, "review")

    def look(
        self, who: int, lease: Row, label: Said | None = "a", *, key: str | None = None
    ) -> Shown:
        """Answer a review by oneself, or say that one is unsure, and see the others' answers."""
        return self.hub.write_now(
            lambda tx: review.answer_first(
                tx,
                self.own_review(tx, who, lease),
                lease_n=lease.lease_n,
                client_key=key or str(uuid.uuid4()),
                result=[] if label is None else answer(label),
                reason="unsure" if label is None else None,
            )
        )

    def judge(
        self,
        who: int,
        lease: Row,
        verdict: Verdict,
        *,
        seen: Shown | None = None,
        label: Said | None = None,
        key: str | None = None,
        targets: Sequence[tuple[int, str]] = (),
        reason: str | None = None,
    ) -> VerdictReceipt:
        """Give a verdict as a person; on what is there now, where `seen` does not say else."""

        def write(tx: Transaction) -> VerdictReceipt:
            own = self.own_review(tx, who, lease)
            state = seen or review.shown(tx, own)
            sent = VerdictSent(
                lease_n=lease.lease_n,
                client_key=key or str(uuid.uuid4()),
                verdict=verdict,
                seen=state.seen,
                result=[] if label is None else answer(label),
                targets=tuple(Target(n, why) for n, why in targets),
                reason=reason,
            )
            return give_verdict(tx, self.truth, own, sent)

        return self.hub.write_now(write)

    def sweep(self) -> tuple[int, int]:
        """Expire what has run out and close late windows; returns how many of each.

        Slots that were kept for a person until now return too.
        """
        self.hub.write_now(personal.end_due)
        return (
            self.hub.write_now(holding.expire_overdue),
            self.hub.write_now(holding.close_late_windows),
        )

    def task(self, item_id: int | None = None) -> Row:
        """Return the newest task, of an item where one is given."""
        one = "" if item_id is None else " AND item_id = :item_id"
        params = {} if item_id is None else {"item_id": item_id}
        sql = f"SELECT * FROM task WHERE project_id = :p{one} ORDER BY id DESC LIMIT 1"  # noqa: S608
        return self.rows(sql, **params)[0]
