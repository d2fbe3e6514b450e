"""`/metrics`: what it says, and whom it tells."""

from __future__ import annotations

import re
from pathlib import Path

from tests.factories import answer
from tests.support.doors import Cast, assert_problem, served

LINE = re.compile(r'[a-z_]+(\{([a-z]+="([^"\\\n]|\\.)*",?)+\})? (\d+|\d*\.\d+(e-?\d+)?)')
KEY = "9b2f3c0e-8f0c-4a53-9a8f-4f3d1f5b7a10"


class TestFigures:
    """A hub that has worked."""

    def test_every_line_is_prometheus_text(self, cast: Cast) -> None:
        """Shows that a scraper reads each line, and that histograms add up."""
        (held,) = cast.lease("annotator")
        sent = {"lease_n": 1, "client_key": KEY, "result": answer("a")}
        cast.get("annotator", "POST", f"/assignments/{held['handle']}/submit", json=sent)
        cast.lease("annotator")
        response = cast.clients["admin"].get("/metrics")
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
        lines = response.text.splitlines()
        assert [line for line in lines if line[0] != "#" and not LINE.fullmatch(line)] == []
        found = dict(line.rsplit(" ", 1) for line in lines if line[0] != "#")
        assert found[f'labelloop_answers{{project="{cast.slug}"}}'] == "1"
        assert int(found["labelloop_leases"]) >= 1
        submit = 'method="POST",path="/v1/assignments/{handle}/submit",status="200"'
        count = int(found[f"labelloop_request_seconds_count{{{submit}}}"])
        assert count >= 1
        assert int(found[f'labelloop_request_seconds_bucket{{{submit},le="+Inf"}}']) == count
        assert int(found["labelloop_commit_seconds_count"]) >= 1
        assert "labelloop_seal_lag_seconds" in found

    def test_made_up_addresses_make_no_series(self, cast: Cast) -> None:
        """Shows that who asks for what is not there cannot fill the memory."""
        for n in range(5):
            cast.clients["nobody"].get(f"/v1/made-up-{n}")
        assert "made-up" not in cast.clients["admin"].get("/metrics").text


class TestWho:
    """Who may see them."""

    def test_others_are_refused(self, cast: Cast) -> None:
        """Shows 401 without a token and 403 for a project's owner."""
        assert_problem(cast.clients["nobody"].get("/metrics"), 401)
        assert_problem(cast.clients["owner"].get("/metrics"), 403)

    def test_this_machine_may_where_the_settings_say_so(self, tmp_path: Path) -> None:
        """Shows that a proxy on the same machine opens nothing."""
        with (
            served(tmp_path / "data", "--no-worker", LABELLOOP_METRICS_ON_LOOPBACK="true") as door,
            door.client(None) as client,
        ):
            assert client.get("/metrics").status_code == 200
            forwarded = {"x-forwarded-for": "203.0.113.7"}
            assert_problem(client.get("/metrics", headers=forwarded), 401)
