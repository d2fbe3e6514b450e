"""A key that ends in one process is refused by every other."""

from __future__ import annotations

import time
from pathlib import Path

import httpx

from tests.support.doors import served

SOON_SECONDS = 2.0
"""Far less than a known caller is kept without looking."""


def known(client: httpx.Client) -> bool:
    """Return whether a client is let in."""
    return client.get("/v1/me").status_code == 200


def test_an_ended_token_is_refused_by_the_other_process_too(
    postgresql_url: str, tmp_path: Path
) -> None:
    """Two hubs on one PostgreSQL: the second hears of what ended in the first."""
    settings = {"LABELLOOP_DATABASE_URL": postgresql_url}
    with (
        served(tmp_path, "--no-worker", **settings) as first,
        served(tmp_path, "--no-worker", **settings) as second,
        first.client(first.token) as admin,
    ):
        user = admin.post("/v1/users", json={"name": "ann"}).json()["id"]
        made = admin.post("/v1/tokens", json={"user_id": user, "name": "t"}).json()
        with second.client(made["token"]) as elsewhere:
            assert known(elsewhere)
            assert admin.delete(f"/v1/tokens/{made['id']}").status_code == 204
            until = time.monotonic() + SOON_SECONDS
            while known(elsewhere) and time.monotonic() < until:
                pass
            assert not known(elsewhere)
