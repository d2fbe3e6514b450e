"""What every door that lets people in does: cookies, links, hashing beside the event loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.security import COOKIE
from labeling.people import passwords
from labeling.people.service import LIFETIME_SECONDS

if TYPE_CHECKING:
    from fastapi import Request, Response

    from api.runtime import Runtime
    from labeling.people.service import Issued


def set_session(response: Response, runtime: Runtime, session: Issued) -> None:
    """Give the browser its session: out of reach of scripts and of other sites' forms."""
    response.set_cookie(
        COOKIE,
        session.secret,
        max_age=LIFETIME_SECONDS["session"],
        httponly=True,
        samesite="lax",
        secure=runtime.settings.secure_cookies,
        path="/",
    )


def link_to(request: Request, page: str, secret: str) -> str:
    """Return a link whose secret stays out of logs and of other sites: it is in the fragment."""
    return f"{str(request.base_url).rstrip('/')}/{page}#{secret}"


async def hashed(runtime: Runtime, password: str) -> str:
    """Hash a password beside the event loop, a few at a time: each takes 32 MiB and a core."""
    async with runtime.hashing:
        return await runtime.in_thread(passwords.hash_password, password)


async def is_right(runtime: Runtime, password: str, kept: str | None) -> bool:
    """Compare a password beside the event loop; takes as long where none is kept."""
    async with runtime.hashing:
        return await runtime.in_thread(passwords.is_password, password, kept)
