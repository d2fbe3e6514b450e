"""Every answer out: who, when, what is believed; increments that miss nothing; files by job."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.bulk import store as bulk
from labeling.bulk.runner import JOB, Runner, StoppedError, Work
from labeling.database import Hub, Row, Transaction
from labeling.errors import ConflictError, NotFoundError
from labeling.exchange.export import answers, jobs, store
from labeling.exchange.export.answer_files import ANSWER_FILES
from labeling.exchange.export.answers import COLUMNS, AnswerReader, UnsettledError, settled_mark
from labeling.exchange.export.columns import guarded, unguarded
from labeling.exchange.export.finished import Predictor
from labeling.exchange.export.jobs import ExportHandler, ExportOptions
from tests.factories import Floor

N_ITEMS: Final = 12


@pytest.fixture
def floor(hub: Hub) -> Floor:
    """Return a project in which one person has answered everything, one question skipped."""
    made = Floor.made(hub, n_people=2, n_items=N_ITEMS)
    for number, lease in enumerate(made.lease(0, N_ITEMS)):
        if number:
            made.submit(0, lease, "ab"[number % 2])
        else:
            made.skip(0, lease)
    return made


def export(floor: Floor, name: str, after: int = 0, **options: Any) -> bytes:
    """Return answers as one file."""
    file = ANSWER_FILES[name](guard=options.pop("guard", True))
    reader = AnswerReader(floor.hub, floor.project, **options)
    pages = reader.pages(after, settled_mark(floor.hub, floor.project_id))
    return file.begin() + b"".join([file.add(rows) for _, rows in pages]) + file.end()


def lines(payload: bytes) -> list[dict[str, Any]]:
    """Read JSON lines."""
    return [json.loads(line) for line in payload.splitlines()]


class TestColumns:
    """What is known of an answer."""

    def test_each_answer_says_who_when_and_what_is_believed(self, floor: Floor) -> None:
        """Shows every column, by pseudonym, with guideline, choice and posterior."""
        found = lines(export(floor, "jsonl"))
        assert len(found) == floor.value("SELECT COUNT(*) FROM annotation WHERE project_id = :p")
        assert all(tuple(row) == tuple(COLUMNS) for row in found)
        given = next(row for row in found if row["kind"] == "answer")
        assert (given["annotator"], given["name"], given["workforce"]) == ("crew-01", None, "crew")
        assert (given["schema_version"], given["guideline_version"]) == (1, 1)
        assert (given["split"], given["inclusion_probability"]) == ("train", 0.6)
        assert given["label"] in {"a", "b"}
        assert given["consensus"] == given["label"]
        assert given["consensus_state"] == "accepted"
        assert sum(given["posterior"].values()) == pytest.approx(1, abs=1e-4)
        assert given["posterior"][given["label"]] == pytest.approx(given["confidence"], abs=0.2)
        assert given["selected_by"]
        assert given["result"][0]["value"] == {"choices": [given["label"]]}
        skipped = next(row for row in found if row["kind"] == "skip")
        assert (skipped["reason"], skipped["label"]) == ("unsure", None)

    def test_a_name_is_there_only_when_asked_for(self, floor: Floor) -> None:
        """Shows that real names stand in their own column."""
        assert "person 0" not in export(floor, "jsonl").decode()
        assert {row["name"] for row in lines(export(floor, "jsonl", names=True))} == {"person 0"}

    def test_all_formats_say_the_same(self, floor: Floor) -> None:
        """Shows JSONL, CSV and Parquet cell by cell."""
        found = lines(export(floor, "jsonl"))
        table = list(csv.DictReader(io.StringIO(export(floor, "csv").decode(), newline="")))
        frame = pq.read_table(io.BytesIO(export(floor, "parquet"))).to_pylist()
        assert len(found) == len(table) == len(frame)
        for row, cells, columns in zip(found, table, frame, strict=True):
            for name, kind in COLUMNS.items():
                value = row[name]
                if kind is dict:
                    assert value == json.loads(cells[name] or "null")
                    assert value == json.loads(columns[name] or "null")
                    continue
                text = "" if value is None else str(value)
                assert cells[name] == (text.lower() if kind is bool else text)
                assert columns[name] == value

    def test_pages_hold_every_answer_once(
        self, floor: Floor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Shows the same file whatever the size of a page."""
        whole = export(floor, "csv")
        monkeypatch.setattr(answers, "PAGE_ROWS", 5)
        assert export(floor, "csv") == whole


class TestIncrements:
    """What came since the last time."""

    def test_a_cursor_returns_only_what_is_newer(self, floor: Floor) -> None:
        """Shows that two exports one after the other are the one of both."""
        mark = settled_mark(floor.hub, floor.project_id)
        first = export(floor, "jsonl")
        assert export(floor, "jsonl", after=mark) == b""
        for lease in floor.lease(1, N_ITEMS):
            floor.submit(1, lease, "b")
        second = export(floor, "jsonl", after=mark)
        assert {row["annotator"] for row in lines(second)} <= {"crew-02", "crew-01"}
        assert [row["id"] for row in lines(first) + lines(second)] == [
            row["id"] for row in lines(export(floor, "jsonl"))
        ]

    def test_a_slow_transaction_is_waited_for(self, floor: Floor) -> None:
        """Shows that an answer with a lower id that commits later is never passed over."""
        if floor.hub.dialect == "sqlite":
            assert settled_mark(floor.hub, floor.project_id) > 0  # one writer: ids come in order
            return
        begun, go_on = threading.Event(), threading.Event()

        def slow(tx: Transaction) -> None:
            _copy_of_an_answer(tx, floor, "slow")
            begun.set()
            assert go_on.wait(30)

        held = floor.hub.submit_write(slow, JOB, urgent=False)
        assert begun.wait(30)
        floor.hub.write_now(lambda tx: _copy_of_an_answer(tx, floor, "quick"))
        threading.Timer(0.3, go_on.set).start()
        mark = settled_mark(floor.hub, floor.project_id)
        assert held.done()
        assert mark == floor.value("SELECT MAX(id) FROM annotation WHERE project_id = :p")

    def test_what_stays_open_is_said(self, floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
        """Shows an error that says try again, instead of a file that may miss something."""
        monkeypatch.setattr(answers, "PATIENCE_SECONDS", 0.0)
        monkeypatch.setattr(store, "newest", lambda _tx, _project: (1, 2))
        monkeypatch.setattr(store, "oldest_open", lambda _tx: 1)
        with pytest.raises(UnsettledError):
            settled_mark(floor.hub, floor.project_id)


def _copy_of_an_answer(tx: Transaction, floor: Floor, key: str) -> None:
    """Add one more revision of the newest answer's assignment."""
    tx.run(
        """
        INSERT INTO annotation (project_id, created_at, assignment_id, item_id, annotator_id,
            revision, lease_n, client_key, kind, result, schema_version, source, is_surplus,
            paid_micros)
        SELECT project_id, :now, assignment_id, item_id, annotator_id,
            1000 + LENGTH(:key), lease_n, :key, kind, result,
            schema_version, source, is_surplus, 0
        FROM annotation WHERE project_id = :p ORDER BY id LIMIT 1
        """,
        p=floor.project_id,
        now=tx.now,
        key=key,
    )


class TestGuard:
    """Cells that a spreadsheet would run."""

    @pytest.mark.parametrize(
        ("cell", "kept"),
        [
            ("=1+1", "'=1+1"),
            ("@sum", "'@sum"),
            ("-5", "-5"),
            ("+1.5e3", "+1.5e3"),
            ("-5+cmd", "'-5+cmd"),
            ("'=x", "''=x"),
            ("it's", "it's"),
            ("'quoted'", "'quoted'"),
        ],
    )
    def test_a_formula_gets_an_apostrophe(self, cell: str, kept: str) -> None:
        """Shows what is guarded and what is left alone."""
        assert guarded(cell) == kept

    @given(st.text(st.sampled_from("'=+-@a1 \t\r"), max_size=8))
    def test_it_can_be_taken_back(self, cell: str) -> None:
        """Shows that no text is lost, and that what is guarded begins with an apostrophe."""
        assert unguarded(guarded(cell)) == cell


def no_model(project: Row) -> Predictor | None:
    """Return that no model is live."""
    del project
    return None


@pytest.fixture
def runner(floor: Floor, tmp_path: Path) -> Runner:
    """Return what works at exports."""
    return Runner(floor.hub, {jobs.KIND: ExportHandler(tmp_path, no_model)})


def start(floor: Floor, what: str, name: str, **options: Any) -> int:
    """Start an export and return its id."""
    asked = ExportOptions(what, name, **options)
    made: int = floor.write(lambda tx, project: jobs.start_export(tx, project, asked))
    return made


def job(floor: Floor, job_id: int) -> Row:
    """Return a job as it is now."""
    return floor.hub.read_now(lambda tx: bulk.get(tx, job_id))


class TestJobs:
    """Files by job."""

    @pytest.mark.parametrize("name", ["jsonl", "csv", "parquet"])
    def test_the_file_is_what_the_stream_is(
        self, floor: Floor, runner: Runner, tmp_path: Path, name: str
    ) -> None:
        """Shows the same bytes under their own digest, with progress."""
        job_id = start(floor, "answers", name)
        assert runner.run_one()
        done = job(floor, job_id)
        assert (done.state, done.error, done.rows_done) == ("done", None, N_ITEMS)
        payload = jobs.file_of(tmp_path, done).read_bytes()
        if name != "parquet":
            assert payload == export(floor, name)
        else:
            assert pq.read_table(io.BytesIO(payload)).num_rows == N_ITEMS
        result = json.loads(done.result)
        assert result["digest"] == hashlib.sha256(payload).hexdigest()
        assert result["mark"] == settled_mark(floor.hub, floor.project_id)

    @pytest.mark.parametrize("name", ["jsonl", "csv", "parquet"])
    def test_the_file_back_by_job(
        self, floor: Floor, runner: Runner, tmp_path: Path, name: str
    ) -> None:
        """Shows the finished file with all its rows."""
        job_id = start(floor, "finished", name)
        assert runner.run_one()
        done = job(floor, job_id)
        assert (done.state, done.rows_done) == ("done", N_ITEMS)
        payload = jobs.file_of(tmp_path, done).read_bytes()
        if name == "csv":
            rows = list(csv.DictReader(io.StringIO(payload.decode(), newline="")))
            assert [row["source"] for row in rows].count("human") == N_ITEMS - 1

    @pytest.mark.parametrize("what", ["answers", "finished"])
    @pytest.mark.parametrize("name", ["jsonl", "csv", "parquet"])
    def test_cut_behind_any_turn_it_goes_on(
        self,
        floor: Floor,
        runner: Runner,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        what: str,
        name: str,
    ) -> None:
        """Shows that what was written and not told is cut off, and that every row is there once."""
        monkeypatch.setattr(answers, "PAGE_ROWS", 5)
        monkeypatch.setattr("labeling.exchange.export.finished.PAGE_ROWS", 5)
        monkeypatch.setattr(jobs, "TURN_BYTES", 1)
        start(floor, what, name)
        assert runner.run_one()
        whole = next((tmp_path / "exports").iterdir()).read_bytes()
        for stop in range(1, 6):
            job_id = start(floor, what, name)
            self._stop_at(runner, monkeypatch, stop)
            if job(floor, job_id).state == "done":
                break  # it has no more turns than that
            part = tmp_path / "exports" / f".{job_id}.part"
            if part.exists():
                with part.open("ab") as file:
                    file.write(b"written, not told")
            floor.hub.write_now(bulk.unclaim_all)
            assert Runner(floor.hub, runner.handlers).run_one()
            done = job(floor, job_id)
            assert (done.state, done.rows_done) == ("done", N_ITEMS)
            assert jobs.file_of(tmp_path, done).read_bytes() == whole

    @staticmethod
    def _stop_at(runner: Runner, monkeypatch: pytest.MonkeyPatch, stop: int) -> None:
        """Let a runner stop at a turn as if its process closed."""
        turns: Iterator[int] = iter(range(1, 1_000))
        held = Work.held

        def stopping(work: Work, tx: Transaction) -> Row:
            if next(turns) == stop:
                raise StoppedError
            return held(work, tx)

        with monkeypatch.context() as patch:
            patch.setattr(Work, "held", stopping)
            assert runner.run_one()

    def test_a_cancelled_export_leaves_no_file(
        self, floor: Floor, runner: Runner, tmp_path: Path
    ) -> None:
        """Shows that it has no file, and that this is said."""
        job_id = start(floor, "answers", "csv")
        floor.write(lambda tx, project: jobs.cancel_export(tx, project, job_id))
        assert runner.run_one()
        ended = job(floor, job_id)
        assert ended.state == "cancelled"
        assert list((tmp_path / "exports").iterdir()) == []
        with pytest.raises(ConflictError, match="cancelled"):
            jobs.file_of(tmp_path, ended)

    def test_a_file_that_was_removed_is_said(
        self, floor: Floor, runner: Runner, tmp_path: Path
    ) -> None:
        """Shows that a missing file is a 404 with what to do."""
        job_id = start(floor, "answers", "csv")
        assert runner.run_one()
        jobs.file_of(tmp_path, job(floor, job_id)).unlink()
        with pytest.raises(NotFoundError, match="export again"):
            jobs.file_of(tmp_path, job(floor, job_id))
