"""What is believed, how surely, and what changed, in a terminal."""

from __future__ import annotations

from api.cli.client import HubClient
from tests.api.cli.conftest import Terminal


class TestCommands:
    """`labelloop quality confidence`, `fits`, `changes`."""

    def test_they_say_it_in_words(
        self, labelloop: Terminal, operator: HubClient, project: str
    ) -> None:
        """Lines for people, JSON for programs; the summary needs no word of its own."""
        found = labelloop("quality", "confidence", project)
        assert (found.code, found.out[:11]) == (0, "Stop score:")
        assert labelloop("quality", "confidence", project, "--json").json["missing"] == 50
        assert labelloop("quality", "fits", project).out.strip() == "No full fit yet."
        assert labelloop("quality", "changes", project, "--since-snapshot", "1").code == 1
        assert labelloop("quality", project, "--json").json["items"]["total"] == 0
