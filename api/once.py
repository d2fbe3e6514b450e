"""`Idempotency-Key`: a repeated request has one effect and gets the first reply again."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel

from api.security import CallerDep, RuntimeDep
from labeling.database import Actor
from labeling.idempotency import store

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.runtime import Runtime
    from labeling.database import Transaction
    from labeling.people.service import Caller

M = TypeVar("M", bound=BaseModel)
REPLAYED: Final = "Idempotent-Replayed"
MOST_CHARACTERS: Final = 200


class Once:
    """One request's writes, done once where it carries a key."""

    def __init__(
        self, runtime: Runtime, caller: Caller, response: Response, asked: store.Request | None
    ) -> None:
        self._runtime = runtime
        self._caller = caller
        self._response = response
        self._asked = asked

    async def write(self, model: type[M], act: Callable[[Transaction], M]) -> M:
        """Run a write function that returns the reply, or return the reply kept under the key."""
        actor = Actor("user", self._caller.user_id)
        asked = self._asked
        if asked is None:
            return await self._runtime.hub.write(act, actor)
        reply, is_kept = await self._runtime.hub.write(
            lambda tx: store.once(tx, asked, lambda tx: act(tx).model_dump_json(by_alias=True)),
            actor,
        )
        if is_kept:
            self._response.headers[REPLAYED] = "true"
        return model.model_validate_json(reply)


async def _once(
    request: Request,
    response: Response,
    runtime: RuntimeDep,
    caller: CallerDep,
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=MOST_CHARACTERS,
            description="A key of the client's own: a repeat within a day gets the first reply.",
        ),
    ] = None,
) -> Once:
    if key is None:
        return Once(runtime, caller, response, None)
    asked = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
    asked.update(await request.body())
    return Once(runtime, caller, response, store.Request(caller.user_id, key, asked.hexdigest()))


OnceDep = Annotated[Once, Depends(_once)]
