"""The search as a job: collect the items, search beside the hub, write what was found.

What was collected lies in a folder of the job's own until it ends. In force it comes with its last
turn, whole, and not before.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from labeling.bulk.runner import JOB, Progress, Work
from labeling.errors import LabelloopError
from labeling.items.child import ChildLines
from labeling.items.similar import minhash, store
from labeling.items.similar.search import ITEMS_FILE, links_path

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

FOLDER: Final = "near-duplicates"
PAGE_ROWS: Final = 1_000
TURN_PAGES: Final = 20
TURN_ROWS: Final = 1_000
HELD_OUT_SPLITS: Final = frozenset({"validation", "test"})


class SearchFailedError(LabelloopError):
    """The search could not go on; the hub's log says why. Start it again."""

    code = "search-failed"
    title = "The search failed"
    status = 500


@dataclass(slots=True)
class Position:
    """Where a search stands: it only grows.

    Items are collected up to a `seq`, in so many bytes; `pairs` and `held_out` were written.
    """

    seq: int = 0
    size: int = 0
    is_collected: bool = False
    pairs: int = 0
    held_out: int = 0

    @classmethod
    def read(cls, text: str) -> Position:
        """Return a position from its text."""
        return cls() if text == "0" else cls(**json.loads(text))

    def text(self) -> str:
        """Return it as it is kept."""
        names = ("seq", "size", "is_collected", "pairs", "held_out")
        return json.dumps({name: getattr(self, name) for name in names})


@dataclass(frozen=True, slots=True)
class SearchHandler:
    """Does searches in one process: `bulk.runner.Handler`."""

    data_dir: Path

    def __call__(self, work: Work) -> dict[str, Any]:
        """Search from where the job stands."""
        folder = self._folder(work.job)
        folder.mkdir(parents=True, exist_ok=True)
        return _Searching(work, folder, self.data_dir / "blobs").run()

    def ended(self, job: Row) -> None:
        """Remove what was collected."""
        shutil.rmtree(self._folder(job), ignore_errors=True)

    def _folder(self, job: Row) -> Path:
        return self.data_dir / FOLDER / str(job.id)


class _Searching:
    """One search on its way."""

    def __init__(self, work: Work, folder: Path, blobs: Path) -> None:
        self.work, self.folder, self.blobs = work, folder, blobs
        self.options = work.options
        self.at = Position.read(work.job.position)

    def run(self) -> dict[str, Any]:
        """Collect, search, write; each part is passed over where it is done."""
        path = self.folder / ITEMS_FILE
        if self.at.is_collected and not path.exists():
            self.at.seq, self.at.size, self.at.is_collected = 0, 0, False
        if not self.at.is_collected:
            with path.open("r+b" if path.exists() else "w+b") as file:
                self._collect(file)
        self._search()
        ids, held = self._read_collected()
        self._write_pairs(ids)
        return self._write_held_out(ids, held)

    def _collect(self, file: IO[bytes]) -> None:
        """Write each item's id, content and whether it is held out, a line each."""
        if os.fstat(file.fileno()).st_size < self.at.size:
            self.at.seq = self.at.size = 0
        file.truncate(self.at.size)
        file.seek(self.at.size)
        while not self.at.is_collected:
            rows = 0
            for page in islice(self._pages(), TURN_PAGES):
                lines = [self._line(row) for row in page]
                payload = "".join([line for line in lines if line]).encode()
                file.write(payload)
                self.at.size += len(payload)
                self.at.seq = page[-1].seq
                rows += len(page)
            self.at.is_collected = rows == 0
            file.flush()
            os.fsync(file.fileno())
            self._move(rows, {"collected": rows})

    def _pages(self) -> Iterator[list[Row]]:
        project_id = self.work.job.project_id
        while page := self.work.hub.read_now(
            lambda tx: store.items_page(tx, project_id, self.at.seq, PAGE_ROWS)
        ):
            yield page

    def _line(self, row: Row) -> str:
        data, fields = json.loads(row.data), self.options["fields"]
        if self.options["method"] == "dhash":
            content = (data.get(fields[0]) or {}).get("blob")
        else:
            content = "\n".join(str(data[name]) for name in fields if data.get(name) is not None)
        if not content:
            return ""
        is_held_out = row.split in HELD_OUT_SPLITS
        return json.dumps([row.id, content, int(is_held_out)]) + "\n"

    def _search(self) -> None:
        """Let the process beside the hub do the work; it goes on where a killed one was."""
        asked = {
            "folder": str(self.folder),
            "blobs": str(self.blobs),
            "method": self.options["method"],
            "threshold": self.options["threshold"],
        }
        with ChildLines("labeling.items.similar.search", asked, self.work.beat) as child:
            for found in child:
                if "error" in found:
                    raise SearchFailedError(found["error"])
                self.work.beat()

    def _read_collected(self) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Return the ids of the items, and which of them are held out."""
        ids: list[int] = []
        held: list[bool] = []
        with (self.folder / ITEMS_FILE).open("rb") as file:
            for line in file:
                item_id, _, is_held_out = json.loads(line)
                ids.append(item_id)
                held.append(bool(is_held_out))
        return np.asarray(ids, dtype=np.int64), np.asarray(held, dtype=np.bool_)

    def _links(self, ids: NDArray[np.int64]) -> Iterator[tuple[int, int, int, float]]:
        n = 0
        for band in range(minhash.BANDS):
            with links_path(self.folder, band).open(encoding="ascii") as file:
                for line in file:
                    first, second, score = json.loads(line)
                    n += 1
                    yield n, int(ids[first]), int(ids[second]), score

    def _write_pairs(self, ids: NDArray[np.int64]) -> None:
        links = islice(self._links(ids), self.at.pairs, None)
        while rows := list(islice(links, TURN_ROWS)):
            self.at.pairs += len(rows)
            self._move(0, {"pairs": len(rows)}, pairs=rows)

    def _write_held_out(self, ids: NDArray[np.int64], held: NDArray[np.bool_]) -> dict[str, Any]:
        """Write the training items that hang together with a held-out one; then all is in force."""
        roots = np.load(self.folder / "roots.npy")
        near = np.isin(roots, roots[held]) & ~held
        found = [int(item_id) for item_id in ids[near]]
        for start in range(self.at.held_out, len(found), TURN_ROWS):
            part = found[start : start + TURN_ROWS]
            self.at.held_out = start + len(part)
            self._move(0, {"held_out": len(part)}, held_out=part)
        self._move(0, {}, is_last=True)
        groups = np.unique(roots, return_counts=True)[1]
        return {
            "items": len(ids),
            "groups": int((groups > 1).sum()),
            "pairs": self.at.pairs,
            "held_out": len(found),
        }

    def _move(
        self,
        rows: int,
        counts: dict[str, int],
        *,
        pairs: list[tuple[int, int, int, float]] | None = None,
        held_out: list[int] | None = None,
        is_last: bool = False,
    ) -> None:
        """Write what was found and the position, in one turn."""
        position = self.at.text()

        def write(tx: Transaction) -> None:
            job = self.work.held(tx)
            store.add_run(tx, job, self.options["method"], self.options["threshold"])
            if pairs:
                store.add_pairs(tx, job, pairs)
            if held_out:
                store.add_held_out(tx, job, held_out)
            if is_last:
                store.set_undone(tx, job.id, None)
            self.work.move(tx, job, Progress(position, rows, counts))

        self.work.hub.write_now(write, JOB)
