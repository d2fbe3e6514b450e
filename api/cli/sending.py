"""A file's rows on their way to the hub part by part, for whoever wants the first ones at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from api.cli.client import HubClient
from labeling.items.service import ImportReport, RefusedRow

if TYPE_CHECKING:
    from labeling.items.service import NewItem
    from labeling.items.sources import Source

MOST_BYTES: Final = 4 * 1024**2
"""Body of one request; a single item is always smaller."""


def send_source(
    client: HubClient,
    project: str,
    source: Source,
    key: str | None,
    on_part: Callable[[ImportReport], None] | None = None,
) -> ImportReport:
    """Send a source's rows part by part and return what became of them.

    Parameters
    ----------
    client, project
        Where the rows go.
    source, key
        The rows, and the column that names them.
    on_part
        Told how far it has come, after each part.

    """
    from labeling.items.sources import in_chunks

    source.keep = lambda payload: client.keep_picture(project, payload)
    total = ImportReport()
    for items, refused in in_chunks(source, key):
        total.refused += refused
        for part in _parts(items):
            body = {"source": source.fingerprint, "items": part}
            answer = client.post(f"/v1/projects/{project}/items", body)
            refused_there = [RefusedRow(**row) for row in answer.pop("refused")]
            total.add(ImportReport(**answer, refused=refused_there))
        if on_part is not None:
            on_part(total)
    return total


def _parts(items: Sequence[NewItem]) -> Iterator[list[dict[str, Any]]]:
    """Yield items as JSON in bodies that the hub takes."""
    part: list[dict[str, Any]] = []
    size = 0
    for item in items:
        body = asdict(item)
        length = len(json.dumps(body))
        if part and size + length > MOST_BYTES:
            yield part
            part, size = [], 0
        part.append(body)
        size += length
    if part:
        yield part
