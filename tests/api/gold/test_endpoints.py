"""Known items over HTTP: the manager's doors, training's feedback, one's own standing."""

from __future__ import annotations

import uuid
from typing import Any

from tests.factories import answer
from tests.support.doors import Cast, assert_problem

GOLD = "/projects/{slug}/gold"


def known(key: str, **more: Any) -> dict[str, Any]:
    """Return a known item as it is sent."""
    return {"key": key, "answers": {"label": ["a"]}, "reason": "it says so", **more}


def give(cast: Cast, *items: dict[str, Any]) -> dict[str, Any]:
    """Give known items and return the report."""
    report: dict[str, Any] = cast.get("owner", "POST", GOLD, json={"items": list(items)})
    return report


def submit(cast: Cast, who: str, held: dict[str, Any], **body: Any) -> dict[str, Any]:
    """Answer a question and return the receipt."""
    sent = {"lease_n": held["lease_n"], "client_key": str(uuid.uuid4()), "result": answer("b")}
    found: dict[str, Any] = cast.get(
        who, "POST", f"/assignments/{held['handle']}/submit", json=sent | body
    )
    return found


class TestGiving:
    """Known items from a manager."""

    def test_each_row_is_judged_by_itself(self, cast: Cast) -> None:
        """Shows one that is taken and four that are refused, each with the reason."""
        report = give(
            cast,
            known("1", line=1),
            known("none such", line=2),
            known("2", answers={"label": ["z"]}, line=3),
            known("3", answers={"label": ["a", "b", "c"]}, line=4),
            known("4", answers={"other": ["a"]}, line=5),
        )
        assert report["added"] == 1
        assert [row["line"] for row in report["refused"]] == [2, 3, 4, 5]

    def test_again_changes_nothing_and_other_answers_replace(self, cast: Cast) -> None:
        """Shows unchanged, replaced, and the list of both."""
        give(cast, known("1"))
        assert give(cast, known("1"))["unchanged"] == 1
        assert give(cast, known("1", answers={"label": ["a", "b"]}))["replaced"] == 1
        rows = cast.get("owner", "GET", GOLD)["items"]
        assert [row["state"] for row in rows] == ["retired", "active"]
        (one,) = cast.get("owner", "GET", GOLD, params={"key": "1"})["items"]
        assert one["answers"] == {"label": ["a", "b"]}

    def test_retired_once(self, cast: Cast) -> None:
        """Shows the stock before and after, and that a second time is refused."""
        give(cast, known("1"))
        (one,) = cast.get("owner", "GET", GOLD)["items"]
        assert cast.get("owner", "GET", "/projects/{slug}/gold-stock")["gold"]["active"] == 1
        cast.get("owner", "DELETE", f"{GOLD}/{one['id']}")
        assert cast.get("owner", "GET", "/projects/{slug}/gold-stock")["gold"]["active"] == 0
        assert_problem(cast.call("owner", "DELETE", f"{GOLD}/{one['id']}"), 409)
        assert_problem(cast.call("owner", "POST", f"{GOLD}/{one['id']}/activate"), 409)


class TestTraining:
    """What an annotator sees of training."""

    def test_it_is_shown_as_training_and_teaches(self, cast: Cast) -> None:
        """Shows the kind, the feedback, that a repeat gives it again, and one's progress."""
        give(cast, known("1", use="training"))
        policy = {"gold": {"training_items": 1}}
        cast.get("owner", "PATCH", "/projects/{slug}/policy", json=policy)
        first, second = cast.lease("annotator", 2)
        assert [first["kind"], second["kind"]] == ["training", "work"]
        key = str(uuid.uuid4())
        told = submit(cast, "annotator", first, client_key=key)
        right = {"right": False, "answers": {"label": ["a"]}, "reason": "it says so"}
        assert told["feedback"] == right
        assert submit(cast, "annotator", first, client_key=key) == told
        assert submit(cast, "annotator", second)["feedback"] is None
        standing = cast.get("annotator", "GET", "/projects/{slug}/my/standing")
        assert standing["training"] == {"done": 1, "of": 1}
        assert standing["pause"] is None
        assert_problem(
            cast.call("annotator", "POST", "/projects/{slug}/my/appeal", json={"text": "why"}), 409
        )


class TestHidden:
    """What nobody may see of gold."""

    def test_gold_reads_like_work(self, cast: Cast) -> None:
        """Shows that lease, receipt, own answers and standing name no gold."""
        give(cast, known("1"), known("2"))
        policy = {"gold": {"rate_first": 1.0}}
        cast.get("owner", "PATCH", "/projects/{slug}/policy", json=policy)
        (held,) = cast.lease("annotator")
        assert held["data"]["text"] in {"text 1", "text 2"}
        assert held["kind"] == "work"
        receipt = submit(cast, "annotator", held)
        assert receipt["counted"]
        seen = [
            held,
            receipt,
            cast.get("annotator", "GET", "/projects/{slug}/my/answers"),
            cast.get("annotator", "GET", "/projects/{slug}/my/standing"),
            cast.get("annotator", "GET", "/projects/{slug}/desk"),
        ]
        assert "gold" not in str(seen).lower()
        (score,) = [
            row
            for row in cast.get("owner", "GET", "/projects/{slug}/gold-scores")["items"]
            if row["n"]
        ]
        assert (score["n"], score["right"]) == (1, 0)
