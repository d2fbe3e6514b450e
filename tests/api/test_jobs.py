"""The jobs adapter on the real DBOS: steps run once, survive a kill, report and stop."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from api.jobs import DbosJobs, jobs_url
from labeling.errors import ConflictError, InvalidInputError
from labeling.jobs import Job, Jobs, JobState, JobStatus

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 30
PICKLED = "gA"  # how every pickle of protocol 2 and above begins in base64


@pytest.fixture
def url(store_url: str, tmp_path: Path) -> str:
    """Return where the workflows of a hub on this store are kept."""
    return jobs_url(store_url, tmp_path)


@pytest.fixture
def jobs(url: str) -> Iterator[DbosJobs]:
    """Make the adapter; a test registers its workflows and launches it."""
    made = DbosJobs(url, poll_seconds=0.05)
    yield made
    made.close()


def wait(
    jobs: Jobs, workflow_id: str, until: Callable[[JobStatus], bool] | None = None
) -> JobStatus:
    """Wait until a workflow has ended, or until something else is true of it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        status = jobs.status(workflow_id)
        if status is not None and (until(status) if until else status.has_ended):
            return status
        time.sleep(0.02)
    message = f"{workflow_id} stands at {jobs.status(workflow_id)}"
    raise AssertionError(message)


def double(job: Job, *, number: int) -> dict[str, Any]:
    """Take two steps."""
    once = job.step("once", 0.0, lambda: number * 2)
    twice = job.step("twice", 0.5, lambda: once * 2)
    return {"twice": twice, "key": job.key("effect")}


class TestStart:
    """`start` and `status`."""

    def test_a_workflow_ends_with_its_result(self, jobs: DbosJobs) -> None:
        """Shows name, state, share and result of a workflow that went well."""
        jobs.register("double", double)
        jobs.launch()
        jobs.start("double", "job-1", number=3)
        status = wait(jobs, "job-1")
        assert status == JobStatus(
            "job-1",
            "double",
            JobState.DONE,
            step="twice",
            share=1.0,
            result={"twice": 12, "key": "job-1:effect"},
        )

    def test_a_second_start_of_the_same_id_does_nothing(self, jobs: DbosJobs) -> None:
        """Shows that an outbox row that is read twice starts one workflow."""
        runs: list[str] = []

        def once(job: Job) -> None:
            runs.append(job.workflow_id)

        jobs.register("once", once)
        jobs.launch()
        for _ in range(3):
            jobs.start("once", "job-1")
        wait(jobs, "job-1")
        jobs.start("once", "job-1")
        jobs.start("once", "job-2")
        wait(jobs, "job-2")
        assert runs == ["job-1", "job-2"]

    def test_an_id_that_was_never_started_has_no_status(self, jobs: DbosJobs) -> None:
        """Shows how a caller tells an unknown job from a waiting one."""
        jobs.launch()
        assert jobs.status("nothing") is None

    def test_workflows_of_one_lane_run_one_after_the_other(self, jobs: DbosJobs) -> None:
        """Shows that two releases of a project never overlap, while another project's does."""
        free, inside = threading.Event(), {"a": 0, "b": 0}

        def hold(job: Job) -> None:
            inside[job.workflow_id[0]] += 1
            job.step("hold", 0.0, lambda: free.wait(PATIENCE_SECONDS))

        jobs.register("hold", hold)
        jobs.launch()
        jobs.start("hold", "a-1", lane="a")
        wait(jobs, "a-1", lambda status: status.step == "hold")
        jobs.start("hold", "a-2", lane="a")
        jobs.start("hold", "b-1", lane="b")
        wait(jobs, "b-1", lambda status: status.step == "hold")
        assert inside == {"a": 1, "b": 1}
        waiting = jobs.status("a-2")
        assert waiting is not None
        assert waiting.state is JobState.WAITING
        free.set()
        assert wait(jobs, "a-2").state is JobState.DONE

    def test_a_step_reports_its_progress(self, jobs: DbosJobs) -> None:
        """Shows that a person sees a long step move."""
        free = threading.Event()

        def long(job: Job) -> None:
            def work() -> None:
                job.report(0.4)
                free.wait(PATIENCE_SECONDS)

            job.step("work", 0.1, work)

        jobs.register("long", long)
        jobs.launch()
        jobs.start("long", "job-1")
        status = wait(jobs, "job-1", lambda status: status.share == 0.4)
        assert (status.state, status.step) == (JobState.RUNNING, "work")
        free.set()
        assert wait(jobs, "job-1").share == 1.0


class TestFailure:
    """What a person reads when a step raises."""

    def test_an_error_that_explains_itself_is_told_in_its_words(self, jobs: DbosJobs) -> None:
        """Shows that the status says what to do next."""

        def refuse(job: Job) -> None:
            def step() -> None:
                raise ConflictError("Label more items, then start again.")

            job.step("step", 0.0, step)

        jobs.register("refuse", refuse)
        jobs.launch()
        jobs.start("refuse", "job-1")
        status = wait(jobs, "job-1")
        assert status.state is JobState.FAILED
        assert status.error == "Label more items, then start again."
        assert status.step == "step"

    def test_a_mistake_in_the_program_is_named(self, jobs: DbosJobs) -> None:
        """Shows that an unexpected error ends the job, not the hub, and is not hidden."""

        def stumble(job: Job) -> None:
            job.step("step", 0.0, lambda: 1 // 0)

        jobs.register("stumble", stumble)
        jobs.launch()
        jobs.start("stumble", "job-1")
        status = wait(jobs, "job-1")
        assert status.state is JobState.FAILED
        assert status.error is not None
        assert status.error.startswith("ZeroDivisionError")


class TestCancel:
    """`cancel`."""

    def test_the_running_step_ends_and_the_next_is_not_begun(self, jobs: DbosJobs) -> None:
        """Shows that a cancelled job leaves no step half done."""
        free = threading.Event()
        done: list[str] = []

        def first() -> None:
            free.wait(PATIENCE_SECONDS)
            done.append("first")

        def two(job: Job) -> None:
            job.step("first", 0.0, first)
            job.step("second", 0.5, lambda: done.append("second"))

        jobs.register("two", two)
        jobs.launch()
        jobs.start("two", "job-1")
        wait(jobs, "job-1", lambda status: status.step == "first")
        jobs.cancel("job-1")
        free.set()
        status = wait(jobs, "job-1")
        jobs.start("two", "job-2")
        wait(jobs, "job-2")
        assert status.state is JobState.CANCELLED
        assert done == ["first", "first", "second"]

    def test_a_job_that_has_ended_stays_ended(self, jobs: DbosJobs) -> None:
        """Shows that a late cancel changes no result."""
        jobs.register("double", double)
        jobs.launch()
        jobs.start("double", "job-1", number=1)
        before = wait(jobs, "job-1")
        jobs.cancel("job-1")
        assert jobs.status("job-1") == before


class TestSchedule:
    """`schedule` and `unschedule`."""

    def test_a_schedule_starts_its_workflow_with_its_arguments(self, jobs: DbosJobs) -> None:
        """Shows a cron expression (here with seconds) at work, and that it can be removed."""
        seen: list[int] = []

        def note(job: Job, *, number: int) -> None:
            job.step("note", 0.0, lambda: seen.append(number))

        jobs.register("note", note)
        jobs.launch()
        jobs.schedule("every-second", "* * * * * *", "note", number=7)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not seen and time.monotonic() < deadline:
            time.sleep(0.05)
        jobs.unschedule("every-second")
        jobs.unschedule("every-second")
        assert set(seen) == {7}

    @pytest.mark.parametrize(
        ("cron", "zone"), [("at tea time", "UTC"), ("0 3 * * *", "Atlantis/Capital")]
    )
    def test_a_schedule_that_cannot_be_read_is_refused(
        self, jobs: DbosJobs, cron: str, zone: str
    ) -> None:
        """Shows that a bad expression or time zone is told at once."""
        jobs.register("double", double)
        jobs.launch()
        with pytest.raises(InvalidInputError, match="schedule cannot be used"):
            jobs.schedule("bad", cron, "double", time_zone=zone)


class TestRestart:
    """What the next process finds."""

    def test_finished_steps_are_not_run_again_after_a_kill(self, url: str) -> None:
        """Shows that a job killed with -9 inside a step goes on with that step."""
        first = run_program(url, "work.before_record:2")
        assert first.returncode == -signal.SIGKILL
        assert first.stdout.split() == ["begin", "begin"]
        second = run_program(url, None)
        assert second.returncode == 0, second.stderr
        assert second.stdout.split() == ["begin", "begin", "done", "[0,1,2]"]

    def test_closing_leaves_the_running_job_for_the_next_launch(self, url: str) -> None:
        """Shows that a stopped hub breaks no job off: it is finished later."""
        left, runs = threading.Event(), []

        def leave(job: Job) -> int:
            def step() -> int:
                runs.append(1)
                if len(runs) == 1:
                    left.wait(PATIENCE_SECONDS)
                    message = "the child was ended because the hub closes"
                    raise ConflictError(message)
                return len(runs)

            return int(job.step("step", 0.0, step))

        jobs = DbosJobs(url, poll_seconds=0.05)
        jobs.register("leave", leave)
        jobs.launch()
        jobs.start("leave", "job-1")
        wait(jobs, "job-1", lambda status: status.step == "step")
        threading.Timer(0.2, left.set).start()
        jobs.close()
        again = DbosJobs(url, poll_seconds=0.05)
        again.register("leave", leave)
        again.launch()
        status = wait(again, "job-1")
        again.close()
        assert (status.state, status.result) == (JobState.DONE, 2)

    def test_a_process_that_is_no_worker_starts_jobs_and_runs_none(self, url: str) -> None:
        """Shows how `serve --no-worker` leaves the work to the workers."""
        runs: list[str] = []

        def note(job: Job) -> None:
            runs.append(job.workflow_id)

        front = DbosJobs(url, is_worker=False, poll_seconds=0.05)
        front.register("note", note)
        front.launch()
        front.start("note", "job-1")
        time.sleep(1.5)  # longer than a worker takes to pick it up
        status = front.status("job-1")
        front.close()
        assert status is not None
        assert status.state is JobState.WAITING
        assert runs == []
        worker = DbosJobs(url, poll_seconds=0.05)
        worker.register("note", note)
        worker.launch()
        wait(worker, "job-1")
        worker.close()
        assert runs == ["job-1"]


class TestStore:
    """What lies in the workflow store."""

    @pytest.mark.sqlite
    def test_it_is_a_file_of_its_own_and_holds_json_only(
        self, sqlite_url: str, tmp_path: Path
    ) -> None:
        """Shows that nothing in workflows.db is a pickle, and hub.db holds no DBOS table."""
        jobs = DbosJobs(jobs_url(sqlite_url, tmp_path), poll_seconds=0.05)
        jobs.register("double", double)
        jobs.launch()
        jobs.start("double", "job-1", number=1)
        wait(jobs, "job-1")
        jobs.close()
        kept = everything_in(tmp_path / "workflows.db")
        assert '{"args": [{"number": 1}], "kwargs": {}}' in kept
        assert not [value for value in kept if value.startswith(PICKLED)]
        with closing(sqlite3.connect(tmp_path / "hub.db")) as connection:
            tables = connection.execute("SELECT name FROM sqlite_master").fetchall()
        assert not [name for (name,) in tables if "workflow" in name or "dbos" in name]


def everything_in(path: Path) -> list[str]:
    """Return every text value of every table of a SQLite file."""
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
        ).fetchall()
        return [
            value
            for (table,) in tables
            for row in connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608
            for value in row
            if isinstance(value, str)
        ]


PROGRAM = """
import sys, time
from api.jobs import DbosJobs

def work(job):
    def step(number):
        print("begin", flush=True)
        return number
    return [job.step("work", number / 3, lambda n=number: step(n)) for number in range(3)]

jobs = DbosJobs(sys.argv[1], poll_seconds=0.05)
jobs.register("work", work)
jobs.launch()
jobs.start("work", "job-1")
while not jobs.status("job-1").has_ended:
    time.sleep(0.02)
status = jobs.status("job-1")
print(status.state, str(status.result).replace(" ", ""))
jobs.close()
"""


def run_program(url: str, failpoint: str | None) -> subprocess.CompletedProcess[str]:
    """Run a job of three steps in a process of its own, under a failpoint."""
    environment = {key: value for key, value in os.environ.items() if "FAILPOINT" not in key}
    if failpoint is not None:
        environment["LABELLOOP_FAILPOINT"] = failpoint
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, url],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
