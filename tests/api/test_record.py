"""Every endpoint that changes something leaves an event in the record, in the same transaction.

The walk goes over the table of `test_refusals`, so an endpoint that is added there is walked here:
it must answer a valid request with 2xx and leave an event that names who sent it. One that needs
more than its table's body to succeed gets a line in `SCENES`; one that changes nothing worth an
event gets its reason in `EXEMPT`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any, Final

import httpx
import pytest

from api.cli.serving import address_of, listen, served
from api.installation import operator_token
from api.settings import Settings
from labeling.database import migrate
from migrations.metadata import METADATA
from tests.api.test_refusals import TABLE, Request
from tests.factories import answer
from tests.support.doors import Cast, Door, made_cast
from tests.support.stores import BOTH_STORES
from tests.support.watching import DERIVED, Unit, watched_writes

Scene = Callable[[Cast], httpx.Response]
CHANGING: Final = sorted(
    endpoint for endpoint in TABLE if endpoint[0] in {"POST", "PUT", "PATCH", "DELETE"}
)
SELVES: Final = ("owner", "admin", "annotator", "reviewer", "nobody")
EXEMPT: Final[dict[tuple[str, str], str]] = {
    (
        "POST",
        "/v1/projects/{slug}/leases",
    ): "the answer, release or expiry that ends it is an event",
    ("POST", "/v1/assignments/{handle}/heartbeat"): "keeps a lease alive, changes nothing else",
    ("POST", "/v1/projects/{slug}/blobs"): "a file under its own digest; the item that names it is",
    ("POST", "/v1/projects/{slug}/predict"): "reads only",
    ("POST", "/v1/projects/{slug}/deployments"): "tests/training/deployments shows its event",
    ("POST", "/v1/projects/{slug}/rollback"): "tests/training/deployments shows its event",
}
"""Endpoints without an event, and why."""


def held(cast: Cast, verb: str, **body: Any) -> httpx.Response:
    """Send something about a question that the annotator holds."""
    (lease,) = cast.lease("annotator")
    return cast.call("annotator", "POST", f"/assignments/{lease['handle']}/{verb}", json=body)


def answered(cast: Cast, verb: str, **body: Any) -> httpx.Response:
    """Send something about a question that the annotator has answered."""
    (lease,) = cast.lease("annotator")
    address = f"/assignments/{lease['handle']}"
    sent = {"lease_n": 1, "client_key": str(uuid.uuid4()), "result": answer("a")}
    cast.get("annotator", "POST", f"{address}/submit", json=sent)
    body["client_key"] = str(uuid.uuid4())
    return cast.call("annotator", "POST", f"{address}/{verb}", json=body)


def flagged(cast: Cast) -> httpx.Response:
    """Restore an item that was set aside because somebody flagged it."""
    cast.get(
        "owner", "PATCH", "/projects/{slug}/policy", json={"queue": {"flags_set_aside_after": 1}}
    )
    (lease,) = cast.lease("annotator")
    sent = {"lease_n": 1, "client_key": str(uuid.uuid4()), "kind": "flag", "reason": "blank"}
    cast.get("annotator", "POST", f"/assignments/{lease['handle']}/submit", json=sent)
    (flag, *_) = cast.get("owner", "GET", "/projects/{slug}/flags")["items"]
    address = f"/projects/{{slug}}/items/{flag['item_id']}/restore"
    return cast.call("owner", "POST", address, json={"reason": "it is fine"})


def new_items(cast: Cast) -> httpx.Response:
    """Add an item."""
    items = {"items": [{"key": "new", "data": {"text": "a new text", "secret": "s"}}]}
    return cast.call("owner", "POST", "/projects/{slug}/items", json=items)


def new_project(cast: Cast) -> httpx.Response:
    """Make a project."""
    config = cast.get("owner", "GET", "/projects/{slug}")
    body = {
        "slug": f"n-{uuid.uuid4().hex[:12]}",
        "title": "Another",
        "label_config": LABEL_CONFIG,
        "fields": {"text": {"visible_to": ["annotator", "reviewer", "owner"]}},
    }
    assert config["slug"] == cast.slug
    return cast.call("admin", "POST", "/projects", json=body)


LABEL_CONFIG: Final = (
    '<View><Text name="item" value="$text"/><Choices name="label" toName="item">'
    '<Choice value="a"/><Choice value="b"/></Choices></View>'
)


def signed_in(cast: Cast) -> httpx.Response:
    """Sign in by a link."""
    made = cast.get("admin", "POST", f"/users/{cast.users['annotator']}/links", json={})
    link = {"link": made["url"].partition("#")[2]}
    return cast.call("nobody", "POST", "/sessions", json=link)


def signed_out(cast: Cast) -> httpx.Response:
    """Sign out while something is held."""
    cast.lease("annotator")
    return cast.call("annotator", "DELETE", "/sessions/current")


def ordered(cast: Cast, verb: str, **options: Any) -> httpx.Response:
    """Do something with a work order."""
    order = {"workforce": "acme", "n_items": 1, "judgments_per_item": 1}
    vendor = {"name": "acme", "kind": "vendor", "price_micros": 10_000}
    cast.get("owner", "POST", "/projects/{slug}/workforces", json=vendor)
    placed = cast.call("owner", "POST", "/projects/{slug}/work-orders", json=order)
    if not verb:
        return placed
    return cast.call("owner", "POST", f"/projects/{{slug}}/work-orders/1/{verb}", **options)


def cancelled(cast: Cast) -> httpx.Response:
    """Cancel a release."""
    wanted = cast.get("owner", "POST", "/projects/{slug}/releases", json={"reason": "r"})
    return cast.call("owner", "POST", f"/projects/{{slug}}/jobs/{wanted['workflow']}/cancel")


def imported(cast: Cast, *, cancels: bool) -> httpx.Response:
    """Start an import, or cancel one."""
    address = "/projects/{slug}/imports"
    started = cast.call("owner", "POST", address, params={"name": "a.csv"}, content=b"text\nt\n")
    if not cancels:
        return started
    return cast.call("owner", "DELETE", f"{address}/{started.json()['id']}")


RETURN: Final = b"line,worker,label,judgment_id\nnone,w1,a,j1\n"
SCENES: Final[dict[tuple[str, str], Scene]] = {
    ("POST", "/v1/sessions"): signed_in,
    ("DELETE", "/v1/sessions/current"): signed_out,
    ("POST", "/v1/projects"): new_project,
    ("POST", "/v1/projects/{slug}/items"): new_items,
    ("POST", "/v1/assignments/{handle}/submit"): lambda cast: held(
        cast, "submit", lease_n=1, client_key=str(uuid.uuid4()), result=answer("a")
    ),
    ("POST", "/v1/assignments/{handle}/release"): lambda cast: held(cast, "release", lease_n=1),
    ("POST", "/v1/assignments/{handle}/undo"): lambda cast: answered(cast, "undo"),
    ("POST", "/v1/assignments/{handle}/edit"): lambda cast: answered(
        cast, "edit", result=answer("b")
    ),
    ("POST", "/v1/projects/{slug}/items/{item_id}/restore"): flagged,
    ("POST", "/v1/projects/{slug}/imports"): lambda cast: imported(cast, cancels=False),
    ("DELETE", "/v1/projects/{slug}/imports/{import_id}"): lambda cast: imported(
        cast, cancels=True
    ),
    ("POST", "/v1/projects/{slug}/jobs/{job_id}/cancel"): cancelled,
    ("POST", "/v1/projects/{slug}/work-orders"): lambda cast: ordered(cast, ""),
    ("POST", "/v1/projects/{slug}/work-orders/{n}/returns"): lambda cast: ordered(
        cast, "returns", content=RETURN
    ),
    ("POST", "/v1/projects/{slug}/work-orders/{n}/close"): lambda cast: ordered(cast, "close"),
}
"""Requests that need something to be there first."""


@pytest.fixture(scope="module")
def units() -> Iterator[list[Unit]]:
    """Watch every write of this process."""
    with watched_writes() as found:
        yield found


@pytest.fixture(scope="module", params=BOTH_STORES)
def watched_door(
    request: pytest.FixtureRequest, units: list[Unit], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Door]:
    """Serve a hub inside this process, on each store in turn."""
    folder = tmp_path_factory.mktemp("watched") / "data"
    settings = Settings(data_dir=folder, worker=False)
    if request.param == "postgresql":
        server = request.getfixturevalue("postgresql_server")
        database = server.create(f"watched_{uuid.uuid4().hex[:8]}")
        migrate(server.url(database))
        settings = settings.model_copy(update={"database_url": server.url(database)})
    door = listen("127.0.0.1", 0)
    url = address_of(door)
    with served(settings, door, is_announced=False):
        yield Door(url, operator_token(settings))


@pytest.fixture
def stage(watched_door: Door, units: list[Unit]) -> Iterator[Cast]:
    """Make a project of the test's own, with people and items."""
    with made_cast(watched_door) as found:
        for client in found.clients.values():  # what is watched is the last request alone
            client.event_hooks["request"] = [lambda _: units.clear()]
        yield found


def send(cast: Cast, endpoint: tuple[str, str]) -> httpx.Response:
    """Send a request that must succeed."""
    scene = SCENES.get(endpoint)
    if scene is not None:
        response = scene(cast)
    else:
        who = next(name for name in SELVES if name in TABLE[endpoint].allowed)
        response = Request(cast, who, "none").send(*endpoint, TABLE[endpoint])
    assert response.is_success, f"{endpoint}: {response.status_code} {response.text}"
    return response


def sender(cast: Cast, response: httpx.Response) -> int:
    """Return the user whose token a request carried; who signs in carries none yet."""
    token = response.request.headers.get("authorization", "").removeprefix("Bearer ")
    for name, client in cast.clients.items():
        if client.headers.get("authorization", "") == f"Bearer {token}" and name in cast.users:
            return cast.users[name]
    return cast.admin_id if token else cast.users["annotator"]


class TestEveryEndpoint:
    """Each state-changing endpoint once, with a request that succeeds."""

    @pytest.mark.parametrize("endpoint", [e for e in CHANGING if e not in EXEMPT], ids=" ".join)
    def test_it_leaves_an_event_that_names_who_did_it(
        self, stage: Cast, units: list[Unit], endpoint: tuple[str, str]
    ) -> None:
        """Shows that no write of a request changes a table without an event of its own."""
        response = send(stage, endpoint)
        done = list(units)
        assert [unit.changed for unit in done if unit.changed and not unit.actions] == []
        actors = [(unit.actor.kind, unit.actor.id) for unit in done if unit.actions]
        assert actors, "nothing was recorded"
        assert set(actors) == {("user", sender(stage, response))}

    def test_every_exemption_is_of_an_endpoint_that_is_there(self) -> None:
        """Shows that no line outlives its endpoint."""
        assert set(EXEMPT) | set(SCENES) <= set(CHANGING)
        assert not set(EXEMPT) & set(SCENES)


class TestTables:
    """The tables that need no event."""

    def test_they_exist(self) -> None:
        """Shows that the list of derived tables cannot outlive one."""
        assert set(DERIVED) <= set(METADATA.tables)
