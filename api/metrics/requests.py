"""How long requests take, by endpoint and status: a few microseconds each."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from labeling.database.figures import SECONDS, Histogram

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

ELSEWHERE: Final = "other"
"""Path of requests that no endpoint answered: addresses are anybody's to make up."""


class RequestFigures:
    """Latencies of this process since it began."""

    def __init__(self) -> None:
        self.seconds: dict[tuple[str, str, int], Histogram] = {}

    def observe(self, method: str, path: str, status: int, seconds: float) -> None:
        """Count a request."""
        key = (method, path, status)
        found = self.seconds.get(key)
        if found is None:
            found = self.seconds[key] = Histogram(SECONDS)
        found.observe(seconds)


class Timed:
    """ASGI middleware that times requests until their reply's last byte."""

    def __init__(self, app: ASGIApp, figures: RequestFigures) -> None:
        self.app, self.figures = app, figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and count it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 0

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            route = scope.get("route")
            path = getattr(route, "path", ELSEWHERE)
            self.figures.observe(scope["method"], path, status, time.perf_counter() - began)
