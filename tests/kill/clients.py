"""Eight HTTP clients that label, lose their hub, and send again under the same key."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
import numpy as np

from tests.factories import LABELS, answer

RETRY_SECONDS: Final = 0.05
HOLD: Final = 3


@dataclass
class Log:
    """What all clients sent and what the hub acknowledged, by client key."""

    sent: dict[str, dict[str, Any]] = field(default_factory=dict)
    acknowledged: dict[str, dict[str, Any]] = field(default_factory=dict)
    retries: int = 0
    problems: list[str] = field(default_factory=list)


@dataclass
class Client:
    """One annotator's program: holds a few questions, answers them, never gives an answer up."""

    http: httpx.AsyncClient
    project: str
    log: Log
    rng: np.random.Generator
    stopping: asyncio.Event
    handles: set[str] = field(default_factory=set)

    async def work(self) -> None:
        """Label until told to stop, or nothing is left."""
        while not self.stopping.is_set():
            held = await self._post(f"/v1/projects/{self.project}/leases", {"count": HOLD})
            for question in held["assignments"]:
                self.handles.add(question["handle"])
                await self._answer(question)
            if not held["assignments"]:
                await asyncio.sleep(RETRY_SECONDS)

    async def _answer(self, question: dict[str, Any]) -> None:
        key = str(uuid.UUID(bytes=self.rng.bytes(16), version=4))
        label = str(self.rng.choice(LABELS))
        body = {
            "lease_n": question["lease_n"],
            "client_key": key,
            "result": answer(label),
            "active_ms": 100,
        }
        if self.rng.random() < 0.1:
            body |= {"kind": "skip", "reason": "unsure", "result": []}
        self.log.sent[key] = {"handle": question["handle"], **body}
        address = f"/v1/assignments/{question['handle']}/submit"
        receipt = await self._post(address, body)
        self.log.acknowledged[key] = receipt
        if self.rng.random() < 0.1:
            again = await self._post(address, body)
            if again != receipt:
                self.log.problems.append(f"{key}: {receipt} became {again}")

    async def _post(self, address: str, body: dict[str, Any]) -> dict[str, Any]:
        """Send until there is a reply; a hub that is down is asked again."""
        while True:
            try:
                response = await self.http.post(address, json=body)
            except httpx.TransportError:
                self.log.retries += 1
                await asyncio.sleep(RETRY_SECONDS)
                continue
            if response.status_code >= 500:
                self.log.problems.append(f"{address}: {response.status_code} {response.text}")
            response.raise_for_status()
            found: dict[str, Any] = response.json()
            return found
