"""The ASGI application: routers, problems, the page, health."""

from __future__ import annotations

from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fastapi import FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import FileResponse, Response

from api.annotations.endpoints import router as answers
from api.annotations.reports import router as reports
from api.audit.endpoints import router as audit
from api.autolabels.endpoints import router as autolabels
from api.bodies import BodyLimit
from api.deletion.endpoints import router as deletion
from api.discounts.endpoints import router as discounts
from api.exports.endpoints import router as exports
from api.forecast.endpoints import router as forecast
from api.gold.endpoints import router as gold
from api.imports.endpoints import router as imports
from api.items.endpoints import router as items
from api.learning.endpoints import router as learning
from api.membership.endpoints import router as membership
from api.metrics.endpoints import router as metrics
from api.metrics.requests import RequestFigures, Timed
from api.near_duplicates.endpoints import router as near_duplicates
from api.page import PageFiles
from api.people.endpoints import router as people
from api.people.users import router as users
from api.problems import Problem, install_handlers, problems
from api.progress.endpoints import ProgressCache
from api.progress.endpoints import router as progress
from api.projects.endpoints import router as projects
from api.quality.confidence import router as confidence
from api.quality.endpoints import router as quality
from api.quality.groups import router as groups
from api.quality.likely_errors import router as likely_errors
from api.quality.measuring import Kept, measure, measure_groups
from api.quality.report.endpoints import router as quality_report
from api.releases.endpoints import router as releases
from api.reviews.endpoints import router as reviews
from api.runtime import Runtime
from api.tasks.assignments import router as assignments
from api.tasks.endpoints import router as tasks
from api.work_orders.endpoints import router as work_orders
from api.workforces.endpoints import router as workforces
from labeling.errors import NotFoundError
from labeling.projects import store as project_store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from api.settings import Settings

STATIC: Final = Path(__file__).parent / "static"
VERSION: Final = "0.1.0"
PAGE_HEADERS: Final = {
    "content-security-policy": (
        "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cache-control": "no-cache",
}


def create_app(settings: Settings) -> FastAPI:
    """Return the hub as an ASGI application; its store must be at head (`migrate`)."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        runtime = Runtime(settings)
        app.state.runtime = runtime
        app.state.progress = ProgressCache()
        app.state.figures = Kept(partial(measure, runtime.hub, runtime.measuring))
        app.state.groups = Kept(partial(measure_groups, runtime.hub, runtime.measuring))
        app.state.doubts = Kept(runtime.doubts.find)
        await runtime.start()
        try:
            yield
        finally:
            await runtime.close()

    app = FastAPI(
        title="labelloop",
        version=VERSION,
        lifespan=lifespan,
        separate_input_output_schemas=False,
        docs_url="/docs",
        redoc_url=None,
    )
    install_handlers(app)
    # Routes are tried in this order, and every answer goes through the first two.
    for router in (
        answers,
        tasks,
        assignments,
        people,
        users,
        membership,
        projects,
        deletion,
        items,
        reports,
        imports,
        near_duplicates,
        gold,
        progress,
        quality,
        quality_report,
        groups,
        likely_errors,
        confidence,
        releases,
        learning,
        exports,
        work_orders,
        audit,
        metrics,
        reviews,
        workforces,
        discounts,
        forecast,
        autolabels,
    ):
        app.include_router(router)
    _add_health(app)
    _add_page(app)
    app.state.request_figures = RequestFigures()
    app.add_middleware(Timed, figures=app.state.request_figures)
    app.add_middleware(BodyLimit, most=settings.max_body_bytes, uploads=settings.max_upload_bytes)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return app


def _add_health(app: FastAPI) -> None:
    @app.get("/healthz", tags=["health"])
    async def healthz() -> dict[str, str]:
        """Say that this process answers."""
        return {"status": "ok"}

    @app.get("/readyz", tags=["health"])
    async def readyz(request: Request) -> dict[str, str]:
        """Say that the store answers too."""
        await request.app.state.runtime.hub.read(lambda tx: project_store.list_after(tx, 0, 1))
        return {"status": "ready"}


def _add_page(app: FastAPI) -> None:
    """Serve the built page: hashed assets by name, the one document for every other address."""
    if (STATIC / "assets").is_dir():
        app.mount("/assets", PageFiles(directory=STATIC / "assets"), name="assets")

    @app.get("/{path:path}", include_in_schema=False)
    async def page(path: str) -> Response:
        if path.startswith(("v1/", "api/")):
            raise NotFoundError(f"There is no /{path}; /docs lists what there is.")
        found = (STATIC / path).resolve()
        if path and found.is_file() and found.is_relative_to(STATIC):
            return FileResponse(found, headers=PAGE_HEADERS)
        if not (STATIC / "index.html").is_file():
            raise NotFoundError("The page is not built; `make setup` builds it.")
        return FileResponse(STATIC / "index.html", headers=PAGE_HEADERS)


def _openapi(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document with the one shape of every error."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, routes=app.routes)
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        schemas["Problem"] = Problem.model_json_schema()
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        for path in document["paths"].values():
            for operation in path.values():
                # No endpoint says these of itself: the framework and `BodyLimit` answer them.
                common = {422} & set(map(int, operation["responses"]))
                common |= {413} if "requestBody" in operation else set()
                operation["responses"] |= {str(k): v for k, v in problems(*common).items()}
        app.openapi_schema = document
    return app.openapi_schema
