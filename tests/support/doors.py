"""One served hub on each store for many tests, and people with every role in a project of it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from labeling.schema.label_config import choices_config
from tests.support.stores import BOTH_STORES

LABELLOOP: Final = str(Path(sys.executable).with_name("labelloop"))
STOP_SECONDS: Final = 60.0
MOST_BODY_BYTES: Final = 200_000
ROLES: Final = ("owner", "manager", "reviewer", "annotator", "operator", "viewer")
SEATED: Final = frozenset({"owner", "manager", "reviewer", "annotator"})
LABELS: Final = ("a", "b", "c")


@dataclass(frozen=True, slots=True)
class Door:
    """Where a hub listens, and what lets its operator in."""

    url: str
    token: str

    def client(self, token: str | None) -> httpx.Client:
        """Return a client that sends a token, or none."""
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=STOP_SECONDS)


@contextmanager
def served(folder: Path, *options: str, **environment: str) -> Iterator[Door]:
    """Run `labelloop serve` on a data folder until the block ends.

    Further options are the command's, further keywords variables of its environment.
    """
    settings = {"LABELLOOP_DATA_DIR": str(folder), "PYTHONUNBUFFERED": "1", **environment}
    command = [LABELLOOP, "serve", "--port", "0", *options]
    with subprocess.Popen(
        command, env=os.environ | settings, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"serves (\S+),", process.stdout.readline())
            assert found is not None, "the hub ended before it served"
            token = (folder / "operator.token").read_text(encoding="utf-8").strip()
            yield Door(found.group(1), token)
        finally:
            process.terminate()
            process.wait(STOP_SECONDS)


@pytest.fixture(scope="session", params=BOTH_STORES)
def door(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Door]:
    """Serve a hub, whose store each project of a test shares with the others."""
    folder = tmp_path_factory.mktemp("door") / "data"
    limits = {"LABELLOOP_MAX_BODY_BYTES": str(MOST_BODY_BYTES)}
    if request.param == "sqlite":
        with served(folder, "--no-worker", **limits) as found:
            yield found
        return
    server = request.getfixturevalue("postgresql_server")
    template = request.getfixturevalue("postgresql_template")
    with (
        server.database(template=template) as url,
        served(folder, "--no-worker", LABELLOOP_DATABASE_URL=url, **limits) as found,
    ):
        yield found


@dataclass
class Cast:
    """A project and one client for each kind of caller.

    `expired`, `narrow` and `elsewhere` are the owner with a token that has ended, is for
    predicting only, or is for another project.

    `nobody` sends no credentials, `stranger` is no member, `admin` operates the installation and
    is no member either; the others are members with that role. All but the operator and the viewer
    have a seat, `colleague` is a second annotator.
    """

    door: Door
    slug: str
    users: dict[str, int]
    clients: dict[str, httpx.Client]
    other: str = ""

    @property
    def admin_id(self) -> int:
        """The user who operates the installation."""
        return int(self.get("admin", "GET", "/me")["id"])

    def call(self, who: str, method: str, path: str, **options: Any) -> httpx.Response:
        """Send a request as somebody; `{slug}` in the path is the project."""
        address = "/v1" + path.replace("{slug}", self.slug)
        return self.clients[who].request(method, address, **options)

    def get(self, who: str, method: str, path: str, **options: Any) -> Any:
        """Send a request that must succeed and return its JSON."""
        response = self.call(who, method, path, **options)
        assert response.status_code < 400, response.text
        return response.json() if response.content else None

    def lease(self, who: str, count: int = 1) -> list[dict[str, Any]]:
        """Lease as somebody and return the questions."""
        found = self.get(who, "POST", "/projects/{slug}/leases", json={"count": count})
        assignments: list[dict[str, Any]] = found["assignments"]
        return assignments

    @contextmanager
    def session(self, who: str) -> Iterator[httpx.Client]:
        """Sign somebody in by a one-time link and give their browser."""
        made = self.get("admin", "POST", f"/users/{self.users[who]}/links", json={})
        link = made["url"].partition("#")[2]
        with self.door.client(None) as browser:
            assert browser.post("/v1/sessions", json={"link": link}).status_code == 201
            yield browser


@pytest.fixture
def fresh_cast(door: Door) -> Iterator[Cast]:
    """Make a project of the test's own, with items, and people for it."""
    yield from _made(door)


@pytest.fixture
def cast(fresh_cast: Cast) -> Cast:
    """Return the project that a test asks for; a module may share one instead."""
    return fresh_cast


@pytest.fixture(scope="module")
def shared_cast(door: Door) -> Iterator[Cast]:
    """Make one project for tests whose requests are refused."""
    yield from _made(door)


@contextmanager
def made_cast(door: Door) -> Iterator[Cast]:
    """Make a project with items and people at a hub that a test serves itself."""
    yield from _made(door)


def _made(door: Door) -> Iterator[Cast]:
    slug = f"p-{uuid.uuid4().hex[:12]}"
    made = Cast(door, slug, {}, {"nobody": door.client(None), "admin": door.client(door.token)})
    everyone = {"visible_to": ["annotator", "reviewer", "owner"]}
    body = {
        "slug": slug,
        "title": "A project",
        "label_config": choices_config(LABELS, "text", "text"),
        "fields": {"text": everyone, "secret": {}, "hidden_picture": {"kind": "picture"}},
        "budget_micros": 10_000_000,
    }
    made.get("admin", "POST", "/projects", json=body)
    crew = {"name": "crew", "kind": "in_house", "price_micros": 10_000}
    made.get("admin", "POST", "/projects/{slug}/workforces", json=crew)
    items = [
        {"key": str(n), "data": {"text": f"text {n}", "secret": f"secret {n}"}} for n in range(40)
    ]
    made.get("admin", "POST", "/projects/{slug}/items", json={"items": items})
    for name in (*ROLES, "colleague", "stranger"):
        _add_person(made, name)
    _add_tokens(made)
    yield made
    for client in made.clients.values():
        client.close()


def _add_tokens(cast: Cast) -> None:
    """Add clients whose token has ended, is narrowed to predicting, or to another project."""
    other = cast.other = f"o-{uuid.uuid4().hex[:12]}"
    body = {
        "slug": other,
        "title": "Another project",
        "label_config": choices_config(LABELS, "text", "text"),
        "fields": {"text": {}},
    }
    cast.get("admin", "POST", "/projects", json=body)
    owner = cast.users["owner"]
    cast.get("admin", "PUT", f"/projects/{other}/members/{owner}", json={"role": "owner"})
    kinds: dict[str, dict[str, Any]] = {
        "expired": {},
        "narrow": {"scopes": ["predict"]},
        "elsewhere": {"project": other},
    }
    for name, narrowed in kinds.items():
        wish = {"user_id": owner, "name": name, **narrowed}
        made = cast.get("owner", "POST", "/tokens", json=wish)
        cast.clients[name] = cast.door.client(made["token"])
        if name == "expired":
            cast.get("owner", "DELETE", f"/tokens/{made['id']}")


def _add_person(cast: Cast, name: str) -> None:
    user = cast.get("admin", "POST", "/users", json={"name": name})["id"]
    token = cast.get("admin", "POST", "/tokens", json={"user_id": user, "name": "tests"})["token"]
    cast.users[name], cast.clients[name] = user, cast.door.client(token)
    role = "annotator" if name == "colleague" else name
    if role in ROLES:
        member = {"role": role, "workforce": "crew" if role in SEATED else None}
        cast.get("admin", "PUT", f"/projects/{{slug}}/members/{user}", json=member)


def assert_problem(response: httpx.Response, status: int | None = None) -> dict[str, Any]:
    """Check the one shape of every refusal and return it."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    problem: dict[str, Any] = response.json()
    assert problem["type"].startswith("https://labelloop.dev/problems/")
    assert problem["status"] == response.status_code
    assert status in {None, response.status_code}, response.text
    assert problem["title"]
    assert problem["detail"]
    return problem
