"""Excel workbooks (.xlsx): the first sheet, row by row, without a library.

A workbook is a zip of XML. It is read as a stream with an XML parser that expands no entity, and
past no limit; formulas count as their last value, dates become ISO texts.
"""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from typing import IO, Any, ClassVar, Final
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import iterparse

from labeling.errors import TooLargeError
from labeling.items.prepare import RefusedRow
from labeling.items.sources.source import RawRow, Source, check_size

MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
MOST_UNPACKED_BYTES: Final = 4 * 1024**3
MOST_SHARED_CHARACTERS: Final = 256 * 1024**2
MOST_RATIO: Final = 200
RATIO_FROM_BYTES: Final = 16 * 1024**2
MOST_COLUMNS: Final = 16_384
DATE_FORMATS: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
DATE_CODE: Final = re.compile(r"[ymdhs]", re.IGNORECASE)
NO_CODE: Final = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
EPOCH: Final = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet's dates have no zone
EPOCH_1904: Final = dt.datetime(1904, 1, 1)  # noqa: DTZ001
PLACE: Final = re.compile(r"([A-Z]{1,3})(\d+)")


class ExcelSource(Source):
    """The first sheet of a workbook with a header; read-only and as a stream."""

    format: ClassVar[str] = "xlsx"

    def check(self) -> None:
        """Check size and members, read what cells refer to, and the header."""
        check_size(self.path, self.limits)
        try:
            with zipfile.ZipFile(self.path) as book:
                self._refuse_bomb(book)
                self.sheet = _first_sheet(book)
                self.texts = _shared_texts(book, self.limits.line_characters)
                self.dates, self.epoch = _date_styles(book)
                header = next((cells for _, cells in self._cells(book) if any(cells)), [])
        except TooLargeError:
            raise
        except Exception as error:
            # What a damaged zip or XML makes its reader raise: each means the same here.
            raise self.fail(f"not an Excel workbook: {error}.") from error
        self.columns = self._names(header)

    def _names(self, header: list[Any]) -> tuple[str, ...]:
        names = ["" if cell is None else str(cell).strip() for cell in header]
        while names and not names[-1]:
            names.pop()
        if not names:
            raise self.fail("there is no header; the first row names the columns.", line=1)
        nameless = [place for place, name in enumerate(names, start=1) if not name]
        if nameless:
            raise self.fail(f"column {nameless[0]} has no name.", line=1)
        twice = [name for name, times in Counter(names).items() if times > 1]
        if twice:
            raise self.fail(f"the column `{twice[0]}` is named twice; rename one.", line=1)
        return tuple(names)

    def _refuse_bomb(self, book: zipfile.ZipFile) -> None:
        members = book.infolist()
        total = sum(member.file_size for member in members)
        packed = max(self.path.stat().st_size, 1)
        if total > MOST_UNPACKED_BYTES or (
            total > RATIO_FROM_BYTES and total > MOST_RATIO * packed
        ):
            detail = f"{self.name} unpacks to {total:,} bytes, more than a workbook may."
            raise TooLargeError(detail, file=self.name, limit=MOST_UNPACKED_BYTES)

    def rows(self) -> Iterator[RawRow | RefusedRow]:
        """Yield the rows below the header; empty ones are passed over."""
        header_seen = False
        with zipfile.ZipFile(self.path) as book:
            cells_of_rows = self._cells(book)
            while True:
                try:
                    line, cells = next(cells_of_rows)
                except StopIteration:
                    return
                except Exception as error:  # as in `check`
                    raise self.fail(f"the sheet cannot be read: {error}.") from error
                if not any(cell not in (None, "") for cell in cells):
                    continue
                if header_seen:
                    yield self._row(line, cells)
                header_seen = True

    def _row(self, line: int, cells: list[Any]) -> RawRow | RefusedRow:
        beyond = [cell for cell in cells[len(self.columns) :] if cell not in (None, "")]
        if beyond:
            reason = f"{len(cells):,} cells under {len(self.columns):,} columns"
            return RefusedRow(line, None, reason)
        filled = cells + [None] * (len(self.columns) - len(cells))
        return RawRow(line, dict(zip(self.columns, filled, strict=False)))

    def _cells(self, book: zipfile.ZipFile) -> Iterator[tuple[int, list[Any]]]:
        """Yield each row's number and cells; what the sheet leaves out is None."""
        number = 0
        with book.open(self.sheet) as file:
            for element in _ends(file, MAIN + "row"):
                number = int(element.get("r") or number + 1)
                cells: list[Any] = []
                for cell in element.iter(MAIN + "c"):
                    column = _column(cell.get("r"), len(cells))
                    cells += [None] * (column - len(cells))
                    cells.append(self._value(cell))
                yield number, cells

    def _value(self, cell: Element) -> Any:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return "".join(text.text or "" for text in cell.iter(MAIN + "t"))
        found = cell.find(MAIN + "v")
        text = None if found is None else found.text
        if text is None or kind == "e":
            return None
        if kind == "s":
            return self.texts[int(text)]
        if kind == "b":
            return text == "1"
        if kind in {"str", "d"}:
            return text
        return self._number(text, int(cell.get("s") or 0))

    def _number(self, text: str, style: int) -> Any:
        value = float(text)
        if style in self.dates:
            return _date(self.epoch, value)
        return int(value) if value.is_integer() and abs(value) < 2**53 else value


def _column(place: str | None, following: int) -> int:
    """Return the index of a cell's column; the next one where it does not say."""
    found = PLACE.fullmatch(place) if place else None
    if found is None:
        return following
    index = 0
    for letter in found[1]:
        index = index * 26 + ord(letter) - ord("A") + 1
    if not following < index <= MOST_COLUMNS:
        message = f"the cell {place} is out of order"
        raise ValueError(message)
    return index - 1


def _date(epoch: dt.datetime, days: float) -> Any:
    """Return a serial day as an ISO text: a date, a time, or both."""
    try:
        moment = epoch + dt.timedelta(days=days)
    except OverflowError:
        return days
    moment = (moment + dt.timedelta(milliseconds=0.5)).replace(microsecond=0)
    if 0 <= days < 1:
        return moment.time().isoformat()
    return moment.date().isoformat() if float(days).is_integer() else moment.isoformat(sep=" ")


def _ends(file: IO[bytes], tag: str) -> Iterator[Element]:
    """Yield elements of a tag as they end, and forget all that was read before."""
    open_elements: list[Element] = []
    for event, element in iterparse(file, events=("start", "end"), forbid_dtd=True):
        if event == "start":
            open_elements.append(element)
            continue
        open_elements.pop()
        if element.tag == tag:
            yield element
            if open_elements:
                open_elements[-1].clear()


def _first_sheet(book: zipfile.ZipFile) -> str:
    """Return the member that holds the first sheet, as the workbook lists them."""
    with book.open("xl/workbook.xml") as file:
        wanted = next((sheet.get(RELATION) for sheet in _ends(file, MAIN + "sheet")), None)
    with book.open("xl/_rels/workbook.xml.rels") as file:
        for _, element in iterparse(file, forbid_dtd=True):
            if element.tag.endswith("}Relationship") and element.get("Id") == wanted:
                target = str(element.get("Target")).removeprefix("/")
                return target if target.startswith("xl/") else f"xl/{target}"
    message = "it has no sheet"
    raise ValueError(message)


def _shared_texts(book: zipfile.ZipFile, most: int) -> list[str]:
    """Return the texts that cells refer to by number."""
    if "xl/sharedStrings.xml" not in book.namelist():
        return []
    texts: list[str] = []
    characters = 0
    with book.open("xl/sharedStrings.xml") as file:
        for element in _ends(file, MAIN + "si"):
            text = "".join(_visible_texts(element))
            characters += len(text)
            if len(text) > most or characters > MOST_SHARED_CHARACTERS:
                limit = min(most, MOST_SHARED_CHARACTERS)
                raise TooLargeError(f"The texts are past {limit:,} characters.", limit=limit)
            texts.append(text)
    return texts


def _visible_texts(element: Element) -> Iterator[str]:
    """Yield a text's parts without what is only said of their pronunciation."""
    for child in element:
        if child.tag == MAIN + "t":
            yield child.text or ""
        elif child.tag == MAIN + "r":
            yield from (text.text or "" for text in child.iter(MAIN + "t"))


def _date_styles(book: zipfile.ZipFile) -> tuple[frozenset[int], dt.datetime]:
    """Return the numbers of the styles that show dates, and the day they count from."""
    with book.open("xl/workbook.xml") as file:
        settings = [found.get("date1904") for found in _ends(file, MAIN + "workbookPr")]
    epoch = EPOCH_1904 if settings and settings[0] in {"1", "true"} else EPOCH
    if "xl/styles.xml" not in book.namelist():
        return frozenset(), epoch
    codes: dict[int, str] = {}
    styles: list[int] = []
    with book.open("xl/styles.xml") as file:
        for event, element in iterparse(file, events=("end",), forbid_dtd=True):
            del event
            if element.tag == MAIN + "numFmt":
                codes[int(element.get("numFmtId", "0"))] = element.get("formatCode", "")
            elif element.tag == MAIN + "cellXfs":
                styles = [int(xf.get("numFmtId", "0")) for xf in element.iter(MAIN + "xf")]
    dates = {
        place
        for place, style in enumerate(styles)
        if style in DATE_FORMATS or DATE_CODE.search(NO_CODE.sub("", codes.get(style, "")))
    }
    return frozenset(dates), epoch
