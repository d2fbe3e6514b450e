"""The verbs of workforces: hire one, seat a person, know a vendor's worker again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from labeling.audit import store as audit
from labeling.errors import ForbiddenError, InvalidInputError
from labeling.workforces import store

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

SEATED: Final = ("active", "qualifying", "paused")
"""States in which somebody comes to their desk; only the first is given real work."""
KINDS: Final = ("in_house", "crowd", "vendor", "model")


def create_workforce(
    tx: Transaction,
    project_id: int,
    *,
    name: str,
    kind: str,
    price_micros: int = 0,
    is_simulated: bool = False,
    overlap: tuple[int | None, int | None] = (None, None),
) -> int:
    """Create a workforce with its price for a judgment in micro-units and return its id.

    `overlap` is the least and the most judgments of items that are asked of it alone; None takes
    the project's.
    """
    if kind not in KINDS:
        raise InvalidInputError(f"A workforce is one of {', '.join(KINDS)}.", place="kind")
    if not name or price_micros < 0:
        raise InvalidInputError(
            "A workforce has a name and a price that is not negative.", place="name"
        )
    least, most = overlap
    if least is not None and most is not None and most < least:
        raise InvalidInputError("overlap_most is below overlap_least.", place="overlap_most")
    found = store.add_workforce(
        tx,
        project_id=project_id,
        name=name,
        kind=kind,
        price_micros=price_micros,
        is_simulated=is_simulated,
        overlap=overlap,
    )
    audit.record(
        tx, project_id, "workforce.create", "workforce", found, name=name, price_micros=price_micros
    )
    return found


def seat_person(tx: Transaction, project_id: int, user_id: int, workforce_name: str) -> int:
    """Make a person an annotator of a workforce; once seated, they keep their seat."""
    found = store.get_by_user(tx, project_id, user_id)
    if found is not None:
        return int(found.id)
    workforce = store.get_workforce(tx, project_id, workforce_name)
    annotator_id = store.add_annotator(tx, workforce, user_id=user_id)
    if annotator_id is None:
        raise InvalidInputError("This person is seated already.", place="user_id")
    audit.record(
        tx, project_id, "annotator.seat", "annotator", annotator_id, workforce=workforce_name
    )
    return annotator_id


def annotator_of(tx: Transaction, project_id: int, user_id: int) -> Row:
    """Return the annotator that a person is in a project or raise :class:`ForbiddenError`."""
    found = store.get_by_user(tx, project_id, user_id)
    if found is None:
        raise ForbiddenError(
            "You have no seat among the annotators; the project's owner gives one."
        )
    if found.state not in SEATED:
        raise ForbiddenError("Your seat is not active; ask the project's owner.")
    return found


def set_state(tx: Transaction, annotator: Row, state: str, reason: str, cause: str) -> None:
    """Move an annotator to a state, on record; what they hold stays theirs."""
    store.set_state(tx, annotator.id, state)
    audit.record(
        tx,
        annotator.project_id,
        "annotator.state",
        "annotator",
        annotator.id,
        reason=reason,
        state=state,
        cause=cause,
    )


def vendor_worker(tx: Transaction, workforce: Row, external_ref: str) -> int:
    """Return the annotator that a vendor calls `external_ref`, made at first sight."""
    found = store.find_external(tx, workforce.id, external_ref)
    if found is None:
        found = store.add_annotator(tx, workforce, external_ref=external_ref)
    if found is None:
        found = store.find_external(tx, workforce.id, external_ref)
    assert found is not None, "an insert that met a conflict leaves the other row"  # noqa: S101
    return found
