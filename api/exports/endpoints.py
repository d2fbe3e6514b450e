"""Labels and answers out, in a stream."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Final, Literal

from fastapi import APIRouter, Path, Query
from fastapi.responses import FileResponse, StreamingResponse

from api.exports.schemas import ExportIn, ExportOut, export_out
from api.pagination import Cursor, Limit, after_cursor, next_cursor
from api.problems import problems
from api.security import ExportScope, Permission, RuntimeDep, authorised_project
from labeling.audit import store as audit
from labeling.bulk import store as bulk
from labeling.exchange.export import jobs
from labeling.exchange.export.answer_files import ANSWER_FILES, Layout
from labeling.exchange.export.answers import AnswerReader, settled_mark
from labeling.exchange.export.finished import finished_columns, finished_rows
from labeling.exchange.export.formats import FORMATS, first_chunk_ready
from labeling.exchange.export.predictions import PREDICTION_COLUMNS, prediction_pages

if TYPE_CHECKING:
    from api.runtime import Runtime
    from api.security import Scope
    from labeling.database import Row, Transaction

router = APIRouter(prefix="/v1/projects/{slug}", tags=["exports"])
NEWEST: Final = 2**62
FormatName = Annotated[Literal["csv", "jsonl", "parquet"], Query(alias="format")]
Before = Annotated[int, Query(ge=1, le=NEWEST)]
JobId = Annotated[int, Path(ge=0, le=NEWEST)]
Names = Annotated[bool, Query(description="Real names too; for who may see people, and recorded.")]
Guard = Annotated[
    bool, Query(description="Put an apostrophe before CSV cells that look like formulas.")
]


@router.get("/export", responses=problems(401, 403, 404, 422), response_class=StreamingResponse)
async def export_finished(
    scope: ExportScope, runtime: RuntimeDep, format_name: FormatName = "csv"
) -> StreamingResponse:
    """Return the imported file, finished: its rows and columns, and a label with its source."""
    kind = FORMATS[format_name]

    def chunks() -> Iterator[bytes]:
        columns = finished_columns(runtime.hub, scope.project)
        predict = runtime.long_work.predictor_of(scope.project)
        rows = lambda: finished_rows(runtime.hub, scope.project, predict)  # noqa: E731 - read twice
        return first_chunk_ready(kind.write(columns, rows))

    return await _stream(runtime, chunks, kind.media_type, f"{scope.project.slug}{kind.ending}")


@router.get(
    "/export/answers", responses=problems(401, 403, 404, 422, 503), response_class=StreamingResponse
)
async def export_answers(
    scope: ExportScope,
    runtime: RuntimeDep,
    format_name: FormatName = "jsonl",
    after: Cursor = None,
    *,
    names: Names = False,
    guard: Guard = True,
) -> StreamingResponse:
    """Return every answer that was ever given, or what came behind a cursor.

    By pseudonym; with what is believed now of each item. The reply's `x-labelloop-next` is the
    cursor of what comes later: sent as `after`, nothing is missed and nothing comes twice.
    """
    await _allow_names(runtime, scope, names=names)
    first = after_cursor(after)
    until = await runtime.in_thread(settled_mark, runtime.hub, scope.project.id)
    file = ANSWER_FILES[format_name](guard=guard)

    def chunks() -> Iterator[bytes]:
        reader = AnswerReader(runtime.hub, scope.project, names=names)
        pages = (file.add(rows) for _, rows in reader.pages(first, until))
        return first_chunk_ready(chain((file.begin(),), pages, (file.end() for _ in range(1))))

    name = f"{scope.project.slug}-answers{file.ending}"
    reply = await _stream(runtime, chunks, file.media_type, name)
    reply.headers["x-labelloop-next"] = next_cursor([max(first, until)], 1) or ""
    return reply


@router.get(
    "/export/predictions", responses=problems(401, 403, 404, 422), response_class=StreamingResponse
)
async def export_predictions(
    scope: ExportScope,
    runtime: RuntimeDep,
    format_name: FormatName = "jsonl",
    *,
    guard: Guard = True,
) -> StreamingResponse:
    """Return what imported files said of their items: legacy labels and models' answers."""
    file = ANSWER_FILES[format_name](Layout(PREDICTION_COLUMNS), guard=guard)

    def chunks() -> Iterator[bytes]:
        pages = (file.add(rows) for rows in prediction_pages(runtime.hub, scope.project))
        return first_chunk_ready(chain((file.begin(),), pages, (file.end() for _ in range(1))))

    name = f"{scope.project.slug}-predictions{file.ending}"
    return await _stream(runtime, chunks, file.media_type, name)


async def _allow_names(runtime: Runtime, scope: Scope, *, names: bool) -> None:
    """Let real names out only to who knows them anyway, and put it on record.

    Raises
    ------
    ForbiddenError
        The caller may export, and may not see who the people are.

    """
    if not names:
        return

    def write(tx: Transaction) -> None:
        authorised_project(tx, scope.caller, scope.project.slug, Permission.PEOPLE)
        audit.record(tx, scope.project.id, "export.names", "project", scope.project.id)

    await runtime.hub.write(write, scope.actor)


@router.post("/exports", status_code=202, responses=problems(401, 403, 404, 422))
async def start_export(body: ExportIn, scope: ExportScope, runtime: RuntimeDep) -> ExportOut:
    """Start a large export as a job that writes a file."""
    await _allow_names(runtime, scope, names=body.names)
    options = jobs.ExportOptions(
        body.what, body.format, after_cursor(body.after), names=body.names, guard=body.guard
    )

    def write(tx: Transaction) -> ExportOut:
        return export_out(bulk.get(tx, jobs.start_export(tx, scope.project, options)))

    found = await runtime.hub.write(write, scope.actor)
    runtime.long_work.wake()
    return found


@router.get("/exports", responses=problems(401, 403, 404, 422))
async def list_exports(
    scope: ExportScope, runtime: RuntimeDep, before: Before = NEWEST, limit: Limit = 100
) -> list[ExportOut]:
    """Return a project's exports, newest first."""
    rows = await runtime.hub.read(
        lambda tx: bulk.list_by_project(tx, scope.project.id, jobs.KIND, before, limit)
    )
    return [export_out(row) for row in rows]


@router.get("/exports/{export_id}", responses=problems(401, 403, 404, 422))
async def get_export(export_id: JobId, scope: ExportScope, runtime: RuntimeDep) -> ExportOut:
    """Return how far an export is."""
    return export_out(await _job(runtime, scope, export_id))


@router.get(
    "/exports/{export_id}/file",
    responses=problems(401, 403, 404, 409, 422),
    response_class=FileResponse,
)
async def download_export(
    export_id: JobId, scope: ExportScope, runtime: RuntimeDep
) -> FileResponse:
    """Return the file of an export that is done; ranges of it too."""
    job = await _job(runtime, scope, export_id)
    if json.loads(job.options)["names"]:
        await _allow_names(runtime, scope, names=True)
    path = jobs.file_of(runtime.data_dir, job)
    return FileResponse(path, filename=job.name, headers={"cache-control": "no-store"})


@router.delete("/exports/{export_id}", responses=problems(401, 403, 404, 422))
async def cancel_export(export_id: JobId, scope: ExportScope, runtime: RuntimeDep) -> ExportOut:
    """Cancel an export at its next turn; what it wrote is removed."""
    found = await runtime.hub.write(
        lambda tx: jobs.cancel_export(tx, scope.project, export_id), scope.actor
    )
    runtime.long_work.wake()
    return export_out(found)


async def _job(runtime: Runtime, scope: Scope, export_id: int) -> Row:
    return await runtime.hub.read(
        lambda tx: bulk.get_or_raise(tx, scope.project.id, jobs.KIND, export_id)
    )


async def _stream(
    runtime: Runtime, chunks: Callable[[], Iterator[bytes]], media_type: str, name: str
) -> StreamingResponse:
    """Begin a stream in a thread, so that what is wrong is said before the reply begins."""
    body = await runtime.in_thread(chunks)
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return StreamingResponse(body, media_type=media_type, headers=headers)
