"""Labels and scores of a file: kept beside, counted, known, predicted; and files by reference."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest

from labeling.database import Hub, Row, open_hub
from labeling.exchange.export.answer_files import ANSWER_FILES, Layout
from labeling.exchange.export.predictions import PREDICTION_COLUMNS, prediction_pages
from labeling.exchange.imports import service
from labeling.exchange.imports.service import ImportOptions
from labeling.exchange.imports.voices import VoiceOptions
from tests.books import check_books
from tests.labeling.exchange.test_imports import Desk

N_ROWS = 60


@pytest.fixture
def hub(store_url: str) -> Iterator[Hub]:
    """Open a store of the test's own."""
    opened = open_hub(store_url)
    yield opened
    opened.close()


@pytest.fixture
def desk(hub: Hub, tmp_path: Path) -> Desk:
    """Return a project with an empty pool."""
    return Desk(hub, tmp_path)


def table(n: int = N_ROWS) -> str:
    """Return a CSV with labels, a model's classes and its scores."""
    rows = [f"{i},the text of row {i},{'abc'[i % 3]},{'ab'[i % 2]},0.{i:02d}" for i in range(n)]
    return "id,text,label,guess,p\n" + "\n".join(rows) + "\n"


def voices(**options: Any) -> dict[str, Any]:
    """Return import options that let columns speak."""
    return {"voices": VoiceOptions(**options)}


def said(desk: Desk) -> list[dict[str, Any]]:
    """Return what the export says of predictions."""
    file = ANSWER_FILES["jsonl"](Layout(PREDICTION_COLUMNS))
    pages = prediction_pages(desk.hub, desk.project)
    payload = file.begin() + b"".join([file.add(rows) for rows in pages]) + file.end()
    return [json.loads(line) for line in payload.splitlines()]


def value(desk: Desk, sql: str) -> Any:
    """Return one value; `:p` is the project."""
    return desk.hub.read_now(lambda tx: tx.value(sql, p=desk.project.id))


class TestLegacy:
    """Labels that came with the data."""

    def test_they_are_kept_beside_and_are_no_votes(self, desk: Desk) -> None:
        """Shows each label under the workforce `legacy`, no vote, no task, no consensus."""
        job = desk.run("rows.csv", table(), **voices(label="label"))
        assert desk.counts(job)["legacy"] == N_ROWS
        found = said(desk)
        assert [row["label"] for row in found[:3]] == ["a", "b", "c"]
        assert {(row["workforce"], row["source"]) for row in found} == {("legacy", "legacy")}
        for name in ("vote", "task", "consensus", "annotation"):
            assert value(desk, f"SELECT COUNT(*) FROM {name} WHERE project_id = :p") == 0  # noqa: S608
        check_books(desk.hub, desk.project.id)

    def test_again_they_are_the_same(self, desk: Desk) -> None:
        """Shows that the first label of a file stands, and that nothing is doubled."""
        desk.run("rows.csv", table(), **voices(label="label"))
        again = desk.run("rows.csv", table(), **voices(label="label"))
        assert "legacy" not in desk.counts(again)
        assert len(said(desk)) == N_ROWS

    def test_an_unknown_label_leaves_its_item(self, desk: Desk) -> None:
        """Shows the refusal of a label by line; an empty one is none."""
        job = desk.run(
            "rows.csv", "id,text,label\n1,one,x\n2,two,\n3,three,a\n", **voices(label="label")
        )
        assert (desk.counts(job)["added"], desk.counts(job)["legacy"]) == (3, 1)
        assert desk.errors(job) == [(2, "label", "1", "'x' is not a class of 'label'")]


class TestVotes:
    """Labels that count because somebody chose so."""

    def test_they_count_as_one_judgment_of_training_items(self, desk: Desk) -> None:
        """Shows settled training items with source `legacy`; test items keep to people."""
        job = desk.run("rows.csv", table(), **voices(label="label", label_as="votes"))
        counts = desk.counts(job)
        n_train = sum(row.split == "train" for row in desk.items())
        assert (counts["votes"], counts["legacy"]) == (n_train, N_ROWS - n_train)
        assert value(desk, "SELECT COUNT(*) FROM vote WHERE project_id = :p") == n_train
        sources = "SELECT COUNT(*) FROM annotation WHERE project_id = :p AND source = 'legacy'"
        assert value(desk, sources) == n_train
        settled = "SELECT COUNT(*) FROM consensus WHERE project_id = :p AND state = 'accepted'"
        assert value(desk, settled) == n_train
        check_books(desk.hub, desk.project.id)

    def test_again_they_count_once(self, desk: Desk) -> None:
        """Shows that the same file again adds no judgment."""
        desk.run("rows.csv", table(), **voices(label="label", label_as="votes"))
        before = value(desk, "SELECT COUNT(*) FROM vote WHERE project_id = :p")
        again = desk.run("rows.csv", table(), **voices(label="label", label_as="votes"))
        assert desk.counts(again).get("votes", 0) == 0
        assert value(desk, "SELECT COUNT(*) FROM vote WHERE project_id = :p") == before


class TestGold:
    """Labels that are known to be right."""

    def test_they_become_known_answers(self, desk: Desk) -> None:
        """Shows gold with its reason and source, once."""
        job = desk.run("rows.csv", table(9), **voices(label="label", label_as="gold"))
        assert desk.counts(job)["gold"] == 9
        found = desk.hub.read_now(
            lambda tx: tx.rows(
                "SELECT source, reason, state FROM gold WHERE project_id = :p", p=desk.project.id
            )
        )
        assert {(row.source, row.state) for row in found} == {("imported", "active")}
        assert found[0].reason == "The label that came with rows.csv."
        again = desk.run("rows.csv", table(9), **voices(label="label", label_as="gold"))
        assert "gold" not in desk.counts(again)


class TestPredictions:
    """A model's classes and scores."""

    def test_they_are_kept_under_the_models_name(self, desk: Desk) -> None:
        """Shows class and score, an annotator of kind model, and no vote."""
        asked = voices(prediction="guess", score="p", model="gpt")
        job = desk.run("rows.csv", table(), **asked)
        assert desk.counts(job)["predictions"] == N_ROWS
        found = said(desk)
        assert (found[7]["label"], found[7]["score"], found[7]["source"]) == ("b", 0.07, "model")
        assert {row["workforce"] for row in found} == {"gpt"}
        assert value(desk, "SELECT kind FROM workforce WHERE name = 'gpt'") == "model"
        assert value(desk, "SELECT COUNT(*) FROM vote WHERE project_id = :p") == 0

    def test_a_score_alone_is_kept(self, desk: Desk) -> None:
        """Shows a score without a class; what is no number is refused by line."""
        rows = "id,text,p\n1,one,0.5\n2,two,high\n3,three,nan\n4,four,\n"
        job = desk.run("rows.csv", rows, **voices(score="p"))
        assert [(row["label"], row["score"]) for row in said(desk)] == [(None, 0.5)]
        assert [(line, kind) for line, kind, *_ in desk.errors(job)] == [(3, "label"), (4, "label")]

    def test_a_name_of_another_workforce_is_refused(self, desk: Desk) -> None:
        """Shows that a model cannot speak as the crew."""
        job = desk.run("rows.csv", table(), **voices(prediction="guess", model="crew"))
        assert job.state == "failed"
        assert "another kind" in job.error

    def test_they_cannot_be_changed(self, desk: Desk) -> None:
        """Shows that the table is append-only."""
        desk.run("rows.csv", table(3), **voices(score="p"))
        with pytest.raises(Exception, match="append-only"):
            desk.hub.write_now(lambda tx: tx.run("UPDATE prediction SET score = 1"))


def start_named(desk: Desk, reference: str, place: str = "") -> Row:
    """Import a file by reference to the end and return the job."""
    name = reference.rpartition("/")[2]
    job_id = desk.hub.write_now(
        lambda tx: service.start_import(
            tx, desk.project, place, ImportOptions(), reference=reference, name=name
        )
    )
    assert desk.runner.run_one()
    return desk.job(job_id)


class TestReference:
    """Files that are named instead of uploaded."""

    def test_a_path_below_an_open_folder_is_read_in_place(self, desk: Desk) -> None:
        """Shows its rows, and that the file is still there afterwards."""
        path = desk.folder / "open" / "rows.csv"
        path.parent.mkdir()
        path.write_text(table())
        job = start_named(desk, str(path))
        assert (job.state, job.rows_done, job.name) == ("done", N_ROWS, "rows.csv")
        assert path.exists()

    def test_a_path_outside_fails(self, desk: Desk) -> None:
        """Shows that what the worker finds closed is not read."""
        path = desk.folder / "rows.csv"
        path.write_text(table())
        job = start_named(desk, str(path))
        assert job.state == "failed"
        assert "not below a folder that is open" in job.error

    def test_a_url_is_fetched_and_cleared_away(self, desk: Desk) -> None:
        """Shows a file of fsspec's memory imported, and nothing left of it."""
        with fsspec.open("memory://bucket/rows.csv", "w") as file:
            file.write(table())
        job = start_named(desk, "memory://bucket/rows.csv", "uploads/one/rows.csv")
        assert (job.state, job.rows_done) == ("done", N_ROWS)
        assert not (desk.folder / "uploads" / "one").exists()

    def test_a_file_that_was_changed_meanwhile_is_not_gone_on_with(self, desk: Desk) -> None:
        """Shows that an import never continues in other rows than it began with."""
        path = desk.folder / "open" / "rows.csv"
        path.parent.mkdir()
        path.write_text(table())
        job = start_named(desk, str(path))
        assert job.position.startswith(f"{N_ROWS} rows.csv@")
        path.write_text(table(N_ROWS + 1))
        desk.hub.write_now(
            lambda tx: tx.run(
                "UPDATE bulk_job SET state = 'running', claimed_until = 0 WHERE id = :id", id=job.id
            )
        )
        assert desk.runner.run_one()
        assert desk.job(job.id).state == "failed"
        assert "was changed while" in desk.job(job.id).error
