"""The bytes of a picture that somebody may see, for every door that shows items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import Response

from labeling.errors import NotFoundError

if TYPE_CHECKING:
    from api.runtime import Runtime


async def picture_response(
    runtime: Runtime, data: dict[str, Any], visible: frozenset[str], field: str
) -> Response:
    """Return a picture field of an item's data; a hidden one is as unknown as a missing one."""
    found = data.get(field) if field in visible else None
    if not isinstance(found, dict) or "blob" not in found:
        raise NotFoundError("This item shows no such picture.")
    payload = await runtime.in_thread(runtime.blobs.read, found["blob"])
    headers = {
        "cache-control": "private, max-age=86400, immutable",
        "x-content-type-options": "nosniff",
    }
    return Response(
        payload, media_type=found.get("mime", "application/octet-stream"), headers=headers
    )
