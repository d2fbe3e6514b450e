"""The whole circle through the HTTP API alone, on both stores, with a worker behind it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from labeling.schema.label_config import choices_config
from tests.support.doors import Door, served

PATIENCE_SECONDS: Final = 120.0
WORDS: Final = {"cat": "meow purr whiskers fur", "dog": "bark woof fetch leash"}
SLUG: Final = "animals"


def operator_of(door: Door) -> httpx.Client:
    """Return the client of a hub's operator."""
    return client_of(door.url, door.token)


def client_of(url: str, token: str) -> httpx.Client:
    """Return a client of the API with a token."""
    headers = {"authorization": f"Bearer {token}"}
    return httpx.Client(base_url=f"{url}/v1", headers=headers, timeout=PATIENCE_SECONDS)


def ask(client: httpx.Client, method: str, path: str, body: Any = None) -> Any:
    """Return the JSON of an answer that must not be an error."""
    answer = client.request(method, path, json=body)
    assert not answer.is_error, (method, path, answer.text)
    return answer.json() if answer.content else None


def until(condition: Callable[[], Any]) -> Any:
    """Wait until something is there, and return it."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not (found := condition()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.2)
    return found


def make_project(operator: httpx.Client) -> None:
    """Make a project of texts about two animals that deploys what passes by itself."""
    me = ask(operator, "GET", "/me")["id"]
    policy = {
        "round_size": 12,
        "retrain_after": 6,
        "test_items": 24,
        "test_overlap": 1,
        "overlap_most": 1,
        "deploy_automatically": True,
        "deployer_id": me,
    }
    shown = {"kind": "text", "visible_to": ["annotator", "reviewer", "owner"]}
    body = {
        "slug": SLUG,
        "title": "Animals",
        "label_config": choices_config(sorted(WORDS), "text", "text"),
        "fields": {"text": shown},
        "policy": policy,
    }
    ask(operator, "POST", "/projects", body)
    ask(operator, "POST", f"/projects/{SLUG}/workforces", {"name": "crew", "kind": "in_house"})
    items = [
        {"key": str(n), "data": {"text": f"{WORDS[name].split()[n % 4]} number {n}"}}
        for n, name in enumerate(["cat", "dog"] * 90)
    ]
    ask(operator, "POST", f"/projects/{SLUG}/items", {"items": items})


def hire(operator: httpx.Client, name: str) -> httpx.Client:
    """Seat a person and return their client."""
    user = ask(operator, "POST", "/users", {"name": name})["id"]
    member = {"role": "annotator", "workforce": "crew"}
    ask(operator, "PUT", f"/projects/{SLUG}/members/{user}", member)
    token = ask(operator, "POST", "/tokens", {"user_id": user, "name": "test"})["token"]
    return client_of(str(operator.base_url).removesuffix("/v1/"), token)


def label(person: httpx.Client, most: int) -> int:
    """Answer as somebody who reads; returns how many answers counted."""
    counted = 0
    while counted < most:
        held = ask(person, "POST", f"/projects/{SLUG}/leases", {"count": 5})["assignments"]
        if not held:
            return counted
        for lease in held:
            text = lease["data"]["text"]
            name = next(key for key, words in WORDS.items() if text.split()[0] in words)
            value = {"choices": [name]}
            region = {"from_name": "label", "to_name": "item", "type": "choices", "value": value}
            sent = {
                "lease_n": lease["lease_n"],
                "client_key": str(uuid.uuid4()),
                "result": [region],
            }
            path = f"/assignments/{lease['handle']}/submit"
            counted += ask(person, "POST", path, sent)["counted"]
    return counted


class TestCircle:
    """From items to a model that answers, and back."""

    def test_it_closes(self, store_url: str, tmp_path: Path) -> None:
        """Rounds choose with a reason, a release is gated and deployed, and the model answers."""
        hub = served(tmp_path / "data", LABELLOOP_DATABASE_URL=store_url)
        with hub as door, operator_of(door) as operator:
            make_project(operator)
            until(lambda: ask(operator, "GET", f"/projects/{SLUG}/rounds"))
            with hire(operator, "ann") as ann, hire(operator, "bo") as bo:
                assert label(ann, 90) + label(bo, 90) >= 180
            self.check_rounds(operator)
            assert release(operator)["deployed"]
            live = ask(operator, "GET", f"/projects/{SLUG}/progress")["live"]
            assert live["model_version"] == 1
            self.check_predictions(operator)
            self.check_ledger(operator)

    @staticmethod
    def check_rounds(operator: httpx.Client) -> None:
        """Every round says how it chose and replays to it; every chosen item says why."""
        until(lambda: len(ask(operator, "GET", f"/projects/{SLUG}/rounds")) > 1)
        rounds = ask(operator, "GET", f"/projects/{SLUG}/rounds")
        assert all(row["fallback_reason"] is None for row in rounds[:-1])
        chosen = [ask(operator, "GET", f"/projects/{SLUG}/rounds/{row['n']}") for row in rounds]
        assert all(row["reason"] for row in chosen[-1])
        assert operator.get(f"/projects/{SLUG}/rounds/{len(rounds) + 99}").status_code == 404
        again = ask(operator, "GET", f"/projects/{SLUG}/rounds/{rounds[0]['n']}/replay")
        assert (again["is_same"], again["differences"]) == (True, [])
        assert ask(operator, "GET", f"/projects/{SLUG}/advice")["options"]

    @staticmethod
    def check_predictions(operator: httpx.Client) -> None:
        """The live model tells the two animals apart."""
        rows = [{"data": {"text": "meow purr"}}, {"data": {"text": "bark woof"}}]
        found = ask(operator, "POST", f"/projects/{SLUG}/predict", {"items": rows})
        assert [row["label"] for row in found["predictions"]] == ["cat", "dog"]

    @staticmethod
    def check_ledger(operator: httpx.Client) -> None:
        """A second release makes the next version; a rollback of the first is refused."""
        reports = ask(operator, "GET", f"/projects/{SLUG}/gate-reports")
        entries = ask(operator, "GET", f"/projects/{SLUG}/deployments")
        assert entries[0]["gate_report_id"] in {row["id"] for row in reports}
        refused = operator.post(f"/projects/{SLUG}/rollback", json={"reason": "a test"})
        assert refused.status_code == 409
        release(operator)
        assert len(ask(operator, "GET", f"/projects/{SLUG}/models")) == 2
        assert ask(operator, "GET", f"/projects/{SLUG}/snapshots")[0]["digest"]


def release(operator: httpx.Client) -> Any:
    """Start a release by hand, wait for its end and return what it says."""
    job = ask(operator, "POST", f"/projects/{SLUG}/releases", {"reason": "by hand"})["workflow"]
    status = until(lambda: ended(operator, job))
    assert status["state"] == "done", status
    return status["result"]


def ended(operator: httpx.Client, job: str) -> Any:
    """Return a job's status once it has ended, else None."""
    answer = operator.get(f"/projects/{SLUG}/jobs/{job}")
    if answer.is_error or answer.json()["state"] in {"waiting", "running"}:
        return None
    return answer.json()


@pytest.mark.sqlite
class TestRestart:
    """A hub that is stopped and started again."""

    def test_people_go_on_where_they_were(self, sqlite_url: str, tmp_path: Path) -> None:
        """Leases, answers and tokens outlive the process."""
        folder = tmp_path / "data"
        hub = served(folder, LABELLOOP_DATABASE_URL=sqlite_url)
        with hub as door, operator_of(door) as operator:
            make_project(operator)
            ann = hire(operator, "ann")
            token = ann.headers["authorization"].removeprefix("Bearer ")
            held = ask(ann, "POST", f"/projects/{SLUG}/leases", {"count": 3})["assignments"]
            ann.close()
        again = served(folder, LABELLOOP_DATABASE_URL=sqlite_url)
        with again as door, client_of(door.url, token) as ann:
            found = ask(ann, "POST", f"/projects/{SLUG}/leases", {"count": 3})["assignments"]
        assert [row["handle"] for row in found] == [row["handle"] for row in held]
