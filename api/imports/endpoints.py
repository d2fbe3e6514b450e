"""Imports as jobs: start, follow, cancel, and what was not taken."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Annotated, Final, Literal

from fastapi import APIRouter, Depends, Query, Request

from api.imports.schemas import ImportOut, RowErrorOut, error_out, import_out
from api.pagination import NOT_OURS, Cursor, Limit, Page
from api.problems import problems
from api.security import ManageScope, RuntimeDep
from labeling.bulk import store as bulk
from labeling.errors import InvalidInputError
from labeling.exchange.imports import service, uploads
from labeling.exchange.imports.service import ImportOptions
from labeling.exchange.imports.uploads import Upload
from labeling.exchange.imports.voices import MODEL, VoiceOptions
from labeling.fetch import check_url, local_path

if TYPE_CHECKING:
    from api.runtime import Runtime
    from api.security import Scope
    from labeling.database import Row, Transaction

router = APIRouter(prefix="/v1/projects/{slug}", tags=["imports"])
FIRST_ERRORS: Final = 20
BLOCK: Final = 1_048_576
NEWEST: Final = 2**62
Column = Annotated[str | None, Query(max_length=500)]
BODY: Final = {
    "requestBody": {
        "required": False,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


LabelUse = Literal["legacy", "votes", "gold"]


@dataclass(frozen=True, slots=True)
class Asked:
    """The columns of a file and what they become, as an import's address says."""

    key: Column = None
    group: Column = None
    guess_key: Annotated[
        bool, Query(description="Look for an id column where no key is named.")
    ] = True
    update: Annotated[
        bool, Query(description="Replace items whose key is known with other content.")
    ] = False
    label: Column = None
    label_as: Annotated[
        LabelUse,
        Query(
            description="legacy: kept beside the item; votes: counts as one judgment; gold: known."
        ),
    ] = "legacy"
    prediction: Column = None
    score: Column = None
    model: Annotated[
        str, Query(min_length=1, max_length=100, description="Name of the model that predicted.")
    ] = MODEL

    def options(self) -> ImportOptions:
        """Return what the service is asked for."""
        voices = VoiceOptions(
            label=self.label,
            label_as=self.label_as,
            prediction=self.prediction,
            score=self.score,
            model=self.model,
        )
        return ImportOptions(self.key, self.guess_key, self.group, self.update, voices)


@router.post(
    "/imports",
    status_code=202,
    responses=problems(401, 403, 404, 409, 413, 422),
    openapi_extra=BODY,
)
async def start_import(
    request: Request,
    scope: ManageScope,
    runtime: RuntimeDep,
    asked: Annotated[Asked, Depends()],
    name: Annotated[
        str | None, Query(min_length=1, max_length=300, description="The file's own name.")
    ] = None,
    reference: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=2_000,
            description="Instead of a body: a path or a URL that the operator opened.",
        ),
    ] = None,
) -> ImportOut:
    """Import a file as a job: uploaded as the request's body, or named by a reference."""
    if reference is None:
        if name is None:
            raise InvalidInputError("Say what the file is called.", place="name")
        place = await _receive(request, runtime, name)
    else:
        place, name = await runtime.in_thread(_named, runtime, reference, name)

    def write(tx: Transaction) -> ImportOut:
        job_id = service.start_import(
            tx, scope.project, place, asked.options(), reference=reference, name=name
        )
        return import_out(bulk.get(tx, job_id), [])

    found = await runtime.hub.write(write, scope.actor)
    runtime.long_work.wake()
    return found


def _named(runtime: Runtime, reference: str, name: str | None) -> tuple[str, str]:
    """Check a reference, and return where its file will lie and what it is called."""
    local = local_path(reference, runtime.long_work.doors)
    if local is not None:
        return "", name or local.name
    parts = check_url(reference, runtime.long_work.doors)
    name = name or PurePosixPath(parts.path).name
    return uploads.place_for(name), name


async def _receive(request: Request, runtime: Runtime, name: str) -> str:
    """Write the body to a file, block by block; nothing stays of one that was cut off."""
    upload = Upload(runtime.data_dir, name, runtime.settings.max_upload_bytes)
    blocks, size = [], 0
    with upload:
        async for block in request.stream():
            blocks.append(block)
            size += len(block)
            if size >= BLOCK:
                await runtime.in_thread(upload.write, b"".join(blocks))
                blocks, size = [], 0
        await runtime.in_thread(upload.write, b"".join(blocks))
        if not upload.size:
            raise InvalidInputError("The body is empty; send the file's bytes.", place="body")
    return upload.place


@router.get("/imports", responses=problems(401, 403, 404, 422))
async def list_imports(
    scope: ManageScope,
    runtime: RuntimeDep,
    before: Annotated[int, Query(ge=1, le=NEWEST)] = NEWEST,
    limit: Limit = 100,
) -> list[ImportOut]:
    """Return a project's imports, newest first."""
    rows = await runtime.hub.read(
        lambda tx: bulk.list_by_project(tx, scope.project.id, service.KIND, before, limit)
    )
    return [import_out(row, []) for row in rows]


@router.get("/imports/{import_id}", responses=problems(401, 403, 404, 422))
async def get_import(import_id: int, scope: ManageScope, runtime: RuntimeDep) -> ImportOut:
    """Return how far an import is, and the first rows it did not take."""

    def read(tx: Transaction) -> ImportOut:
        job = _job(tx, scope, import_id)
        return import_out(job, bulk.row_errors(tx, job.id, -1, "", FIRST_ERRORS))

    return await runtime.hub.read(read)


@router.get("/imports/{import_id}/errors", responses=problems(401, 403, 404, 422))
async def list_row_errors(
    import_id: int,
    scope: ManageScope,
    runtime: RuntimeDep,
    cursor: Cursor = None,
    limit: Limit = 1_000,
) -> Page[RowErrorOut]:
    """Return the rows that an import did not take, by line."""
    after, kind = _place(cursor)

    def read(tx: Transaction) -> Page[RowErrorOut]:
        rows = bulk.row_errors(tx, _job(tx, scope, import_id).id, after, kind, limit)
        following = _cursor(rows[-1]) if len(rows) == limit else None
        return Page(items=[error_out(row) for row in rows], next=following)

    return await runtime.hub.read(read)


@router.delete("/imports/{import_id}", responses=problems(401, 403, 404, 422))
async def cancel_import(import_id: int, scope: ManageScope, runtime: RuntimeDep) -> ImportOut:
    """Cancel an import at its next turn; the rows it took stay."""
    found = await runtime.hub.write(
        lambda tx: service.cancel_import(tx, scope.project, _id(import_id)), scope.actor
    )
    runtime.long_work.wake()
    return import_out(found, [])


def _job(tx: Transaction, scope: Scope, import_id: int) -> Row:
    return bulk.get_or_raise(tx, scope.project.id, service.KIND, _id(import_id))


def _id(import_id: int) -> int:
    """Return a number that a store can compare; no job has another."""
    return import_id if 0 <= import_id < NEWEST else 0


def _cursor(row: Row) -> str:
    return base64.urlsafe_b64encode(f"{row.line} {row.kind}".encode()).decode()


def _place(cursor: str | None) -> tuple[int, str]:
    if cursor is None:
        return -1, ""
    try:
        line, _, kind = base64.urlsafe_b64decode(cursor.encode()).decode().partition(" ")
        found = int(line)
    except (binascii.Error, ValueError) as error:
        raise InvalidInputError(NOT_OURS, place="cursor") from error
    if not 0 <= found < NEWEST or not kind.isalpha():
        raise InvalidInputError(NOT_OURS, place="cursor")
    return found, kind
