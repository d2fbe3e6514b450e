"""`Idempotency-Key`: a repeated request has one effect."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.support.doors import Cast, assert_problem

BODIES: dict[str, dict[str, Any]] = {
    "/users": {"name": "once"},
    "/projects/{slug}/workforces": {"name": "once", "kind": "crowd"},
    "/projects/{slug}/releases": {"reason": "once"},
    "/projects/{slug}/work-orders": {"workforce": "nobody", "n_items": 1, "judgments_per_item": 1},
}
NOBODY = {"name": "nobody", "kind": "vendor"}


def keyed() -> dict[str, str]:
    """Return headers with a new key."""
    return {"idempotency-key": str(uuid.uuid4())}


class TestRepeats:
    """The same request, again."""

    @pytest.mark.parametrize("path", BODIES)
    def test_it_gets_the_first_reply(self, cast: Cast, path: str) -> None:
        """Shows the same status and body, a header that tells, and no second event."""
        cast.get("owner", "POST", "/projects/{slug}/workforces", json=NOBODY)
        headers = keyed()
        first = cast.call("admin", "POST", path, json=BODIES[path], headers=headers)
        assert first.is_success, first.text
        assert "idempotent-replayed" not in first.headers
        events = newest(cast)
        again = cast.call("admin", "POST", path, json=BODIES[path], headers=headers)
        assert (again.status_code, again.json()) == (first.status_code, first.json())
        assert again.headers["idempotent-replayed"] == "true"
        assert newest(cast) == events

    def test_of_many_at_once_one_acts(self, cast: Cast) -> None:
        """Shows one release where a client sent six."""
        headers = keyed()
        address = "/projects/{slug}/releases"
        with ThreadPoolExecutor(6) as pool:
            found = list(
                pool.map(
                    lambda _: cast.get("owner", "POST", address, json={}, headers=headers)[
                        "workflow"
                    ],
                    range(6),
                )
            )
        assert len(set(found)) == 1

    def test_without_a_key_each_acts(self, cast: Cast) -> None:
        """Shows that nothing is guessed from equal bodies."""
        made = {cast.get("admin", "POST", "/users", json={"name": "twin"})["id"] for _ in range(2)}
        assert len(made) == 2


class TestRefusals:
    """Keys that do not fit."""

    def test_another_body_is_refused(self, cast: Cast) -> None:
        """Shows 422 with a type of its own, and that another person's key is their own."""
        headers, path = keyed(), "/projects/{slug}/workforces"
        cast.get("owner", "POST", path, json={"name": "one", "kind": "crowd"}, headers=headers)
        other = {"name": "two", "kind": "crowd"}
        problem = assert_problem(cast.call("owner", "POST", path, json=other, headers=headers), 422)
        assert problem["type"].endswith("/idempotency-key-reused")
        assert cast.call("admin", "POST", path, json=other, headers=headers).status_code == 201

    def test_a_refused_request_keeps_no_key(self, cast: Cast) -> None:
        """Shows that the same key works once the reason of the refusal is gone."""
        headers, path = keyed(), "/projects/{slug}/work-orders"
        body = {"workforce": "nobody", "n_items": 1, "judgments_per_item": 1}
        refused = cast.call("owner", "POST", path, json=body, headers=headers)
        assert_problem(refused)
        cast.get("owner", "POST", "/projects/{slug}/workforces", json=NOBODY)
        assert cast.call("owner", "POST", path, json=body, headers=headers).status_code == 201

    def test_a_key_that_is_too_long_is_refused(self, cast: Cast) -> None:
        """Shows the limit."""
        headers = {"idempotency-key": "k" * 201}
        assert_problem(
            cast.call("admin", "POST", "/users", json={"name": "x"}, headers=headers), 422
        )


def newest(cast: Cast) -> list[int]:
    """Return the newest event of the project and of the installation."""
    return [
        cast.get("admin", "GET", address, params={"limit": 1})["items"][0]["id"]
        for address in ("/projects/{slug}/audit", "/audit")
    ]
