"""What the hub does by itself is in the record too: expiry, rounds, fits, releases."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from api.cli.serving import address_of, listen, served
from api.installation import operator_token
from api.settings import Settings
from tests.factories import answer
from tests.support.doors import Cast, Door, made_cast
from tests.support.watching import Unit, watched_writes

PATIENCE_SECONDS: Final = 120.0
PROGRESS: Final = {"bulk_job"}
"""Tables in which a job keeps how far it is."""
WANTED: Final = {
    "assignment.expire",
    "round.open",
    "truth.fit",
    "snapshot.take",
    "model.train",
    "model.gate",
}
POLICY: Final[dict[str, Any]] = {
    "lease_seconds": 10,
    "overlap_most": 1,
    "retrain_after": 10,
    "round_size": 10,
    "strategy": "margin",
}


@pytest.fixture
def units() -> Iterator[list[Unit]]:
    """Watch every write of this process."""
    with watched_writes() as found:
        yield found


@pytest.fixture
def stage(units: list[Unit], tmp_path: Path) -> Iterator[Cast]:
    """Serve a hub that works, inside this process, and make a project there."""
    settings = Settings(data_dir=tmp_path / "data")
    door = listen("127.0.0.1", 0)
    url = address_of(door)
    with (
        served(settings, door, is_announced=False),
        made_cast(Door(url, operator_token(settings))) as found,
    ):
        yield found


class TestJobs:
    """Every turn of the background."""

    def test_what_they_change_is_recorded_in_the_same_transaction(
        self, stage: Cast, units: list[Unit]
    ) -> None:
        """Shows that no job changes a table without an event, over a small campaign."""
        stage.get("owner", "PATCH", "/projects/{slug}/policy", json=POLICY)
        stage.lease("colleague")  # and is never heard of again
        for n in range(36):
            (lease,) = stage.lease("annotator")
            label = "abc"[n % 3]
            sent = {"lease_n": 1, "client_key": str(uuid.uuid4()), "result": answer(label)}
            stage.get("annotator", "POST", f"/assignments/{lease['handle']}/submit", json=sent)
        stage.get("owner", "POST", "/projects/{slug}/releases", json={"reason": "a test"})
        until = time.monotonic() + PATIENCE_SECONDS
        while WANTED - {action for unit in units for action in unit.actions}:
            missing = WANTED - {action for unit in units for action in unit.actions}
            assert time.monotonic() < until, f"never happened: {missing}"
            time.sleep(0.1)
        bare = [
            (unit.where, sorted(unit.changed - PROGRESS))
            for unit in list(units)
            if unit.actor.kind != "user" and unit.changed - PROGRESS and not unit.actions
        ]
        assert bare == []
