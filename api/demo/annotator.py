"""One simulated annotator as a client of the hub: lease, look at the picture's bytes, answer.

Sees what an annotator sees and nothing else: its own token, its own desk, its own assignments.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import httpx
import numpy as np

from api.demo.digits import digest_of

if TYPE_CHECKING:
    from api.demo.eyes import Eyes

TRIES: Final = 5
EMPTY_PAUSE: Final = 0.1
"""Seconds before asking again when there was nothing."""
SPENT_SECONDS: Final = 1.5
"""Work ends when the budget is said to be spent for so long: a skip may return some of it."""
EMPTY_SECONDS: Final = 8.0
"""Work ends when nothing was left for so long."""
PACE_SPREAD: Final = 0.3


@dataclass(frozen=True, slots=True)
class Given:
    """One answer or skip as its annotator knows it.

    Attributes
    ----------
    picture
        SHA-256 of the bytes that were looked at.
    label
        Class key, None for a skip.
    at, milliseconds
        UTC µs when the hub had confirmed it with the next question, and how long that took.

    """

    project: str
    person: str
    workforce: str
    handle: str
    picture: str
    label: str | None
    counted: bool
    paid_micros: int
    at: int
    milliseconds: float


class Annotator:
    """One person at one project's desk.

    Parameters
    ----------
    http
        A client with the hub's address.
    project
        Its slug.
    person, workforce, token
        Who they are.
    eyes, seconds
        How they see, and their median time at one picture.
    seed
        Of their pace.

    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        project: str,
        who: dict[str, Any],
        eyes: Eyes,
        seed: list[int],
    ) -> None:
        self.http, self.project, self.eyes = http, project, eyes
        self.person, self.workforce = str(who["name"]), str(who["workforce"])
        self.seconds = float(who["seconds"])
        self.headers = {"authorization": f"Bearer {who['token']}"}
        self.rng = np.random.default_rng(seed)
        self.given: list[Given] = []
        self._question: dict[str, Any] = {}

    async def work(self) -> None:
        """Answer until the budget is spent or nothing is left."""
        desk = await self._call("GET", f"/projects/{self.project}/desk")
        self._question = desk["schema"]["question"]
        found = await self._lease()
        idle_since = time.monotonic()
        while True:
            if found["assignments"]:
                found = await self._answer(found["assignments"][0])
                idle_since = time.monotonic()
                continue
            reason = found["reason"]["code"] if found["reason"] else "queue_empty"
            patience = SPENT_SECONDS if reason == "budget_spent" else EMPTY_SECONDS
            if time.monotonic() - idle_since > patience:
                return
            await asyncio.sleep(EMPTY_PAUSE)
            found = await self._lease()

    async def _lease(self) -> Any:
        return await self._call("POST", f"/projects/{self.project}/leases", {"count": 1})

    async def _answer(self, assignment: dict[str, Any]) -> Any:
        """Look, think, submit; returns what is held next."""
        began = time.monotonic()
        content = await self._picture(assignment["data"]["picture"])
        label = self.eyes.read(content)
        await asyncio.sleep(self.seconds * float(np.exp(PACE_SPREAD * self.rng.normal())))
        body = self._body(assignment, label, began)
        sent = time.monotonic()
        path = f"/assignments/{assignment['handle']}/submit"
        reply = await self._call("POST", path, body)
        self.given.append(
            Given(
                project=self.project,
                person=self.person,
                workforce=self.workforce,
                handle=assignment["handle"],
                picture=digest_of(content),
                label=label,
                counted=reply["counted"],
                paid_micros=reply["paid_micros"],
                at=time.time_ns() // 1_000,
                milliseconds=1_000 * (time.monotonic() - sent),
            )
        )
        return reply["next"]

    def _body(self, assignment: dict[str, Any], label: str | None, began: float) -> dict[str, Any]:
        body = {
            "lease_n": assignment["lease_n"],
            "client_key": str(uuid.uuid4()),
            "active_ms": int(1_000 * (time.monotonic() - began)),
            "lease_next": 1,
        }
        if label is None:
            return body | {"kind": "skip", "reason": "unsure"}
        names = {"from_name": self._question["name"], "to_name": self._question["to_name"]}
        value = {"type": "choices", "value": {"choices": [label]}}
        return body | {"kind": "answer", "result": [names | value]}

    async def _picture(self, address: str) -> bytes:
        """Return a picture's bytes from the address that the assignment gives."""
        reply = await self.http.get(address, headers=self.headers)
        reply.raise_for_status()
        return reply.content

    async def _call(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request, again after a broken connection: the client key makes that harmless."""
        for attempt in range(TRIES):
            try:
                reply = await self.http.request(
                    method, f"/v1{path}", json=body, headers=self.headers
                )
            except httpx.TransportError:
                if attempt == TRIES - 1:
                    raise
                await asyncio.sleep(0.2 * (attempt + 1))
            else:
                reply.raise_for_status()
                return reply.json()
        message = "unreachable: the last attempt returns or raises"
        raise AssertionError(message)

    def record(self) -> list[dict[str, Any]]:
        """Return what was given, as JSON."""
        return [asdict(found) for found in self.given]
