"""`labelloop workforce` and `labelloop annotator` on a running hub."""

from __future__ import annotations

import pytest

from api.cli.client import HubClient
from tests.api.cli.conftest import Terminal


@pytest.fixture
def seated(operator: HubClient, project: str) -> str:
    """Seat a person in the vendor's workforce and return the pseudonym."""
    user = operator.post("/v1/users", {"name": "ann"})["id"]
    member = {"role": "annotator", "workforce": "acme"}
    operator.put(f"/v1/projects/{project}/members/{user}", member)
    return "acme-01"


class TestWorkforce:
    """`labelloop workforce`."""

    def test_terms_are_set_and_shown(self, labelloop: Terminal, project: str) -> None:
        """Shows each option, and that none removes a limit."""
        found = labelloop(
            *("workforce", "set", project, "acme", "--rank", "7", "--share", "0.5"),
            *("--daily-limit", "200", "--person-share", "0.2", "--price-micros", "30000"),
            *("--calendar", '{"monday": [["09:00", "17:00"]]}', "--time-zone", "Asia/Shanghai"),
            *("--skills", "law,tax", "--languages", "de", "--json"),
        )
        assert found.code == 0
        terms = {
            "rank": 7,
            "share": 0.5,
            "daily_limit": 200,
            "person_share": 0.2,
            "price_micros": 30_000,
            "calendar": {"monday": [["09:00", "17:00"]]},
            "time_zone": "Asia/Shanghai",
            "skills": ["law", "tax"],
            "languages": ["de"],
        }
        assert terms.items() <= found.json.items()
        gone = labelloop(
            *("workforce", "set", project, "acme", "--share", "none", "--calendar", "none"),
            *("--skills", "", "--time-zone", "none", "--json"),
        ).json
        assert (gone["share"], gone["calendar"], gone["skills"]) == (None, None, [])
        assert labelloop("workforce", "list", project).out.splitlines()[1].startswith("acme")

    @pytest.mark.parametrize(
        "options",
        [
            [],
            ["--rank", "first"],
            ["--calendar", "9 to 5"],
        ],
    )
    def test_wrong_use_is_told(self, labelloop: Terminal, project: str, options: list[str]) -> None:
        """Shows exit code 2 and one line."""
        found = labelloop("workforce", "set", project, "acme", *options)
        assert (found.code, len(found.err.splitlines())) == (2, 1)

    def test_what_the_hub_refuses_is_told(self, labelloop: Terminal, project: str) -> None:
        """Shows exit code 1 for a zone that does not exist, and for no such workforce."""
        zone = labelloop("workforce", "set", project, "acme", "--time-zone", "Mars/Olympus")
        assert (zone.code, "Europe/Berlin" in zone.err) == (1, True)
        assert labelloop("workforce", "pause", project, "nobody").code == 1

    def test_it_is_added_paused_and_resumed(self, labelloop: Terminal, project: str) -> None:
        """Shows the states in the list."""
        labelloop("workforce", "add", project, "many", "--kind", "crowd")
        for verb, state in (("pause", "paused"), ("block", "blocked"), ("resume", "active")):
            labelloop("workforce", verb, project, "many", "--reason", "r")
            listed = labelloop("workforce", "list", project, "--json").json
            assert {row["name"]: row["state"] for row in listed}["many"] == state


class TestAnnotator:
    """`labelloop annotator`."""

    def test_terms_and_states(self, labelloop: Terminal, project: str, seated: str) -> None:
        """Shows a person's own terms, and the way from active to blocked and back."""
        changed = labelloop(
            *("annotator", "set", project, seated, "--languages", "de,fr"),
            *("--daily-limit", "10", "--time-zone", "Europe/Paris", "--json"),
        ).json
        assert (changed["languages"], changed["daily_limit"]) == (["de", "fr"], 10)
        for verb, state in (("pause", "paused"), ("block", "blocked"), ("resume", "active")):
            found = labelloop("annotator", verb, project, seated, "--reason", "why", "--json")
            assert (found.json["state"], found.json["leases_returned"]) == (state, 0)
        (row,) = labelloop("annotator", "list", project, "--json").json
        assert (row["pseudonym"], row["state"], row["reason"]) == (seated, "active", "why")
        assert labelloop("annotator", "pause", project, "nobody").code == 1
