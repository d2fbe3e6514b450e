"""The discount's job: started from the outbox, killed and resumed, stopped."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.jobs import DbosJobs, jobs_url
from labeling.database import Hub
from labeling.discounts import job, service
from labeling.jobs import JobState, JobStatus
from tests.books import check_books
from tests.factories import Floor
from tests.labeling.discounts.test_service import answered, begin, undo

PATIENCE_SECONDS = 60


@pytest.fixture
def jobs(hub: Hub, tmp_path: Path) -> Iterator[DbosJobs]:
    """Open the jobs on this store; each test registers its own workflow."""
    opened = DbosJobs(jobs_url(hub.url, tmp_path), poll_seconds=0.05)
    yield opened
    opened.close()


def launch(jobs: DbosJobs, floor: Floor) -> job.Starter:
    """Wire and launch the discount's job as the runtime does."""
    jobs.register(job.NAME, job.discount_workflow(floor.hub, floor.truth, answers=1, writes=2))
    jobs.launch()
    return job.Starter(floor.hub, jobs)


def wait(jobs: DbosJobs, workflow: str) -> JobStatus:
    """Wait for the end of a job."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        status = jobs.status(workflow)
        if status is not None and status.has_ended:
            return status
        time.sleep(0.02)
    message = f"{workflow} stands at {jobs.status(workflow)}"
    raise AssertionError(message)


class TestJob:
    """`discount_workflow` and `Starter`."""

    def test_it_drops_and_restores(self, hub: Hub, jobs: DbosJobs) -> None:
        """Shows both ways through the outbox, in several steps, with the result."""
        floor = answered(hub)
        starter = launch(jobs, floor)
        discount = begin(floor, 2)
        while starter.turn():
            pass
        dropped = wait(jobs, service.workflow_id(discount))
        assert (dropped.state, dropped.result["state"]) == (JobState.DONE, "dropped")
        assert dropped.result["answers"] == 6
        back = undo(floor, discount)
        while starter.turn():
            pass
        restored = wait(jobs, service.workflow_id(back))
        assert (restored.result["state"], restored.result["restored"]) == ("restored", 6)
        check_books(hub, floor.project_id)

    def test_an_error_in_the_middle_does_nothing_twice(
        self, hub: Hub, jobs: DbosJobs, monkeypatch: Any
    ) -> None:
        """Shows that a job that failed half-way is gone on with by asking again."""
        floor = answered(hub)
        starter = launch(jobs, floor)
        visits = iter(range(100))

        def fail_third(name: str) -> None:
            if name == "discount.part_done" and next(visits) == 2:
                message = "the machine is gone"
                raise OSError(message)

        monkeypatch.setattr(job, "failpoint", fail_third)
        first = begin(floor, 2)
        while starter.turn():
            pass
        assert wait(jobs, service.workflow_id(first)).state == JobState.FAILED
        check_books(hub, floor.project_id)
        second = begin(floor, 2)
        while starter.turn():
            pass
        result = wait(jobs, service.workflow_id(second)).result
        assert (result["state"], result["answers"], result["reopened"]) == ("dropped", 6, 6)
        check_books(hub, floor.project_id)
