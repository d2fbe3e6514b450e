"""The verbs of a work order: place it, close it."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from labeling.audit import store as audit
from labeling.errors import ConflictError, InvalidInputError
from labeling.exchange.work_orders import store
from labeling.items import store as items
from labeling.projects import store as projects
from labeling.schema import store as schema_store
from labeling.tasks import service as tasks
from labeling.tasks import store as task_store
from labeling.tasks.overlap import overlap_of
from labeling.tasks.service import TaskWish
from labeling.workforces import store as workforces

if TYPE_CHECKING:
    from collections.abc import Iterable

    from labeling.database import Row, Transaction

MOST_ITEMS: Final = 1_000
MOST_JUDGMENTS: Final = 20


@dataclass(frozen=True, slots=True)
class NewOrder:
    """What is ordered: items, judgments on each, and which share are items of the test sample."""

    workforce: str
    n_items: int
    judgments_per_item: int = 1
    test_share: float = 0.0


def place_order(tx: Transaction, project: Row, new: NewOrder) -> Row:
    """Order judgments on untouched items from a vendor and return the order.

    The items come in the pool's random order. Their price is reserved and their slots are held
    at once: nobody else is asked for these judgments. A test item's remaining judgments, and those
    that a disagreement asks for, stay in the queue for everybody. Where the pool has fewer items
    left, the order is smaller.

    Raises
    ------
    InvalidInputError
        A number out of range, or a workforce that is no vendor.
    ConflictError
        No untouched item is left, or the schema asks more than one question.
    BudgetSpentError
        The cap does not cover it; nothing is changed then.

    """
    workforce = _vendor(tx, project, new)
    chosen = _choose(tx, project, new)
    n = store.last_n(tx, project.id) + 1
    opened = _open(tx, project, new, workforce, chosen, n)
    if not opened:
        raise ConflictError("No untouched item is left to order.")
    amount = len(opened) * new.judgments_per_item * workforce.price_micros
    projects.reserve_or_raise(tx, project.id, amount)
    order_id = store.add(
        tx,
        {
            "project_id": project.id,
            "n": n,
            "workforce_id": workforce.id,
            "judgments_per_item": new.judgments_per_item,
            "price_micros": workforce.price_micros,
            "items_digest": _digest(tx, project.id, opened),
            "n_items": len(opened),
        },
    )
    _add_lines(tx, order_id, opened, new.judgments_per_item)
    audit.record(
        tx,
        project.id,
        "work_order.place",
        "work_order",
        order_id,
        items=len(opened),
        reserved=amount,
    )
    return store.get_or_raise(tx, project.id, n)


def _vendor(tx: Transaction, project: Row, new: NewOrder) -> Row:
    if not 1 <= new.n_items <= MOST_ITEMS:
        raise InvalidInputError(f"An order has 1 to {MOST_ITEMS:,} items.", place="n_items")
    if not 1 <= new.judgments_per_item <= MOST_JUDGMENTS:
        detail = f"An order asks for 1 to {MOST_JUDGMENTS} judgments on an item."
        raise InvalidInputError(detail, place="judgments_per_item")
    if not 0 <= new.test_share <= 1:
        raise InvalidInputError("A share lies between 0 and 1.", place="test_share")
    schema = schema_store.get_schema(tx, project.id, project.schema_version)
    schema_store.require_choice(tx, project, "A vendor's file")
    if len(schema.questions) != 1:
        raise ConflictError("A vendor's file has one label on a line; this schema asks more.")
    workforce = workforces.get_workforce(tx, project.id, new.workforce)
    if workforce.kind != "vendor":
        detail = f"{new.workforce!r} is {workforce.kind}; work orders go to vendors."
        raise InvalidInputError(detail, place="workforce")
    return workforce


def _choose(tx: Transaction, project: Row, new: NewOrder) -> dict[int, str]:
    """Return the split of each chosen item."""
    items.lock_pool(tx, project.id)
    n_test = round(new.n_items * new.test_share)
    test = items.take_new(tx, project.id, "test", n_test) if n_test else []
    train = items.take_new(tx, project.id, "train", new.n_items - len(test))
    return {row.id: "test" for row in test} | {row.id: "train" for row in train}


def _open(
    tx: Transaction, project: Row, new: NewOrder, workforce: Row, chosen: dict[int, str], n: int
) -> dict[int, int]:
    policy = projects.policy_of(project)
    wishes = []
    for item_id, split in chosen.items():
        floor, most = overlap_of(policy, split, workforce)
        if split == "train" and workforce.overlap_least is None:
            floor = 1  # an order says itself how many judgments it is for
        least = max(new.judgments_per_item, floor)
        reason = {"why": f"work order {n}"}
        wishes.append(TaskWish(item_id, tasks.FALLBACK_PRIORITY, least, most, reason=reason))
    opened = tasks.open_held_tasks(tx, project, wishes, new.judgments_per_item)
    n_test = sum(chosen[item_id] == "test" for item_id in opened)
    projects.count(tx, project.id, "test_tasks", n_test)
    return opened


def _digest(tx: Transaction, project_id: int, item_ids: Iterable[int]) -> str:
    """Return the SHA-256 of the sorted content hashes of what was ordered."""
    hashes = sorted(store.content_hash(tx, project_id, item_id) for item_id in item_ids)
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest()


def _add_lines(tx: Transaction, order_id: int, opened: dict[int, int], slots: int) -> None:
    rows = [
        {
            "order_id": order_id,
            "handle": str(uuid.uuid4()),
            "item_id": item_id,
            "task_id": task_id,
            "slots": slots,
        }
        for item_id, task_id in opened.items()
    ]
    store.add_lines(tx, rows)


def close_order(tx: Transaction, project: Row, n: int) -> Row:
    """Close an order: what did not come back is released, in slots and in money.

    Items that nobody answered are untouched again; the others go on in the queue.

    Raises
    ------
    ConflictError
        The order is closed already.

    """
    order = store.get_or_raise(tx, project.id, n)
    if store.lock(tx, order.id) != "sent":
        raise ConflictError(f"Work order {n} is closed already.")
    unused = 0
    for line in store.list_lines(tx, order.id):
        left = line.slots - line.used
        if left:
            tasks.return_held_slots(tx, task_store.lock(tx, line.task_id), left)
            unused += left
    projects.return_reservation(tx, project.id, unused * order.price_micros)
    store.close(tx, order.id)
    returned = unused * order.price_micros
    audit.record(
        tx, project.id, "work_order.close", "work_order", order.id, unused=unused, returned=returned
    )
    return store.get_or_raise(tx, project.id, n)
