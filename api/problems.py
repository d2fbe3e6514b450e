"""One response shape for every error: problem+json (RFC 9457) with a stable `type`."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from labeling.errors import LabelloopError

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "https://labelloop.dev/problems/"
LOG = logging.getLogger(__name__)


class Problem(BaseModel):
    """What went wrong, where, and what to do next."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str


def problem_response(status: int, code: str, title: str, detail: str, **extra: Any) -> JSONResponse:
    """Return a problem document; extra members keep their names."""
    body = {**extra, "type": TYPE_PREFIX + code, "title": title, "status": status, "detail": detail}
    return JSONResponse(body, status_code=status, media_type=MEDIA_TYPE)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of an endpoint that can answer with these problems."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in statuses
    }


def install_handlers(app: FastAPI) -> None:
    """Answer every error of an app with a problem document."""

    async def on_known(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, LabelloopError)  # noqa: S101 - registered for that type
        response = problem_response(
            error.status, error.code, error.title, error.detail, **error.extra
        )
        if error.status == HTTPStatus.TOO_MANY_REQUESTS:
            response.headers["retry-after"] = str(error.extra["retry_after_s"])
        return response

    async def on_invalid(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)  # noqa: S101
        places = [
            {"place": ".".join(map(str, found["loc"])), "message": found["msg"]}
            for found in error.errors()
        ]
        detail = (
            f"{places[0]['place']}: {places[0]['message']}."
            if places
            else "The request does not fit."
        )
        return problem_response(
            422, "invalid-input", "The input does not fit", detail, errors=places
        )

    async def on_http(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)  # noqa: S101
        phrase = HTTPStatus(error.status_code).phrase
        return problem_response(
            error.status_code, phrase.lower().replace(" ", "-"), phrase, str(error.detail)
        )

    async def on_unknown(request: Request, error: Exception) -> JSONResponse:
        LOG.error("unexpected error at %s %s", request.method, request.url.path, exc_info=error)
        return problem_response(
            500, "internal", "Something went wrong", "The hub's log says what; try again."
        )

    app.add_exception_handler(LabelloopError, on_known)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(Exception, on_unknown)
