"""Labels that no person gave: answers that stand under a certificate, until it is revoked.

What people say stays beside: such a consensus has no answers and no majority, and the first answer
of a person takes its place.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from labeling.outbox import store as outbox
from labeling.projects import store as projects
from labeling.quality import store

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from labeling.database import Transaction

METHOD: Final = "certified_model"


@dataclass(frozen=True, slots=True)
class CertifiedLabel:
    """One item's label under a certificate; `was` is its consensus' state before, if it had one."""

    item_id: int
    class_id: int
    confidence: float
    was: str | None


def accept_certified(
    tx: Transaction,
    project_id: int,
    question: str,
    labels: Sequence[CertifiedLabel],
    certificate_id: int,
) -> None:
    """Accept labels of items that nobody has answered; the caller has made sure of that."""
    store.put_certified(
        tx,
        project_id,
        [
            {
                "item_id": label.item_id,
                "question": question,
                "class_id": label.class_id,
                "posterior": json.dumps({label.class_id: round(label.confidence, 6)}),
                "confidence": label.confidence,
                "certificate_id": certificate_id,
            }
            for label in labels
        ],
    )
    cause = f"certificate {certificate_id}"
    store.add_events(
        tx,
        project_id,
        [_event(label.item_id, question, label.was, "accepted", label, cause) for label in labels],
    )
    _count(tx, project_id, len(labels), -sum(label.was == "pending" for label in labels))
    outbox.add(tx, project_id, "autolabels", certificate_id=certificate_id, accepted=len(labels))


def withdraw_certified(
    tx: Transaction,
    project_id: int,
    question: str,
    labelled: Mapping[int, int],
    certificate_id: int,
) -> None:
    """Return items (item → class so far) to people whose certificate is revoked."""
    store.drop_certified(tx, question, certificate_id, list(labelled))
    cause = f"certificate {certificate_id} was revoked"
    store.add_events(
        tx,
        project_id,
        [
            _event(item_id, question, "accepted", "pending", None, cause, class_id)
            for item_id, class_id in labelled.items()
        ],
    )
    _count(tx, project_id, -len(labelled), len(labelled))
    outbox.add(tx, project_id, "autolabels", certificate_id=certificate_id, revoked=len(labelled))


def _count(tx: Transaction, project_id: int, accepted: int, pending: int) -> None:
    for name, step in (("accepted", accepted), ("pending", pending)):
        if step:
            projects.count(tx, project_id, f"consensus.{name}", step)


def _event(
    item_id: int,
    question: str,
    was: str | None,
    state: str,
    label: CertifiedLabel | None,
    cause: str,
    from_class_id: int | None = None,
) -> dict[str, object]:
    return {
        "from_class_id": from_class_id,
        "item_id": item_id,
        "question": question,
        "from_state": was,
        "to_state": state,
        "class_id": None if label is None else label.class_id,
        "confidence": 0.0 if label is None else label.confidence,
        "cause": cause,
    }
