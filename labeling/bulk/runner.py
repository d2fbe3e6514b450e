"""Who works at the long work: a few threads per process, one job each, claimed in the store.

A claim runs out by itself, so that another process takes up what a killed one left; a number that
grows with each claim keeps the late one from writing.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from labeling.audit import store as audit
from labeling.bulk import store
from labeling.clock import MICROS
from labeling.database import Actor, Hub, Row, Transaction
from labeling.errors import LabelloopError

LOG = logging.getLogger(__name__)
CLAIM_MICROS: Final = 60 * MICROS
IDLE_SECONDS: Final = 0.25
JOB: Final = Actor("job")


class StoppedError(Exception):
    """The process closes, the job was cancelled, or another process works at it; no failure."""


@dataclass(slots=True)
class Progress:
    """What one turn has done, written with its rows."""

    position: str
    rows: int
    counts: Mapping[str, int]
    rows_of: int | None = None


class Work:
    """One claimed job in the hands of one thread."""

    def __init__(self, hub: Hub, job: Row, closing: threading.Event) -> None:
        self.hub, self.job, self._closing = hub, job, closing
        self.options: dict[str, Any] = json.loads(job.options)

    def held(self, tx: Transaction) -> Row:
        """Return the job as it is now, locked, or end this work.

        Raises
        ------
        StoppedError
            The process closes, the job was cancelled, or somebody else has it by now.

        """
        job = store.lock(tx, self.job.id)
        is_ours = job.state == "running" and job.claim_n == self.job.claim_n
        if not is_ours or job.cancel_asked or self._closing.is_set():
            raise StoppedError
        return job

    def move(self, tx: Transaction, job: Row, done: Progress) -> None:
        """Write how far the job is, in the transaction of the turn's rows."""
        counts: dict[str, int] = json.loads(job.counts)
        for name, step in done.counts.items():
            counts[name] = counts.get(name, 0) + step
        store.move(
            tx,
            job.id,
            position=done.position,
            rows_done=job.rows_done + done.rows,
            counts=counts,
            rows_of=done.rows_of,
            until=tx.now + CLAIM_MICROS,
        )

    def beat(self) -> None:
        """Keep the claim while nothing is written.

        Raises
        ------
        StoppedError
            As `held`.

        """

        def write(tx: Transaction) -> None:
            job = self.held(tx)
            store.extend(tx, job, tx.now + CLAIM_MICROS)

        self.hub.write_now(write, JOB)


class Handler(Protocol):
    """What does one kind of job."""

    def __call__(self, work: Work) -> Any:
        """Do a job from its position to its end and return the result, a JSON value."""

    def ended(self, job: Row) -> None:
        """Clear away what only a job that goes on needs; may be called twice."""


class Runner:
    """Takes up waiting jobs; `start` and `close` frame its life.

    Parameters
    ----------
    hub
        The store.
    handlers
        What does each kind of job.
    threads
        Jobs that run at once in this process.
    patience_seconds
        How long a job is left to other processes, whose work it rather is.
    chunks
        Whether it takes chunks of computations, and nothing else; else everything but those.

    """

    def __init__(
        self,
        hub: Hub,
        handlers: Mapping[str, Handler],
        threads: int = 2,
        patience_seconds: float = 0.0,
        *,
        chunks: bool = False,
    ) -> None:
        self.hub, self.handlers, self.chunks = hub, handlers, chunks
        self._patience = int(patience_seconds * MICROS)
        self.closing = threading.Event()
        self._wake = threading.Event()
        self._threads = [
            threading.Thread(target=self._run_forever, name=f"bulk-{n}", daemon=True)
            for n in range(threads)
        ]

    def start(self) -> None:
        """Begin to work; on SQLite take up at once what a killed process left."""
        if self.hub.dialect == "sqlite":
            self.hub.write_now(store.unclaim_all, JOB)
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Look for work now."""
        self._wake.set()

    def close(self) -> None:
        """Let every job stop behind its present turn, and wait for that."""
        self.closing.set()
        self._wake.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join()

    def run_one(self) -> bool:
        """Work at one job until it ends; False where none waits."""
        job = self.hub.write_now(
            lambda tx: store.claim(tx, tx.now + CLAIM_MICROS, self._patience, chunks=self.chunks),
            JOB,
        )
        if job is None:
            return False
        work = Work(self.hub, job, self.closing)
        try:
            result = self.handlers[job.kind](work)
        except StoppedError:
            self._stop(job)
        except LabelloopError as error:
            self._end(job, "failed", error=error.detail)
        except Exception as error:
            LOG.exception("the %s %d failed", job.kind, job.id)
            reason = f"{type(error).__name__}; the hub's log says more. Start it again."
            self._end(job, "failed", error=reason)
        else:
            self._end(job, "done", result=result)
        return True

    def _stop(self, job: Row) -> None:
        """End a job that was cancelled; leave one that another process has, or the next start."""

        def write(tx: Transaction) -> None:
            now = store.lock(tx, job.id)
            if now.claim_n != job.claim_n:
                return
            if now.cancel_asked:
                _finish(tx, now, "cancelled", None, None)
            else:
                store.extend(tx, now, 0)

        self.hub.write_now(write, JOB)
        self._clear(job)

    def _clear(self, job: Row) -> None:
        now = self.hub.read_now(lambda tx: store.get(tx, job.id))
        if now.ended_at is not None:
            self.handlers[job.kind].ended(now)

    def _end(self, job: Row, state: str, *, error: str | None = None, result: Any = None) -> None:
        def write(tx: Transaction) -> None:
            now = store.lock(tx, job.id)
            if now.claim_n == job.claim_n:
                _finish(tx, now, state, error, result)

        self.hub.write_now(write, JOB)
        self._clear(job)

    def _run_forever(self) -> None:
        while not self.closing.is_set():
            found = False
            try:
                found = self.run_one()
            except Exception:
                LOG.exception("long work could not be taken up; it is tried again")
            if not found:
                self._wake.wait(IDLE_SECONDS)
                self._wake.clear()


def _finish(tx: Transaction, job: Row, state: str, error: str | None, result: Any) -> None:
    if not store.end(tx, job.id, state, error=error, result=result):
        return
    if job.kind == store.CHUNK:
        return  # of something that is on record itself; all it makes is a file, the same each time
    counts = json.loads(job.counts)
    audit.record(
        tx, job.project_id, f"{job.kind}.{state}", "bulk_job", job.id, name=job.name, **counts
    )
