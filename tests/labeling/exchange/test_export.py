"""The finished file: original rows, order and columns, with label, source, confidence, answers."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from functools import partial
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labeling.database import Hub
from labeling.exchange.export.finished import (
    Columns,
    FinishedRow,
    Guess,
    Predictor,
    finished_columns,
    finished_rows,
)
from labeling.exchange.export.formats import FORMATS
from labeling.items.blobs import BlobStore
from labeling.items.prepare import Recipe, preparer
from labeling.items.service import NewItem, take_rows
from tests.labeling.exchange.factories import Shop, make_shop, review


@pytest.fixture
def shop(hub: Hub, blobs: BlobStore) -> Shop:
    """Return a project without items."""
    return make_shop(hub, blobs)


def export(shop: Shop, name: str, predict: Predictor | None = None) -> bytes:
    """Return a project's finished file in one piece."""
    project = shop.project
    columns = finished_columns(shop.hub, project)
    return b"".join(FORMATS[name].write(columns, lambda: finished_rows(shop.hub, project, predict)))


def table(payload: bytes) -> list[dict[str, str]]:
    """Read a CSV file."""
    return list(csv.DictReader(io.StringIO(payload.decode(), newline="")))


def answer_all(shop: Shop, label: str = "good") -> None:
    """Let the vendor answer every training item once."""
    shop.order(1_000)
    rows = [(row["line"], "w1", label, f"j{n}") for n, row in enumerate(shop.order_rows(1))]
    shop.bring(1, rows)


class TestFinished:
    """What comes back is what was given, with four columns more."""

    def test_a_replaced_item_stands_in_its_old_place(self, shop: Shop) -> None:
        """Shows the newest content where the file had the oldest, and each row once."""
        shop.add([review(number) for number in range(4)])
        prepare = preparer(Recipe("salt", ("text",)))
        for text in ("better", "best"):
            row = prepare(1, {"id": "1", "text": text, "stars": "0"}, "1")
            source, fields = f"{text}.csv@1", ["id", "text", "stars"]
            take = partial(
                take_rows,
                project=shop.project,
                rows=[row],
                source=source,
                fields=fields,
                update=True,
            )
            shop.hub.write_now(take)
        found = table(export(shop, "csv"))
        assert [row["id"] for row in found] == ["0", "1", "2", "3"]
        assert found[1]["text"] == "best"

    def test_rows_order_and_columns_are_the_original_ones(self, shop: Shop) -> None:
        """Every cell of 1,200 rows is there, over several pages, in the order of the file."""
        shop.add([review(number) for number in range(999, -1, -1)])
        shop.add([review(number) for number in range(1_199, 999, -1)])
        rows = table(export(shop, "csv"))
        assert list(rows[0]) == [
            "id",
            "text",
            "stars",
            "label",
            "source",
            "confidence",
            "answers",
            "confidence_kind",
        ]
        wanted = [*range(999, -1, -1), *range(1_199, 999, -1)]
        assert [int(row["id"]) for row in rows] == wanted
        assert all(row["stars"] == str(int(row["id"]) % 5) for row in rows)
        assert {(row["label"], row["source"], row["answers"]) for row in rows} == {
            ("", "none", "0")
        }

    def test_copies_come_back_in_their_place(self, shop: Shop) -> None:
        """A file's repeated rows are one item, asked once, and stand where they stood."""
        texts = ["a", "b", "a", "c", "a", "b"]
        items = [NewItem({"text": text}, line=line) for line, text in enumerate(texts, start=2)]
        report = shop.add(items, "reviews.csv@1")
        assert (report.added, report.duplicates) == (3, 3)
        assert [row["text"] for row in table(export(shop, "csv"))] == texts

    def test_the_same_file_again_adds_no_row(self, shop: Shop) -> None:
        """Importing a file twice, or in other parts, exports it once."""
        items = [NewItem({"text": t}, line=n) for n, t in enumerate("abacab", start=2)]
        shop.add(items, "reviews.csv@1")
        shop.add(items[:4], "reviews.csv@1")
        shop.add(items[2:], "reviews.csv@1")
        shop.add([NewItem({"text": "a"}, line=9)], "other.csv@2")
        assert [row["text"] for row in table(export(shop, "csv"))] == list("abacab")

    def test_labels_say_where_they_are_from(self, shop: Shop) -> None:
        """People's answers are `human`, the model's guesses `model`, the rest `none`."""
        shop.add([review(number) for number in range(40)])
        answer_all(shop)

        def predict(rows: Sequence[dict[str, Any]]) -> list[Guess | None]:
            return [Guess("bad", 0.75) if int(row["id"]) % 2 else None for row in rows]

        rows = table(export(shop, "csv", predict))
        by_source = {
            source: [r for r in rows if r["source"] == source]
            for source in ("human", "model", "none")
        }
        assert sum(map(len, by_source.values())) == 40
        assert {(r["label"], r["answers"]) for r in by_source["human"]} == {("good", "1")}
        assert {(r["label"], r["confidence"]) for r in by_source["model"]} == {("bad", "0.75")}
        assert all(int(row["id"]) % 2 for row in by_source["model"])
        assert {row["label"] for row in by_source["none"]} == {""}

    def test_a_disputed_item_has_no_label_of_people(self, shop: Shop) -> None:
        """One against one at full overlap is no answer; the count of answers says why."""
        shop.add([review(number) for number in range(20)])
        shop.order(1, judgments=2)
        shop.hub.write_now(lambda tx: tx.run("UPDATE task SET wanted_most = 2"))
        line = shop.order_rows(1)[0]["line"]
        shop.bring(1, [(line, "w1", "good", "j1"), (line, "w2", "bad", "j2")])
        answered = [row for row in table(export(shop, "csv")) if row["answers"] == "2"]
        assert [(row["label"], row["source"]) for row in answered] == [("", "none")]

    def test_a_column_called_label_keeps_its_name(self, shop: Shop) -> None:
        """What is added steps aside: the original's `label` is not overwritten."""
        shop.add([NewItem({"text": "a", "label": "mine"})])
        (row,) = table(export(shop, "csv"))
        assert (row["label"], row["labelloop_label"]) == ("mine", "")

    def test_columns_that_only_some_rows_have_are_kept(self, shop: Shop) -> None:
        """An undeclared member of a late row is a column of its own."""
        shop.add([NewItem({"text": "a"})])
        shop.add([NewItem({"text": "b", "extra": [1, 2]})])
        first, second = table(export(shop, "csv"))
        assert (first["extra"], second["extra"]) == ("", "[1, 2]")

    def test_jsonl_keeps_the_types(self, shop: Shop) -> None:
        """Numbers, lists and null come back as they were."""
        data = {"text": "a", "n": 1, "x": 1.5, "none": None, "list": [1, {"a": True}]}
        shop.add([NewItem(data)])
        (line,) = export(shop, "jsonl").decode().splitlines()
        found = json.loads(line)
        assert {name: found[name] for name in data} == data
        assert found["source"] == "none"

    def test_parquet_is_read_back(self, shop: Shop) -> None:
        """A Parquet file of several pages holds the rows under one type for each column."""
        shop.add(
            [NewItem({"text": str(n), "n": n, "x": n / 2 if n % 2 else n}) for n in range(700)]
        )
        read = pq.read_table(io.BytesIO(export(shop, "parquet")))
        assert read.column("n").to_pylist() == list(range(700))
        assert [str(kind) for kind in read.schema.types[3:6]] == ["int64", "double", "string"]


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=12)
COLUMNS = Columns(("a", "b"), ("label", "source", "confidence", "answers", "confidence_kind"))


class TestCsv:
    """Whatever is in a cell, it comes back."""

    @given(st.lists(st.tuples(CELLS, CELLS), max_size=6))
    def test_any_cell_is_read_back(self, cells: list[tuple[str, str]]) -> None:
        """Quotes, commas, line ends and formulas survive a turn through CSV."""
        rows = [FinishedRow({"a": a, "b": b}, "x", "human", 1.0, 1) for a, b in cells]
        payload = b"".join(FORMATS["csv"].write(COLUMNS, lambda: rows))
        assert [(row["a"], row["b"]) for row in table(payload)] == cells


class TestCopies:
    """Copies, whatever their order and however a file is cut into parts."""

    @settings(
        max_examples=15,
        deadline=None,  # a database: its time says nothing of the test
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(
        texts=st.lists(st.sampled_from("abcd"), min_size=1, max_size=14),
        size=st.integers(1, 5),
        again=st.booleans(),
    )
    def test_the_file_comes_back(
        self, hub: Hub, blobs: BlobStore, texts: list[str], size: int, *, again: bool
    ) -> None:
        """Import in parts, once or twice; the export is the file."""
        slug = hub.read_now(lambda tx: tx.value("SELECT COUNT(*) FROM project"))
        shop = make_shop(hub, blobs, slug=f"reviews-{slug}")
        items = [NewItem({"text": text}, line=line) for line, text in enumerate(texts, start=2)]
        for _ in range(1 + again):
            for start in range(0, len(items), size):
                shop.add(items[start : start + size], "file@1")
        assert [row["text"] for row in table(export(shop, "csv"))] == texts
