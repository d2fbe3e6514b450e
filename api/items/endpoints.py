"""The pool: items in, items listed, picture bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request

from api.items.schemas import BlobOut, ImportReportOut, ItemOut, ItemsIn
from api.pagination import Cursor, Limit, Page, after_cursor, next_cursor
from api.problems import problems
from api.security import ExportScope, ManageScope, RuntimeDep
from labeling.errors import InvalidInputError, TooLargeError
from labeling.items import service, store

if TYPE_CHECKING:
    from labeling.database import Transaction

router = APIRouter(prefix="/v1/projects/{slug}", tags=["items"])
SIGNATURES: Final = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"RIFF": "image/webp",
    b"BM": "image/bmp",
}


@router.post("/items", responses=problems(401, 403, 404, 413, 422))
async def import_items(body: ItemsIn, scope: ManageScope, runtime: RuntimeDep) -> ImportReportOut:
    """Import up to 1,000 items; idempotent by key."""
    new = [
        service.NewItem(found.data, found.key, found.group, found.attributes, line=found.line)
        for found in body.items
    ]
    report = await runtime.hub.write(
        lambda tx: service.import_items(tx, scope.project, new, body.source), scope.actor
    )
    return ImportReportOut.model_validate(report.as_dict())


@router.get("/items", responses=problems(401, 403, 404, 422))
async def list_items(
    scope: ExportScope, runtime: RuntimeDep, cursor: Cursor = None, limit: Limit = 100
) -> Page[ItemOut]:
    """Return items in the order they came."""

    def read(tx: Transaction) -> Page[ItemOut]:
        rows = store.list_after(tx, scope.project.id, after_cursor(cursor), limit)
        page = [
            ItemOut(
                id=row.id, key=row.key, data=store.read_data(row), split=row.split, state=row.state
            )
            for row in rows
        ]
        return Page(items=page, next=next_cursor([row.seq for row in rows], limit))

    return await runtime.hub.read(read)


@router.post("/blobs", status_code=201, responses=problems(401, 403, 404, 413, 422))
async def add_blob(request: Request, scope: ManageScope, runtime: RuntimeDep) -> BlobOut:
    """Keep a picture's bytes (the request's body); an item names them as {"blob", "mime"}."""
    del scope
    payload = await request.body()
    if len(payload) > runtime.settings.max_body_bytes:
        raise TooLargeError(f"A picture has at most {runtime.settings.max_body_bytes:,} bytes.")
    return BlobOut(
        blob=await runtime.in_thread(runtime.blobs.write, payload), mime=picture_type(payload)
    )


def picture_type(payload: bytes) -> str:
    """Return the media type of a picture by its first bytes; anything else is refused."""
    for signature, mime in SIGNATURES.items():
        if payload.startswith(signature):
            return mime
    raise InvalidInputError("These bytes are no PNG, JPEG, GIF, WebP or BMP picture.", place="body")
