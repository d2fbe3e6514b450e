"""The verbs of imports: start one, run one."""

from __future__ import annotations

import json
import os
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from labeling.audit import store as audit
from labeling.bulk import store as bulk
from labeling.bulk.runner import JOB, Progress, StoppedError, Work
from labeling.database import Row, Transaction
from labeling.errors import ConflictError
from labeling.exchange.imports import store, uploads
from labeling.exchange.imports.voices import RowProblem, VoiceOptions, Voices, rows_per_turn
from labeling.failpoints import failpoint
from labeling.fetch import Doors, fetch, local_path
from labeling.items import service as items
from labeling.items.reading import Head, Part, Reading, prepared
from labeling.projects import store as projects
from labeling.schema import store as schema_store

if TYPE_CHECKING:
    from labeling.quality.service import TruthCache

KIND: Final = "import"
BEAT_SECONDS: Final = 5.0
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
    voices
        What labels and scores of the file become.

    """

    key: str | None = None
    guess_key: bool = True
    group: str | None = None
    update: bool = False
    voices: VoiceOptions = field(default_factory=VoiceOptions)


def start_import(
    tx: Transaction,
    project: Row,
    place: str,
    options: ImportOptions,
    *,
    reference: str | None = None,
    name: str | None = None,
) -> int:
    """Take a file on as a job that waits, and return the job's id.

    Parameters
    ----------
    tx, project, options
        The write this belongs to, the project, and what was asked for.
    place
        Where the file lies below the data folder, or will once it is fetched.
    reference
        Where it is instead: a path below an open folder, or a URL.
    name
        What people call it; the file's own name where None.

    Raises
    ------
    QuestionKindError
        A column of labels for a question that is no single choice.

    """
    asks = options.voices
    if any(column is not None for column in (asks.label, asks.prediction, asks.score)):
        schema_store.require_choice(tx, project, "A column of labels or predictions")
    shown = name or Path(place).name
    asked = {"place": place, "reference": reference, **asdict(options)}
    job_id = bulk.add(tx, project.id, KIND, shown, asked)
    audit.record(
        tx, project.id, "import.start", "bulk_job", job_id, name=shown, options=asdict(options)
    )
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
    doors
        Which references are open, and what a file may have at most.
    truth
        The confusions that labels which count are weighed with.

    """

    data_dir: Path
    doors: Doors
    truth: TruthCache

    def __call__(self, work: Work) -> dict[str, Any]:
        """Read the file from where the job stands and take its rows."""
        hub, options = work.hub, work.options
        voices = VoiceOptions(**options["voices"])
        project = hub.read_now(lambda tx: projects.get_or_raise(tx, work.job.project_id))
        recipe = hub.read_now(lambda tx: items.recipe_of(tx, project))
        reading = Reading(
            path=str(self._path(work)),
            blobs=str(self.data_dir / "blobs"),
            salt=recipe.salt,
            shown=recipe.shown,
            key=options["key"],
            guess_key=options["guess_key"],
            group=options["group"],
            extras=voices.columns(),
            part_rows=rows_per_turn(voices),
            file_bytes=self.doors.most_bytes,
            skip=position_of(work.job)[0],
        )
        with prepared(reading, work.beat) as (head, parts):
            self._refuse_other_file(work, head)
            turns = _Turns(work, project, head, self.truth, voices)
            for part in parts:
                turns.send(part)
            turns.finish()
        return {"key": head.key, "source": head.fingerprint}

    def ended(self, job: Row) -> None:
        """Remove the file of an import that has ended; what was only named stays."""
        place = json.loads(job.options)["place"]
        if place:
            uploads.remove(self.data_dir, place)

    def _path(self, work: Work) -> Path:
        """Return where the file lies: uploaded, in an open folder, or fetched now."""
        reference = work.options["reference"]
        if reference is None:
            return self.data_dir / str(work.options["place"])
        local = local_path(reference, self.doors)
        if local is not None:
            return local
        target = self.data_dir / str(work.options["place"])
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            part = target.with_name(target.name + ".part")
            beat = _Paced(work.beat)
            with part.open("wb") as file:
                fetch(reference, file, self.doors, beat)
                file.flush()
                os.fsync(file.fileno())
            part.replace(target)
        return target

    @staticmethod
    def _refuse_other_file(work: Work, head: Head) -> None:
        """Refuse to go on in a file that was changed since: its rows are no longer the same.

        Raises
        ------
        ConflictError
            It was.

        """
        begun = position_of(work.job)[1]
        if begun not in (None, head.fingerprint):
            raise ConflictError(
                f"{work.job.name} was changed while it was imported; import it again."
            )


class _Paced:
    """Keeps a claim while blocks come in, at most every few seconds."""

    def __init__(self, beat: Callable[[], None]) -> None:
        self._beat = beat
        self._next = 0.0

    def __call__(self) -> None:
        """Keep it where it is time to."""
        now = time.monotonic()
        if now >= self._next:
            self._next = now + BEAT_SECONDS
            self._beat()


def position_of(job: Row) -> tuple[int, str | None]:
    """Return how many rows of its source a job has read, and what that source was."""
    rows, _, fingerprint = job.position.partition(" ")
    return int(rows), fingerprint or None


class _Turns:
    """The parts of one import at the write door, each one turn, in order."""

    def __init__(
        self, work: Work, project: Row, head: Head, truth: TruthCache, voices: VoiceOptions
    ) -> None:
        self.work, self.project, self.head = work, project, head
        self.truth, self.voices = truth, voices
        # On PostgreSQL functions run side by side; only one after the other are they in order.
        self.most = TURNS_AHEAD if work.hub.dialect == "sqlite" else 1
        self.waiting: deque[Future[None]] = deque()

    def send(self, part: Part) -> None:
        """Queue a part; wait for the oldest where enough are on their way."""
        take = _Take(self.work, self.project, self.head, part, self.truth, self.voices)
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
    truth: TruthCache
    voices: VoiceOptions

    def __call__(self, tx: Transaction) -> None:
        """Take the rows unless the job stands elsewhere."""
        job = self.work.held(tx)
        if position_of(job)[0] != self.part.start:
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
        for item_id in taken.replaced:
            store.withdraw_untouched(tx, item_id)
        said = Voices(tx, self.truth, self.project, job, self.voices)
        if self.voices.columns():
            said.take(self.part.rows)
        self._keep_errors(tx, job, report, said.problems)
        counts = {
            "added": report.added,
            "duplicates": report.duplicates,
            "changed": len(report.changed_lines),
            "superseded": report.superseded,
            "refused": len(self.part.refused),
            **said.counts,
        }
        position = f"{self.part.start + self.part.n} {self.head.fingerprint}"
        self.work.move(tx, job, Progress(position, self.part.n, counts, self.head.n_rows))
        failpoint("import.before_commit")

    def _keep_errors(
        self,
        tx: Transaction,
        job: Row,
        report: items.ImportReport,
        problems: Sequence[RowProblem],
    ) -> None:
        found = [(row.line, "refused", row.key, row.reason) for row in self.part.refused]
        for place in report.changed_lines:
            row = self.part.rows[place]
            found.append((row.line, "changed", row.key, "its key is known with other content"))
        labels = {row.line: (row.line, "label", row.key, row.reason) for row in problems}
        found += labels.values()
        if found and job.rows_done < MOST_ROW_ERRORS:
            bulk.add_row_errors(tx, job, found)
