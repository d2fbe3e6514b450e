"""The verbs of imports: start one, run one."""

from __future__ import annotations

import json
from collections import deque
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from labeling.audit import store as audit
from labeling.bulk import store as bulk
from labeling.bulk.runner import JOB, Progress, StoppedError, Work
from labeling.database import Row, Transaction
from labeling.exchange.imports import uploads
from labeling.failpoints import failpoint
from labeling.items import service as items
from labeling.items.reading import Head, Part, Reading, prepared
from labeling.projects import store as projects

KIND: Final = "import"
TURNS_AHEAD: Final = 16
"""Parts sent ahead to the write door of SQLite, where they come through in order."""
MOST_ROW_ERRORS: Final = 100_000
"""Rows refused or kept out that are remembered one by one; all are counted."""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What a person asked for.

    Attributes
    ----------
    key, group
        Columns that name a row and its group; without `key`, an id column is looked for where
        `guess_key` says so, else the content is the key.
    update
        Whether a known key with new content replaces the older item.

    """

    key: str | None = None
    guess_key: bool = True
    group: str | None = None
    update: bool = False


def start_import(tx: Transaction, project: Row, place: str, options: ImportOptions) -> int:
    """Take an uploaded file on as a job that waits, and return the job's id."""
    name = Path(place).name
    job_id = bulk.add(tx, project.id, KIND, name, {"place": place, **asdict(options)})
    audit.record(tx, project.id, "import.start", "bulk_job", job_id, name=name, **asdict(options))
    return job_id


def cancel_import(tx: Transaction, project: Row, job_id: int) -> Row:
    """Ask an import to end at its next turn; what it took stays. Returns the job."""
    job = bulk.get_or_raise(tx, project.id, KIND, job_id)
    if bulk.ask_cancel(tx, job.id):
        audit.record(tx, project.id, "import.cancel", "bulk_job", job.id, name=job.name)
    return bulk.get_or_raise(tx, project.id, KIND, job_id)


@dataclass(frozen=True, slots=True)
class ImportHandler:
    """Does imports in one process: `runner.Handler`.

    Attributes
    ----------
    data_dir
        The hub's data folder, with uploads and blobs.
    file_bytes
        What a file may have at most.

    """

    data_dir: Path
    file_bytes: int

    def __call__(self, work: Work) -> dict[str, Any]:
        """Read the file from where the job stands and take its rows."""
        hub, options = work.hub, work.options
        project = hub.read_now(lambda tx: projects.get_or_raise(tx, work.job.project_id))
        recipe = hub.read_now(lambda tx: items.recipe_of(tx, project))
        reading = Reading(
            path=str(self.data_dir / options["place"]),
            blobs=str(self.data_dir / "blobs"),
            salt=recipe.salt,
            shown=recipe.shown,
            key=options["key"],
            guess_key=options["guess_key"],
            group=options["group"],
            file_bytes=self.file_bytes,
            skip=int(work.job.position),
        )
        with prepared(reading, work.beat) as (head, parts):
            turns = _Turns(work, project, head)
            for part in parts:
                turns.send(part)
            turns.finish()
        return {"key": head.key, "source": head.fingerprint}

    def ended(self, job: Row) -> None:
        """Remove the file of an import that has ended."""
        uploads.remove(self.data_dir, json.loads(job.options)["place"])


class _Turns:
    """The parts of one import at the write door, each one turn, in order."""

    def __init__(self, work: Work, project: Row, head: Head) -> None:
        self.work, self.project, self.head = work, project, head
        # On PostgreSQL functions run side by side; only one after the other are they in order.
        self.most = TURNS_AHEAD if work.hub.dialect == "sqlite" else 1
        self.waiting: deque[Future[None]] = deque()

    def send(self, part: Part) -> None:
        """Queue a part; wait for the oldest where enough are on their way."""
        take = _Take(self.work, self.project, self.head, part)
        self.waiting.append(self.work.hub.submit_write(take, JOB, urgent=False))
        if len(self.waiting) >= self.most:
            self._settle(self.waiting.popleft())

    def finish(self) -> None:
        """Wait for all that is on its way."""
        while self.waiting:
            self._settle(self.waiting.popleft())

    def _settle(self, turn: Future[None]) -> None:
        try:
            turn.result()
        except BaseException:
            for later in self.waiting:
                later.exception()  # they found the position moved by nobody, and took nothing
            raise


@dataclass(frozen=True, slots=True)
class _Take:
    """One part, taken in one write with the job's new position."""

    work: Work
    project: Row
    head: Head
    part: Part

    def __call__(self, tx: Transaction) -> None:
        """Take the rows unless the job stands elsewhere."""
        job = self.work.held(tx)
        if int(job.position) != self.part.start:
            raise StoppedError
        taken = items.take_rows(
            tx,
            self.project,
            self.part.rows,
            self.head.fingerprint,
            self.part.fields,
            update=self.work.options["update"],
        )
        report = taken.report
        self._keep_errors(tx, job, report)
        counts = {
            "added": report.added,
            "duplicates": report.duplicates,
            "changed": len(report.changed_lines),
            "superseded": report.superseded,
            "refused": len(self.part.refused),
        }
        position = str(self.part.start + self.part.n)
        self.work.move(tx, job, Progress(position, self.part.n, counts, self.head.n_rows))
        failpoint("import.before_commit")

    def _keep_errors(self, tx: Transaction, job: Row, report: items.ImportReport) -> None:
        found = [(row.line, "refused", row.key, row.reason) for row in self.part.refused]
        for place in report.changed_lines:
            row = self.part.rows[place]
            found.append((row.line, "changed", row.key, "its key is known with other content"))
        if found and job.rows_done < MOST_ROW_ERRORS:
            bulk.add_row_errors(tx, job, found)
