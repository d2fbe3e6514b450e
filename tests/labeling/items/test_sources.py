"""Files in: what is read, what is refused by its line, and what is refused as a whole."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from labeling.errors import InvalidInputError, TooLargeError
from labeling.items.blobs import BlobStore
from labeling.items.service import NewItem, RefusedRow
from labeling.items.sources import (
    Limits,
    RawRow,
    Source,
    SourceError,
    in_chunks,
    open_source,
    propose,
    propose_key,
)

REVIEWS = "id,text,stars\n1,A fine film to watch again,5\n2,Not a fine film at all,1\n"


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    """Return a folder for pictures."""
    return BlobStore(tmp_path / "blobs")


class Reader:
    """Writes files into the test's folder and opens them as sources."""

    def __init__(self, folder: Path, blobs: BlobStore) -> None:
        self.folder, self.blobs = folder, blobs

    def open(self, name: str, content: str | bytes, limits: Limits | None = None) -> Source:
        """Write a file and open it."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return open_source(path, self.blobs.write, limits)

    def pictures(self, **files: bytes) -> Source:
        """Write a folder of pictures and open it; `__` in a name stands for a sub-folder."""
        for name, content in files.items():
            path = self.folder / "pictures" / (name.replace("__", "/") + ".png")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return open_source(self.folder / "pictures", self.blobs.write)


@pytest.fixture
def reader(tmp_path: Path, blobs: BlobStore) -> Reader:
    """Return what opens files."""
    return Reader(tmp_path / "in", blobs)


def data(source: Source) -> list[dict[str, Any]]:
    """Return the data of all rows; none may be refused."""
    rows = list(source.rows())
    assert not [row for row in rows if isinstance(row, RefusedRow)]
    return [row.data for row in rows if isinstance(row, RawRow)]


def refused(source: Source) -> list[tuple[int, str]]:
    """Return the line and the reason of each refused row."""
    return [(row.line, row.reason) for row in source.rows() if isinstance(row, RefusedRow)]


def picture(value: int = 0, size: tuple[int, int] = (6, 4), kind: str = "PNG") -> bytes:
    """Return a small picture's bytes."""
    image = io.BytesIO()
    Image.new("L", size, value).save(image, kind)
    return image.getvalue()


class TestCsv:
    """Tables as text."""

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
    def test_encodings_that_say_what_they_are(self, reader: Reader, encoding: str) -> None:
        """UTF-8 with and without a mark, and marked UTF-16, give the same rows."""
        text = 'text,star\n"Grüße, 你好",5\n'
        assert data(reader.open("a.csv", text.encode(encoding))) == [
            {"text": "Grüße, 你好", "star": "5"}
        ]

    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    def test_the_delimiter_is_found(self, reader: Reader, delimiter: str) -> None:
        """Semicolons and tabs are as good as commas."""
        text = REVIEWS.replace(",", delimiter)
        assert data(reader.open("a.csv", text))[0]["stars"] == "5"

    def test_lines_are_those_of_an_editor(self, reader: Reader) -> None:
        """A quoted cell over two lines moves the rows below it; empty lines are passed over."""
        source = reader.open("a.csv", 'text\n"one\ntwo"\n\nthree\n')
        assert [
            (row.line, row.data["text"]) for row in source.rows() if isinstance(row, RawRow)
        ] == [
            (2, "one\ntwo"),
            (5, "three"),
        ]

    def test_ragged_rows_are_refused_by_line(self, reader: Reader) -> None:
        """Too many or too few cells stop that row and no other."""
        source = reader.open("a.csv", "a,b\n1,2\n1,2,3\n1\n3,4\n")
        assert refused(source) == [(3, "3 cells under 2 columns"), (4, "1 cells under 2 columns")]
        assert len(list(source.rows())) == 4

    def test_a_quote_that_is_not_closed_is_refused_where_it_opens(self, reader: Reader) -> None:
        """The rows above it are read."""
        source = reader.open("a.csv", 'a,b\n1,2\n"3,4\n5,6\n')
        assert refused(source) == [(3, "not CSV: unexpected end of data")]

    @given(
        st.lists(
            st.lists(
                st.text(st.characters(codec="utf-8", exclude_characters="\0\r")),
                min_size=2,
                max_size=2,
            ),
            min_size=1,
            max_size=5,
        )
    )
    @settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_what_the_csv_module_writes_is_read(
        self, reader: Reader, rows: Sequence[Sequence[str]]
    ) -> None:
        """Any cells come back, whatever is in them."""
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([("x,y", "z"), *rows])
        found = data(reader.open("a.csv", text.getvalue()))
        assert [list(row.values()) for row in found] == [list(row) for row in rows]


class TestRefusedWhole:
    """A file that cannot be used is refused before its first row, and the place is named."""

    @pytest.mark.parametrize(
        ("name", "content", "said"),
        [
            ("a.csv", b"", "a.csv is empty"),
            ("a.csv", b"\n\n", "no header"),
            ("a.csv", b"a,b,a\n1,2,3\n", "`a` is named twice"),
            ("a.csv", b"text\nfine\ncaf\xe9\n", "line 3, byte 14: 0xe9 is not UTF-8"),
            ("a.csv", "text\nß\n".encode("latin-1") + b"\n" * 2_000_000, "line 2, byte 6"),
            ("a.csv", b"text\na\x00b\n", "line 2: a NUL byte"),
            ("a.csv", b"PK\x03\x04rest", "Excel"),
            ("a.csv", b"PAR1rest", "Parquet"),
            ("a.csv", b"\x1f\x8brest", "gzip"),
            ("a.jsonl", b"[1, 2]\n", "line 1: not an object"),
            ("a.jsonl", b"\n\n", "no rows"),
            ("a.json", b'{"a": 1}', "one array of objects"),
            ("a.json", b'[{"a": 1},\n{"b"]', "line 2: not JSON"),
            ("a.json", b"[]", "one array of objects"),
            ("a.parquet", b"PAR1 but not really", "not a Parquet file"),
            ("a.docx", b"text", "the ending '.docx' is not known"),
        ],
    )
    def test_the_error_names_the_place(
        self, reader: Reader, name: str, content: bytes, said: str
    ) -> None:
        """One line says which file, where in it, and what to do."""
        with pytest.raises(SourceError, match=said.replace("[", r"\[")) as caught:
            reader.open(name, content)
        assert caught.value.extra["file"] == name

    def test_a_bad_byte_far_down_is_counted_right(self, reader: Reader) -> None:
        """Line and byte are right behind blocks of a megabyte, and inside a cut character."""
        good = "text\n" + "ü" * 99 + "\n" + ("é" * 49 + "\n") * 30_000
        content = good.encode() + b"\xc3("
        with pytest.raises(SourceError) as caught:
            reader.open("a.csv", content)
        assert caught.value.extra["line"] == 30_003
        assert caught.value.extra["byte"] == len(content) - 1

    def test_a_file_past_the_limit(self, reader: Reader) -> None:
        """Two gigabytes in life, twenty bytes here."""
        with pytest.raises(TooLargeError, match=r"a\.csv has 72 bytes; at most 20"):
            reader.open("a.csv", REVIEWS, Limits(file_bytes=20))

    def test_a_line_past_the_limit(self, reader: Reader) -> None:
        """The line is named, also where it runs over two blocks."""
        limits = Limits(line_characters=2_000_000)
        content = "text\n" + "a\n" * 10 + "b" * 2_000_001
        with pytest.raises(TooLargeError, match=r"line 12: longer than 2,000,000") as caught:
            reader.open("a.csv", content, limits)
        assert caught.value.extra["line"] == 12

    def test_a_file_that_is_not_there(self, tmp_path: Path, blobs: BlobStore) -> None:
        """The name is repeated as it was given."""
        with pytest.raises(SourceError, match=r"no file .*nothing\.csv"):
            open_source(tmp_path / "nothing.csv", blobs.write)

    def test_a_folder_without_pictures(self, tmp_path: Path, blobs: BlobStore) -> None:
        """Other files do not count."""
        (tmp_path / "notes.md").write_text("none")
        with pytest.raises(SourceError, match="no picture in this folder"):
            open_source(tmp_path, blobs.write)

    def test_parquet_without_pyarrow_says_what_to_install(
        self, reader: Reader, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The extra is named."""
        monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
        with pytest.raises(SourceError, match=r"pip install 'labelloop\[parquet\]'"):
            reader.open("a.parquet", b"PAR1")


class TestJson:
    """JSON by the line and as an array."""

    def test_objects_keep_their_types(self, reader: Reader) -> None:
        """Numbers stay numbers, lists lists, in both forms."""
        rows = [{"text": "a", "n": 1, "x": 1.5, "no": None}, {"text": "b", "l": [1, {"c": True}]}]
        lines = "\n".join(json.dumps(row) for row in rows)
        assert data(reader.open("a.jsonl", lines)) == rows
        assert data(reader.open("a.json", json.dumps(rows, indent=1))) == rows

    def test_lines_that_are_no_object_are_refused_by_line(self, reader: Reader) -> None:
        """Broken JSON, an array, NaN and endless nesting stop no other line."""
        deep = "[" * 50_000
        lines = ['{"a": 1}', '{"a": ', "[1]", '{"a": NaN}', '{"a": 2}', f'{{"a": {deep}']
        found = refused(reader.open("a.jsonl", "\n".join(lines)))
        assert [line for line, _ in found] == [2, 3, 4, 6]
        assert found[0][1].startswith("not JSON: Expecting value at column 7")
        assert found[2][1] == "NaN is not a JSON number"


class TestParquet:
    """Tables of typed columns."""

    def test_values_become_json(self, reader: Reader) -> None:
        """Dates, decimals and missing values are written as JSON can hold them."""
        table = pa.Table.from_pylist(
            [
                {
                    "text": "a",
                    "n": 1,
                    "day": dt.date(2026, 1, 2),
                    "money": Decimal("1.20"),
                    "x": 0.5,
                },
                {"text": "b", "n": None, "day": None, "money": None, "x": float("nan")},
            ]
        )
        sink = io.BytesIO()
        pq.write_table(table, sink)
        assert data(reader.open("a.parquet", sink.getvalue())) == [
            {"text": "a", "n": 1, "day": "2026-01-02", "money": "1.20", "x": 0.5},
            {"text": "b", "n": None, "day": None, "money": None, "x": None},
        ]

    def test_bytes_are_pictures(self, reader: Reader, blobs: BlobStore) -> None:
        """A column of picture bytes is kept as pictures; a damaged one is refused by line."""
        rows = [{"image": {"bytes": picture(3), "path": "a.png"}}, {"image": {"bytes": b"no"}}]
        sink = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(rows), sink)
        source = reader.open("a.parquet", sink.getvalue())
        first = next(source.rows())
        assert isinstance(first, RawRow)
        assert blobs.read(first.data["image"]["blob"]) == picture(3)
        assert refused(source) == [(2, "not a picture")]


class TestPictures:
    """A folder of pictures."""

    def test_each_picture_is_a_row_with_its_path(self, reader: Reader, blobs: BlobStore) -> None:
        """In order of the paths, with size and type; the bytes are kept by digest."""
        source = reader.pictures(b__two=picture(2), a=picture(1), c=picture(3, kind="JPEG"))
        rows = [row for row in source.rows() if isinstance(row, RawRow)]
        assert [row.key for row in rows] == ["a.png", "b/two.png", "c.png"]
        assert blobs.read(rows[0].data["picture"]["blob"]) == picture(1)
        assert rows[0].data["picture"] | {"blob": ""} == {
            "blob": "",
            "mime": "image/png",
            "width": 6,
            "height": 4,
        }
        assert rows[2].data["picture"]["mime"] == "image/jpeg"

    def test_unreadable_pictures_are_refused_by_name(self, reader: Reader) -> None:
        """Text, an empty file, and pictures that end too soon, in each of the common formats."""
        whole = picture(9, (64, 64), "JPEG")
        source = reader.pictures(
            a=picture(1),
            text=b"no picture",
            empty=b"",
            cut_png=picture(1, (64, 64))[:-30],
            cut_jpeg=whole[: len(whole) // 2],
        )
        found = {reason.split(":")[0]: reason for _, reason in refused(source)}
        assert set(found) == {"text.png", "empty.png", "cut_png.png", "cut_jpeg.png"}
        assert found["text.png"] == "text.png: not a picture"

    def test_a_picture_past_its_limits_is_refused(self, tmp_path: Path, blobs: BlobStore) -> None:
        """Few bytes that unfold into many pixels are not unfolded; large files are not kept."""
        (tmp_path / "bomb.png").write_bytes(picture(0, (3_000, 3_000)))
        few_pixels = Limits(picture_pixels=1_000_000)
        assert (
            "3,000 × 3,000 pixels" in refused(open_source(tmp_path, blobs.write, few_pixels))[0][1]
        )
        few_bytes = Limits(picture_bytes=1_000)
        assert (
            "bytes, at most 1,000" in refused(open_source(tmp_path, blobs.write, few_bytes))[0][1]
        )

    def test_hidden_files_and_links_out_of_the_folder_are_passed_over(
        self, tmp_path: Path, blobs: BlobStore
    ) -> None:
        """Only what lies in the folder is taken."""
        folder = tmp_path / "folder"
        folder.mkdir()
        (tmp_path / "secret.png").write_bytes(picture(1))
        (folder / "link.png").symlink_to(tmp_path / "secret.png")
        (folder / ".hidden.png").write_bytes(picture(1))
        (folder / "seen.png").write_bytes(picture(1))
        rows = list(open_source(folder, blobs.write).rows())
        assert [row.key for row in rows] == ["seen.png"]


class TestProposal:
    """What is shown, what is hidden, what names a row."""

    def test_the_text_is_shown_and_the_rest_hidden(self, reader: Reader) -> None:
        """The printed line names them as a person would."""
        proposal = propose(reader.open("reviews.csv", REVIEWS))
        assert proposal.describe() == "showing `text`, hiding `id`, `stars`"
        assert proposal.key == "id"
        assert [found.visible_to for found in proposal.fields()] == [
            ("owner",),
            ("annotator", "reviewer", "owner"),
            ("owner",),
        ]

    @pytest.mark.parametrize(
        "leak",
        [
            {"label": "a very long label that says which of the classes this text belongs to"},
            {"reviewer_email": "somebody.with.a.long.name@an.example.com"},
            {"contact": "somebody.with.a.long.name@an.example.com"},
            {"author_name": "A Name Much Longer Than The Text That Is To Be Read By Annotators"},
            {"page": "https://an.example.com/a/very/long/address/of/this/review?with=options"},
            {"hash": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"},
            {"written": "2026-01-02T03:04:05.678901+00:00 or thereabouts"[:32]},
        ],
    )
    def test_no_private_or_empty_column_is_shown(
        self, reader: Reader, leak: dict[str, str]
    ) -> None:
        """However long labels, people, addresses and machine words are, they are hidden."""
        lines = [json.dumps({**leak, "text": f"text {n} to read"}) for n in range(9)]
        proposal = propose(reader.open("a.jsonl", "\n".join(lines)))
        assert proposal.shown == "text"
        assert set(leak) <= set(proposal.hidden)

    def test_kinds_are_told_apart(self, reader: Reader) -> None:
        """Numbers, categories, free text."""
        rows = [
            {"text": f"this is text {n}", "n": n, "s": str(n / 2), "kind": ["new", "old"][n % 2]}
            for n in range(12)
        ]
        proposal = propose(reader.open("a.json", json.dumps(rows)))
        assert proposal.kinds == {"text": "text", "n": "number", "s": "number", "kind": "category"}

    def test_the_picture_is_shown(self, reader: Reader) -> None:
        """Its path is hidden: it may hold the label."""
        proposal = propose(reader.pictures(cat__1=picture(1), dog__2=picture(2)))
        assert proposal.describe() == "showing `picture`, hiding `file`"

    def test_without_an_id_the_content_is_the_key(self, reader: Reader) -> None:
        """An id that repeats, or that is missing once, names nothing."""
        assert propose(reader.open("a.csv", "id,text\n1,one\n1,two\n")).key is None
        assert propose(reader.open("a.csv", "id,text\n1,one\n,two\n")).key is None
        assert propose_key(reader.open("a.csv", "id,score\n1,2\n2,3\n")) == "id"

    def test_what_the_person_says_goes_first(self, reader: Reader) -> None:
        """`show` and `key` overrule the proposal; a column that is not there is named."""
        source = reader.open("reviews.csv", REVIEWS)
        assert propose(source, show="stars", key="text").describe() == (
            "showing `stars`, hiding `id`, `text`"
        )
        with pytest.raises(InvalidInputError, match="no column `txt`; there are `id`, `text`"):
            propose(source, show="txt")

    def test_nothing_to_show_is_said(self, reader: Reader) -> None:
        """Numbers and ids alone are no question."""
        with pytest.raises(InvalidInputError, match="name one with --show"):
            propose(reader.open("a.csv", "id,score\n1,2\n2,3\n"))


class TestChunks:
    """Rows as items, part by part."""

    def test_parts_hold_all_rows_with_line_and_key(self, reader: Reader) -> None:
        """1,050 rows come in parts of 500; a row without its key is refused by line."""
        rows = "".join(f"k{n},text of row {n}\n" for n in range(1_049))
        source = reader.open("a.csv", "id,text\n" + rows + ",no key\n")
        parts = list(in_chunks(source, "id"))
        items = [item for found, _ in parts for item in found]
        assert [len(found) for found, _ in parts] == [500, 500, 49]
        assert items[0] == NewItem({"id": "k0", "text": "text of row 0"}, key="k0", line=2)
        assert parts[2][1] == [RefusedRow(1_051, None, "its key `id` is empty")]

    def test_a_fingerprint_is_of_the_content(self, reader: Reader) -> None:
        """The same bytes have the same one, changed bytes another."""
        first = reader.open("a.csv", REVIEWS).fingerprint
        assert first.startswith("a.csv@")
        assert reader.open("a.csv", REVIEWS).fingerprint == first
        assert reader.open("a.csv", REVIEWS + "3,new,1\n").fingerprint != first
