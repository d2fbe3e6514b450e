"""Files in and out by command: what is printed, what is refused, that nothing is half done."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from PIL import Image

from api.cli.client import HubClient
from tests.api.cli.conftest import Terminal, total_items
from tests.support.kinds import CONFIGS


def table(text: str) -> list[dict[str, str]]:
    """Read CSV."""
    return list(csv.DictReader(io.StringIO(text)))


class TestImport:
    """`labelloop import`."""

    def test_rows_come_in_once(
        self, labelloop: Terminal, operator: HubClient, project: str, reviews: Path
    ) -> None:
        """Copies are told, and the same file again changes nothing."""
        first = labelloop("import", project, reviews)
        assert (first.code, first.out) == (0, "30 rows, 2 duplicates\n")
        assert labelloop("import", project, reviews).out == "30 rows, all there already\n"
        assert total_items(operator, project) == 28

    def test_refused_rows_are_named_and_stop_no_other(
        self, labelloop: Terminal, project: str, tmp_path: Path
    ) -> None:
        """An empty text, a ragged row, a known id with other content: by line."""
        path = tmp_path / "a.csv"
        path.write_text("id,text\n1,one\n2,\n3,three,3\n4,four\n")
        found = labelloop("import", project, path, "--key", "id", "--json")
        assert found.code == 0
        assert (found.json["added"], found.json["rows"]) == (2, 4)
        assert sorted(row["line"] for row in found.json["refused"]) == [3, 4]
        assert "refused line 4: 3 cells under 2 columns" in found.err
        path.write_text("id,text\n1,one\n4,changed\n")
        again = labelloop("import", project, path, "--key", "id")
        assert again.out == "2 rows, 1 duplicates, 1 with a known key and other content, kept out\n"
        assert "kept out line 3: its key is known" in again.err

    @pytest.mark.parametrize(
        ("name", "content", "said"),
        [
            ("empty.csv", b"", "empty.csv is empty."),
            ("bad.csv", b"text\n\xff\n", "bad.csv, line 2, byte 6: 0xff is not UTF-8"),
            ("wrong.csv", b"title\nno text here\n", "line 2: 'text' is empty"),
            ("cut.json", b'[{"text": "a"', "cut.json, line 1: not JSON"),
            ("cut.parquet", b"PAR1", "cut.parquet: not a Parquet file"),
            ("table.xlsx", b"PK\x03\x04", "table.xlsx: not an Excel workbook"),
            ("table.xls", b"\xd0\xcf", "the ending '.xls' is not known"),
        ],
    )
    def test_a_file_that_cannot_be_used_leaves_nothing(
        self,
        labelloop: Terminal,
        operator: HubClient,
        project: str,
        tmp_path: Path,
        name: str,
        content: bytes,
        said: str,
    ) -> None:
        """Exit code 1, one line that names the place, no item."""
        (tmp_path / name).write_bytes(content)
        found = labelloop("import", project, tmp_path / name)
        assert found.code == 1
        assert said in found.err
        assert found.err.count("\n") == 1
        assert total_items(operator, project) == 0

    def test_a_file_past_the_limit(
        self,
        labelloop: Terminal,
        project: str,
        reviews: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Two gigabytes in life, a hundred bytes here."""
        monkeypatch.setenv("LABELLOOP_MAX_UPLOAD_BYTES", "100")
        found = labelloop("import", project, reviews)
        assert found.code == 1
        assert "at most 100 are read" in found.err

    def test_large_rows_are_sent_in_bodies_that_the_hub_takes(
        self, labelloop: Terminal, operator: HubClient, project: str, tmp_path: Path
    ) -> None:
        """300 rows of 50 kB are more than one body may hold."""
        path = tmp_path / "large.csv"
        rows = "".join(f"{n},{n} {'long text ' * 5_000}\n" for n in range(300))
        path.write_text("id,text\n" + rows)
        assert labelloop("import", project, path).out == "300 rows\n"


class TestExport:
    """`labelloop export`."""

    def test_the_file_comes_back(self, labelloop: Terminal, project: str, reviews: Path) -> None:
        """All 30 rows with their copies, in order, with four columns more."""
        labelloop("import", project, reviews)
        found = table(labelloop("export", project).out)
        wanted = table(reviews.read_text())
        assert [{name: row[name] for name in ("id", "text", "stars")} for row in found] == wanted
        assert list(found[0])[3:] == ["label", "source", "confidence", "answers", "confidence_kind"]

    def test_formats_by_ending(
        self, labelloop: Terminal, project: str, reviews: Path, tmp_path: Path
    ) -> None:
        """A file is written in the format that its name says; nothing else is left there."""
        labelloop("import", project, reviews)
        for name in ("out.csv", "out.jsonl", "out.parquet"):
            assert labelloop("export", project, "--output", tmp_path / name).code == 0
        assert len(table((tmp_path / "out.csv").read_text())) == 30
        assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 30
        assert pq.read_table(tmp_path / "out.parquet").num_rows == 30
        assert not list(tmp_path.glob("*.part"))

    def test_an_export_that_fails_leaves_the_old_file(
        self, labelloop: Terminal, operator: HubClient, tmp_path: Path
    ) -> None:
        """A refused request writes nothing over what was there."""
        (tmp_path / "out.csv").write_text("mine")
        assert labelloop("export", "no-such", "-o", tmp_path / "out.csv").code == 1
        assert (tmp_path / "out.csv").read_text() == "mine"
        assert labelloop("export", "no-such", "-o", tmp_path / "no" / "out.csv").code == 1


class TestWorkOrder:
    """`labelloop work-order`: the whole way of an order, by files."""

    def test_an_order_goes_out_and_comes_back(
        self, labelloop: Terminal, project: str, reviews: Path, tmp_path: Path
    ) -> None:
        """Placed, written, returned twice, exported, closed; paid once."""
        labelloop("import", project, reviews)
        sent, back = tmp_path / "sent.csv", tmp_path / "back.csv"
        placed = labelloop("work-order", "place", project, "acme", "5", "-o", sent)
        assert placed.out == "Order 1: 5 items, 0.10 reserved.\n"
        lines = [row["line"] for row in table(sent.read_text())]
        rows = "".join(f"{line},w1,good,j{n}\n" for n, line in enumerate(lines))
        back.write_text("line,worker,label,judgment_id\n" + rows + "unknown,w1,good,j9\n")
        found = labelloop("work-order", "return", project, "1", back)
        assert found.out == "6 rows: 5 accepted, 1 unknown line; 0.10 earned\n"
        assert "line 7: unknown_line: 'unknown' is no line of order 1" in found.err
        again = labelloop("work-order", "return", project, "1", back, "--json").json
        assert again["repeated_file"] is True
        finished = table(labelloop("export", project).out)
        assert len({row["id"] for row in finished if row["label"] == "good"}) == 5
        answers = labelloop("export", project, "--answers").out.splitlines()
        assert len(answers) == 5
        assert labelloop("work-order", "close", project, "1").out == "Order 1 is closed.\n"
        listed = labelloop("work-order", "list", project, "--json").json
        assert (listed[0]["accepted"], listed[0]["state"]) == (5, "closed")

    def test_a_file_of_another_shape_is_refused_whole(
        self, labelloop: Terminal, project: str, reviews: Path, tmp_path: Path
    ) -> None:
        """A missing column is named; the file need not exist either."""
        labelloop("import", project, reviews)
        labelloop("work-order", "place", project, "acme", "2")
        (tmp_path / "a.csv").write_text("line,label\nx,good\n")
        found = labelloop("work-order", "return", project, "1", tmp_path / "a.csv")
        assert found.code == 1
        assert "the column `worker`, `judgment_id` is missing" in found.err
        assert labelloop("work-order", "return", project, "1", tmp_path / "b.csv").code == 1

    def test_an_order_that_the_budget_does_not_cover(
        self, labelloop: Terminal, operator: HubClient, project: str, reviews: Path
    ) -> None:
        """The cap is named as the reason."""
        labelloop("import", project, reviews)
        operator.put(f"/v1/projects/{project}/budget", {"cap_micros": 10_000})
        found = labelloop("work-order", "place", project, "acme", "2")
        assert found.code == 1
        assert found.err.startswith("labelloop: The budget is spent: ")


class TestPictures:
    """A folder of pictures over HTTP."""

    def test_pictures_are_kept_by_the_hub(
        self, labelloop: Terminal, operator: HubClient, tmp_path: Path
    ) -> None:
        """`start` brings them; an unreadable one is named."""
        folder = tmp_path / "digits"
        folder.mkdir()
        for value in range(3):
            Image.new("L", (8, 8), value * 80).save(folder / f"{value}.png")
        (folder / "broken.png").write_bytes(b"no")
        found = labelloop("start", folder, "--labels", "a,b", "--no-browser")
        assert found.code == 0
        assert found.out.startswith("showing `picture`, hiding `file`; 4 rows, 1 refused\n")
        assert "refused line 4: broken.png: not a picture" in found.err
        leases = operator.post("/v1/projects/digits/leases", {"count": 1})["assignments"]
        assert list(leases[0]["data"]) == ["picture"]


class TestConfig:
    """`start --config`: another kind of question than one choice."""

    def test_a_config_asks_what_it_says(
        self, labelloop: Terminal, operator: HubClient, tmp_path: Path
    ) -> None:
        """Shows ratings of a CSV's texts, and what is refused: both, neither, a field not there."""
        file, config = tmp_path / "rated.csv", tmp_path / "rating.xml"
        file.write_text("text,rest\nfine,1\nbad,2\n")
        config.write_text(CONFIGS["rating"])
        found = labelloop("start", file, "--config", config, "--no-browser")
        assert found.code == 0, found.err
        asked = operator.get("/v1/projects/rated/desk")["schema"]["question"]
        assert (asked["kind"], asked["max_rating"]) == ("rating", 5)
        leases = operator.post("/v1/projects/rated/leases", {"count": 1})["assignments"]
        assert list(leases[0]["data"]) == ["text"]
        assert labelloop("start", file, "--no-browser").code == 2
        config.write_text(CONFIGS["pair"])
        missing = labelloop("start", file, "--config", config, "--project", "x", "--no-browser")
        assert missing.code != 0
