"""Every endpoint that changes something leaves an event in the record, in the same transaction.

The walk goes over the table of `test_refusals`, so an endpoint that is added there is walked here:
it must answer a valid request with 2xx and leave an event that names who sent it, or stand in
`tests/support/scenes.py` with what it needs for that, or with why it leaves none.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Final

import httpx
import pytest

from api.cli.serving import address_of, listen, served
from api.installation import operator_token
from api.settings import Settings
from labeling.database import migrate
from migrations.metadata import METADATA
from tests.api.test_refusals import TABLE, Request
from tests.support.doors import Cast, Door, made_cast
from tests.support.scenes import EXEMPT, SCENES
from tests.support.stores import BOTH_STORES
from tests.support.watching import DERIVED, Unit, watched_writes

CHANGING: Final = sorted(
    endpoint for endpoint in TABLE if endpoint[0] in {"POST", "PUT", "PATCH", "DELETE"}
)
SELVES: Final = ("owner", "admin", "annotator", "reviewer", "nobody")


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
        # Not what an import does meanwhile, nor the mark of when a token was last used.
        done = [
            unit
            for unit in units
            if unit.actor.kind != "job" and not unit.where.startswith("current_caller")
        ]
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
