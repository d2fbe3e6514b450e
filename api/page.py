"""The built page: files whose names carry their content's hash, sent small and kept for good."""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING, Final

from fastapi.staticfiles import StaticFiles
from starlette.datastructures import Headers
from starlette.responses import FileResponse

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import Scope

CODINGS: Final = {"br": ".br", "gzip": ".gz"}
"""What the build leaves beside each file, smallest first; browsers ask for br on a safe line."""
FOR_GOOD: Final = "public, max-age=31536000, immutable"
"""Another content has another name, so nothing has to be asked for twice."""


def accepts(header: str, coding: str) -> bool:
    """Return whether an Accept-Encoding header names a coding and does not rule it out by q=0."""
    for part in header.lower().split(","):
        name, _, weight = part.strip().partition(";")
        if name.strip() == coding:
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


class PageFiles(StaticFiles):
    """Files of the built page, in the smallest coding that the browser takes."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Send a file, or its compressed twin under the file's own name and type."""
        wanted = Headers(scope=scope).get("accept-encoding", "")
        for coding, ending in CODINGS.items():
            if not accepts(wanted, coding):
                continue
            found, stat = self.lookup_path(path + ending)
            if stat is not None:
                response: Response = self.file_response(found, stat, scope)
                kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
                if isinstance(response, FileResponse):  # else the browser has it already
                    response.headers["content-type"] = kind
                    response.headers["content-encoding"] = coding
                return _kept(response)
        return _kept(await super().get_response(path, scope))


def _kept(response: Response) -> Response:
    """Let browsers and what stands between keep the file, one for each coding."""
    response.headers["cache-control"] = FOR_GOOD
    response.headers["vary"] = "accept-encoding"
    return response
