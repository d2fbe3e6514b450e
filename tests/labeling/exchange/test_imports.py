"""Imports as jobs: in order, once, in parts; killed, cancelled, taken up by another process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from labeling.bulk import runner as bulk_runner
from labeling.bulk import store as bulk
from labeling.bulk.runner import CLAIM_MICROS, JOB, Runner, StoppedError, Work
from labeling.clock import MICROS
from labeling.database import Hub, Row, Transaction, open_hub
from labeling.errors import InvalidInputError, TooLargeError
from labeling.exchange.imports import service
from labeling.exchange.imports.service import ImportHandler, ImportOptions
from labeling.exchange.imports.uploads import Upload, remove_unknown, safe_name
from labeling.fetch import Doors
from labeling.items import reading
from labeling.quality.service import TruthCache
from tests.factories import make_project
from tests.support.hubs import HandClock

ROOT: Final = Path(__file__).parents[3]
MOST_BYTES: Final = 50_000_000


def handler_of(folder: Path) -> ImportHandler:
    """Return what does imports, with this folder open for references."""
    doors = Doors(roots=(folder / "open",), schemes=frozenset({"memory"}), most_bytes=MOST_BYTES)
    return ImportHandler(folder, doors, TruthCache())


@dataclass
class Desk:
    """A project, a data folder, and whoever works at its imports."""

    hub: Hub
    folder: Path
    project: Row = field(init=False)

    def __post_init__(self) -> None:
        self.project = self.hub.write_now(make_project)
        self.runner = Runner(self.hub, {service.KIND: handler_of(self.folder)})

    def upload(self, name: str, content: str | bytes) -> str:
        """Lay a file where uploads lie."""
        payload = content.encode() if isinstance(content, str) else content
        with Upload(self.folder, name, MOST_BYTES) as found:
            found.write(payload)
        return found.place

    def start(self, name: str, content: str | bytes, **options: Any) -> int:
        """Upload a file and start its import."""
        place = self.upload(name, content)
        asked = ImportOptions(**options)
        return self.hub.write_now(lambda tx: service.start_import(tx, self.project, place, asked))

    def run(self, name: str, content: str | bytes, **options: Any) -> Row:
        """Import a file to its end and return the job."""
        job_id = self.start(name, content, **options)
        assert self.runner.run_one()
        return self.job(job_id)

    def job(self, job_id: int) -> Row:
        """Return a job as it is now."""
        return self.hub.read_now(lambda tx: bulk.get(tx, job_id))

    def counts(self, job: Row) -> dict[str, int]:
        """Return what became of the rows."""
        found: dict[str, int] = json.loads(job.counts)
        return found

    def items(self) -> list[Row]:
        """Return the pool in its order."""
        sql = "SELECT * FROM item WHERE project_id = :p ORDER BY seq"
        return self.hub.read_now(lambda tx: tx.rows(sql, p=self.project.id))

    def errors(self, job: Row) -> list[tuple[int, str, str | None, str]]:
        """Return the rows not taken."""
        rows = self.hub.read_now(lambda tx: bulk.row_errors(tx, job.id, -1, "", 1_000))
        return [(row.line, row.kind, row.key, row.reason) for row in rows]


@pytest.fixture
def hub(store_url: str, clock: HandClock) -> Iterator[Hub]:
    """Open a store whose time a test moves by hand."""
    opened = open_hub(store_url, clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def desk(hub: Hub, tmp_path: Path) -> Desk:
    """Return a project with an empty pool."""
    return Desk(hub, tmp_path)


def table(n: int, first: int = 0) -> str:
    """Return a CSV of short texts with ids."""
    return "id,text\n" + "".join(f"{i},the text of row {i}\n" for i in range(first, first + n))


class TestRows:
    """What a job takes and what it does not."""

    def test_every_row_is_counted_once(self, desk: Desk) -> None:
        """Shows parts of 1,000 in order, duplicates, changed and refused rows by line."""
        rows = table(2_500) + "7,the text of row 7\n8,another text\n9000,\nx\n"
        job = desk.run("rows.csv", rows)
        assert (job.state, job.error, job.rows_done) == ("done", None, 2_504)
        assert desk.counts(job) == {
            "added": 2_500,
            "duplicates": 1,
            "changed": 1,
            "superseded": 0,
            "refused": 2,
        }
        assert [row.seq for row in desk.items()] == list(range(1, 2_501))
        assert desk.errors(job) == [
            (2_503, "changed", "8", "its key is known with other content"),
            (2_504, "refused", "9000", "'text' is empty"),
            (2_505, "refused", None, "1 cells under 2 columns"),
        ]

    def test_the_same_file_again_changes_nothing(self, desk: Desk) -> None:
        """Shows idempotence by key, and by content where there is no id."""
        desk.run("rows.csv", table(1_200))
        again = desk.run("rows.csv", table(1_200))
        assert desk.counts(again)["duplicates"] == 1_200
        texts = "text\n" + "".join(f"only text {n}\n" for n in range(50))
        assert desk.counts(desk.run("t.csv", texts))["added"] == 50
        assert desk.counts(desk.run("t.csv", texts))["duplicates"] == 50
        assert len(desk.items()) == 1_250

    def test_a_large_file_is_read_by_a_process_of_its_own(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Shows the same rows, hashes and splits whoever reads the file."""
        desk.run("rows.csv", table(1_500))
        here = [(row.key, row.content_hash, row.split, row.shuffle) for row in desk.items()]
        monkeypatch.setattr(reading, "OWN_PROCESS_BYTES", 0)
        other = Desk.__new__(Desk)
        other.hub, other.folder, other.runner = desk.hub, desk.folder, desk.runner
        other.project = desk.hub.write_now(lambda tx: make_project(tx, slug="other"))
        job = other.run("rows.csv", table(1_500))
        assert (job.state, job.rows_of) == ("done", 1_500)
        assert [
            (row.key, row.content_hash, row.split, row.shuffle) for row in other.items()
        ] == here

    def test_update_replaces_and_keeps_the_older_item(self, desk: Desk) -> None:
        """Shows that the key goes to the new content, and that both name each other."""
        desk.run("rows.csv", table(3))
        job = desk.run("new.csv", "id,text\n1,better\n2,the text of row 2\n", update=True)
        assert desk.counts(job)["superseded"] == 1
        old, new = desk.items()[1], desk.items()[3]
        assert (new.key, new.supersedes, new.state) == ("1", old.id, "new")
        assert (old.superseded_by, old.state, old.drop_reason) == (new.id, "dropped", "superseded")
        assert json.loads(new.data) == {"id": "1", "text": "better"}
        again = desk.run("new.csv", "id,text\n1,better\n2,the text of row 2\n", update=True)
        assert desk.counts(again)["duplicates"] == 2

    def test_within_one_file_the_first_row_of_a_key_stands(self, desk: Desk) -> None:
        """Shows that `update` does not let two lines of one file replace each other."""
        job = desk.run("rows.csv", "id,text\n1,first\n1,second\n", key="id", update=True)
        assert (desk.counts(job)["added"], desk.counts(job)["changed"]) == (1, 1)

    def test_a_group_column_keeps_rows_on_one_side(self, desk: Desk) -> None:
        """Shows that the rows of a document share group and split."""
        rows = "".join(f"{n},text {n},doc {n % 7}\n" for n in range(70))
        desk.run("rows.csv", "id,text,doc\n" + rows, group="doc")
        found = {(row.group_hash, row.split) for row in desk.items()}
        assert len(found) == 7
        assert all(row.is_grouped for row in desk.items())

    def test_a_file_that_cannot_be_read_fails_and_leaves_nothing(self, desk: Desk) -> None:
        """Shows that the error names the place, and that the upload is gone."""
        job = desk.run("rows.csv", b"id,text\n1,\xff\n")
        assert (job.state, job.rows_done) == ("failed", 0)
        assert "line 2, byte 11: 0xff is not UTF-8" in job.error
        assert list((desk.folder / "uploads").iterdir()) == []


class TestLife:
    """Cancelled, closed, killed, taken over."""

    def test_a_cancelled_import_ends_and_keeps_its_rows(self, desk: Desk) -> None:
        """Shows that a job that waits is cancelled before its first row."""
        job_id = desk.start("rows.csv", table(10))
        desk.hub.write_now(lambda tx: service.cancel_import(tx, desk.project, job_id))
        assert desk.runner.run_one()
        assert desk.job(job_id).state == "cancelled"
        assert desk.items() == []
        assert list((desk.folder / "uploads").iterdir()) == []

    def test_a_closing_process_leaves_it_to_the_next(self, desk: Desk) -> None:
        """Shows that nothing is failed or lost by an orderly end in the middle."""
        job_id = desk.start("rows.csv", table(3_000))
        desk.runner.closing.set()
        assert desk.runner.run_one()
        assert desk.job(job_id).state == "running"
        later = Runner(desk.hub, desk.runner.handlers)
        assert later.run_one()
        assert desk.job(job_id).state == "done"
        assert len(desk.items()) == 3_000

    def test_a_lost_claim_cannot_write(self, desk: Desk, clock: HandClock) -> None:
        """Shows that of two processes only the later one moves a job."""
        job_id = desk.start("rows.csv", table(10))

        def claim(tx: Transaction) -> Any:
            return bulk.claim(tx, tx.now + CLAIM_MICROS)

        first = desk.hub.write_now(claim, JOB)
        assert desk.hub.write_now(claim, JOB) is None
        clock.wait(CLAIM_MICROS / MICROS + 1)
        second = desk.hub.write_now(claim, JOB)
        assert (first.id, second.id, second.claim_n) == (job_id, job_id, first.claim_n + 1)
        with pytest.raises(StoppedError):
            desk.hub.write_now(Work(desk.hub, first, desk.runner.closing).held)
        Work(desk.hub, second, desk.runner.closing).beat()

    def test_a_helper_leaves_new_jobs_to_a_worker(self, desk: Desk, clock: HandClock) -> None:
        """Shows the patience of a process that only answers."""
        desk.start("rows.csv", table(10))
        helper = Runner(desk.hub, desk.runner.handlers, patience_seconds=2)
        assert not helper.run_one()
        clock.wait(3)
        assert helper.run_one()

    def test_an_unexpected_error_is_told(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Shows that a job never hangs at an error of ours."""

        def broken(work: Work) -> None:
            del work
            message = "broken"
            raise RuntimeError(message)

        monkeypatch.setattr(bulk_runner.LOG, "exception", lambda *_: None)
        job_id = desk.start("rows.csv", table(10))
        handler = desk.runner.handlers[service.KIND]
        monkeypatch.setattr(type(handler), "__call__", lambda _self, work: broken(work))
        desk.runner.run_one()
        assert desk.job(job_id).state == "failed"
        assert desk.job(job_id).error.startswith("RuntimeError")


KILLED: Final = """
import sys
from pathlib import Path
from labeling.bulk.runner import Runner
from labeling.database import open_hub
from labeling.exchange.imports import service
from labeling.exchange.imports.service import ImportHandler
from labeling.fetch import Doors
from labeling.quality.service import TruthCache
hub = open_hub(sys.argv[1])
runner = Runner(hub, {service.KIND: ImportHandler(Path(sys.argv[2]), Doors(), TruthCache())})
print("up", flush=True)
while runner.run_one():
    pass
hub.close()
"""


def run_process(url: str, folder: Path, failpoint: str = "") -> subprocess.Popen[str]:
    """Start a process that works at imports."""
    environment = os.environ | {"LABELLOOP_FAILPOINT": failpoint, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-c", KILLED, url, str(folder)],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.kill
class TestKill:
    """A process killed in the middle, at a chosen point and at any."""

    def _start(self, url: str, folder: Path, n: int) -> tuple[int, int]:
        hub = open_hub(url)
        desk = Desk(hub, folder)
        job_id = desk.start("rows.csv", table(n) + "bad\n3,other\n")
        hub.close()
        return job_id, desk.project.id

    def _finish(self, url: str, folder: Path, job_id: int, n: int) -> None:
        """Free the claim as a start does, run to the end, and count."""
        hub = open_hub(url)
        hub.write_now(bulk.unclaim_all)
        hub.close()
        with run_process(url, folder) as process:
            process.communicate(timeout=120)
        hub = open_hub(url)
        job = hub.read_now(lambda tx: bulk.get(tx, job_id))
        sql = "SELECT seq, key FROM item WHERE project_id = :p ORDER BY seq"
        rows = hub.read_now(lambda tx: tx.rows(sql, p=job.project_id))
        errors = hub.read_now(lambda tx: bulk.row_errors(tx, job_id, -1, "", 100))
        hub.close()
        assert (job.state, job.rows_done) == ("done", n + 2)
        assert json.loads(job.counts) == {
            "added": n,
            "duplicates": 0,
            "changed": 1,
            "superseded": 0,
            "refused": 1,
        }
        assert [(row.seq, row.key) for row in rows] == [(i + 1, str(i)) for i in range(n)]
        assert [row.kind for row in errors] == ["refused", "changed"]

    def test_killed_before_a_commit(self, store_url: str, tmp_path: Path) -> None:
        """Shows that the rows of a turn and its position come together or not at all."""
        job_id, _ = self._start(store_url, tmp_path, 6_000)
        for visit in (1, 3):
            with run_process(store_url, tmp_path, f"import.before_commit:{visit}") as process:
                process.communicate(timeout=120)
                assert process.returncode == -signal.SIGKILL
            hub = open_hub(store_url)
            hub.write_now(bulk.unclaim_all)
            hub.close()
        self._finish(store_url, tmp_path, job_id, 6_000)

    def test_killed_at_any_moment(self, store_url: str, tmp_path: Path) -> None:
        """Shows that five kills at different moments change nothing of the outcome."""
        job_id, _ = self._start(store_url, tmp_path, 30_000)
        for delay in (0.05, 0.15, 0.3, 0.45, 0.6):
            process = run_process(store_url, tmp_path)
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(delay)
            process.kill()
            process.communicate()
            hub = open_hub(store_url)
            hub.write_now(bulk.unclaim_all)
            hub.close()
        self._finish(store_url, tmp_path, job_id, 30_000)


class TestUploads:
    """Files on their way in."""

    @pytest.mark.parametrize(
        ("name", "kept"),
        [
            ("rows.csv", "rows.csv"),
            ("../../etc/rows.csv", "rows.csv"),
            ("C:\\files\\rows.csv", "rows.csv"),
            (".hidden.csv", "hidden.csv"),
            ("a\0b\n.csv", "a_b_.csv"),
            ("问题.csv", "问题.csv"),
        ],
    )
    def test_a_name_leads_nowhere_else(self, name: str, kept: str) -> None:
        """Shows that only the last part of a name is used, and no odd character."""
        assert safe_name(name) == kept

    def test_an_unknown_ending_is_refused(self) -> None:
        """Shows that the known endings are named."""
        with pytest.raises(InvalidInputError, match=r"does not end in one of \.csv"):
            safe_name("a.exe")

    def test_a_file_past_its_limit_leaves_nothing(self, tmp_path: Path) -> None:
        """Shows that the folder of a refused upload is gone."""
        with pytest.raises(TooLargeError), Upload(tmp_path, "a.csv", 10) as upload:
            upload.write(b"x" * 11)
        assert list((tmp_path / "uploads").iterdir()) == []

    def test_only_old_uploads_without_a_job_are_removed(self, tmp_path: Path) -> None:
        """Shows that what a killed hub left goes, and what another process receives stays."""
        places = []
        for name in ("old.csv", "known.csv", "fresh.csv"):
            with Upload(tmp_path, name, 10) as upload:
                upload.write(b"x")
            places.append(upload)
        for upload in places[:2]:
            os.utime(upload.folder, (0, 0))
        assert remove_unknown(tmp_path, {places[1].place}) == 1
        assert sorted(found.name for found in (tmp_path / "uploads").iterdir()) == sorted(
            found.folder.name for found in places[1:]
        )
