"""Excel workbooks and zips of pictures: read as a stream, refused where they are dangerous."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from labeling.errors import TooLargeError
from labeling.items.blobs import BlobStore
from labeling.items.service import RefusedRow
from labeling.items.sources import (
    Limits,
    RawRow,
    Source,
    SourceError,
    excel,
    open_source,
    picture_zip,
)
from tests.labeling.items.workbooks import NAMESPACE, Raw, packed, workbook


class Reader:
    """Writes files and opens them as sources."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.blobs = folder, BlobStore(folder / "blobs")

    def __call__(self, name: str, content: bytes, limits: Limits | None = None) -> Source:
        """Write a file and open it."""
        path = self.folder / name
        path.write_bytes(content)
        return open_source(path, self.blobs.write, limits)


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    """Return what opens files."""
    return Reader(tmp_path)


def data_of(source: Source) -> list[dict[str, object]]:
    """Return what the rows hold."""
    return [row.data for row in source.rows() if isinstance(row, RawRow)]


class TestExcel:
    """`.xlsx`."""

    def test_cells_are_what_they_show(self, read: Reader) -> None:
        """Shows texts, numbers, truth, dates by style, formulas' values, errors, gaps."""
        rows: list[list[Any]] = [
            ["id", "text", "day", "own", "n", "ok", "f", "e", "i"],
            [
                1,
                "a  <text> & more",
                Raw('<c r="PLACE" s="1"><v>45000</v></c>'),
                Raw('<c r="PLACE" s="2"><v>45000.5</v></c>'),
                1.5,
                True,
                Raw('<c r="PLACE" t="str"><f>A1</f><v>seven</v></c>'),
                Raw('<c r="PLACE" t="e"><v>#DIV/0!</v></c>'),
                Raw('<c r="PLACE" t="inlineStr"><is><r><t>in</t></r><r><t>line</t></r></is></c>'),
            ],
            [2, None, None, Raw('<c r="PLACE" s="3"><v>3</v></c>'), None, False],
        ]
        assert data_of(read("a.xlsx", workbook(rows))) == [
            {
                "id": 1,
                "text": "a  <text> & more",
                "day": "2023-03-15",
                "own": "2023-03-15 12:00:00",
                "n": 1.5,
                "ok": True,
                "f": "seven",
                "e": None,
                "i": "inline",
            },
            dict.fromkeys(("text", "day", "n", "f", "e", "i")) | {"id": 2, "own": 3, "ok": False},
        ]

    def test_rows_are_named_by_their_number(self, read: Reader) -> None:
        """Shows that empty rows are passed over, and that a row with too many cells is refused."""
        source = read("a.xlsx", workbook([[], ["id"], ["a"], [None], ["b", "more"]]))
        assert list(source.rows()) == [
            RawRow(3, {"id": "a"}),
            RefusedRow(5, None, "2 cells under 1 columns"),
        ]

    def test_a_workbook_counts_from_its_own_day(self, read: Reader) -> None:
        """Shows the Macintosh's 1904 and a time of day."""
        book = (
            f"<workbook {NAMESPACE} xmlns:r="
            '"http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
            '<workbookPr date1904="1"/><sheets><sheet r:id="rId7"/></sheets></workbook>'
        ).encode()
        dates = [Raw(f'<c r="PLACE" s="1"><v>{value}</v></c>') for value in (1, 0.75)]
        rows: list[list[Any]] = [["day", "time"], dates]
        found = data_of(read("a.xlsx", workbook(rows, xl__workbook=book)))
        assert found == [{"day": "1904-01-02", "time": "18:00:00"}]

    @pytest.mark.parametrize(
        ("rows", "said"),
        [
            ([[]], "no header"),
            ([["a", None, "b"]], "column 2 has no name"),
            ([["a", "a"]], "named twice"),
        ],
    )
    def test_a_header_that_names_nothing_is_refused(
        self, read: Reader, rows: list[list[str]], said: str
    ) -> None:
        """Shows what a header must be."""
        with pytest.raises(SourceError, match=said):
            read("a.xlsx", workbook(rows))

    @pytest.mark.parametrize(
        "content",
        [
            b"PK\x03\x04",
            packed({"a.txt": b"x"}),
            workbook([["a"]], xl__workbook=b"<workbook"),
            workbook([["a"]], xl__sharedStrings=b'<!DOCTYPE x [<!ENTITY a "b">]><sst/>'),
            workbook([["a"]], xl__sharedStrings=f"<sst {NAMESPACE}/>".encode()),
            workbook([["a", Raw('<c r="A1"><v>1</v></c>')]]),
            workbook([[Raw('<c r="ZZZ1"><v>1</v></c>')]]),
        ],
    )
    def test_what_is_no_workbook_is_refused(self, read: Reader, content: bytes) -> None:
        """Shows cut, foreign and crafted files, an entity among them."""
        with pytest.raises(SourceError, match="not an Excel workbook"):
            read("a.xlsx", content)

    def test_a_bomb_is_refused(self, read: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
        """Shows the limits of what a workbook unpacks to, and of its texts."""
        bomb = workbook([["a"]], xl__worksheets__sheet1=b" " * 20_000_000)
        with pytest.raises(TooLargeError, match="unpacks to"):
            read("a.xlsx", bomb)
        monkeypatch.setattr(excel, "MOST_SHARED_CHARACTERS", 10)
        with pytest.raises(TooLargeError, match="past 10 characters"):
            read("a.xlsx", workbook([["a"], ["far too long a text"]]))

    def test_memory_is_flat(self, read: Reader) -> None:
        """Shows that rows that were read are forgotten: the tree never holds more than one."""
        source = read("a.xlsx", workbook([["n", "text"], *([n, f"t{n}"] for n in range(3_000))]))
        assert len(data_of(source)) == 3_000
        with zipfile.ZipFile(source.path) as book, book.open("xl/worksheets/sheet1.xml") as file:
            most = 0
            for element in excel._ends(file, excel.MAIN + "row"):
                most = max(most, sum(1 for _ in element.iter()))
        assert most <= 5


def png(seed: int = 0) -> bytes:
    """Return a small picture."""
    pixels = np.random.default_rng(seed).integers(0, 255, (8, 8), dtype=np.uint8)
    output = io.BytesIO()
    Image.fromarray(pixels, "L").save(output, "PNG")
    return output.getvalue()


class TestPictureZip:
    """`.zip`."""

    def test_pictures_come_in_order_of_their_paths(self, read: Reader) -> None:
        """Shows keys, and that other and hidden members are left alone."""
        files = {"b.png": png(1), "a/x.png": png(2), "notes.txt": b"x", "__MACOSX/._b.png": b"x"}
        rows = list(read("p.zip", packed(files)).rows())
        assert [row.key for row in rows] == ["a/x.png", "b.png"]
        assert all(isinstance(row, RawRow) and row.data["picture"]["width"] == 8 for row in rows)

    def test_a_damaged_picture_stops_no_other(self, read: Reader) -> None:
        """Shows a refusal by path; an import that goes on opens only the rest."""
        source = read("p.zip", packed({"a.png": b"no", "b.png": png(), "c.png": png(3)}))
        first, *rest = source.rows()
        assert first == RefusedRow(1, "a.png", "a.png: not a picture")
        assert list(source.rows_behind(1)) == rest

    @pytest.mark.parametrize(
        "name", ["../x.png", "/etc/x.png", "a/../../x.png", "C:/x.png", "..\\x.png"]
    )
    def test_a_member_that_leads_out_is_refused(self, read: Reader, name: str) -> None:
        """Shows that the whole file is refused, and nothing unpacked."""
        with pytest.raises(SourceError, match="leads out"):
            read("p.zip", packed({name: png()}))

    def test_a_link_is_refused(self, read: Reader) -> None:
        """Shows a symbolic link among the members."""
        output = io.BytesIO()
        with zipfile.ZipFile(output, "w") as file:
            member = zipfile.ZipInfo("x.png")
            member.external_attr = (stat.S_IFLNK | 0o777) << 16
            file.writestr(member, "/etc/passwd")
        with pytest.raises(SourceError, match="is a link"):
            read("p.zip", output.getvalue())

    def test_a_bomb_is_refused(self, read: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
        """Shows the limits of ratio, of all bytes and of members."""
        with pytest.raises(TooLargeError, match="100 times its size"):
            read("p.zip", packed({"x.png": b"\0" * 50_000_000}))
        monkeypatch.setattr(picture_zip, "MOST_UNPACKED_BYTES", 100)
        with pytest.raises(TooLargeError, match="unpacks to"):
            read("p.zip", packed({"x.png": png()}))
        monkeypatch.setattr(picture_zip, "MOST_MEMBERS", 1)
        with pytest.raises(TooLargeError, match="2 members"):
            read("p.zip", packed({"x.png": png(), "y.png": png()}))

    def test_a_lying_header_unpacks_no_more_than_may_be(self, read: Reader) -> None:
        """Shows that a member larger than a picture may be is refused by its row."""
        limits = Limits(picture_bytes=50)
        (row,) = read("p.zip", packed({"x.png": png()}), limits).rows()
        assert isinstance(row, RefusedRow)
        assert "at most 50" in row.reason

    def test_a_member_without_a_name_is_no_picture(self, read: Reader) -> None:
        """Shows a damaged list of members, whose names are empty."""
        nameless = packed({"a.png": png()}).replace(b"a.png", b"\0.png")
        with pytest.raises(SourceError, match="no picture"):
            read("p.zip", nameless)

    @pytest.mark.parametrize("content", [b"PK\x03\x04", b"rest", packed({"a.txt": b"x"})])
    def test_what_holds_no_picture_is_refused(self, read: Reader, content: bytes) -> None:
        """Shows a cut file, another file, and a zip of texts."""
        with pytest.raises(SourceError, match=r"not a zip file|no picture"):
            read("p.zip", content)
