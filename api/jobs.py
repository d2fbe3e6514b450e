"""Long work on DBOS: the adapter behind the port `labeling.jobs` (docs/decisions).

DBOS keeps the results of finished steps in a store of its own: `workflows.db` beside `hub.db` on
SQLite (in the same file it would cut leases tenfold), a schema of its own on PostgreSQL. It opens
no network connection but the one to that store. One adapter per process: DBOS is a singleton.
"""

from __future__ import annotations

import json
import logging
import os
import platform
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from dbos import DBOS, DBOSConfig, SetEnqueueOptions, SetWorkflowID
from dbos import Serializer as DbosSerializer
from dbos._error import DBOSException  # the package exports none of its errors
from sqlalchemy.engine import make_url

from labeling.errors import InvalidInputError, LabelloopError
from labeling.failpoints import failpoint
from labeling.jobs import JobFailedError, JobState, JobStatus, ProcessClosingError, Workflow

APPLICATION_VERSION: Final = "1"
"""DBOS takes up only workflows of its own version, and its default is a hash of the source: after
an edit, what a killed process left would be stranded in silence. Raised never; a workflow whose
steps change gets a new name and the old name stays registered until its last run has ended."""
SCHEMA: Final = "labelloop_jobs"
QUEUE: Final = "jobs"
WORKER: Final = "worker"
"""Whoever works takes up what ran under this name."""
CLOCK_WORKFLOW: Final = "clock"
PROGRESS: Final = "progress"
STATES: Final = {
    "ENQUEUED": JobState.WAITING,
    "DELAYED": JobState.WAITING,
    "PENDING": JobState.RUNNING,
    "SUCCESS": JobState.DONE,
    "ERROR": JobState.FAILED,
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": JobState.FAILED,
    "CANCELLED": JobState.CANCELLED,
}


def jobs_url(database_url: str, data_folder: Path) -> str:
    """Return where the workflows of a hub are kept: their own file, or the hub's PostgreSQL."""
    if make_url(database_url).get_backend_name() == "sqlite":
        return f"sqlite:///{data_folder / 'workflows.db'}"
    return database_url


class _ClosingError(BaseException):
    """Ends a workflow's function without an outcome, so that the next launch takes it up."""


class _Json(DbosSerializer):
    """Values as JSON instead of DBOS's pickle: nothing read from the store can run code."""

    def name(self) -> str:
        return "labelloop_json"

    def serialize(self, data: Any) -> str:
        return json.dumps(data, default=self._encode, ensure_ascii=False)

    def deserialize(self, serialized_data: str) -> Any:
        return json.loads(serialized_data, object_hook=self._decode)

    @staticmethod
    def _encode(value: object) -> dict[str, str]:
        if isinstance(value, datetime):
            return {"$time": value.isoformat()}
        if isinstance(value, LabelloopError):
            return {"$error": value.detail}
        if isinstance(value, Exception):
            return {"$error": f"{type(value).__name__}: {value}"}
        message = f"a job's value must be JSON, not {type(value).__name__}"
        raise TypeError(message)

    @staticmethod
    def _decode(document: dict[str, Any]) -> Any:
        if document.keys() == {"$time"}:
            return datetime.fromisoformat(document["$time"])
        if document.keys() == {"$error"}:
            return JobFailedError(document["$error"])
        return document


class _DbosJob:
    """A running workflow (the protocol `labeling.jobs.Job`)."""

    def __init__(self, workflow_id: str, running: Callable[[], Any]) -> None:
        self._workflow_id = workflow_id
        self._running = running
        self._step: str | None = None

    @property
    def workflow_id(self) -> str:
        """The id under which it was started."""
        return self._workflow_id

    def key(self, effect: str) -> str:
        """Return the UNIQUE key of one effect."""
        return f"{self._workflow_id}:{effect}"

    def step(self, name: str, share: float, fn: Callable[[], Any]) -> Any:
        """Run `fn` unless it has finished before, and return its result."""

        def attempt() -> Any:
            with self._running():
                self._step = name
                self.report(share)
                result = fn()
            failpoint(f"{name}.before_record")
            return result

        return DBOS.run_step({"name": name}, attempt)

    def report(self, share: float) -> None:
        """Report progress in [0, 1] from inside a step."""
        DBOS.set_event(PROGRESS, {"step": self._step, "share": share})


class DbosJobs:
    """Workflows on DBOS (the protocol `labeling.jobs.Jobs`).

    Parameters
    ----------
    url
        Where DBOS keeps its tables; see `jobs_url`.
    is_worker
        Whether this process runs workflows; else it only starts and watches them. A store has one
        worker at a time, which takes up what the one before it left.
    poll_seconds
        How often the queue is looked at.

    """

    def __init__(
        self,
        url: str,
        *,
        is_worker: bool = True,
        poll_seconds: float = 0.5,
    ) -> None:
        self._is_worker = is_worker
        self._poll_seconds = poll_seconds
        self._functions: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {}
        self._clock: Callable[[datetime, dict[str, Any]], None]
        self._change = threading.Condition()
        self._n_running = 0
        self._closing = False
        config: DBOSConfig = {
            "name": "labelloop",
            "system_database_url": url,
            "dbos_system_schema": SCHEMA,
            "application_version": APPLICATION_VERSION,
            "executor_id": WORKER if is_worker else f"{platform.node()}-{os.getpid()}",
            "serializer": _Json(),
            "log_level": "WARNING",
            "enable_otlp": False,
            "use_listen_notify": False,
            "scheduler_polling_interval_sec": 5.0,
        }
        DBOS(config=config)
        # Its own handler prints to the terminal; the hub's logging decides where lines go.
        dbos_log = logging.getLogger("dbos")
        dbos_log.handlers.clear()
        dbos_log.propagate = True

    def register(self, name: str, workflow: Workflow) -> None:
        """Make a workflow known under a name that outlives processes."""

        def run(args: dict[str, Any]) -> dict[str, Any]:
            try:
                return {"result": workflow(_DbosJob(str(DBOS.workflow_id), self._running), **args)}
            except LabelloopError as error:
                # Understood and told in the status; DBOS would print a traceback.
                return {"failed": error.detail}

        self._functions[name] = DBOS.workflow(name=name)(run)

    def launch(self) -> None:
        """Open the store, take up unfinished workflows, begin to run new ones."""
        self._clock = DBOS.workflow(name=CLOCK_WORKFLOW)(self._clock_workflow())
        if not self._is_worker:
            DBOS.listen_queues([])
        DBOS.launch()
        DBOS.register_queue(
            QUEUE,
            partition_concurrency=1,
            polling_interval_sec=self._poll_seconds,
            on_conflict="always_update",
        )

    def start(self, name: str, workflow_id: str, *, lane: str | None = None, **args: Any) -> None:
        """Accept a workflow; a second start with the same id does nothing."""
        function = self._functions[name]
        options = SetEnqueueOptions(queue_partition_key=lane or workflow_id)
        with SetWorkflowID(workflow_id), options:
            DBOS.enqueue_workflow(QUEUE, function, args)

    def schedule(
        self, name: str, cron: str, workflow: str, *, time_zone: str = "UTC", **args: Any
    ) -> None:
        """Start a workflow at the times of a cron expression; replaces that schedule."""
        try:
            DBOS.apply_schedules(
                [
                    {
                        "schedule_name": name,
                        "workflow_fn": self._clock,
                        "schedule": cron,
                        "cron_timezone": time_zone,
                        "context": {"workflow": workflow, "args": args},
                    }
                ]
            )
        except DBOSException as error:
            raise InvalidInputError(
                f"The schedule cannot be used: {error}.", place="schedule"
            ) from error

    def unschedule(self, name: str) -> None:
        """Remove a schedule; does nothing where there is none."""
        DBOS.delete_schedule(name)

    def status(self, workflow_id: str) -> JobStatus | None:
        """Return what is known of a workflow; None where no such id was started."""
        found = DBOS.get_workflow_status(workflow_id)
        if found is None:
            return None
        output = found.output or {}
        state = JobState.FAILED if "failed" in output else STATES[found.status]
        progress = DBOS.get_all_events(workflow_id).get(PROGRESS, {})
        return JobStatus(
            workflow_id=workflow_id,
            name=found.name,
            state=state,
            step=progress.get("step"),
            share=1.0 if state is JobState.DONE else progress.get("share", 0.0),
            error=output.get("failed") or _reason(found.error, found.status),
            result=output.get("result"),
        )

    def cancel(self, workflow_id: str) -> None:
        """Stop a workflow before its next step; does nothing to one that has ended."""
        DBOS.cancel_workflow(workflow_id)

    def close(self, patience_seconds: float = 10.0) -> None:
        """Stop taking up work, wait a little for running steps, close the store."""
        deadline = time.monotonic() + patience_seconds
        with self._change:
            self._closing = True
            self._change.wait_for(lambda: not self._n_running, deadline - time.monotonic())
        DBOS.destroy(destroy_registry=True)

    @contextmanager
    def _running(self) -> Iterator[None]:
        """Count a step while it runs; one that fails because the process closes has no outcome."""
        with self._change:
            if self._closing:
                raise _ClosingError
            self._n_running += 1
        try:
            yield
        except Exception as error:
            if isinstance(error, ProcessClosingError) or self._closing:
                raise _ClosingError from error
            raise
        finally:
            with self._change:
                self._n_running -= 1
                self._change.notify_all()

    def _clock_workflow(self) -> Callable[[datetime, dict[str, Any]], None]:
        """Return what DBOS calls at a schedule's times: it starts the workflow that is due."""

        def on_time(at: datetime, context: dict[str, Any]) -> None:
            del at  # it stands in the id that DBOS gave this run
            self.start(context["workflow"], f"{DBOS.workflow_id}:run", **context["args"])

        return on_time


def _reason(error: Exception | None, status: str) -> str | None:
    """Return what went wrong where the workflow itself could not say it."""
    if status == "MAX_RECOVERY_ATTEMPTS_EXCEEDED":
        return "The process died at this job again and again; look at the log, then start it anew."
    return error.detail if isinstance(error, LabelloopError) else None
