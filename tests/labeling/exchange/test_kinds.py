"""Answers and combined answers of every kind of question come back whole from every format."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from labeling.database import Hub
from labeling.exchange.export.answer_files import ANSWER_FILES
from labeling.exchange.export.answers import AnswerReader, settled_mark
from labeling.exchange.export.finished import finished_columns, finished_rows
from labeling.exchange.export.formats import FORMATS
from labeling.quality.figures import read_structured, rows_of
from labeling.quality.figures.report import QualityReport, structured_report
from labeling.schema.label_config import parse_label_config
from tests.factories import Floor
from tests.labeling.annotations.test_fusing import OTHERS, beliefs, floor_of, fuse
from tests.support.kinds import ANSWERS, CONFIGS

HOSTILE = '=cmd|"x"\n, «\' 界'
"""A text that a careless CSV would break, or a spreadsheet run."""


def answered(hub: Hub, kind: str) -> tuple[Floor, list[dict[str, Any]]]:
    """Let two people answer two items, one of them alike; return the agreed answer too."""
    same = ANSWERS[kind]
    if kind == "text":
        same = [{**same[0], "value": {"text": [HOSTILE]}}]
    floor = floor_of(hub, kind, n_items=2)
    for who, second in ((0, same), (1, OTHERS[kind])):
        for lease, result in zip(floor.lease(who, 2), (same, second), strict=True):
            floor.submit_result(who, lease, result)
    fuse(floor)
    return floor, same


def write_answers(floor: Floor, name: str, folder: Path) -> Path:
    """Write the answers of a project in one format, as the export does."""
    file, project = ANSWER_FILES[name](), floor.project
    pages = AnswerReader(floor.hub, project).pages(0, settled_mark(floor.hub, project.id))
    parts = [file.begin(), *(file.add(page) for _, page in pages), file.end()]
    path = folder / f"answers{file.ending}"
    path.write_bytes(b"".join(parts))
    return path


def finished(floor: Floor, name: str) -> list[dict[str, Any]]:
    """Return the finished file of a project in one format, read as its users read it."""
    hub, project = floor.hub, floor.project
    columns = finished_columns(hub, project)
    payload = b"".join(FORMATS[name].write(columns, lambda: finished_rows(hub, project)))
    if name == "parquet":
        rows: list[dict[str, Any]] = pq.read_table(io.BytesIO(payload)).to_pylist()
        return rows
    text = payload.decode()
    if name == "csv":
        return list(csv.DictReader(io.StringIO(text, newline="")))
    return [json.loads(line) for line in text.splitlines()]


def figures(path: Path, kind: str) -> QualityReport:
    """Compute every figure of a kind from a file."""
    question = parse_label_config(CONFIGS[kind]).target()
    return structured_report(read_structured(rows_of(path), question))


@pytest.mark.parametrize("kind", sorted(OTHERS))
def test_every_format_gives_back_what_was_said_and_what_it_comes_to(
    hub: Hub, tmp_path: Path, kind: str
) -> None:
    """The answers, the combined answer, and so every figure of the report, are the same in each."""
    floor, same = answered(hub, kind)
    paths = [write_answers(floor, name, tmp_path) for name in ANSWER_FILES]
    for path in paths:
        rows = list(rows_of(path))
        results = [_json(row["result"]) for row in rows]
        assert [[part["value"] for part in given] for given in results].count(
            [part["value"] for part in same]
        ) == 3, path.name
        believed = [json.loads(row.answer)["result"] for row in beliefs(floor)]
        assert [_json(row["consensus_answer"]) for row in rows] in (
            [believed[0], believed[1]] * 2,
            [believed[0]] * 2 + [believed[1]] * 2,
        ), path.name
    assert len({repr(figures(path, kind)) for path in paths}) == 1


@pytest.mark.parametrize("kind", sorted(OTHERS))
def test_the_finished_file_has_the_combined_answer_in_every_format(hub: Hub, kind: str) -> None:
    """As JSON in `label`; what is disputed has none, and its agreement is not invented."""
    floor, same = answered(hub, kind)
    for name in FORMATS:
        settled, disputed = finished(floor, name)
        label = json.loads(settled["label"])
        assert [part["value"] for part in label] == [part["value"] for part in same], name
        assert (float(settled["confidence"]), settled["source"]) == (1.0, "human"), name
        assert (disputed["label"] or None, disputed["source"]) == (None, "none"), name


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
