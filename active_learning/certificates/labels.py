"""Labels under a certificate, written and taken back some hundred items at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from active_learning.certificates import service, store
from labeling.audit import store as audit
from labeling.items import store as items
from labeling.projects import store as projects
from labeling.quality.certified import CertifiedLabel, accept_certified, withdraw_certified
from labeling.review.sampling import uniform
from labeling.tasks import store as tasks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labeling.database import Row, Transaction

ROWS: Final = 100
"""Items a write takes: each needs its tasks and its consensus looked at."""
Predicted = tuple[int, int, float]
"""Item, class, score."""


def accept_part(tx: Transaction, run_id: int, at: int, part: Sequence[Predicted]) -> bool:
    """Accept the labels of some items of a run; False where it is no longer at that place.

    What people hold or have answered meanwhile is theirs. Of the accepted labels a share is drawn
    by a hash for the running audit, in the same write.
    """
    run = store.lock_run(tx, run_id)
    if run.state != "accepting" or run.position != at:
        return False
    certificate = store.certificate_of(tx, run.id)
    if certificate is None or not store.advance(tx, run, at + len(part)):
        return False
    taken: list[tuple[Row, Predicted]] = []
    for one in sorted(part):  # locked in one order everywhere
        found = _take(tx, run, one[0])
        if found is not None:
            taken.append((found, one))
    accept_certified(
        tx,
        run.project_id,
        run.question,
        [CertifiedLabel(item.id, one[1], run.precision, item.was) for item, one in taken],
        certificate.id,
    )
    store.add_labels(
        tx,
        certificate,
        [{"item_id": one[0], "class_id": one[1], "score": one[2]} for _, one in taken],
    )
    _draw(tx, run, certificate, taken)
    audit.record(
        tx,
        run.project_id,
        "autolabel.accept_part",
        service.OBJECT,
        run.id,
        labels=len(taken),
        left_to_people=len(part) - len(taken),
    )
    return True


def _take(tx: Transaction, run: Row, item_id: int) -> Row | None:
    """Take an item out of the queue; None where people have it."""
    opened = store.open_of_item(tx, item_id)
    found = store.free(tx, run, item_id)
    if found is None or any(task.held for task in opened):
        return None
    for task in opened:
        tasks.withdraw_one(tx, task.id, "labelled under a certificate")
    items.set_state(tx, item_id, "settled")
    return found


def _draw(
    tx: Transaction, run: Row, certificate: Row, taken: Sequence[tuple[Row, Predicted]]
) -> None:
    project = projects.get_or_raise(tx, run.project_id)
    share = projects.policy_of(project).autolabel.running_share
    purpose = f"autolabel {certificate.id}"
    drawn = [
        (uniform(project.split_salt, purpose, item.key), one)
        for item, one in taken
        if uniform(project.split_salt, purpose, item.key) < share
    ]
    store.add_checks(
        tx,
        run,
        service.RUNNING,
        [
            {
                "item_id": one[0],
                "class_id": one[1],
                "score": one[2],
                "inclusion_probability": share,
            }
            for _, one in sorted(drawn)
        ],
    )


def revoke_part(tx: Transaction, run_id: int) -> bool:
    """Return some items of a revoked certificate to people; False when none is left."""
    run = store.lock_run(tx, run_id)
    certificate = store.certificate_of(tx, run.id)
    if run.state != "revoking" or certificate is None:
        return False
    page = store.standing(tx, run, certificate.id, run.position, ROWS)
    if not page:
        return False
    store.advance(tx, run, page[-1].id)
    labelled = {row.item_id: row.class_id for row in page}
    withdraw_certified(tx, run.project_id, run.question, labelled, certificate.id)
    store.return_to_people(tx, list(labelled))
    audit.record(
        tx,
        run.project_id,
        "autolabel.revoke_part",
        service.OBJECT,
        run.id,
        labels=len(labelled),
    )
    return True
