"""What sets a release off: enough new accepted items, a schedule, a person.

All three call `request_release`, which writes an outbox row in the transaction of its cause; the
`Starter` turns the row into a workflow of the same id, so a kill between the two loses nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final

from labeling.audit import store as audit
from labeling.database import Actor, Hub, Row, Transaction
from labeling.errors import InvalidInputError
from labeling.jobs import Job, Jobs, Workflow
from labeling.outbox import store as outbox
from labeling.projects import store as projects
from labeling.schema import store as schema
from training.workflows import release, store

WANTED: Final = "release.wanted"
CONSUMER: Final = "releases"
SCHEDULED: Final = "scheduled-release"
JOB: Final = Actor("job")
ACCEPTED: Final = "consensus.accepted"
"""The counter of accepted items, kept where consensus is written."""
ACCEPTED_AT_RELEASE: Final = "release.accepted"
"""That counter's value when the last release was asked for."""
NUMBER: Final = "release.number"
EVENTS_A_TURN: Final = 500
PROJECTS_A_PAGE: Final = 200


def request_release(tx: Transaction, project_id: int, reason: str) -> str:
    """Ask for a release in the transaction of its cause and return its workflow's id.

    Raises
    ------
    QuestionKindError
        The project asks no single choice, and trainers know no other target.

    """
    schema.require_choice(tx, projects.get_or_raise(tx, project_id), "A model")
    store.lock_project(tx, project_id)
    projects.count(tx, project_id, NUMBER)
    counters = projects.counters(tx, project_id)
    store.set_mark(tx, project_id, ACCEPTED_AT_RELEASE, counters.get(ACCEPTED, 0))
    workflow_id = f"release-{project_id}-{counters[NUMBER]}"
    outbox.add(tx, project_id, WANTED, workflow=workflow_id, reason=reason)
    audit.record(
        tx, project_id, "release.request", "project", project_id, reason, workflow=workflow_id
    )
    return workflow_id


def record_cancel(tx: Transaction, project_id: int, workflow_id: str) -> None:
    """Record that somebody stops a job of a project."""
    audit.record(tx, project_id, "job.cancel", "project", project_id, workflow=workflow_id)


def request_if_due(tx: Transaction, project_id: int) -> str | None:
    """Ask for a release if the policy's number of newly accepted items is reached."""
    store.lock_project(tx, project_id)  # of two workers that read the same event, one asks
    project = projects.get_or_raise(tx, project_id)
    every, new = projects.policy_of(project).release_every, newly_accepted(tx, project_id)
    if not every or new < every or project.state != "active":
        return None
    if not schema.target(tx, project).is_choice:
        return None
    return request_release(tx, project_id, f"{new} newly accepted items")


def request_on_schedule(tx: Transaction, project_id: int) -> str | None:
    """Ask for a release at its scheduled time, unless nothing was accepted since the last."""
    store.lock_project(tx, project_id)
    is_choice = schema.target(tx, projects.get_or_raise(tx, project_id)).is_choice
    if newly_accepted(tx, project_id) <= 0 or not is_choice:
        return None
    return request_release(tx, project_id, "schedule")


def newly_accepted(tx: Transaction, project_id: int) -> int:
    """Return how many more items are accepted than when the last release was asked for."""
    counters = projects.counters(tx, project_id)
    return counters.get(ACCEPTED, 0) - counters.get(ACCEPTED_AT_RELEASE, 0)


def scheduled_workflow(hub: Hub) -> Workflow:
    """Return the small workflow that a schedule starts; to be registered under `SCHEDULED`."""

    def ask(job: Job, *, project_id: int) -> str | None:
        found: str | None = job.step(
            "request",
            0.0,
            lambda: hub.write_now(lambda tx: request_on_schedule(tx, project_id), JOB),
        )
        return found

    return ask


def lane(project_id: int) -> str:
    """Return the lane in which a project's releases run one after the other."""
    return f"project-{project_id}"


@dataclass(slots=True)
class _Turn:
    """What one batch of events asks for."""

    wanted: list[Row] = field(default_factory=list)
    touched: set[int] = field(default_factory=set)
    rescheduled: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, events: list[Row]) -> _Turn:
        """Sort events by what they mean for releases."""
        turn = cls()
        for event in events:
            if event.topic == WANTED:
                turn.wanted.append(event)
            elif event.topic == "consensus":
                turn.touched.add(event.project_id)
            elif event.topic == "policy":
                turn.touched.add(event.project_id)
                turn.rescheduled.add(event.project_id)
        return turn


class Starter:
    """Reads the outbox and starts what it asks for; one turn at a time, from one thread.

    Parameters
    ----------
    hub, jobs
        `jobs` must be launched, with `release.NAME` and `SCHEDULED` registered.

    """

    def __init__(self, hub: Hub, jobs: Jobs) -> None:
        self._hub = hub
        self._jobs = jobs

    def turn(self) -> int:
        """Take the next events and return how many there were; blocking.

        Started before the position moves: after a kill in between the same ids are started again,
        which does nothing.
        """
        events = self._hub.read_now(lambda tx: outbox.read(tx, CONSUMER, EVENTS_A_TURN))
        if not events:
            return 0
        turn = _Turn.of(events)
        for event in turn.wanted:
            asked: dict[str, Any] = json.loads(event.payload)
            self._jobs.start(
                release.NAME,
                asked["workflow"],
                lane=lane(event.project_id),
                project_id=event.project_id,
                reason=asked["reason"],
            )
        for project_id in turn.rescheduled:
            self._schedule(project_id)
        self._hub.write_now(lambda tx: self._finish(tx, turn.touched, events[-1].id), JOB)
        return len(events)

    def schedule_all(self) -> None:
        """Make every project's schedule known to the jobs, whose store is disposable; at start."""
        after = 0
        while page := self._hub.read_now(
            lambda tx, after=after: projects.list_after(tx, after, PROJECTS_A_PAGE)  # type: ignore[misc]
        ):
            for project in page:
                self._schedule(project.id)
            after = page[-1].id

    def _schedule(self, project_id: int) -> None:
        project = self._hub.read_now(lambda tx: projects.get_or_raise(tx, project_id))
        cron, name = projects.policy_of(project).release_schedule, f"release-{project_id}"
        if cron is None or project.state != "active" or project.deleted_at is not None:
            self._jobs.unschedule(name)
            return
        try:
            self._jobs.schedule(name, cron, SCHEDULED, project_id=project_id)
        except InvalidInputError as error:
            # The policy is accepted without knowing the scheduler: it stands in the record.
            detail = error.detail
            self._jobs.unschedule(name)
            self._hub.write_now(
                lambda tx: audit.record(
                    tx, project_id, "release.unscheduled", "project", project_id, detail
                ),
                JOB,
            )

    @staticmethod
    def _finish(tx: Transaction, touched: set[int], last_id: int) -> None:
        for project_id in sorted(touched):
            request_if_due(tx, project_id)
        outbox.move(tx, CONSUMER, last_id)
