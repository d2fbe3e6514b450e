"""What a monitor asks: this process's latencies and commits, and the store's queues and lags."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse

from api.metrics.exposition import MEDIA_TYPE, family, histogram
from api.metrics.requests import RequestFigures
from api.problems import problems
from api.security import RuntimeDep, current_caller
from labeling.audit.seals import store as seals
from labeling.bulk import store as bulk
from labeling.clock import MICROS
from labeling.database.figures import Histogram
from labeling.errors import ForbiddenError
from labeling.outbox import store as outbox
from labeling.projects import store as projects
from labeling.tasks import store as tasks
from labeling.tasks.leases import store as leases

if TYPE_CHECKING:
    from api.runtime import Runtime
    from labeling.database import Row, Transaction

router = APIRouter(tags=["health"])
LOOPBACK: Final = frozenset({"127.0.0.1", "::1"})
FORWARDED: Final = ("x-forwarded-for", "forwarded", "x-real-ip")
MOST_PROJECTS: Final = 1_000
Values = dict[tuple[tuple[str, str], ...], float]


@router.get("/metrics", responses=problems(401, 403), response_class=PlainTextResponse)
async def metrics(request: Request, runtime: RuntimeDep) -> PlainTextResponse:
    """Return figures in Prometheus' text format; for operators, or for this machine alone."""
    await _authorise(request, runtime)
    stored = await runtime.hub.read(_stored)
    figures: RequestFigures = request.app.state.request_figures
    lines = chain(_requests(figures), _writes(runtime), stored)
    return PlainTextResponse("\n".join(lines) + "\n", media_type=MEDIA_TYPE)


async def _authorise(request: Request, runtime: Runtime) -> None:
    """Let in an operator, and where the settings say so whoever asks from this machine."""
    is_direct = not any(name in request.headers for name in FORWARDED)
    host = request.client.host if request.client else ""
    if runtime.settings.metrics_on_loopback and is_direct and host in LOOPBACK:
        return
    if not (await current_caller(request, runtime)).is_operator:
        raise ForbiddenError("Only an operator of this installation may see its metrics.")


def _requests(figures: RequestFigures) -> Iterator[str]:
    found: dict[tuple[tuple[str, str], ...], Histogram] = {
        (("method", method), ("path", path), ("status", str(status))): seconds
        for (method, path, status), seconds in sorted(figures.seconds.items())
    }
    yield from histogram("request_seconds", "Time to answer a request, by endpoint.", found)


def _writes(runtime: Runtime) -> Iterator[str]:
    found = runtime.hub.figures
    text = "Write functions that shared one commit."
    yield from histogram("write_group_size", text, {(): found.group_size})
    text = "Time of a commit, with its flush to disk."
    yield from histogram("commit_seconds", text, {(): found.commit_seconds})


def _stored(tx: Transaction) -> list[str]:
    """Return what one reading transaction knows; every figure is a counter or a short index."""
    listed = projects.list_after(tx, 0, MOST_PROJECTS)
    answers: Values = {}
    queued: Values = {}
    for project in listed:
        labels = (("project", project.slug),)
        answers[labels] = projects.counters(tx, project.id).get("answers", 0)
        cap = projects.policy_of(project).queue_cap
        queued[labels] = tasks.count_open(tx, project.id, cap)
    return [
        *family("answers", "gauge", "Answers that count now.", answers),
        *family("queue_tasks", "gauge", "Open tasks, up to the cap of the queue.", queued),
        *family("leases", "gauge", "Questions held now.", {(): leases.count_leased(tx)}),
        *_lags(tx),
        *family("jobs", "gauge", "Jobs that wait or run, by kind.", _jobs(bulk.list_live(tx))),
    ]


def _lags(tx: Transaction) -> Iterator[str]:
    now, unsealed = tx.now, seals.oldest_unsealed(tx)
    age = 0.0 if unsealed is None else max(now - unsealed, 0) / MICROS
    text = "Age of the oldest event of the record that is not sealed."
    yield from family("seal_lag_seconds", "gauge", text, {(): age})
    waits: Values = {
        (("consumer", row.consumer),): 0.0
        if row.oldest is None
        else max(now - row.oldest, 0) / MICROS
        for row in outbox.lags(tx)
    }
    text = "Age of the oldest event that a consumer has not read."
    yield from family("outbox_lag_seconds", "gauge", text, waits)


def _jobs(live: list[Row]) -> Values:
    found: Values = {}
    for job in live:
        labels = (("kind", str(job.kind)),)
        found[labels] = found.get(labels, 0) + 1
    return found
