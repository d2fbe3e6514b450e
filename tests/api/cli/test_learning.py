"""`labelloop advice` and `labelloop rounds`, and what stands behind them."""

from __future__ import annotations

from api.cli.client import HubClient
from tests.api.cli.conftest import Terminal


class TestAdvice:
    """What to ask next for the money."""

    def test_it_says_that_nothing_was_compared_yet(
        self, labelloop: Terminal, operator: HubClient, project: str
    ) -> None:
        """Before the first round there is a reason in words, not a zero."""
        found = labelloop("advice", project, "--json").json
        assert found == operator.get(f"/v1/projects/{project}/advice")
        assert (found["mode"], found["round"], found["saving"]["value"]) == ("advise", None, None)
        assert "no round has been run yet" in labelloop("advice", project).out

    def test_least_random_holds_whatever_is_asked(self, operator: HubClient, project: str) -> None:
        """The quota of random items cannot be set below a tenth."""
        sent = {"learning": {"least_random": 0.05}}
        answer = operator.answer("PATCH", f"/v1/projects/{project}/policy", json=sent)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["place"] == "policy.learning.least_random"


class TestRounds:
    """The loop's record."""

    def test_without_rounds_there_is_nothing_to_replay(
        self, labelloop: Terminal, project: str
    ) -> None:
        """An empty list is said in words, a round that is not there is a failure."""
        assert labelloop("rounds", project).out.strip() == "No round yet."
        missing = labelloop("rounds", project, "--replay", "1")
        assert missing.code == 1
        assert "There is no round 1." in missing.err


class TestReasons:
    """Why an item was asked."""

    def test_every_task_says_why_it_was_opened(self, operator: HubClient, project: str) -> None:
        """A work order's task names it; an item of another project is not found."""
        base = f"/v1/projects/{project}"
        new = [{"key": str(n), "data": {"id": n, "text": f"text {n}"}} for n in range(12)]
        operator.post(f"{base}/items", {"items": new})
        operator.post(f"{base}/work-orders", {"workforce": "acme", "n_items": 1})
        items = operator.get(f"{base}/items")["items"]
        (queued,) = [item["id"] for item in items if item["state"] == "queued"]
        (task,) = operator.get(f"{base}/items/{queued}/tasks")
        assert task["reason"]
        assert task["state"] == "open"
        assert operator.answer("GET", f"{base}/items/{queued + 999}/tasks").status_code == 404
