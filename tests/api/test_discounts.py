"""Pausing and discounting over HTTP and in a terminal, on a hub that also works."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.cli.conftest import Terminal
from tests.factories import answer
from tests.support.doors import Cast, Door, made_cast, served

PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def working(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Door, Path]]:
    """Serve a hub with its background work."""
    folder = tmp_path_factory.mktemp("working") / "data"
    with served(folder) as found:
        yield found, folder


@pytest.fixture
def cast(working: tuple[Door, Path]) -> Iterator[Cast]:
    """Make a project in which two people have answered the same four items."""
    with made_cast(working[0]) as found:
        policy = {"overlap_least": 2, "overlap_most": 2, "test_overlap": 2}
        found.get("owner", "PATCH", "/projects/{slug}/policy", json=policy)
        for who, label in (("annotator", "a"), ("colleague", "a")):
            for held in found.lease(who, 4):
                sent = {"lease_n": 1, "client_key": str(uuid.uuid4()), "result": answer(label)}
                path = f"/assignments/{held['handle']}/submit"
                found.get(who, "POST", path, json=sent)
        yield found


def pseudonym(cast: Cast) -> str:
    """Return the pseudonym of somebody who has answered."""
    found = cast.get("owner", "GET", "/projects/{slug}/annotators")["items"]
    return str(next(row["pseudonym"] for row in found if row["answers"]))


def waited(cast: Cast, path: str, ends: set[str]) -> dict[str, Any]:
    """Wait until something has come to one of its ends and return it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    found: dict[str, Any] = {}
    while time.monotonic() < deadline:
        found = cast.get("owner", "GET", f"/projects/{{slug}}/{path}")
        if found["state"] in ends:
            return found
        time.sleep(0.05)
    message = f"{path} stands at {found}"
    raise AssertionError(message)


def finished(cast: Cast, n: int) -> dict[str, Any]:
    """Wait for a discount's end."""
    return waited(cast, f"discounts/{n}", {"dropped", "restored"})


def ended_job(cast: Cast, job: str) -> dict[str, Any]:
    """Wait for a job's end, which comes a moment after what it did."""
    return waited(cast, f"jobs/{job}", {"done", "failed", "cancelled"})


class TestDiscount:
    """From the preview to the undoing."""

    def test_what_the_preview_says_is_done_and_undone(self, cast: Cast) -> None:
        """Shows figures, the job in the list of jobs, and that nothing is done twice."""
        path = f"/projects/{{slug}}/annotators/{pseudonym(cast)}/discount"
        why = {"reason": "answers by a script"}
        said = cast.get("owner", "POST", f"{path}?preview=true", json=why)
        assert (said["answers"], said["snapshots"]) == (4, [])
        assert said["budget_left_micros"] is not None
        assert cast.get("owner", "GET", "/projects/{slug}/discounts") == []
        began = cast.get("owner", "POST", path, json=why)
        done = finished(cast, began["n"])
        for name in ("answers", "items_touched", "items_reopened", "consensus_flips"):
            assert done[name] == said[name], name
        job = ended_job(cast, began["job"])
        assert (job["name"], job["result"]["state"]) == ("discount", "dropped")
        cast.get("owner", "POST", f"/projects/{{slug}}/discounts/{began['n']}/undo")
        back = finished(cast, began["n"])
        assert (back["state"], back["restored"]) == ("restored", 4)
        again = cast.call("owner", "POST", f"/projects/{{slug}}/discounts/{began['n']}/undo")
        assert again.status_code == 409

    def test_a_reason_is_asked_for(self, cast: Cast) -> None:
        """Shows that a preview needs none, and the deed does."""
        path = f"/projects/{{slug}}/annotators/{pseudonym(cast)}/discount"
        assert cast.call("owner", "POST", f"{path}?preview=true", json={}).status_code == 200
        assert cast.call("owner", "POST", path, json={}).status_code == 422

    def test_it_works_in_a_terminal(
        self,
        cast: Cast,
        working: tuple[Door, Path],
        capfd: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Shows that without --yes nothing is done, and the way there and back with it."""
        monkeypatch.setenv("LABELLOOP_DATA_DIR", str(working[1]))
        labelloop, who = Terminal(capfd), pseudonym(cast)
        said = labelloop("annotator", "discount", cast.slug, who)
        assert (said.code, "Nothing has been changed" in said.out) == (0, True)
        done = labelloop(
            *("annotator", "discount", cast.slug, who, "--reason", "r", "--yes", "--json")
        ).json
        assert (done["state"], done["answers"]) == ("dropped", 4)
        back = labelloop("annotator", "undo-discount", cast.slug, "1")
        assert (back.code, "restored" in back.out) == (0, True)
        assert len(labelloop("annotator", "discounts", cast.slug, "--json").json) == 1


class TestPause:
    """Leases that return at once."""

    @pytest.mark.parametrize("of", ["annotators", "workforces"])
    def test_who_is_paused_holds_nothing(self, cast: Cast, of: str) -> None:
        """Shows the reason on the next lease, and that it ends when they are let in again."""
        held = cast.lease("annotator", 2)
        assert len(held) == 2
        me = next(
            row["pseudonym"]
            for row in cast.get("owner", "GET", "/projects/{slug}/annotators")["items"]
            if row["answers"]
        )
        path = f"/projects/{{slug}}/{of}/{me if of == 'annotators' else 'crew'}"
        paused = cast.get("owner", "POST", f"{path}/pause", json={"reason": "r"})
        assert (paused["state"], paused["leases_returned"]) == ("paused", 2)
        found = cast.get("annotator", "POST", "/projects/{slug}/leases", json={"count": 1})
        assert (found["assignments"], found["reason"]["code"]) == ([], "paused")
        cast.get("owner", "POST", f"{path}/resume", json={})
        assert len(cast.lease("annotator", 1)) == 1
