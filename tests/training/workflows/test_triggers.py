"""What sets a release off, and that asking and starting survive a kill between them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from dbos import DBOS, WorkflowStatus

from api.jobs import DbosJobs, jobs_url
from labeling.audit import store as audit
from labeling.audit.store import Event
from labeling.database import Hub, Transaction
from labeling.jobs import JobState
from labeling.outbox import store as outbox
from labeling.projects.service import change_policy
from tests.training.factories import Made, accept
from tests.training.workflows.chain import PERSON, Chain
from training.workflows import release, triggers


@pytest.fixture
def jobs(hub: Hub, tmp_path: Path) -> Iterator[DbosJobs]:
    """Launch real jobs in a process that is no worker: what is started can be seen, and waits."""
    opened = DbosJobs(jobs_url(hub.url, tmp_path), is_worker=False)
    for name in (release.NAME, triggers.SCHEDULED):
        opened.register(name, lambda job, **args: args)
    opened.launch()
    yield opened
    opened.close()


@pytest.fixture
def starter(hub: Hub, jobs: DbosJobs) -> triggers.Starter:
    """Make the starter of these jobs."""
    return triggers.Starter(hub, jobs)


def started() -> list[WorkflowStatus]:
    """Return the workflows that were started, oldest first."""
    return DBOS.list_workflows(name=release.NAME)


def arguments(workflow: WorkflowStatus) -> dict[str, Any]:
    """Return what a workflow was started with."""
    assert workflow.input is not None
    found: dict[str, Any] = workflow.input["args"][0]
    return found


def schedules() -> dict[str, Any]:
    """Return the schedules that are set: name → cron, workflow and its arguments."""
    return {
        found["schedule_name"]: (found["schedule"], found["context"])
        for found in DBOS.list_schedules()
    }


def set_policy(made: Made, **changes: object) -> None:
    """Change a project's policy."""
    project = made.project()
    made.hub.write_now(lambda tx: change_policy(tx, project, changes), PERSON)


def accept_one_by_one(made: Made, n: int) -> None:
    """Accept items and write the events that the hub writes."""
    accept(made, "train", most=n)

    def announce(tx: Transaction) -> None:
        for _ in range(n):
            outbox.add(tx, made.project_id, "consensus", was="pending", now="accepted")

    made.hub.write_now(announce)


def last_audit(made: Made) -> Event:
    """Return the last event of the record."""
    return made.hub.read_now(lambda tx: audit.list_by_project(tx, made.project_id, 0, 1_000))[-1]


class TestByHand:
    """`request_release`."""

    def test_a_request_becomes_a_workflow_of_the_same_id(
        self, made: Made, jobs: DbosJobs, starter: triggers.Starter
    ) -> None:
        """Shows id, lane, arguments, and who asked on record."""
        workflow_id = made.hub.write_now(
            lambda tx: triggers.request_release(tx, made.project_id, "new guideline"), PERSON
        )
        event = last_audit(made)
        assert (event.action, event.actor_id, event.reason) == (
            "release.request",
            7,
            "new guideline",
        )
        assert event.now == {"workflow": workflow_id}
        starter.turn()
        (found,) = started()
        assert (found.workflow_id, found.queue_partition_key) == (
            workflow_id,
            triggers.lane(made.project_id),
        )
        assert arguments(found) == {"project_id": made.project_id, "reason": "new guideline"}
        status = jobs.status(workflow_id)
        assert status is not None
        assert status.state is JobState.WAITING

    def test_two_requests_have_two_ids(self, made: Made) -> None:
        """Shows that a second wish is not swallowed by the first."""
        ids = {
            made.hub.write_now(lambda tx: triggers.request_release(tx, made.project_id, "again"))
            for _ in range(3)
        }
        assert len(ids) == 3

    def test_a_request_that_is_rolled_back_starts_nothing(
        self, made: Made, jobs: DbosJobs, starter: triggers.Starter
    ) -> None:
        """Shows that the outbox row stands and falls with its cause."""

        def fail(tx: Transaction) -> None:
            triggers.request_release(tx, made.project_id, "by mistake")
            message = "the cause failed"
            raise ValueError(message)

        with pytest.raises(ValueError, match="the cause failed"):
            made.hub.write_now(fail)
        starter.turn()
        assert started() == []


class TestStarter:
    """`Starter.turn`."""

    def test_after_a_kill_before_the_position_moved_nothing_is_started_twice(
        self, made: Made, starter: triggers.Starter
    ) -> None:
        """Shows that a turn that was cut short is repeated, with ids that start nothing twice."""
        made.hub.write_now(lambda tx: triggers.request_release(tx, made.project_id, "one"))
        starter.turn()
        made.hub.write_now(lambda tx: tx.run("DELETE FROM outbox_position"))
        assert starter.turn() > 0
        assert len(started()) == 1

    def test_events_are_read_once(
        self, made: Made, jobs: DbosJobs, starter: triggers.Starter
    ) -> None:
        """Shows that a second turn finds nothing."""
        made.hub.write_now(lambda tx: triggers.request_release(tx, made.project_id, "one"))
        assert starter.turn() > 0
        assert starter.turn() == 0
        assert len(started()) == 1


class TestByNumber:
    """`release_every`."""

    def test_enough_newly_accepted_items_start_a_release(
        self, made: Made, jobs: DbosJobs, starter: triggers.Starter
    ) -> None:
        """Shows the threshold: below it nothing, at it one release that says why."""
        set_policy(made, release_every=10)
        accept_one_by_one(made, 9)
        starter.turn()
        starter.turn()
        assert started() == []
        accept_one_by_one(made, 1)
        starter.turn()
        starter.turn()
        assert [arguments(found)["reason"] for found in started()] == ["10 newly accepted items"]

    def test_the_count_begins_anew_after_each(
        self, made: Made, jobs: DbosJobs, starter: triggers.Starter
    ) -> None:
        """Shows that one batch of answers starts one release."""
        set_policy(made, release_every=10)
        for n in (12, 5, 5):
            accept_one_by_one(made, n)
            starter.turn()
            starter.turn()
        assert len(started()) == 2

    def test_of_two_workers_at_once_one_asks(self, made: Made) -> None:
        """Shows that an event read by several processes starts one release."""
        set_policy(made, release_every=10)
        accept(made, "train", most=10)
        ask = partial(triggers.request_if_due, project_id=made.project_id)
        with ThreadPoolExecutor(4) as threads:
            asked = list(threads.map(made.hub.write_now, [ask] * 4))
        assert sum(found is not None for found in asked) == 1

    def test_zero_means_never(self, made: Made, jobs: DbosJobs, starter: triggers.Starter) -> None:
        """Shows the default."""
        accept_one_by_one(made, 50)
        starter.turn()
        starter.turn()
        assert started() == []


class TestBySchedule:
    """`release_schedule`."""

    def test_a_policy_with_a_schedule_sets_it_and_without_removes_it(
        self, made: Made, jobs: DbosJobs, starter: triggers.Starter
    ) -> None:
        """Shows that the policy is the one place where a schedule stands."""
        name = f"release-{made.project_id}"
        set_policy(made, release_schedule="0 3 * * *")
        starter.turn()
        context = {"workflow": triggers.SCHEDULED, "args": {"project_id": made.project_id}}
        assert schedules() == {name: ("0 3 * * *", context)}
        set_policy(made, release_schedule=None)
        starter.turn()
        assert schedules() == {}

    def test_all_schedules_are_set_again_at_start(
        self, made: Made, starter: triggers.Starter
    ) -> None:
        """Shows that a lost workflows.db loses no schedule."""
        set_policy(made, release_schedule="0 3 * * *")
        starter.schedule_all()
        assert list(schedules()) == [f"release-{made.project_id}"]

    def test_a_scheduled_time_without_news_starts_nothing(self, made: Made) -> None:
        """Shows that a quiet night trains no copy of yesterday's model."""

        def ask() -> str | None:
            return made.hub.write_now(
                lambda tx: triggers.request_on_schedule(tx, made.project_id), triggers.JOB
            )

        assert ask() is None
        accept(made, "train", most=3)
        assert ask() is not None
        assert ask() is None

    def test_a_real_schedule_runs_a_release(self, chain: Chain, made: Made) -> None:
        """Shows cron, workflow, outbox, starter and release together on the real jobs."""
        accept(made, "train")
        accept(made, "test")
        set_policy(made, release_schedule="* * * * * *")
        workflow_id = f"release-{made.project_id}-1"
        while chain.jobs.status(workflow_id) is None:
            chain.starter.turn()
        status = chain.wait(workflow_id)
        assert status.result["verdict"] == "pass"

    def test_a_schedule_that_cannot_be_read_is_on_record(self, chain: Chain, made: Made) -> None:
        """Shows that a bad expression stops no other event, and is told."""
        set_policy(made, release_schedule="at tea time")
        chain.starter.turn()
        found = last_audit(made)
        assert found.action == "release.unscheduled"
        assert "at tea time" in (found.reason or "")
