"""Confidence, beliefs, fits and changes over HTTP."""

from __future__ import annotations

import uuid

from tests.factories import answer
from tests.support.doors import Cast, assert_problem

QUALITY = "/projects/{slug}/quality"


class TestConfidence:
    """What the figure is called."""

    def test_it_is_a_stop_score_until_it_was_checked(self, cast: Cast) -> None:
        """The API says so, why, and how many checked items are missing; each item carries it."""
        found = cast.get("viewer", "GET", f"{QUALITY}/confidence")
        assert (found["kind"], found["missing"], found["n_checked"]) == ("stop_score", 50, 0)
        (held,) = cast.lease("annotator")
        sent = {"lease_n": 1, "client_key": str(uuid.uuid4()), "result": answer("a")}
        cast.get("annotator", "POST", f"/assignments/{held['handle']}/submit", json=sent)
        (item,) = cast.get("viewer", "GET", f"{QUALITY}/items")["items"]
        assert (item["label"], item["confidence_kind"]) == ("a", "stop_score")
        assert item["confidence"] == round(item["stop_score"], 4)
        assert abs(sum(item["distribution"].values()) - 1) < 0.01

    def test_fits_and_changes_of_a_new_project_are_empty(self, cast: Cast) -> None:
        """No fit, no flip; a snapshot that is not there is said to be missing."""
        assert cast.get("viewer", "GET", f"{QUALITY}/fits")["items"] == []
        assert cast.get("manager", "GET", f"{QUALITY}/fits/1/flips")["items"] == []
        refused = cast.call("manager", "GET", f"{QUALITY}/changes?since_snapshot=1")
        assert "no snapshot 1" in assert_problem(refused, 404)["detail"]
