"""The file that goes out: one line for each item, with what an annotator may see and no more."""

from __future__ import annotations

import base64
import csv
import io
import json
from typing import TYPE_CHECKING, Any, Final

from labeling.exchange.work_orders import store
from labeling.items import store as items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from labeling.database import Hub, Row
    from labeling.items.blobs import BlobStore

PAGE_LINES: Final = 100


def order_file(hub: Hub, blobs: BlobStore, project: Row, n: int) -> Iterator[str]:
    """Yield a work order as CSV: order, line, and the fields that annotators see.

    Pictures stand in their cells as data URLs, so that the file is complete by itself. Cells are
    the items' data as they are: open the file with formulas switched off.
    """
    order = hub.read_now(lambda tx: store.get_or_raise(tx, project.id, n))
    shown = hub.read_now(lambda tx: items.visible_fields(tx, project.id))
    declared = hub.read_now(lambda tx: items.list_fields(tx, project.id))
    columns = [row.name for row in declared if row.name in shown]
    yield _csv([["order", "line", *columns]])
    after = ""
    while True:
        found = _page(hub, order.id, after)
        if not found:
            return
        yield _csv([[n, row.handle, *_cells(row, columns, blobs)] for row in found])
        after = found[-1].handle


def _page(hub: Hub, order_id: int, after: str) -> list[Row]:
    return hub.read_now(lambda tx: store.lines_page(tx, order_id, after, PAGE_LINES))


def _cells(row: Row, columns: list[str], blobs: BlobStore) -> list[Any]:
    data = items.read_data(row)
    return [_cell(data.get(name), blobs) for name in columns]


def _cell(value: Any, blobs: BlobStore) -> Any:
    if isinstance(value, dict) and "blob" in value:
        picture = base64.b64encode(blobs.read(value["blob"])).decode()
        return f"data:{value.get('mime', 'image/png')};base64,{picture}"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return value


def _csv(rows: list[list[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
