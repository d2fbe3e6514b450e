"""The annotators of a load: one process, plain HTTP/1.1 over kept sockets, answers with noise.

A client library would cost more than the server does; here a request is a write and a read. Runs as
a child that gets one JSON line of settings and prints one of results, so that its CPU is not the
server's.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import sys
import time
import uuid
from dataclasses import asdict, dataclass, field
from typing import Any, Final

HELD: Final = 2
"""Questions that a client holds, as the annotator's page does: the one shown and the next."""
LEASE_EVERY: Final = 10
"""Every so manieth answer asks for its next question apart, so that a plain lease is timed."""
EMPTY_PAUSE_SECONDS: Final = 0.05
Held = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What the clients are told."""

    host: str
    port: int
    slug: str
    tokens: list[str]
    labels: list[str]
    warm_seconds: float
    seconds: float
    seed: int
    accuracy: float = 0.85
    warm_answers: int = 0
    """Answers that are given before anything is measured, however long that takes."""


@dataclass
class Seen:
    """What the clients saw; times in seconds, only of the measured part."""

    leases: list[float] = field(default_factory=list)
    submits: list[float] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    empty: int = 0
    answers: int = 0


@dataclass
class Moments:
    """What everybody waits for: enough answers to begin measuring, and the end."""

    warm: asyncio.Event = field(default_factory=asyncio.Event)
    end: asyncio.Event = field(default_factory=asyncio.Event)


class Connection:
    """One kept connection of one annotator."""

    def __init__(self, plan: Plan, token: str) -> None:
        self._plan = plan
        self._head = (
            f"host: {plan.host}:{plan.port}\r\nauthorization: Bearer {token}\r\n"
            "content-type: application/json\r\n"
        )

    async def open(self) -> None:
        """Connect."""
        self._reader, self._writer = await asyncio.open_connection(self._plan.host, self._plan.port)

    async def post(self, path: str, document: dict[str, Any]) -> tuple[int, Any]:
        """Send a document; return the status and the reply."""
        body = json.dumps(document).encode()
        head = f"POST {path} HTTP/1.1\r\n{self._head}content-length: {len(body)}\r\n\r\n"
        self._writer.write(head.encode() + body)
        reply = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        status = int(reply.split(" ", 2)[1])
        length = int(reply.partition("content-length:")[2].partition("\r\n")[0] or 0)
        return status, json.loads(await self._reader.readexactly(length) or b"null")

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


class Annotator:
    """One annotator: answers what it holds, as fast as it is given questions."""

    def __init__(self, plan: Plan, number: int, seen: Seen, moments: Moments) -> None:
        self.plan, self.seen, self.moments = plan, seen, moments
        self.rng = random.Random(f"{plan.seed}:{number}")  # noqa: S311 - an annotator's slips
        self.connection = Connection(plan, plan.tokens[number])
        self.measured = False

    async def work(self) -> None:
        """Answer until the end."""
        await self.connection.open()
        held = await self._lease()
        turn = 0
        while not self.moments.end.is_set():
            if not held:
                self.seen.empty += 1
                await asyncio.sleep(EMPTY_PAUSE_SECONDS)
                held = await self._lease()
                continue
            turn += 1
            apart = turn % LEASE_EVERY == 0
            following = await self._submit(held[0], 0 if apart else HELD)
            held = await self._lease() if apart or following is None else following
        self.connection.close()

    async def _lease(self) -> Held:
        started = time.perf_counter()
        status, reply = await self.connection.post(
            f"/v1/projects/{self.plan.slug}/leases", {"count": HELD}
        )
        self._note(self.seen.leases, started)
        if status >= 400:  # noqa: PLR2004 - HTTP
            self.seen.refused.append(f"{status} {reply}")
            return []
        held: Held = reply["assignments"]
        return held

    async def _submit(self, asked: dict[str, Any], lease_next: int) -> Held | None:
        """Submit an answer; return what is held next, None where that was not asked or refused."""
        key = str(uuid.UUID(int=self.rng.getrandbits(128), version=4))
        value = {"choices": [self._label(asked)]}
        document = {
            "lease_n": asked["lease_n"],
            "client_key": key,
            "result": [
                {"from_name": "label", "to_name": "item", "type": "choices", "value": value}
            ],
            "active_ms": 1_000,
            "lease_next": lease_next,
        }
        started = time.perf_counter()
        status, reply = await self.connection.post(
            f"/v1/assignments/{asked['handle']}/submit", document
        )
        self._note(self.seen.submits, started)
        if status >= 400:  # noqa: PLR2004 - HTTP
            self.seen.refused.append(f"{status} {reply}")
            return None
        self.seen.acknowledged.append(key)
        self.seen.answers += self.measured
        if len(self.seen.acknowledged) >= self.plan.warm_answers:
            self.moments.warm.set()
        following: Held | None = reply["next"] and reply["next"]["assignments"]
        return following

    def _label(self, asked: dict[str, Any]) -> str:
        """Return the item's true class, or another by mistake."""
        labels = self.plan.labels
        if self.rng.random() > self.plan.accuracy:
            return self.rng.choice(labels)
        digest = hashlib.sha256(asked["data"]["text"].encode()).digest()
        return labels[digest[0] % len(labels)]

    def _note(self, times: list[float], started: float) -> None:
        if self.measured:
            times.append(time.perf_counter() - started)


async def run(plan: Plan) -> Seen:
    """Let everybody work; the parent is told when the measured part begins and ends."""
    seen, moments = Seen(), Moments()
    people = [Annotator(plan, number, seen, moments) for number in range(len(plan.tokens))]
    work = asyncio.gather(*(person.work() for person in people))
    await asyncio.sleep(plan.warm_seconds)
    if plan.warm_answers:
        await moments.warm.wait()
    _tell("begin")
    for person in people:
        person.measured = True
    await asyncio.sleep(plan.seconds)
    for person in people:
        person.measured = False
    _tell("end")
    moments.end.set()
    await work
    return seen


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Read a plan, run it, print what was seen."""
    plan = Plan(**json.loads(sys.stdin.readline()))
    _tell(json.dumps(asdict(asyncio.run(run(plan)))))
