"""Columns into lines: the same bytes as Python's own writers, whatever stands in the cells."""

from __future__ import annotations

import csv
import io
import json
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from labeling.exchange.export.answer_files import CsvAnswers, JsonlAnswers, Layout

LAYOUT: Final = Layout({"%id": int, "text": str, "share": float, "is_so": bool, "more": dict})
FEW: Final = st.sampled_from(("%s", 'a "b"', "=x", "", "\u2028"))
ROWS: Final = st.lists(
    st.tuples(
        st.none() | st.integers(-3, 3),
        st.none() | FEW | st.text(st.characters(exclude_categories=["Cs"])),
        st.none() | st.sampled_from((0.1, 1 / 3)) | st.floats(0.5, 2.0),
        st.booleans(),
        st.sampled_from(('{"a": "100 %"}', "[1, 2]", "{}", None)),
    ),
    min_size=1,
    max_size=6,
)


def columns(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return rows as a page."""
    return list(zip(*rows, strict=True))


class TestJsonl:
    """JSON lines."""

    @given(ROWS)
    def test_each_line_is_what_json_would_write(self, rows: list[tuple[Any, ...]]) -> None:
        """Shows columns that a page shares, columns that vary, and marks of a template."""
        written = JsonlAnswers(LAYOUT).add(columns(rows)).decode()
        expected = ""
        for *values, more in rows:
            found = dict(zip(LAYOUT.columns, [*values, json.loads(more or "null")], strict=True))
            text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
            expected += text.replace('"more":' + _tight(more), f'"more":{more or "null"}') + "\n"
        assert written == expected


class TestCsv:
    """CSV."""

    @given(ROWS)
    def test_each_row_is_what_csv_would_write(self, rows: list[tuple[Any, ...]]) -> None:
        """Shows the bytes of Python's writer; a carriage return it leaves bare stands in quotes."""
        written = CsvAnswers(LAYOUT, guard=False).add(columns(rows)).decode()
        cells = [
            (number, text, share, "true" if is_so else "false", more)
            for number, text, share, is_so, more in rows
        ]
        read = list(csv.reader(io.StringIO(written, newline="")))
        assert read == [["" if cell is None else str(cell) for cell in row] for row in cells]
        if "\r" not in written:
            out = io.StringIO()
            csv.writer(out, lineterminator="\n").writerows(cells)
            assert written == out.getvalue()


def _tight(more: str | None) -> str:
    return json.dumps(json.loads(more or "null"), separators=(",", ":"))
