"""Requests made from the OpenAPI document, right and wrong: no 5xx, no hang, nothing half done.

Seeded and short; `LABELLOOP_FUZZ_EXAMPLES=200` makes it long, and runs it on PostgreSQL too.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.result import Ok

from api.app import create_app
from api.settings import Settings
from labeling.audit.seals.verification import verify
from labeling.database import open_hub, opened_for_reading
from labeling.projects import store as projects
from tests.books import check_books
from tests.support.doors import MOST_BODY_BYTES, Cast, made_cast, served
from tests.support.stores import BOTH_STORES

LONG: Final = "LABELLOOP_FUZZ_EXAMPLES"
EXAMPLES: Final = int(os.environ.get(LONG, "3"))
"""Requests of each kind for each endpoint."""
STORES: Final = BOTH_STORES if LONG in os.environ else BOTH_STORES[:1]
PATIENCE_SECONDS: Final = 20.0
CALLERS: Final = ("owner", "admin", "annotator", "reviewer", "nobody")
STREAMS: Final = frozenset({"/v1/projects/{slug}/events"})
"""Never ends by itself; tests/api/progress."""
LAST: Final = ("/v1/sessions", "/v1/sessions/current", "/v1/me/password", "/v1/me")
"""What ends the caller's own keys, or changes who they are, comes at the end."""
ANYWHERE: Final = frozenset({400, 404, 405, 413, 414, 429, 431})
"""Statuses of addresses and headers that reach no endpoint, or not the one they were made for."""
MODES: Final = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


@dataclass(slots=True)
class Target:
    """A hub of the test's own, its project, and where its store is."""

    cast: Cast
    url: str
    handle: str = ""
    wrong: list[str] = field(default_factory=list)
    sent: int = 0
    statuses: Counter[int] = field(default_factory=Counter)


@pytest.fixture(params=STORES)
def target(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Target]:
    """Serve a hub on each store in turn, with people and items."""
    folder = tmp_path_factory.mktemp("bad") / "data"
    limits = {"LABELLOOP_MAX_BODY_BYTES": str(MOST_BODY_BYTES)}
    if request.param == "sqlite":
        with served(folder, "--no-worker", **limits) as door, made_cast(door) as cast:
            yield Target(cast, f"sqlite:///{folder / 'hub.db'}")
        return
    server = request.getfixturevalue("postgresql_server")
    template = request.getfixturevalue("postgresql_template")
    with (
        server.database(template=template) as url,
        served(folder, "--no-worker", LABELLOOP_DATABASE_URL=url, **limits) as door,
        made_cast(door) as cast,
    ):
        yield Target(cast, url)


def operations() -> list[Any]:
    """Return every operation of the document, those that end the callers' keys last."""
    schema = schemathesis.openapi.from_dict(create_app(Settings()).openapi())
    made = [each for each in schema.get_all_operations() if isinstance(each, Ok)]
    assert len(made) > len(STREAMS), "the document cannot be read"
    found = [each.ok() for each in made if each.ok().path not in STREAMS]
    return sorted(found, key=lambda operation: operation.path in LAST)


def send(target: Target, case: Any) -> None:
    """Send one request as one of the callers, and note what must not be."""
    target.sent += 1
    who = CALLERS[target.sent % len(CALLERS)]
    if target.sent % 3:  # else whatever was made up
        for name, value in (("slug", target.cast.slug), ("handle", target.handle)):
            if name in (case.path_parameters or {}):
                case.path_parameters[name] = value
    wanted = case.as_transport_kwargs(base_url=target.cast.door.url)
    sent = f"{who} {wanted['method']} {wanted['url']} {wanted.get('params')} {wanted.get('json')!r}"
    headers = {name: str(value) for name, value in (wanted.get("headers") or {}).items()}
    headers |= {"authorization": target.cast.clients[who].headers.get("authorization", "")}
    try:
        response = httpx.request(
            wanted["method"],
            wanted["url"],
            params=wanted.get("params"),
            headers={name: value for name, value in headers.items() if value.isascii()},
            json=wanted.get("json"),
            content=wanted.get("data") if isinstance(wanted.get("data"), bytes | str) else None,
            timeout=PATIENCE_SECONDS,
        )
    except (ValueError, UnicodeError, httpx.InvalidURL, httpx.LocalProtocolError):
        return  # nothing that a client can send
    except httpx.TransportError as error:
        target.wrong.append(f"{type(error).__name__}: {sent[:500]}")
        return
    note(target, case, response, sent)


def note(target: Target, case: Any, response: httpx.Response, sent: str) -> None:
    """Note a reply that the document does not list, or that is no problem document."""
    listed = {int(status) for status in case.operation.definition.raw["responses"]}
    status = response.status_code
    target.statuses[status] += 1
    is_problem = response.headers.get("content-type") == "application/problem+json"
    if status >= 500 and status not in listed:
        target.wrong.append(f"{status}: {sent[:500]}")
    elif status not in listed | ANYWHERE:
        target.wrong.append(f"{status} is not listed: {sent[:500]}")
    elif status >= 400 and not is_problem:
        target.wrong.append(f"{status} without a problem document: {sent[:500]}")


class TestBadInput:
    """Everything that can be sent."""

    def test_no_request_breaks_the_hub(self, target: Target) -> None:
        """Shows that each reply is listed, none is a 5xx, and that books and record stay whole."""
        (held,) = target.cast.lease("annotator")
        target.handle = held["handle"]
        for operation in operations():
            for mode in MODES:
                _try(target, operation, mode)
        assert target.wrong == []
        assert {200, 201, 401, 403, 404, 422} <= set(target.statuses), "hardly anything was reached"
        print(f"{target.sent} requests: {dict(target.statuses)}")
        with opened_for_reading(target.url) as read:
            assert verify(read).findings == []
        hub = open_hub(target.url)
        try:
            for project in hub.read_now(lambda tx: projects.list_after(tx, 0, 1_000)):
                check_books(hub, project.id)
        finally:
            hub.close()


def _try(target: Target, operation: Any, mode: GenerationMode) -> None:
    """Send requests of one kind to one endpoint; some have none that is wrong."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def each(case: Any) -> None:
        send(target, case)

    try:
        each()
    except Unsatisfiable:
        return
