"""Reviews over HTTP: what a reviewer is shown and when, and what an author learns."""

from __future__ import annotations

import json
import uuid
from typing import Any

from tests.factories import answer
from tests.support.doors import Cast, assert_problem

MOST_BATCHES = 500
"""Batches of events that other tests of this hub, which has no worker, may have left behind."""
EVERY = {"random_share": 1.0, "second_share": 0.0}
REVIEW = {
    "handle",
    "lease_n",
    "expires_at",
    "schema_version",
    "question",
    "data",
    "shown",
}


def key() -> str:
    """Return a client's key."""
    return str(uuid.uuid4())


def settle(cast: Cast, **review: Any) -> dict[str, Any]:
    """Let the annotator answer one item, which is accepted, and return the reviewer's review."""
    policy = {"overlap_most": 1, "test_overlap": 1, "review": {**EVERY, **review}}
    cast.get("owner", "PATCH", "/projects/{slug}/policy", json=policy)
    (held,) = cast.lease("annotator")
    sent = {"lease_n": 1, "client_key": key(), "result": answer("b")}
    cast.get("annotator", "POST", f"/assignments/{held['handle']}/submit", json=sent)
    return first_review(cast)


def first_review(cast: Cast) -> dict[str, Any]:
    """Ask until the review is there: a lease opens a batch of what other tests settled before."""
    for _ in range(MOST_BATCHES):
        found = cast.get("reviewer", "POST", "/projects/{slug}/reviews/lease", json={"count": 1})
        for review in found["reviews"]:
            held: dict[str, Any] = review
            return held
    message = "no review was opened"
    raise AssertionError(message)


def look(cast: Cast, review: dict[str, Any], label: str = "a") -> dict[str, Any]:
    """Answer a review first and return it as it is shown then."""
    sent = {"lease_n": review["lease_n"], "client_key": key(), "result": answer(label)}
    shown: dict[str, Any] = cast.get(
        "reviewer", "POST", f"/reviews/{review['handle']}/answer", json=sent
    )
    return shown


def judge(cast: Cast, review: dict[str, Any], verdict: str, **more: Any) -> Any:
    """Give a verdict on what is shown now."""
    now = cast.get("reviewer", "GET", f"/reviews/{review['handle']}")
    sent = {
        "lease_n": now["lease_n"],
        "client_key": key(),
        "verdict": verdict,
        "seen": now["shown"]["seen"],
        **more,
    }
    return cast.get("reviewer", "POST", f"/reviews/{review['handle']}/verdict", json=sent)


class TestSheet:
    """What a reviewer sees."""

    def test_the_question_alone_comes_first(self, cast: Cast) -> None:
        """Shows these members and no other, and nothing of what others said."""
        review = settle(cast)
        assert review.keys() == REVIEW
        assert review["shown"] is None
        assert review["data"].keys() == {"text"}
        assert '"b"' not in json.dumps(review["data"])

    def test_names_come_never(self, cast: Cast) -> None:
        """Shows the answers without a person, a time or a handle."""
        shown = look(cast, settle(cast))["shown"]
        assert shown["answers"] == [{"answer": 1, "result": answer("b")}]
        assert (shown["present"], shown["why"], shown["verdicts"]) == ("b", "random", [])

    def test_a_reload_shows_the_same(self, cast: Cast) -> None:
        """Shows that what one holds comes back, with what one may see by then."""
        review = settle(cast)
        again = cast.get("reviewer", "POST", "/projects/{slug}/reviews/lease", json={"count": 1})
        assert again["reviews"] == [review]
        shown = look(cast, review)
        assert cast.get("reviewer", "GET", f"/reviews/{review['handle']}") == shown

    def test_a_verdict_before_ones_own_answer_is_refused(self, cast: Cast) -> None:
        """Shows 409, and 409 again for what was not seen."""
        review = settle(cast)
        sent = {"lease_n": 1, "client_key": key(), "verdict": "accept", "seen": "guess"}
        address = f"/reviews/{review['handle']}/verdict"
        assert_problem(cast.call("reviewer", "POST", address, json=sent), 409)
        look(cast, review)
        problem = assert_problem(cast.call("reviewer", "POST", address, json=sent), 409)
        assert problem["seen"]

    def test_it_can_be_kept_and_given_back(self, cast: Cast) -> None:
        """Shows heartbeat and release, each by the lease's number."""
        review = settle(cast)
        address = f"/reviews/{review['handle']}"
        old = {"lease_n": 2}
        assert_problem(cast.call("reviewer", "POST", f"{address}/heartbeat", json=old), 409)
        number = {"lease_n": 1}
        kept = cast.get("reviewer", "POST", f"{address}/heartbeat", json=number)
        assert kept["expires_at"] >= review["expires_at"]
        cast.get("reviewer", "POST", f"{address}/release", json=number)
        again = cast.get("owner", "POST", "/projects/{slug}/reviews/lease", json={"count": 1})
        assert len(again["reviews"]) == 1

    def test_a_role_that_was_taken_ends_it(self, cast: Cast) -> None:
        """Shows that a held review is no way around a lost role."""
        review = settle(cast)
        member = f"/projects/{{slug}}/members/{cast.users['reviewer']}"
        cast.get("owner", "PUT", member, json={"role": "annotator", "workforce": "crew"})
        refused = cast.call("reviewer", "GET", f"/reviews/{review['handle']}")
        assert_problem(refused, 403)


class TestVerdicts:
    """What comes of a verdict."""

    def test_a_correction_is_listed_and_counted(self, cast: Cast) -> None:
        """Shows receipt, list and figures; the error rate comes from the random sample."""
        review = settle(cast)
        look(cast, review)
        done = judge(cast, review, "correct", result=answer("a"))
        assert (done["counted"], done["paid_micros"], done["note"]) == (True, 10_000, None)
        listed = cast.get("reviewer", "GET", "/projects/{slug}/reviews")
        (row,) = listed["items"]
        assert (row["present"], row["verdict"], row["decided"]) == ("b", "correct", "a")
        figures = cast.get("viewer", "GET", "/projects/{slug}/review-figures")
        assert figures["verdicts"]["correct"] == figures["decided"] == 1
        assert figures["error_rate"]["value"] == 1.0
        assert figures["error_rate"]["basis"] == "random_sample"
        assert figures["second_agreement"]["value"] is None
        assert figures["second_agreement"]["reason"]

    def test_an_author_sees_a_rejection_with_its_reason(self, cast: Cast) -> None:
        """Shows it among the recent answers and in the list of rejections, theirs alone."""
        review = settle(cast)
        look(cast, review)
        judge(cast, review, "reject", targets=[{"answer": 1, "reason": "this is a"}])
        (recent,) = cast.get("annotator", "GET", "/projects/{slug}/my/answers")["answers"]
        assert recent["rejected"] == {"reason": "this is a", "counts": True, "why": None}
        assert recent["can_undo"] is False
        mine = cast.get("annotator", "GET", "/projects/{slug}/my/rejections")
        assert (mine["rejected"], mine["counting"]) == (1, 1)
        assert mine["items"][0]["reason"] == "this is a"
        others = cast.get("colleague", "GET", "/projects/{slug}/my/rejections")
        assert (others["items"], others["rejected"]) == ([], 0)

    def test_what_is_sent_back_says_why(self, cast: Cast) -> None:
        """Shows the reason beside the old answer, at the author's desk."""
        review = settle(cast)
        look(cast, review)
        judge(cast, review, "send_back", targets=[{"answer": 1, "reason": "read rule 3"}])
        (held,) = cast.lease("annotator")
        assert (held["sent_back"], held["lease_n"]) == ("read rule 3", 2)
        assert held["previous"]["result"] == answer("b")
        (other,) = cast.lease("colleague")
        assert (other["sent_back"], other["previous"]) == (None, None)

    def test_a_guideline_that_changed_its_meaning_excuses(self, cast: Cast) -> None:
        """Shows the door of the guideline, and the rejection that does not count."""
        review = settle(cast)
        new = {"text": "b means something else", "changes": "b", "meaning_changed": True}
        made = cast.get("owner", "PUT", "/projects/{slug}/guideline", json=new)
        assert made["version"] == 2
        assert cast.get("annotator", "GET", "/projects/{slug}/desk")["guideline"]["version"] == 2
        look(cast, review)
        judge(cast, review, "reject", targets=[{"answer": 1, "reason": "this is a"}])
        mine = cast.get("annotator", "GET", "/projects/{slug}/my/rejections")
        assert (mine["rejected"], mine["counting"]) == (1, 0)
        assert "version 1" in mine["items"][0]["why"]

    def test_an_unknown_verdict_is_refused(self, cast: Cast) -> None:
        """Shows 422 for what is no verdict, and for one that lacks what it needs."""
        review = settle(cast)
        shown = look(cast, review)["shown"]
        address = f"/reviews/{review['handle']}/verdict"
        for verdict in ("maybe", "correct", "reject", "send_back", "reopen"):
            sent = {"lease_n": 1, "client_key": key(), "verdict": verdict, "seen": shown["seen"]}
            assert_problem(cast.call("reviewer", "POST", address, json=sent), 422)
