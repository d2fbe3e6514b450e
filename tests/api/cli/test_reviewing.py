"""`labelloop review`, from the next item to the figures."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from api.cli.client import HubClient
from labeling.schema.answers import choices_result
from labeling.schema.questions import Question
from tests.api.cli.conftest import Terminal

QUESTION = Question("label", "item", "", ())


def person(operator: HubClient, project: str, role: str) -> tuple[int, HubClient]:
    """Make a member with a seat and return their number and client."""
    user = operator.post("/v1/users", {"name": role})["id"]
    operator.put(f"/v1/projects/{project}/members/{user}", {"role": role, "workforce": "crew"})
    token = operator.post("/v1/tokens", {"user_id": user, "name": "tests"})["token"]
    return user, HubClient(operator.url, token)


@pytest.fixture
def reviewer(operator: HubClient, project: str) -> str:
    """Make a project with one answered item and return the token of its reviewer."""
    base = f"/v1/projects/{project}"
    review = {"random_share": 1.0, "second_share": 0.0}
    policy = {"overlap_most": 1, "test_overlap": 1, "review": review}
    operator.request("PATCH", f"{base}/policy", json=policy)
    operator.post(f"{base}/workforces", {"name": "crew", "kind": "in_house"})
    item = {"key": "1", "data": {"id": 1, "text": "a fine film"}}
    operator.post(f"{base}/items", {"items": [item]})
    _, author = person(operator, project, "annotator")
    (held,) = author.post(f"{base}/leases", {"count": 1})["assignments"]
    sent: dict[str, Any] = {
        "lease_n": 1,
        "client_key": str(uuid.uuid4()),
        "result": choices_result(QUESTION, "bad"),
    }
    author.post(f"/v1/assignments/{held['handle']}/submit", sent)
    author.close()
    user, client = person(operator, project, "reviewer")
    client.close()
    token = operator.post("/v1/tokens", {"user_id": user, "name": "terminal"})["token"]
    return str(token)


class TestReview:
    """A reviewer at a terminal."""

    def test_from_the_next_item_to_the_figures(
        self, labelloop: Terminal, project: str, reviewer: str
    ) -> None:
        """Shows that the commands are a whole way of working."""
        own = ("--token", reviewer)
        found = labelloop("review", "next", project, *own, "--json").json
        text = labelloop("review", "next", project, *own)
        assert text.code == 0
        assert "a fine film" in text.out
        early = labelloop("review", "verdict", found["handle"], "accept", *own)
        assert (early.code, "Answer first" in early.err) == (2, True)
        shown = labelloop("review", "answer", found["handle"], "good", *own)
        assert "1. bad" in shown.out
        done = labelloop("review", "verdict", found["handle"], "correct", "--label", "good", *own)
        assert (done.code, "correct: counted" in done.out) == (0, True)
        listed = labelloop("review", "list", project, *own)
        assert "correct" in listed.out
        figures = labelloop("review", "figures", project)
        assert "Wrong among the accepted answers: 100.0 %" in figures.out
        assert "on a random sample" in figures.out

    def test_nothing_to_do_says_so(self, labelloop: Terminal, project: str, reviewer: str) -> None:
        """Shows the reason in words, and 1 where the caller may not review."""
        own = ("--token", reviewer)
        handle = labelloop("review", "next", project, *own, "--json").json["handle"]
        labelloop("review", "answer", handle, "unsure", *own)
        labelloop("review", "verdict", handle, "accept", *own)
        assert "Nothing is left" in labelloop("review", "next", project, *own).out
        assert labelloop("review", "next", project).code == 1
