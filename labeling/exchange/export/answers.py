"""Every answer that was ever given, as JSONL: who by pseudonym, when, under which schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from labeling.annotations import store

if TYPE_CHECKING:
    from labeling.database import Hub, Row

PAGE_ROWS: Final = 1_000


def answer_lines(hub: Hub, project: Row) -> Iterator[bytes]:
    """Yield all revisions of all answers of a project, oldest first, one JSON object a line.

    Skips, flags, retractions, late and surplus answers are among them: the record is whole.
    """
    after = 0
    while True:
        page = _page(hub, project.id, after)
        if not page:
            return
        after = page[-1].id
        lines = [json.dumps(_record(row), ensure_ascii=False) for row in page]
        yield ("\n".join(lines) + "\n").encode()


def _page(hub: Hub, project_id: int, after: int) -> list[Row]:
    return hub.read_now(lambda tx: store.list_after(tx, project_id, after, PAGE_ROWS))


def _record(row: Row) -> dict[str, Any]:
    return {
        "id": row.id,
        "submitted_at": row.created_at,
        "item": row.key,
        "annotator": row.pseudonym,
        "workforce": row.workforce,
        "revision": row.revision,
        "kind": row.kind,
        "reason": row.reason,
        "result": json.loads(row.result),
        "schema_version": row.schema_version,
        "source": row.source,
        "surplus": bool(row.is_surplus),
        "paid_micros": row.paid_micros,
    }
