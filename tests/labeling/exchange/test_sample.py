"""What figures are computed from: everything, or whole items of a random sample, as stated."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from labeling.database import Hub
from labeling.exchange.export.sample import write_answers
from labeling.quality.figures import read_answers, rows_of
from labeling.quality.figures.measures import scope_of
from tests.factories import LABELS, Floor


def answered(hub: Hub, n_items: int = 30) -> Floor:
    """Make a project in which two people answered every item."""
    floor = Floor.made(hub, n_people=2, n_items=n_items, overlap_least=2)
    for who in range(2):
        while held := floor.lease(who, 20):
            for lease in held:
                floor.submit(who, lease, LABELS[lease.item_id % 3])
    return floor


class TestWriteAnswers:
    """From the hub to rows of an export."""

    def test_all_answers_where_they_are_few(self, hub: Hub, tmp_path: Path) -> None:
        """Everything, and the words say so."""
        floor, file = answered(hub), tmp_path / "answers.jsonl"
        about = write_answers(hub, floor.project, file)
        assert about.pop("asked")["kind"] == "choice"
        found = read_answers(rows_of(file), **about)
        assert (found.classes, found.given.size) == (LABELS, 60)
        assert scope_of(found).words == "all 60 answers"

    def test_a_sample_holds_whole_items_and_says_how_much(self, hub: Hub, tmp_path: Path) -> None:
        """Of more answers than are read, all answers to some of the items; the same every time."""
        floor, file = answered(hub), tmp_path / "answers.jsonl"
        about = write_answers(hub, floor.project, file, most=30)
        del about["asked"]
        rows = list(rows_of(file))
        assert set(Counter(row["item"] for row in rows).values()) == {2}
        assert 10 <= len(rows) <= 50
        found = read_answers(rows, **about)
        assert scope_of(found).words == (
            f"{len(rows)} of 60 answers: all answers to a random sample of the items"
        )
        again = tmp_path / "again.jsonl"
        write_answers(hub, floor.project, again, most=30)
        assert again.read_bytes() == file.read_bytes()
