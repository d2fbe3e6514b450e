"""`labelloop quality` and its parts, and the report from a hub and from a file."""

from __future__ import annotations

import json
from pathlib import Path

from tests.api.cli.conftest import Terminal
from tests.labeling.quality.figures.exports import CLASSES, crowd_export

PARTS = ("agreement", "annotators", "evidence", "guideline", "items", "report")


class TestQuality:
    """How good the answers are, at a terminal."""

    def test_each_part_says_what_is_missing(self, labelloop: Terminal, project: str) -> None:
        """A project without answers: words, JSON and exit code 0 everywhere."""
        assert labelloop("quality", project, "--json").json["answers"] == 0
        for part in PARTS:
            told = labelloop("quality", part, project)
            assert told.code == 0, told.err
            assert told.out.strip()
            assert "scope" in labelloop("quality", part, project, "--json").json
        doubted = labelloop("quality", "likely-errors", project)
        assert "no answer has been accepted yet" in doubted.out
        unknown = labelloop("quality", "agreement", project, "--question", "mood")
        assert (unknown.code, "'mood' is not asked" in unknown.err) == (1, True)
        sent = labelloop("quality", "likely-errors", project, "--review", "5", "--json").json
        assert sent["opened"] == []

    def test_a_report_from_an_export_needs_no_hub(
        self, labelloop: Terminal, tmp_path: Path
    ) -> None:
        """The same page and figures from a file of answers."""
        file, page = tmp_path / "answers.jsonl", tmp_path / "report.html"
        file.write_text("\n".join(json.dumps(row) for row in crowd_export()))
        asked = ("quality", "report", "--from-export", file, "--labels", ",".join(CLASSES))
        assert labelloop(*asked, "--lang", "zh", "-o", page).code == 0
        assert 'lang="zh"' in page.read_text(encoding="utf-8")
        assert labelloop(*asked, "--json").json["scope"]["n_answers"] == 360

    def test_wrong_use_is_told(self, labelloop: Terminal, tmp_path: Path) -> None:
        """Neither or both of project and file, a language there is not, a file there is not."""
        assert labelloop("quality", "report").code == 2
        assert labelloop("quality", "report", "p", "--from-export", "x").code == 2
        assert labelloop("quality", "report", "p", "--lang", "fr").code == 2
        missing = labelloop("quality", "report", "--from-export", tmp_path / "no.jsonl")
        assert (missing.code, "There is no file" in missing.err) == (1, True)
