"""The same load on a Label Studio that runs somewhere: next task and submit, over its own API.

One project of its own at overlap 1, plain items, each annotator with a token of their own; what a
cycle costs is read from the server's processes where they run on this machine (`pid`).
"""

from __future__ import annotations

import itertools
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from benchmarks.hub_load import percentile
from benchmarks.hub_pool import LABELS, text_of
from benchmarks.hub_process import tree_seconds
from labeling.schema.label_config import choices_config

TIMEOUT_SECONDS: Final = 60.0
ITEMS_PER_REQUEST: Final = 1_000
SEED: Final = 1
GONE: Final = 404
REFUSED: Final = 400


class PeerUnreachableError(Exception):
    """The peer cannot be measured; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Peer:
    """Where a Label Studio runs, a token for each annotator, and its process on this machine."""

    url: str
    tokens: list[str]
    pid: int | None = None


@dataclass(slots=True)
class _Seen:
    """What the annotators saw; times in seconds."""

    nexts: list[float] = field(default_factory=list)
    submits: list[float] = field(default_factory=list)
    tasks: list[int] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def peer_case(peer: Peer, n_items: int, seconds: float) -> dict[str, Any]:
    """Let all annotators answer for so long; return the figures of a line.

    Raises
    ------
    PeerUnreachableError
        Nobody answers there, or not as Label Studio does.

    """
    try:
        with _client(peer, peer.tokens[0]) as admin:
            project = _prepare(admin, n_items)
        return _measure(peer, project, seconds)
    except (httpx.HTTPError, KeyError, ValueError) as error:
        raise PeerUnreachableError(
            f"No Label Studio answers at {peer.url} ({type(error).__name__}: {error}). Start it, "
            "and give its address and the access token of a person (legacy, of its account page)."
        ) from error


def _client(peer: Peer, token: str) -> httpx.Client:
    headers = {"authorization": f"Token {token}"}
    return httpx.Client(base_url=peer.url, headers=headers, timeout=TIMEOUT_SECONDS)


def _prepare(admin: httpx.Client, n_items: int) -> int:
    config = choices_config(LABELS, "text", "text")
    body = {"title": "load", "label_config": config, "maximum_annotations": 1}
    project = int(admin.post("/api/projects/", json=body).raise_for_status().json()["id"])
    texts = ({"data": {"text": text_of(n, SEED)}} for n in range(n_items))
    while part := list(itertools.islice(texts, ITEMS_PER_REQUEST)):
        admin.post(f"/api/projects/{project}/import", json=part).raise_for_status()
    return project


def _measure(peer: Peer, project: int, seconds: float) -> dict[str, Any]:
    seen = _Seen()
    before, began = _spent(peer), time.perf_counter()
    until = time.monotonic() + seconds
    people = [
        threading.Thread(target=_work, args=(peer, token, project, until, seen, n))
        for n, token in enumerate(peer.tokens)
    ]
    for person in people:
        person.start()
    for person in people:
        person.join()
    wall, spent = time.perf_counter() - began, _spent(peer)
    if not seen.tasks:
        raise ValueError(seen.errors[0] if seen.errors else "it gave nobody a task")
    n = len(seen.tasks)
    cost = None if before is None or spent is None else round((spent - before) / n, 6)
    return {
        "peer": f"Label Studio at {peer.url}",
        "clients": len(peer.tokens),
        "answers": n,
        "answers_per_s": round(n / wall, 1),
        "cpu_s_per_answer": cost,
        "next_p50_ms": percentile(seen.nexts, 0.5),
        "next_p95_ms": percentile(seen.nexts, 0.95),
        "submit_p95_ms": percentile(seen.submits, 0.95),
        "duplicates": sum(times - 1 for times in Counter(seen.tasks).values()),
        "errors": len(seen.errors),
    }


def _spent(peer: Peer) -> float | None:
    return None if peer.pid is None else tree_seconds(peer.pid)


def _work(peer: Peer, token: str, project: int, until: float, seen: _Seen, number: int) -> None:
    rng = random.Random(f"{SEED}:{number}")  # noqa: S311 - an annotator's choices
    with _client(peer, token) as http:
        while time.monotonic() < until:
            started = time.perf_counter()
            found = http.get(f"/api/projects/{project}/next")
            seen.nexts.append(time.perf_counter() - started)
            if found.status_code == GONE:
                return
            value = {"choices": [rng.choice(LABELS)]}
            region = {"from_name": "label", "to_name": "item", "type": "choices", "value": value}
            task, started = found.json()["id"], time.perf_counter()
            sent = http.post(f"/api/tasks/{task}/annotations/", json={"result": [region]})
            seen.submits.append(time.perf_counter() - started)
            if sent.status_code >= REFUSED:
                seen.errors.append(f"{sent.status_code} {sent.text[:200]}")
                return
            seen.tasks.append(task)
