"""Imports, exports and near-copies by command: what people see, and what programs read."""

from __future__ import annotations

import csv
import functools
import io
import json
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from PIL import Image

from api.cli.client import HubClient, load_settings, talking
from api.cli.importing import uploadable
from labeling.schema.label_config import choices_config
from tests.api.cli.conftest import Terminal, total_items
from tests.support.doors import served


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """Write a CSV of reviews with labels and a model's scores."""
    path = tmp_path / "labelled.csv"
    rows = [f"{n},review {n} of a film,{('good', 'bad')[n % 2]},0.{n:02d}" for n in range(20)]
    path.write_text("id,text,label,p\n" + "\n".join(rows) + "\n")
    return path


class TestLabels:
    """Labels and scores of a file."""

    def test_labels_are_kept_beside_and_come_back(
        self, labelloop: Terminal, project: str, labelled: Path
    ) -> None:
        """Shows what the command says, and the export of it."""
        done = labelloop("import", project, labelled, "--label", "label", "--score", "p")
        assert done.out == "20 rows, 20 labels kept beside, 20 predictions kept beside\n"
        found = [
            json.loads(line)
            for line in labelloop("export", project, "--predictions").out.splitlines()
        ]
        assert sorted({row["source"] for row in found}) == ["legacy", "model"]
        assert len(found) == 40

    def test_a_label_that_is_no_class_is_named(
        self, labelloop: Terminal, project: str, tmp_path: Path
    ) -> None:
        """Shows the line on standard error; the item is taken."""
        path = tmp_path / "a.csv"
        path.write_text("id,text,label\n1,one,fine\n")
        done = labelloop("import", project, path, "--label", "label", "--json")
        assert (done.code, done.json["added"]) == (0, 1)
        assert "line 2: 'fine' is not a class" in done.err


class TestUpdate:
    """Rows whose content changed."""

    def test_replaced_rows_come_back_in_their_place(
        self, labelloop: Terminal, project: str, tmp_path: Path
    ) -> None:
        """Shows `--update`, and the file back with the new text where the old one was."""
        path = tmp_path / "a.csv"
        path.write_text("id,text\n1,one\n2,two\n3,three\n")
        labelloop("import", project, path)
        path.write_text("id,text\n2,better\n")
        assert labelloop("import", project, path, "--update").out == "1 rows, 1 replaced\n"
        rows = list(csv.DictReader(io.StringIO(labelloop("export", project).out)))
        assert [row["text"] for row in rows] == ["one", "better", "three"]


class TestExportJobs:
    """Exports that the hub writes first."""

    def test_a_job_gives_what_the_stream_gives(
        self, labelloop: Terminal, project: str, reviews: Path, tmp_path: Path
    ) -> None:
        """Shows the same bytes for the file back."""
        labelloop("import", project, reviews)
        output = tmp_path / "out.csv"
        assert labelloop("export", project, "--job", "-o", output).code == 0
        assert output.read_text() == labelloop("export", project).out

    def test_answers_tell_the_cursor_of_what_comes_later(
        self, labelloop: Terminal, project: str
    ) -> None:
        """Shows the last line on standard error, and that it is taken."""
        first = labelloop("export", project, "--answers")
        word, name, cursor = first.err.split()
        assert (word, name) == ("labelloop:", "next")
        assert labelloop("export", project, "--answers", "--after", cursor).code == 0
        assert labelloop("export", project, "--answers", "--job", "--after", cursor).code == 0

    def test_options_of_answers_go_with_answers(self, labelloop: Terminal, project: str) -> None:
        """Shows wrong use."""
        assert labelloop("export", project, "--names").code == 2
        assert labelloop("export", project, "--predictions", "--answers").code == 2


class TestNearDuplicates:
    """`labelloop near-duplicates`."""

    def test_it_finds_lists_and_undoes(
        self, labelloop: Terminal, project: str, tmp_path: Path
    ) -> None:
        """Shows a search, its pairs, its undo and its return."""
        words = " ".join(f"word{n}" for n in range(40))
        path = tmp_path / "a.csv"
        rows = [f"{n},{words} with ending {n}" for n in range(12)]
        path.write_text("id,text\n" + "\n".join(rows) + "\n")
        labelloop("import", project, path)
        done = labelloop("near-duplicates", project, "--json")
        assert (done.json["state"], done.json["pairs"], done.json["in_force"]) == ("done", 11, True)
        number = done.json["id"]
        assert "11" in labelloop("near-duplicates", project, "--list").out
        assert labelloop("near-duplicates", project, "--undo", str(number)).code == 0
        assert (
            labelloop("near-duplicates", project, "--list", "--json").json[0]["in_force"] is False
        )
        back = labelloop("near-duplicates", project, "--restore", str(number), "--json")
        assert back.json["in_force"] is True
        assert labelloop("near-duplicates", project, "--undo", "1", "--list").code == 2


class TestPictures:
    """A folder of pictures goes as a zip of them."""

    def test_a_folder_and_its_zip_are_the_same_items(
        self, labelloop: Terminal, operator: HubClient, tmp_path: Path
    ) -> None:
        """Shows that both have the same keys, so that one after the other adds nothing."""
        folder = tmp_path / "pictures"
        for name in ("b.png", "a/x.png"):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.new("L", (8, 8), len(name)).save(path)
        slug = f"pictures-{tmp_path.name[-20:].strip('-').replace('_', '-').lower()}"
        operator.post(
            "/v1/projects",
            {
                "slug": slug,
                "title": "Pictures",
                "label_config": choices_config(["good", "bad"], "picture", "picture"),
                "fields": {"picture": {"kind": "picture", "visible_to": ["annotator"]}},
            },
        )
        assert labelloop("import", slug, folder).out == "2 rows\n"
        with uploadable(folder) as packed:
            copy = tmp_path / "copy.zip"
            copy.write_bytes(packed.read_bytes())
        with zipfile.ZipFile(copy) as opened:
            assert opened.namelist() == ["a/x.png", "b.png"]
        assert labelloop("import", slug, copy).out == "2 rows, all there already\n"
        assert total_items(operator, slug) == 2


@contextmanager
def website(folder: Path) -> Iterator[str]:
    """Serve the files of a folder over HTTP on this machine."""
    pages = functools.partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), pages) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class TestReference:
    """A file by reference."""

    def test_the_command_names_it_and_the_hub_reads_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        """Shows a URL that the operator opened imported, its key column found."""
        (tmp_path / "rows.csv").write_text("id,text\n7,one\n8,two\n")
        opened = {
            "LABELLOOP_IMPORT_SCHEMES": "http",
            "LABELLOOP_IMPORT_NETWORKS": "127.0.0.0/8",
        }
        data = tmp_path / "data"
        monkeypatch.setenv("LABELLOOP_DATA_DIR", str(data))
        body = {
            "slug": "p",
            "title": "P",
            "label_config": choices_config(["good", "bad"], "text", "text"),
            "fields": {"id": {"kind": "number"}, "text": {}},
        }
        with website(tmp_path) as site, served(data, "--no-worker", **opened) as door:
            with talking(door.url, load_settings()) as client:
                client.post("/v1/projects", body)
            done = Terminal(capfd)("import", "p", f"{site}/rows.csv", "--json")
            assert (done.code, done.json["key"], done.json["added"]) == (0, "id", 2)
            gone = Terminal(capfd)("import", "p", "s3://bucket/rows.csv")
            assert gone.code == 1
            assert "s3" in gone.err

    def test_nothing_is_open_by_itself(self, operator: HubClient, project: str) -> None:
        """Shows that a path and a URL are refused before a job is made."""
        for reference in ("/etc/passwd", "http://169.254.169.254/a.csv", "s3://bucket/a.csv"):
            address = f"/v1/projects/{project}/imports"
            answer = operator.answer("POST", address, params={"reference": reference})
            assert answer.status_code == 422
            assert answer.json()["type"].endswith("invalid-reference")
        assert operator.get(f"/v1/projects/{project}/imports") == []
