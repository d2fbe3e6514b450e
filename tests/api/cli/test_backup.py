"""`labelloop backup` and `restore`, beside a hub that runs."""

from __future__ import annotations

from pathlib import Path

from tests.api.cli.conftest import Terminal
from tests.api.conftest import RunningHub


class TestBackup:
    """The whole installation, out and in again."""

    def test_it_comes_back(
        self, labelloop: Terminal, running_hub: RunningHub, project: str, tmp_path: Path
    ) -> None:
        """Shows that a project which was made is there after a restore, and the record whole."""
        backup, folder = tmp_path / "backup", tmp_path / "restored"
        taken = labelloop("backup", backup, "--json")
        assert (taken.code, taken.json["folder"]) == (0, str(backup))
        assert labelloop("restore", backup, "--check", "--json").json["whole"] is True
        refused = labelloop("restore", backup)
        assert (refused.code, "runs" in refused.err) == (1, True)
        found = labelloop("--data-dir", folder, "restore", backup, "--json")
        assert (found.code, found.json["findings"]) == (0, [])
        events = labelloop("--data-dir", folder, "audit", "list", project, "--json").json
        assert events[-1]["action"] == "project.create"

    def test_a_folder_that_is_none_is_refused(self, labelloop: Terminal, tmp_path: Path) -> None:
        """Shows one line and exit code 1."""
        found = labelloop("restore", tmp_path, "--check")
        assert (found.code, found.err.count("\n")) == (1, 1)
