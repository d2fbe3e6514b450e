"""Everything an annotator can see of a question, written down while they work over HTTP."""

from __future__ import annotations

import json
import random
import statistics
import time
import uuid
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from tests.factories import answer

HELD: Final = 3
"""The page holds the next questions ready."""
BACK_SHARE: Final = 0.1
SKIP_SHARE: Final = 0.05
RELEASE_SHARE: Final = 0.03
MEMORY: Final = 15


@dataclass
class Stopwatch:
    """How long requests of one kind take against the ones before them."""

    past: deque[float] = field(default_factory=lambda: deque(maxlen=MEMORY))

    def seen(self, seconds: float) -> tuple[float, float]:
        """Return the time, and its ratio to the median of the last ones."""
        usual = statistics.median(self.past) if self.past else seconds
        self.past.append(seconds)
        return seconds, seconds / usual


@dataclass
class Annotator:
    """One person's browser: what it asks, and what it could note of each question."""

    http: httpx.Client
    slug: str
    rng: random.Random
    held: list[dict[str, Any]] = field(default_factory=list)
    notes: dict[str, dict[str, float]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    clocks: dict[str, Stopwatch] = field(default_factory=dict)

    def call(
        self, kind: str, method: str, path: str, **options: Any
    ) -> tuple[Any, dict[str, float]]:
        """Send a request; return its JSON and what can be seen of the reply."""
        began = time.perf_counter()
        reply = self.http.request(method, f"/v1{path}", **options)
        seconds, ratio = self.clocks.setdefault(kind, Stopwatch()).seen(time.perf_counter() - began)
        seen = {
            f"{kind}.status": float(reply.status_code),
            f"{kind}.bytes": float(len(reply.content)),
            f"{kind}.headers": float(len(reply.headers)),
            f"{kind}.seconds": seconds,
            f"{kind}.ratio": ratio,
        }
        return reply.json() if reply.content else None, seen

    def meet(self, leases: dict[str, Any], seen: dict[str, float]) -> None:
        """Note what is new in a reply: its place, its fields, its size, its times."""
        new = [each for each in leases["assignments"] if each["handle"] not in self.notes]
        ends = [each["expires_at"] for each in leases["assignments"]]
        for place, each in enumerate(leases["assignments"]):
            if each not in new:
                continue
            shown = {name: value for name, value in each.items() if name != "handle"}
            self.notes[each["handle"]] = {
                **{f"met.{name.partition('.')[2]}": value for name, value in seen.items()},
                "met.place": float(place),
                "met.new": float(len(new)),
                "met.fields": float(hash_of(sorted(each))),
                "met.size": float(len(json.dumps(shown))),
                "met.lease_n": float(each["lease_n"]),
                "met.ends": float(each["expires_at"] - min(ends)),
                "met.kind": float(hash_of(each["kind"])),
                "met.schema": float(each["schema_version"]),
                "met.guideline": float(each["guideline_version"]),
                "met.text": float(len(each["data"]["text"])),
                "met.number": float(len(self.notes)),
            }
            self.texts[each["handle"]] = each["data"]["text"]
        self.held = leases["assignments"]

    def work(self, n: int) -> None:
        """Answer `n` questions, taking some back, skipping and giving back others."""
        leases, seen = self.call(
            "lease", "POST", f"/projects/{self.slug}/leases", json={"count": HELD}
        )
        self.meet(leases, seen)
        for _ in range(n):
            one = self.held[0]
            if self.rng.random() < RELEASE_SHARE:
                one = self._give_back(one)
            self._answer(one)

    def _give_back(self, one: dict[str, Any]) -> dict[str, Any]:
        """Give a question back and ask for it again; note how it comes back."""
        handle, number = one["handle"], {"lease_n": one["lease_n"]}
        _, given = self.call("release", "POST", f"/assignments/{handle}/release", json=number)
        asked = {"count": HELD}
        leases, seen = self.call("lease", "POST", f"/projects/{self.slug}/leases", json=asked)
        handles = [each["handle"] for each in leases["assignments"]]
        came = float(handles.index(handle)) if handle in handles else -1.0
        self.notes[handle] |= given | {"release.came": came}
        self.meet(leases, seen)
        found: dict[str, Any] = next(
            (each for each in self.held if each["handle"] == handle), self.held[0]
        )
        return found

    def _answer(self, one: dict[str, Any]) -> None:
        handle, lease_n = one["handle"], one["lease_n"]
        kind = "skip" if self.rng.random() < SKIP_SHARE else "answer"
        if self.rng.random() < BACK_SHARE:
            self._submit(handle, lease_n, kind, 0)
            back, seen = self.call(
                "undo", "POST", f"/assignments/{handle}/undo", json={"client_key": new_key()}
            )
            self.notes[handle] |= seen
            if "lease_n" not in back:
                return
            lease_n, kind = back["lease_n"], "answer"
        self._submit(handle, lease_n, kind, HELD)

    def _submit(self, handle: str, lease_n: int, kind: str, following: int) -> None:
        body = {
            "lease_n": lease_n,
            "client_key": new_key(),
            "kind": kind,
            "reason": "unsure" if kind == "skip" else None,
            "result": answer(self.rng.choice("abc")) if kind == "answer" else [],
            "lease_next": following,
        }
        found, seen = self.call(
            f"{kind}{following}", "POST", f"/assignments/{handle}/submit", json=body
        )
        leases = found.pop("next")
        receipt = {name: value for name, value in found.items() if name not in {"handle", "note"}}
        self.notes[handle] |= seen | {
            "receipt": float(hash_of(sorted(receipt.items(), key=str))),
            "receipt.note": float(hash_of(found["note"])),
            "receipt.paid": float(found["paid_micros"]),
        }
        if leases is not None:
            self.meet(leases, seen)


def hash_of(value: Any) -> int:
    """Return a number that tells values apart, the same in every run."""
    return int.from_bytes(json.dumps(value, sort_keys=True).encode()[-6:], "big") % 9_973


def new_key() -> str:
    """Return a client key."""
    return str(uuid.uuid4())
