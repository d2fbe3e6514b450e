"""Large exports as jobs: a file under `exports/` by its digest, gone on with after a kill."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from labeling.audit import store as audit
from labeling.bulk import store as bulk
from labeling.bulk.runner import JOB, Progress, Work
from labeling.errors import ConflictError, NotFoundError
from labeling.exchange.export import store
from labeling.exchange.export.answer_files import ANSWER_FILES
from labeling.exchange.export.answers import AnswerReader, settled_mark
from labeling.exchange.export.finished import (
    Predictor,
    finished_columns,
    finished_pages,
    finished_rows,
)
from labeling.exchange.export.formats import FORMATS, Format
from labeling.failpoints import failpoint
from labeling.files import sync_folder
from labeling.projects import store as projects

if TYPE_CHECKING:
    from labeling.database import Hub, Row, Transaction

KIND: Final = "export"
FOLDER: Final = "exports"
TURN_BYTES: Final = 8_000_000
"""A turn writes about so much before it is flushed to disk and the position moves."""
HASH_BLOCK: Final = 1_048_576

PredictorOf = Callable[["Row"], Predictor | None]
"""Returns what labels the rows that people did not settle; None without a live model."""


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What a person asked for.

    Attributes
    ----------
    what
        `finished` (the file back) or `answers`.
    format
        A name of `FORMATS`.
    after
        Only answers with a higher id.
    names, guard
        As in `AnswerReader` and `AnswerFile`.

    """

    what: str
    format: str
    after: int = 0
    names: bool = False
    guard: bool = True


def start_export(tx: Transaction, project: Row, options: ExportOptions) -> int:
    """Add an export that waits and return its id."""
    name = f"{project.slug}{'-answers' if options.what == 'answers' else ''}.{options.format}"
    job_id = bulk.add(tx, project.id, KIND, name, asdict(options))
    audit.record(tx, project.id, "export.start", "bulk_job", job_id, **asdict(options))
    return job_id


def cancel_export(tx: Transaction, project: Row, job_id: int) -> Row:
    """Ask an export to end at its next turn; returns the job."""
    job = bulk.get_or_raise(tx, project.id, KIND, job_id)
    if bulk.ask_cancel(tx, job.id):
        audit.record(tx, project.id, "export.cancel", "bulk_job", job.id)
    return bulk.get_or_raise(tx, project.id, KIND, job_id)


def file_of(data_dir: Path, job: Row) -> Path:
    """Return the file of an export that is done.

    Raises
    ------
    ConflictError
        It is not done.
    NotFoundError
        Somebody removed the file.

    """
    if job.state != "done":
        raise ConflictError(f"This export is {job.state}; it has no file.")
    found: Path = data_dir / FOLDER / json.loads(job.result)["file"]
    if not found.is_file():
        raise NotFoundError("The file is no longer in the data folder; export again.")
    return found


@dataclass(frozen=True, slots=True)
class Piece:
    """Some bytes of a file, the rows in them, and where to go on behind them."""

    payload: bytes
    rows: int = 0
    after: int = 0


@dataclass(frozen=True, slots=True)
class ExportHandler:
    """Does exports in one process: `bulk.runner.Handler`."""

    data_dir: Path
    predictor_of: PredictorOf

    def __call__(self, work: Work) -> dict[str, Any]:
        """Write the file from where the job stands."""
        options = ExportOptions(**work.options)
        project = work.hub.read_now(lambda tx: projects.get_or_raise(tx, work.job.project_id))
        made = _Making(work, project, options, self.predictor_of)
        path = self._part(work.job)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("r+b" if path.exists() else "w+b") as file:
            rows = made.write(file)
            digest = _digest(file)
        name = digest + _ending(options)
        path.replace(path.parent / name)
        sync_folder(path.parent)
        size = (path.parent / name).stat().st_size
        return {"digest": digest, "file": name, "bytes": size, "rows": rows, "mark": made.until}

    def ended(self, job: Row) -> None:
        """Remove what an export that did not come to its end has written."""
        self._part(job).unlink(missing_ok=True)

    def _part(self, job: Row) -> Path:
        return self.data_dir / FOLDER / f".{job.id}.part"


def _ending(options: ExportOptions) -> str:
    found = FORMATS if options.what == "finished" else ANSWER_FILES
    return str(found[options.format].ending)


def _digest(file: IO[bytes]) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while block := file.read(HASH_BLOCK):
        digest.update(block)
    return digest.hexdigest()


class _Making:
    """One export on its way into its file: turns of some megabytes, each flushed, then told."""

    def __init__(
        self, work: Work, project: Row, options: ExportOptions, predictor_of: PredictorOf
    ) -> None:
        self.work, self.project, self.options = work, project, options
        self.predictor_of = predictor_of
        self.after, self.size, self.until = _read_position(work.job.position)
        self.rows = int(work.job.rows_done)

    def write(self, file: IO[bytes]) -> int:
        """Write what is missing and return how many rows the file has."""
        if not self.until:
            self.until = self._mark()
        self._go_to(file)
        waiting, rows = 0, 0
        for piece in self._pieces():
            file.write(piece.payload)
            self.size += len(piece.payload)
            waiting += len(piece.payload)
            rows += piece.rows
            self.after = piece.after or self.after
            if waiting >= TURN_BYTES:
                self._turn(file, rows)
                waiting, rows = 0, 0
        self._turn(file, rows)
        return self.rows

    def _mark(self) -> int:
        """Return up to where this export reads: what comes later is not in it."""
        if self.options.what == "answers":
            return settled_mark(self.work.hub, self.project.id)
        counts = self.work.hub.read_now(lambda tx: projects.counters(tx, self.project.id))
        return counts.get("items", 0)

    def _go_to(self, file: IO[bytes]) -> None:
        """Cut off what was written but not told; begin anew where it cannot be gone on with."""
        if not self._is_resumable() or os.fstat(file.fileno()).st_size < self.size:
            self.after = self.size = self.rows = 0
        file.seek(0)
        file.truncate(self.size)
        file.seek(self.size)

    def _is_resumable(self) -> bool:
        if self.options.what == "answers":
            return ANSWER_FILES[self.options.format].is_resumable
        return FORMATS[self.options.format].page is not None

    def _turn(self, file: IO[bytes], rows: int) -> None:
        """Flush what was written, then move the position."""
        file.flush()
        os.fsync(file.fileno())
        self.rows += rows
        position = f"{self.after} {self.size} {self.until}"
        total = self._total()

        def write(tx: Transaction) -> None:
            job = self.work.held(tx)
            # A format that begins anew after a kill counts anew too.
            step = self.rows - job.rows_done
            self.work.move(tx, job, Progress(position, step, {}, total))
            failpoint("export.before_commit")

        self.work.hub.write_now(write, JOB)

    def _total(self) -> int:
        if self.work.job.rows_of is not None:
            return int(self.work.job.rows_of)
        if self.options.what == "finished":
            return self.until
        return self.work.hub.read_now(
            lambda tx: store.count_answers(tx, self.project.id, self.options.after, self.until)
        )

    def _pieces(self) -> Iterator[Piece]:
        return self._answers() if self.options.what == "answers" else self._finished()

    def _answers(self) -> Iterator[Piece]:
        file = ANSWER_FILES[self.options.format](guard=self.options.guard)
        if not self.size:
            yield Piece(file.begin())
        reader = AnswerReader(self.work.hub, self.project, names=self.options.names)
        for after, page in reader.pages(max(self.after, self.options.after), self.until):
            yield Piece(file.add(page), len(page[0]), after)
        yield Piece(file.end())

    def _finished(self) -> Iterator[Piece]:
        hub, kind = self.work.hub, FORMATS[self.options.format]
        predict = self.predictor_of(self.project)
        columns = finished_columns(hub, self.project)
        if kind.begin is None or kind.page is None:
            yield from self._whole(hub, kind, predict)
            return
        if not self.size:
            yield Piece(kind.begin(columns))
        for after, rows in finished_pages(hub, self.project, predict, self.after):
            yield Piece(kind.page(columns, rows), len(rows), after)

    def _whole(self, hub: Hub, kind: Format, predict: Predictor | None) -> Iterator[Piece]:
        columns = finished_columns(hub, self.project)
        for chunk in kind.write(columns, lambda: finished_rows(hub, self.project, predict)):
            yield Piece(chunk)
        self.rows = self.until


def _read_position(text: str) -> tuple[int, int, int]:
    """Return the last key read, the bytes that are told, and up to where the export reads."""
    if text == "0":
        return 0, 0, 0
    after, size, until = map(int, text.split())
    return after, size, until
