"""The project page's figures, once and as a stream of server-sent events."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from active_learning.outlook.replaying import read_replayed
from api.problems import problems
from api.progress.schemas import Progress
from api.progress.view import progress_of
from api.security import ReadScope, RuntimeDep
from labeling.projects import store as projects

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from api.runtime import Runtime

router = APIRouter(prefix="/v1/projects/{slug}", tags=["progress"])
FRESH_SECONDS: Final = 1.0
"""One computation serves everybody who looks within this time."""
ALIVE_SECONDS: Final = 15.0


class ProgressCache:
    """Per process: the newest figures of each project that somebody looks at."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[float, Progress]] = {}
        self._locks: dict[int, asyncio.Lock] = {}

    async def get(self, runtime: Runtime, project_id: int) -> Progress:
        """Return figures that are at most a second old."""
        async with self._locks.setdefault(project_id, asyncio.Lock()):
            known = self._known.get(project_id)
            if known is not None and known[0] > time.monotonic():
                return known[1]
            replayed = await runtime.in_thread(read_replayed, runtime.data_dir, project_id)
            found = await runtime.hub.read(
                lambda tx: progress_of(tx, projects.get_or_raise(tx, project_id), replayed)
            )
            self._known[project_id] = (time.monotonic() + FRESH_SECONDS, found)
            return found


@router.get("/progress", responses=problems(401, 403, 404))
async def get_progress(scope: ReadScope, request: Request, runtime: RuntimeDep) -> Progress:
    """Return where the project stands."""
    cache: ProgressCache = request.app.state.progress
    return await cache.get(runtime, scope.project.id)


@router.get("/events", responses=problems(401, 403, 404), response_class=StreamingResponse)
async def stream_progress(
    scope: ReadScope, request: Request, runtime: RuntimeDep
) -> StreamingResponse:
    """Stream `progress` events: at once, then when a figure has changed, at most one a second."""
    cache: ProgressCache = request.app.state.progress
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    events = _events(cache, runtime, scope.project.id, request)
    return StreamingResponse(events, media_type="text/event-stream", headers=headers)


async def _events(
    cache: ProgressCache, runtime: Runtime, project_id: int, request: Request
) -> AsyncIterator[str]:
    shown, alive_until = "", time.monotonic() + ALIVE_SECONDS
    while not runtime.closing.is_set() and not await request.is_disconnected():
        text = (await cache.get(runtime, project_id)).model_dump_json()
        if text != shown:
            shown, alive_until = text, time.monotonic() + ALIVE_SECONDS
            yield f"event: progress\ndata: {text}\n\n"
        elif time.monotonic() > alive_until:
            alive_until = time.monotonic() + ALIVE_SECONDS
            yield ": still here\n\n"
        await asyncio.sleep(FRESH_SECONDS)
