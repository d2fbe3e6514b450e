"""The release chain on the real DBOS, wired as the runtime does it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from api.jobs import DbosJobs, jobs_url
from labeling.database import Actor, Hub
from labeling.jobs import JobStatus
from tests.training.factories import Made, open_more
from training.compute import Compute
from training.workflows import release, triggers

PATIENCE_SECONDS = 90
PERSON = Actor("user", 7)


@dataclass(frozen=True, slots=True)
class Chain:
    """Jobs and their starter on one hub."""

    hub: Hub
    jobs: DbosJobs
    starter: triggers.Starter

    def release(self, made: Made, reason: str = "by hand") -> JobStatus:
        """Ask for a release as a person does and wait for its end."""
        workflow_id = self.hub.write_now(
            lambda tx: triggers.request_release(tx, made.project_id, reason), PERSON
        )
        self.starter.turn()
        return self.wait(workflow_id)

    def wait(
        self, workflow_id: str, until: Callable[[JobStatus], bool] = lambda status: status.has_ended
    ) -> JobStatus:
        """Wait for the end of a workflow, or until something else is true of it."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            status = self.jobs.status(workflow_id)
            if status is not None and until(status):
                return status
            time.sleep(0.02)
        message = f"{workflow_id} stands at {self.jobs.status(workflow_id)}"
        raise AssertionError(message)


def open_chain(hub: Hub, compute: Compute, folder: Path) -> Chain:
    """Wire and launch the release chain."""
    jobs = DbosJobs(jobs_url(hub.url, folder), poll_seconds=0.05)
    ports = release.ReleasePorts(hub, compute, folder, open_more)
    jobs.register(release.NAME, release.release_workflow(ports))
    jobs.register(triggers.SCHEDULED, triggers.scheduled_workflow(hub))
    jobs.launch()
    return Chain(hub, jobs, triggers.Starter(hub, jobs))
