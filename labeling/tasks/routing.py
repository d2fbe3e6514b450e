"""Who is given work now: personal limits, checked once for each batch of leases.

Everything here is read from the annotator's own row, its workforce's and two counters; nothing is
counted by looking at answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from labeling.projects import store as projects
from labeling.workforces.hours import (
    local_day,
    read_calendar,
    seconds_to_midnight,
    seconds_until_open,
)
from labeling.workforces.service import BY_HAND, zone_of

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

NO_LIMIT: Final = 1_000_000
RETRY_SHARE_S: Final = 300


@dataclass(frozen=True, slots=True)
class NoWork:
    """Why there is nothing to lease now, and when to ask again."""

    code: str
    text: str
    retry_after_s: int


@dataclass(frozen=True, slots=True)
class Room:
    """How many more leases an annotator may take now, and what holds them there."""

    most: int
    reason: NoWork | None


QUALITY_PAUSED: Final = NoWork(
    "quality_paused", "You are paused; see why, and what you can do.", 3_600
)
OPEN: Final = Room(NO_LIMIT, None)
STATES: Final = {
    "paused": NoWork("paused", "You are paused by the project's owner.", 300),
    "blocked": NoWork(
        "blocked", "You get no more questions in this project; ask its owner.", 3_600
    ),
    "retired": NoWork("blocked", "Your seat in this project has ended; ask its owner.", 3_600),
}


def room(tx: Transaction, project: Row, annotator: Row, held: int) -> Room:
    """Return how many leases an annotator who holds some may still take, and why no more.

    `annotator` is the row as `workforces.store.lock` returns it.
    """
    closed = closed_door(project, annotator)
    if closed is not None:
        return Room(0, closed)
    found = [_daily(tx, project, annotator, held), *_shares(tx, project, annotator, held)]
    return min(found, key=lambda limit: limit.most)


def closed_door(project: Row, annotator: Row) -> NoWork | None:
    """Return which door is shut, whatever somebody has done."""
    if project.state != "active":
        return NoWork("project_finished", "This project is closed.", 3_600)
    if annotator.state == "paused" and annotator.state_cause != BY_HAND:
        return QUALITY_PAUSED
    if annotator.state in STATES:
        return STATES[annotator.state]
    if annotator.paused_at is not None:
        return NoWork("paused", "Your workforce is paused by the project's owner.", 300)
    return None


def is_blocked(annotator: Row) -> bool:
    """Whether a late answer of an annotator is not trusted any more."""
    return annotator.state == "blocked" or bool(annotator.is_blocked)


def _daily(tx: Transaction, project: Row, annotator: Row, held: int) -> Room:
    """Return what the hours and the day leave, by the person's own clock."""
    if annotator.calendar is None and annotator.daily_limit is None:
        return OPEN
    zone = zone_of(annotator, project)
    if annotator.calendar is not None:
        wait = seconds_until_open(read_calendar(annotator.calendar), zone, tx.now)
        if wait:
            text = f"It is outside your working hours ({zone}); they begin again later."
            return Room(0, NoWork("outside_hours", text, wait))
    if annotator.daily_limit is None:
        return OPEN
    given = annotator.day_answers if annotator.day == local_day(tx.now, zone) else 0
    text = f"You have done the {annotator.daily_limit} questions of your day; it goes on tomorrow."
    wait = seconds_to_midnight(tx.now, zone)
    return Room(annotator.daily_limit - given - held, NoWork("daily_limit", text, wait))


def _shares(tx: Transaction, project: Row, annotator: Row, held: int) -> list[Room]:
    """Return what a person's and a workforce's share of the project leave.

    What somebody has and holds stays within the share of the answers given so far and one more, so
    it never passes the share by more than one answer, and people whose shares come to 1 can never
    all wait for each other. Below the policy's floor no share is too large.
    """
    policy = projects.policy_of(project).routing
    of_person = min(annotator.person_share or 1.0, policy.person_share or 1.0)
    if of_person >= 1.0 and annotator.share is None:
        return []
    total = projects.counter(tx, project.id, "answers")
    found = []
    if of_person < 1.0:
        most = max(policy.share_floor, int(of_person * total) + 1)
        text = "You have given the largest share of this project that one person may; "
        reason = NoWork("share_limit", text + "the others go on first.", RETRY_SHARE_S)
        found.append(Room(most - annotator.counted - held, reason))
    if annotator.share is not None:
        given = projects.counter(tx, project.id, projects.answers_of(annotator.workforce_id))
        most = max(policy.share_floor, int(annotator.share * total) + 1)
        text = "Your workforce has given its share of this project; the others go on first."
        reason = NoWork("share_limit", text, RETRY_SHARE_S)
        found.append(Room(most - given - held, reason))
    return found
