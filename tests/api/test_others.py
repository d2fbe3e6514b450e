"""Nothing of others in any field: marks are planted, every reply of every role is searched."""

from __future__ import annotations

import json
import uuid
from typing import Any, Final

import pytest

from tests.api.test_refusals import TABLE
from tests.factories import answer
from tests.support.doors import ROLES, Cast

NAME: Final = "Wilhelmina Unmistakable"
EMAIL: Final = "@unmistakable.example"
PEOPLE: Final = frozenset({"owner", "manager", "admin"})
"""Who looks after people, and so sees who they are."""
DATA: Final = frozenset({"owner", "manager", "admin"})
"""Who takes data out, and so sees fields that are for owners."""


@pytest.fixture
def marked(cast: Cast) -> Cast:
    """Let somebody unmistakable be invited, work, and leave a mark in a field for owners."""
    email = uuid.uuid4().hex + EMAIL
    wish = {"role": "annotator", "workforce": "crew", "name": NAME, "email": email}
    made = cast.get("owner", "POST", "/projects/{slug}/invitations", json=wish)
    body = {"invitation": made["url"].partition("#")[2], "name": NAME, "email": email}
    with cast.door.client(None) as browser:
        assert browser.post("/v1/invitations/acceptances", json=body).status_code == 201
        address = f"/v1/projects/{cast.slug}/leases"
        held = browser.post(address, json={"count": 3}).json()["assignments"]
        for one in held[:2]:
            sent = {"lease_n": 1, "client_key": str(uuid.uuid4()), "result": answer("b")}
            done = browser.post(f"/v1/assignments/{one['handle']}/submit", json=sent)
            assert done.status_code == 200, done.text
    again = {"role": "viewer", "name": NAME, "email": email}
    cast.get("owner", "POST", "/projects/{slug}/invitations", json=again)
    return cast


def replies(cast: Cast, who: str) -> dict[str, str]:
    """Return what somebody is told at every address that can be read, and when they lease."""
    found = {}
    values = {"slug": cast.slug, "n": "1", "job_id": "release-0-1"}
    for method, path in TABLE:
        if method != "GET" or path.startswith("/{") or "events" in path:
            continue
        address = path
        for name, value in values.items():
            address = address.replace(f"{{{name}}}", value)
        if "{" in address:
            continue
        response = cast.clients[who].get(address)
        assert response.status_code < 500, (path, response.text)
        found[path] = response.text
    leased = cast.call(who, "POST", "/projects/{slug}/leases", json={"count": 5})
    found["leases"] = leased.text
    return found


def told(texts: dict[str, str], *marks: str) -> list[str]:
    """Return where a mark stands, also written in escapes."""
    forms = {form for mark in marks for form in (mark, json.dumps(mark)[1:-1])}
    return sorted(path for path, text in texts.items() if any(form in text for form in forms))


@pytest.mark.parametrize("who", ["stranger", *ROLES, "admin", "narrow", "elsewhere"])
def test_nothing_of_others_is_in_any_field(marked: Cast, who: str) -> None:
    """Searches every reply for another's name and address, and for what owners alone may see."""
    texts = replies(marked, who)
    names = told(texts, NAME, EMAIL, "Unmistakable", "unmistakable")
    secrets = told(texts, "secret 1", "secret 2", "secret 3")
    if who in PEOPLE:
        assert names, "the marks were not planted where they are looked for"
    else:
        assert names == []
    if who in DATA:
        assert secrets, "the marks were not planted where they are looked for"
    else:
        assert secrets == []


@pytest.mark.parametrize("who", ["annotator", "viewer", "operator"])
def test_no_answer_of_another_is_shown_one_by_one(marked: Cast, who: str) -> None:
    """Shows that who does not review reads figures, not who said what about which item."""
    texts = replies(marked, who)
    for path, text in texts.items():
        if not text.startswith("{"):
            continue
        for found in _objects(json.loads(text)):
            both = {"item", "item_id", "item_key", "key"} & found.keys()
            said = {"result", "label", "answer"} & found.keys()
            person = {"annotator", "annotator_id", "pseudonym", "user_id"} & found.keys()
            assert not (both and said and person), (path, found)


def _objects(value: Any) -> list[dict[str, Any]]:
    """Return every object inside a reply."""
    if isinstance(value, dict):
        return [value, *(found for inner in value.values() for found in _objects(inner))]
    if isinstance(value, list):
        return [found for inner in value for found in _objects(inner)]
    return []
