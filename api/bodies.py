"""No body is read past its limit, whatever its header claims."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from api.problems import problem_response

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

UPLOAD_PATHS: Final = ("/imports", "/returns")


class BodyLimit:
    """ASGI middleware that refuses bodies above a limit with a 413 problem.

    Parameters
    ----------
    most
        Bytes of an ordinary body.
    uploads
        Bytes of a file at an address that takes files.

    """

    def __init__(self, app: ASGIApp, most: int, uploads: int) -> None:
        self.app, self.most, self.uploads = app, most, uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, counting its body."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = self.uploads if scope["path"].endswith(UPLOAD_PATHS) else self.most
        answered, seen = False, 0

        async def refuse() -> None:
            nonlocal answered
            answered = True
            detail = f"The body is larger than {limit:,} bytes; send it in parts."
            await problem_response(413, "too-large", "Too large", detail)(scope, receive, send)

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit and not answered:
                await refuse()
            return {"type": "http.disconnect"} if answered else message

        async def unless_refused(message: Message) -> None:
            if not (answered and seen > limit):
                await send(message)

        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > limit:
            await refuse()
            return
        await self.app(scope, counted, unless_refused)
