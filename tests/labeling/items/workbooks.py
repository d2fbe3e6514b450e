"""Excel workbooks written by hand, as the standard says, so that tests can break them anywhere."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

NAMESPACE: Final = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
DATE_STYLE: Final = 1
OWN_STYLE: Final = 2


class Raw(str):
    """A cell as XML."""

    __slots__ = ()


def column_name(index: int) -> str:
    """Return a column's letters."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _cell(place: str, value: Any, shared: list[str]) -> str:
    if value is None:
        return ""
    if isinstance(value, Raw):
        return value.replace("PLACE", place)
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{place}"><v>{value!r}</v></c>'
    shared.append(value)
    return f'<c r="{place}" t="s"><v>{len(shared) - 1}</v></c>'


def workbook(rows: Sequence[Sequence[Any]], **members: bytes) -> bytes:
    """Return a workbook of one sheet; further members replace its own (`__` for `/`)."""
    shared: list[str] = []
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = [
            _cell(f"{column_name(place)}{number}", value, shared) for place, value in enumerate(row)
        ]
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    sheet = f"<worksheet {NAMESPACE}><sheetData>{''.join(lines)}</sheetData></worksheet>"
    strings = "".join(f"<si><t xml:space='preserve'>{escape(text)}</t></si>" for text in shared)
    files: dict[str, bytes] = {
        "xl/workbook.xml": (
            f"<workbook {NAMESPACE} xmlns:r={quoteattr(RELATIONS)}><sheets>"
            '<sheet name="one" sheetId="1" r:id="rId7"/></sheets></workbook>'
        ).encode(),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId7" '
            'Type="worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
        ).encode(),
        "xl/worksheets/sheet1.xml": sheet.encode(),
        "xl/sharedStrings.xml": f"<sst {NAMESPACE}>{strings}</sst>".encode(),
        "xl/styles.xml": (
            f'<styleSheet {NAMESPACE}><numFmts><numFmt numFmtId="170" formatCode="yyyy/mm/dd"/>'
            '<numFmt numFmtId="171" formatCode="0.0&quot; days&quot;"/></numFmts><cellXfs>'
            '<xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/><xf numFmtId="171"/>'
            "</cellXfs></styleSheet>"
        ).encode(),
    }
    changed = {name.replace("__", "/") + ".xml": content for name, content in members.items()}
    return packed({**files, **changed})


def packed(files: Mapping[str, bytes]) -> bytes:
    """Return files as a zip."""
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in files.items():
            book.writestr(name, content)
    return output.getvalue()
