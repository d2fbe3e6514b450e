"""The verbs of workforces: hire one, seat a person, change their terms, pause and block."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from labeling.audit import store as audit
from labeling.errors import ForbiddenError, InvalidInputError, NotFoundError
from labeling.projects import store as projects
from labeling.workforces import store
from labeling.workforces.abilities.service import offered_mask
from labeling.workforces.hours import local_day
from labeling.workforces.work import store as work

if TYPE_CHECKING:
    from labeling.database import Row, Transaction
    from labeling.workforces.terms import AnnotatorTerms, WorkforceTerms

RANKS: Final = {"model": 5, "crowd": 10, "vendor": 20, "in_house": 30}
"""The rank of a new workforce of each kind; the cheapest first, the most expert last."""
KINDS: Final = tuple(RANKS)
State = Literal["active", "qualifying", "paused", "blocked", "retired"]
STATES: Final = get_args(State)
"""active: works; qualifying: is being tested; paused: for a while; blocked: not trusted any more,
late answers do not count; retired: left, answers stay."""
SEATED: Final = frozenset({"active", "qualifying", "paused", "blocked"})
BY_HAND: Final = "by a person"
"""The cause of a state that somebody set, and nobody but a person ends."""
MOST_REASON_CHARACTERS: Final = 1_000


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
        rank=RANKS[kind],
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
        raise ForbiddenError("Your seat in this project has ended; ask the project's owner.")
    return found


def vendor_worker(tx: Transaction, workforce: Row, external_ref: str) -> int:
    """Return the annotator that a vendor calls `external_ref`, made at first sight."""
    found = store.find_external(tx, workforce.id, external_ref)
    if found is None:
        found = store.add_annotator(tx, workforce, external_ref=external_ref)
    if found is None:
        found = store.find_external(tx, workforce.id, external_ref)
    assert found is not None, "an insert that met a conflict leaves the other row"  # noqa: S101
    return found


def find_annotator(tx: Transaction, project_id: int, name: str) -> Row:
    """Return an annotator of a project by pseudonym or by number or raise `NotFoundError`."""
    found = store.get_by_pseudonym(tx, project_id, name)
    if found is None and name.isdecimal() and len(name) < 19:  # noqa: PLR2004 - 64 bits
        found = store.find_annotator(tx, project_id, int(name))
    if found is None:
        raise NotFoundError(f"There is no annotator {name!r} in this project.")
    return found


def set_state(tx: Transaction, annotator: Row, state: str, reason: str | None, cause: str) -> bool:
    """Set what an annotator may do now and why, on record; False where that is so already.

    What they hold stays theirs: `tasks.pausing` also returns it. `cause` says what set it: a
    person (`BY_HAND`) or a rule, in words.
    """
    if state not in STATES:
        raise InvalidInputError(f"A state is one of {', '.join(STATES)}.", place="state")
    if len(reason or "") > MOST_REASON_CHARACTERS:
        raise InvalidInputError(
            f"A reason has at most {MOST_REASON_CHARACTERS:,} characters.", place="reason"
        )
    if not store.set_state(tx, annotator.id, state, reason, cause):
        return False
    audit.record(
        tx,
        annotator.project_id,
        "annotator.state",
        "annotator",
        annotator.id,
        reason,
        was={"state": annotator.state},
        now={"state": state, "cause": cause},
    )
    return True


def set_paused(
    tx: Transaction, workforce: Row, *, is_paused: bool, is_blocked: bool, reason: str | None
) -> bool:
    """Pause, block or resume a workforce; False where it is so already."""
    store.lock_workforce(tx, workforce.id)
    workforce = store.get_workforce(tx, workforce.project_id, workforce.name)
    was = (workforce.paused_at is not None, bool(workforce.is_blocked), workforce.pause_reason)
    if was == (is_paused, is_blocked, reason):
        return False
    paused_at = (workforce.paused_at or tx.now) if is_paused else None
    store.set_paused(tx, workforce.id, paused_at=paused_at, reason=reason, is_blocked=is_blocked)
    verb = "block" if is_blocked else "pause" if is_paused else "resume"
    audit.record(
        tx,
        workforce.project_id,
        f"workforce.{verb}",
        "workforce",
        workforce.id,
        reason,
        was={"is_paused": was[0], "is_blocked": was[1]},
        now={"is_paused": is_paused, "is_blocked": is_blocked},
    )
    return True


def change_workforce(tx: Transaction, project_id: int, name: str, terms: WorkforceTerms) -> Row:
    """Change some terms of a workforce; a new price counts from the next lease."""
    workforce = store.get_workforce(tx, project_id, name)
    store.lock_workforce(tx, workforce.id)
    workforce = store.get_workforce(tx, project_id, name)
    changes = _stored(terms.changes())
    values = {column: changes.get(column, getattr(workforce, column)) for column in WORKFORCE_TERMS}
    values["abilities"] = offered_mask(tx, project_id, values)
    store.set_workforce_terms(tx, workforce.id, values)
    was = {column: getattr(workforce, column) for column in changes}
    audit.record(
        tx, project_id, "workforce.change", "workforce", workforce.id, was=was, now=changes
    )
    return store.get_workforce(tx, project_id, name)


def change_annotator(tx: Transaction, annotator: Row, terms: AnnotatorTerms) -> Row:
    """Change some terms of a person, beside or instead of their workforce's."""
    store.lock(tx, annotator.id)
    before = store.terms_of(tx, annotator.id)
    changes = _stored(terms.changes())
    values = {column: changes.get(column, getattr(before, column)) for column in ANNOTATOR_TERMS}
    values["abilities"] = offered_mask(tx, annotator.project_id, values)
    store.set_terms(tx, annotator.id, values)
    was = {column: getattr(before, column) for column in changes}
    audit.record(
        tx,
        annotator.project_id,
        "annotator.change",
        "annotator",
        annotator.id,
        was=was,
        now=changes,
    )
    return store.get_annotator(tx, annotator.id)


ANNOTATOR_TERMS: Final = ("skills", "languages", "time_zone", "daily_limit")
WORKFORCE_TERMS: Final = (
    *ANNOTATOR_TERMS,
    "price_micros",
    "rank",
    "share",
    "person_share",
    "calendar",
)


def _stored(changes: dict[str, Any]) -> dict[str, Any]:
    """Return changes as the store keeps them: lists and calendars as JSON."""
    return {
        name: json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
        for name, value in changes.items()
    }


def zone_of(annotator: Row, project: Row) -> str:
    """Return the time zone of a person's days: their own, their workforce's, the project's."""
    return str(annotator.time_zone or projects.policy_of(project).routing.time_zone)


def enter_answer(
    tx: Transaction, project: Row, annotator: Row, *, is_counted: bool, active_ms: int
) -> None:
    """Add an answer to its annotator's totals; counted are those that are one's vote."""
    day = local_day(tx.now, zone_of(annotator, project))
    work.add_work(
        tx,
        annotator.id,
        answers=1,
        counted=int(is_counted),
        active_ms=active_ms,
        day=day,
        today=1,
    )


def take_answer_back(
    tx: Transaction, project: Row, annotator: Row, submitted_at: int, *, is_counted: bool
) -> None:
    """Take an answer out of its annotator's totals."""
    zone = zone_of(annotator, project)
    day = local_day(tx.now, zone)
    work.add_work(
        tx,
        annotator.id,
        answers=-1,
        counted=-int(is_counted),
        active_ms=0,
        day=day,
        today=-int(local_day(submitted_at, zone) == day),
    )


def count_vote(tx: Transaction, project: Row, annotator: Row, step: int) -> None:
    """Count an answer that was given before, in the annotator's totals and the project's.

    `step` is −1 where it is no vote any more and 1 where it is one again; that it was given, when
    and for how much stays as it is.
    """
    work.add_counted(tx, annotator.id, step)
    projects.count_answer(tx, project.id, annotator.workforce_id, step)
