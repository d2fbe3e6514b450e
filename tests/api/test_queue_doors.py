"""The queue's doors over HTTP: edit, flags, restore, assign."""

from __future__ import annotations

import time
import uuid
from typing import Any

import pytest

from tests.factories import answer
from tests.support.doors import Cast, assert_problem

DAY_MICROS = 86_400_000_000


def submit(cast: Cast, who: str, held: dict[str, Any], **sent: Any) -> dict[str, Any]:
    """Submit something for a question that is held."""
    body = {"lease_n": held["lease_n"], "client_key": str(uuid.uuid4()), **sent}
    found: dict[str, Any] = cast.get(
        who, "POST", f"/assignments/{held['handle']}/submit", json=body
    )
    return found


def tomorrow() -> int:
    """Return this time tomorrow, in UTC microseconds."""
    return int(time.time() * 1_000_000) + DAY_MICROS


class TestEdit:
    """`POST /v1/assignments/{handle}/edit`."""

    def test_the_answer_is_replaced_in_one_request(self, cast: Cast) -> None:
        """Shows the receipt, the recent list, and that a repeat is the same."""
        (held,) = cast.lease("annotator")
        submit(cast, "annotator", held, result=answer("a"))
        body = {"client_key": str(uuid.uuid4()), "result": answer("b")}
        path = f"/assignments/{held['handle']}/edit"
        first = cast.get("annotator", "POST", path, json=body)
        assert (first["revision"], first["counted"], first["paid_micros"]) == (2, True, 10_000)
        assert cast.get("annotator", "POST", path, json=body) == first
        (mine,) = cast.get("annotator", "GET", "/projects/{slug}/my/answers")["answers"]
        assert (mine["kind"], mine["result"], mine["can_undo"]) == ("answer", answer("b"), True)

    def test_an_answer_that_does_not_fit_is_refused(self, cast: Cast) -> None:
        """Shows rule 3 at this door too."""
        (held,) = cast.lease("annotator")
        submit(cast, "annotator", held, result=answer("a"))
        body = {"client_key": str(uuid.uuid4()), "result": answer("unheard of")}
        refused = cast.call("annotator", "POST", f"/assignments/{held['handle']}/edit", json=body)
        assert assert_problem(refused, 422)["place"]


class TestFlags:
    """What annotators report, and the way back."""

    def test_a_flagged_item_is_listed_and_restored(self, cast: Cast) -> None:
        """Shows report, item aside, progress, and restore by the manager."""
        policy = {"queue": {"flags_set_aside_after": 1}}
        cast.get("manager", "PATCH", "/projects/{slug}/policy", json=policy)
        (held,) = cast.lease("annotator")
        submit(cast, "annotator", held, kind="flag", reason="two pages in one")
        (flag,) = cast.get("manager", "GET", "/projects/{slug}/flags")["items"]
        assert (flag["text"], flag["item_state"], flag["state"]) == (
            "two pages in one",
            "set_aside",
            "open",
        )
        progress = cast.get("manager", "GET", "/projects/{slug}/progress")
        assert progress["items"]["set_aside"] == 1
        path = f"/projects/{{slug}}/items/{flag['item_id']}/restore"
        done = cast.get("manager", "POST", path, json={"reason": "it is fine"})
        assert done == {"item_id": flag["item_id"], "ended_reports": 1}
        assert cast.get("manager", "GET", "/projects/{slug}/flags")["items"] == []
        everything = cast.get("manager", "GET", "/projects/{slug}/flags?state=all")["items"]
        assert [one["state"] for one in everything] == ["resolved"]
        assert_problem(cast.call("manager", "POST", path, json={}), 409)

    def test_a_policy_keeps_what_is_not_mentioned(self, cast: Cast) -> None:
        """Shows that one part of one rule can be changed."""
        change = {"queue": {"cannot_see": {"paid": True}}}
        found = cast.get("owner", "PATCH", "/projects/{slug}/policy", json=change)
        rule = found["policy"]["queue"]["cannot_see"]
        assert rule == {"consequence": "someone_else", "set_aside_after": 2, "paid": True}


class TestAssign:
    """`/v1/projects/{slug}/assignments`."""

    def test_assigned_items_come_first_and_are_marked(self, cast: Cast) -> None:
        """Shows the override to its annotator, and the manager's list."""
        due = tomorrow()
        body = {"user_id": cast.users["annotator"], "keys": ["7", "no such"], "due_at": due}
        report = cast.get(
            "manager", "POST", "/projects/{slug}/assignments", json={**body, "note": "please"}
        )
        assert report["assigned"] == ["7"]
        assert report["refused"] == {"no such": "there is no such item"}
        first, second = cast.lease("annotator", 2)
        assert first["assigned"] == {"due_at": due, "note": "please"}
        assert (first["data"]["text"], second["assigned"]) == ("text 7", None)
        (listed,) = cast.get("manager", "GET", "/projects/{slug}/assignments")["items"]
        assert (listed["key"], listed["state"]) == ("7", "held")
        submit(cast, "annotator", first, result=answer("a"))
        undone = cast.get(
            "annotator",
            "POST",
            f"/assignments/{first['handle']}/undo",
            json={"client_key": str(uuid.uuid4())},
        )
        assert undone["assigned"] == first["assigned"]

    def test_it_can_be_cancelled(self, cast: Cast) -> None:
        """Shows that a second cancelling is refused, and names why."""
        body = {"user_id": cast.users["annotator"], "keys": ["3"], "due_at": tomorrow()}
        cast.get("manager", "POST", "/projects/{slug}/assignments", json=body)
        (listed,) = cast.get("manager", "GET", "/projects/{slug}/assignments")["items"]
        path = f"/projects/{{slug}}/assignments/{listed['id']}"
        cast.get("manager", "DELETE", path)
        assert_problem(cast.call("manager", "DELETE", path), 409)

    @pytest.mark.parametrize(
        "who", [{}, {"annotator": "crew-01", "user_id": 1}, {"annotator": "nobody of that name"}]
    )
    def test_one_annotator_is_named(self, cast: Cast, who: dict[str, Any]) -> None:
        """Shows that nobody, two, and an unknown name are refused."""
        body = {**who, "keys": ["3"], "due_at": tomorrow()}
        refused = cast.call("manager", "POST", "/projects/{slug}/assignments", json=body)
        assert refused.status_code in {404, 422}
        assert_problem(refused)
