"""The port for long work: register, start, schedule, status, cancel.

A workflow is a plain function that takes a :class:`Job` and JSON arguments and does everything
that has an effect inside `job.step`. What a finished step returned is remembered, so that after a
kill the workflow goes on with the step that had not finished. A step runs **at least** once: its
effect carries a key (`job.key`) that is UNIQUE in the hub's own database, so it happens once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Final, Protocol

from labeling.errors import LabelloopError

ENDED: Final = frozenset({"done", "failed", "cancelled"})


class JobState(StrEnum):
    """Where a workflow stands."""

    WAITING = "waiting"
    """Accepted and on disk; no process has taken it up yet, or its lane is busy."""
    RUNNING = "running"
    """A process is at one of its steps, or died there: the next start takes it up again."""
    DONE = "done"
    """Every step has ended; `result` is what the workflow returned."""
    FAILED = "failed"
    """A step raised; `error` says what and what to do next."""
    CANCELLED = "cancelled"
    """A person cancelled it; the step that ran then was finished, the next one not begun."""


@dataclass(frozen=True, slots=True)
class JobStatus:
    """What is known of one workflow.

    Attributes
    ----------
    share
        Progress in [0, 1]; 1 only when the state is `done`.
    result
        The JSON value that the workflow returned, once it is done.

    """

    workflow_id: str
    name: str
    state: JobState
    step: str | None = None
    share: float = 0.0
    error: str | None = None
    result: Any = None

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in ENDED


class JobFailedError(LabelloopError):
    """A recorded failure, told again after a restart; `detail` is the first one's text."""

    code: ClassVar[str] = "job-failed"
    title: ClassVar[str] = "The job failed"
    status: ClassVar[int] = 500


class ProcessClosingError(LabelloopError):
    """The process ends; a step that raises this has no outcome and is run at the next launch."""

    code: ClassVar[str] = "process-closing"
    title: ClassVar[str] = "The hub is closing"
    status: ClassVar[int] = 503


class Job(Protocol):
    """What a running workflow holds: its id, its steps and its progress."""

    @property
    def workflow_id(self) -> str:
        """The id under which it was started."""

    def key(self, effect: str) -> str:
        """Return the UNIQUE key of one effect: ``WORKFLOW_ID:effect``."""

    def step(self, name: str, share: float, fn: Callable[[], Any]) -> Any:
        """Run `fn` unless it has finished before, and return its (JSON) result.

        Where the workflow was cancelled meanwhile, or the process is closing, `fn` is not begun:
        a BaseException ends the workflow's function, which must let it pass.

        Parameters
        ----------
        name
            Stands in the status while the step runs; the same steps in the same order each time.
        share
            Progress in [0, 1] when the step begins.
        fn
            Runs at least once; effects in it carry `key(…)`. Its result must be JSON.

        """

    def report(self, share: float) -> None:
        """Report progress in [0, 1] from inside a step."""


Workflow = Callable[..., Any]
"""``workflow(job: Job, **json_arguments) -> JSON``."""


class Jobs(Protocol):
    """Starts workflows and remembers them; blocking, so call it from a thread.

    Order of use: `register` each workflow, `launch` once (which takes up what a killed process
    left), then the rest, and `close` at the end.
    """

    def register(self, name: str, workflow: Workflow) -> None:
        """Make a workflow known under a name that outlives processes."""

    def launch(self) -> None:
        """Open the store, take up unfinished workflows, begin to run new ones."""

    def start(self, name: str, workflow_id: str, *, lane: str | None = None, **args: Any) -> None:
        """Accept a workflow; it is on disk when this returns.

        Parameters
        ----------
        name
            As registered.
        workflow_id
            A second start with the same id does nothing.
        lane
            Workflows of one lane run one after the other; None does not wait for anyone.
        **args
            JSON values, handed to the workflow by name.

        """

    def schedule(
        self,
        name: str,
        cron: str,
        workflow: str,
        *,
        time_zone: str = "UTC",
        **args: Any,
    ) -> None:
        """Start a workflow at the times of a cron expression; replaces the schedule of that name.

        Raises
        ------
        InvalidInputError
            The cron expression or the time zone cannot be read.

        """

    def unschedule(self, name: str) -> None:
        """Remove a schedule; does nothing where there is none."""

    def status(self, workflow_id: str) -> JobStatus | None:
        """Return what is known of a workflow; None where no such id was started."""

    def cancel(self, workflow_id: str) -> None:
        """Stop a workflow before its next step; does nothing to one that has ended."""

    def close(self) -> None:
        """Stop taking up work, wait a little for running steps, close the store.

        What did not finish in time goes on at the next launch.
        """
