"""`labelloop audit`: list, verify, anchor, beside a hub that runs."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from api.cli.client import HubClient
from labeling.audit.seals.sealing import seal_next
from labeling.database import Actor, open_hub
from tests.api.cli.conftest import Terminal
from tests.api.conftest import RunningHub
from tests.api.test_postman import MailServer
from tests.support.doors import served


@pytest.fixture
def sealed_hub(running_hub: RunningHub, project: str) -> Path:
    """Return the folder of a hub with a project, whose record is sealed by hand."""
    hub = open_hub(f"sqlite:///{running_hub.folder / 'hub.db'}")
    while seal_next(hub, Actor("job")):
        pass
    hub.close()
    return running_hub.folder


@pytest.fixture
def copied_hub(
    sealed_hub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[sqlite3.Connection]:
    """Copy the store to a folder of the test's own, which the commands then work on."""
    with (
        closing(sqlite3.connect(sealed_hub / "hub.db")) as old,
        closing(sqlite3.connect(tmp_path / "hub.db")) as new,
    ):
        old.backup(new)
        new.execute("DROP TRIGGER audit_event_no_update")
        monkeypatch.setenv("LABELLOOP_DATA_DIR", str(tmp_path))
        yield new


class TestList:
    """`labelloop audit list`."""

    def test_it_says_who_did_what_from_what_to_what(
        self, labelloop: Terminal, operator: HubClient, project: str
    ) -> None:
        """Shows a change of the budget with both amounts, newest first."""
        operator.put(f"/v1/projects/{project}/budget", {"cap_micros": 20_000_000})
        (event,) = labelloop("audit", "list", project, "--limit", "1", "--json").json
        assert (event["action"], event["actor_name"]) == ("project.budget", "operator")
        assert event["was"] == {"cap_micros": 10_000_000}
        assert event["now"] == {"cap_micros": 20_000_000}
        assert "cap_micros=20000000" in labelloop("audit", "list", project).out

    def test_it_filters(self, labelloop: Terminal, project: str) -> None:
        """Shows one action, one object, and the installation's own record."""
        found = labelloop("audit", "list", project, "--action", "workforce.", "--json").json
        assert [event["action"] for event in found] == ["workforce.create"]
        of = f"workforce:{found[0]['object_id']}"
        assert labelloop("audit", "list", project, "--object", of, "--json").json == found
        own = labelloop("audit", "list", "--action", "user.create", "--json").json
        assert own[-1]["now"] == {"name": "operator"}

    def test_a_filter_that_does_not_fit_is_refused(self, labelloop: Terminal, project: str) -> None:
        """Shows exit code 1 and the place."""
        found = labelloop("audit", "list", project, "--object", "nonsense")
        assert (found.code, "object" in found.err) == (1, True)


class TestVerify:
    """`labelloop audit verify`."""

    def test_a_whole_record_is_said_to_be_whole(
        self, labelloop: Terminal, sealed_hub: Path, project: str
    ) -> None:
        """Shows exit code 0 beside the running hub, for all and for one project."""
        found = labelloop("audit", "verify", "--json")
        assert (found.code, found.json["whole"], found.json["findings"]) == (0, True, [])
        one = labelloop("audit", "verify", "--project", project)
        assert (one.code, "The record is whole." in one.out) == (0, True)

    def test_a_changed_row_is_named(
        self, labelloop: Terminal, copied_hub: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Shows exit code 1 and the row, in a copy of the store."""
        folder = Path(copied_hub.execute("PRAGMA database_list").fetchone()[2]).parent
        monkeypatch.setenv("LABELLOOP_DATA_DIR", str(folder))
        copied_hub.execute("UPDATE audit_event SET actor_id = 99 WHERE id = 2")
        copied_hub.commit()
        found = labelloop("audit", "verify")
        assert found.code == 1
        assert found.out.startswith("audit_event 2 ")

    def test_an_unknown_project_is_wrong_use(self, labelloop: Terminal, sealed_hub: Path) -> None:
        """Shows exit code 2."""
        assert labelloop("audit", "verify", "--project", "nobody").code == 2


class TestAnchor:
    """`labelloop audit anchor`."""

    def test_a_file_keeps_the_head(
        self, labelloop: Terminal, sealed_hub: Path, tmp_path: Path
    ) -> None:
        """Shows that verify holds the chain against the file, and finds another head."""
        file = tmp_path / "outside" / "anchors.jsonl"
        head = labelloop("audit", "anchor", "--file", file, "--json").json
        found = labelloop("audit", "verify", "--anchor", file, "--json")
        assert (found.code, found.json["anchors"]) == (0, 1)
        forged = file.read_text().replace(head["digest"], "0" * 64)
        file.write_text(file.read_text() + forged)
        found = labelloop("audit", "verify", "--anchor", file, "--json")
        assert (found.code, found.json["findings"][0]["id"]) == (1, head["n"])

    def test_a_git_repository_keeps_the_head(
        self, labelloop: Terminal, sealed_hub: Path, tmp_path: Path
    ) -> None:
        """Shows a commit for each anchor, and the refusal of a folder that is no repository."""
        refused = labelloop("audit", "anchor", "--git", tmp_path)
        assert (refused.code, "git init" in refused.err) == (1, True)
        subprocess.run(["git", "init", "-q", tmp_path], check=True)
        for _ in range(2):
            assert labelloop("audit", "anchor", "--git", tmp_path).code == 0
        said = subprocess.run(
            ["git", "-C", tmp_path, "log", "--format=%s"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.splitlines()
        assert len(said) == 2
        found = labelloop("audit", "verify", "--anchor", tmp_path, "--json")
        assert (found.code, found.json["anchors"]) == (0, 2)

    def test_a_letter_carries_the_head(
        self,
        labelloop: Terminal,
        sealed_hub: Path,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Shows that the letter's line, kept in a file, is what verify holds the chain against."""
        server = MailServer()
        server.start()
        monkeypatch.setenv("LABELLOOP_SMTP_URL", f"smtp://127.0.0.1:{server.port}")
        try:
            sent = labelloop("audit", "anchor", "--mail", "auditor@example.org", "--json")
        finally:
            server.stop()
        assert (sent.code, sent.json["places"]) == (0, ["auditor@example.org"])
        (letter,) = server.letters
        kept = tmp_path / "kept.jsonl"
        body = letter.get_payload(decode=True)
        assert isinstance(body, bytes)
        kept.write_bytes(body)
        found = labelloop("audit", "verify", "--anchor", kept, "--json")
        assert (found.code, found.json["anchors"]) == (0, 1)

    def test_without_a_mail_server_it_is_refused(
        self, labelloop: Terminal, sealed_hub: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Shows one line that names the setting, and one where nobody listens."""
        monkeypatch.delenv("LABELLOOP_SMTP_URL", raising=False)
        found = labelloop("audit", "anchor", "--mail", "auditor@example.org")
        assert (found.code, "LABELLOOP_SMTP_URL" in found.err) == (1, True)
        monkeypatch.setenv("LABELLOOP_SMTP_URL", "smtp://127.0.0.1:9")
        found = labelloop("audit", "anchor", "--mail", "auditor@example.org")
        assert (found.code, "could not be sent" in found.err) == (1, True)


class TestWorker:
    """The background turns of a hub that works."""

    def test_it_seals_and_anchors_by_itself(self, tmp_path: Path, labelloop: Terminal) -> None:
        """Shows that a second after a change it is sealed and its seal written outside."""
        anchors = tmp_path / "anchors.jsonl"
        settings = {
            "LABELLOOP_AUDIT_ANCHOR_FILE": str(anchors),
            "LABELLOOP_AUDIT_ANCHOR_SECONDS": "1",
        }
        folder = tmp_path / "data"
        with served(folder, **settings):
            found = labelloop("--data-dir", folder, "audit", "verify", "--json")
            for _ in range(100):
                if anchors.exists() and not found.json["unsealed"]:
                    break
                found = labelloop("--data-dir", folder, "audit", "verify", "--json")
            else:
                pytest.fail("nothing was sealed and anchored")
        found = labelloop("--data-dir", folder, "audit", "verify", "--anchor", anchors, "--json")
        assert (found.code, found.json["anchors"] >= 1) == (0, True)
