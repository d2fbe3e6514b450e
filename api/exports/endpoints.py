"""Labels and answers out, in a stream."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from api.problems import problems
from api.security import ExportScope, RuntimeDep
from labeling.errors import LabelloopError
from labeling.exchange.export.answers import answer_lines
from labeling.exchange.export.finished import (
    Guess,
    Predictor,
    finished_columns,
    finished_rows,
)
from labeling.exchange.export.formats import FORMATS, first_chunk_ready
from training.deployments.service import live_model

if TYPE_CHECKING:
    from api.runtime import Runtime
    from labeling.database import Row

router = APIRouter(prefix="/v1/projects/{slug}", tags=["exports"])
FormatName = Annotated[Literal["csv", "jsonl", "parquet"], Query(alias="format")]


@router.get("/export", responses=problems(401, 403, 404, 422), response_class=StreamingResponse)
async def export_finished(
    scope: ExportScope, runtime: RuntimeDep, format_name: FormatName = "csv"
) -> StreamingResponse:
    """Return the imported file, finished: its rows and columns, and a label with its source."""
    kind = FORMATS[format_name]

    def chunks() -> Iterator[bytes]:
        columns = finished_columns(runtime.hub, scope.project)
        predict = _predictor(runtime, scope.project)
        rows = lambda: finished_rows(runtime.hub, scope.project, predict)  # noqa: E731 - read twice
        return first_chunk_ready(kind.write(columns, rows))

    return await _stream(runtime, chunks, kind.media_type, f"{scope.project.slug}{kind.ending}")


@router.get("/export/answers", responses=problems(401, 403, 404), response_class=StreamingResponse)
async def export_answers(scope: ExportScope, runtime: RuntimeDep) -> StreamingResponse:
    """Return every answer that was ever given, as JSONL, by pseudonym."""
    kind = FORMATS["jsonl"]

    def chunks() -> Iterator[bytes]:
        return first_chunk_ready(answer_lines(runtime.hub, scope.project))

    name = f"{scope.project.slug}-answers{kind.ending}"
    return await _stream(runtime, chunks, kind.media_type, name)


async def _stream(
    runtime: Runtime, chunks: Callable[[], Iterator[bytes]], media_type: str, name: str
) -> StreamingResponse:
    """Begin a stream in a thread, so that what is wrong is said before the reply begins."""
    body = await runtime.in_thread(chunks)
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return StreamingResponse(body, media_type=media_type, headers=headers)


def _predictor(runtime: Runtime, project: Row) -> Predictor | None:
    """Return what asks the live model for rows that people did not settle; None without one."""
    if runtime.hub.read_now(lambda tx: live_model(tx, project.id)) is None:
        return None

    def predict(rows: Sequence[dict[str, Any]]) -> list[Guess | None]:
        try:
            found = runtime.predictor.predict_now(project.id, rows)
        except LabelloopError:
            # A model that cannot read one of the rows leaves the page to people; the file goes on.
            return [None] * len(rows)
        return [Guess(each.label, each.probability) for each in found.predictions]

    return predict
