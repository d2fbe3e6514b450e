"""Every command says what it does, and every error is one line with its exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.cli.client import HubClient
from tests.api.cli.conftest import Terminal

COMMANDS = [
    ["demo"],
    ["start"],
    ["serve"],
    ["import"],
    ["export"],
    ["quality"],
    *[["quality", name] for name in ("show", "confidence", "fits", "changes")],
    ["snapshot"],
    ["train"],
    ["deploy"],
    ["rollback"],
    ["predict"],
    ["backup"],
    ["restore"],
    ["migrate"],
    ["doctor"],
    ["openapi"],
    *[["user", name] for name in ("add", "role", "link", "token", "list", "remove", "reset")],
    *[["user", name] for name in ("deactivate", "activate", "erase", "tokens", "end-token")],
    *[["user", name] for name in ("invite", "invitations", "revoke")],
    *[["project", name] for name in ("list", "delete", "restore", "deleted")],
    *[["flags", name] for name in ("list", "restore")],
    *[
        ["gold", name]
        for name in ("import", "list", "retire", "activate", "scores", "appeals", "decide")
    ],
    *[["assign", name] for name in ("add", "list", "cancel")],
    *[["audit", name] for name in ("list", "verify", "anchor")],
    *[["review", name] for name in ("list", "next", "answer", "verdict", "figures")],
    *[["workforce", name] for name in ("list", "add", "set", "pause", "block", "resume")],
    *[["annotator", name] for name in ("list", "set", "pause", "block", "resume")],
    *[["annotator", name] for name in ("discount", "undo-discount", "discounts")],
    *[["work-order", name] for name in ("place", "list", "file", "return", "close")],
]


class TestHelp:
    """A newcomer finds the way."""

    @pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
    def test_each_command_has_help(self, labelloop: Terminal, command: list[str]) -> None:
        """`--help` tells in a sentence what the command does and names its options."""
        found = labelloop(*command, "--help")
        assert found.code == 0
        assert found.out.startswith(f"Usage: labelloop {' '.join(command)}")
        assert len(found.out.splitlines()[2]) > 20

    def test_the_first_help_names_the_first_steps(self, labelloop: Terminal) -> None:
        """`labelloop --help` begins with demo and start."""
        found = labelloop("--help").out
        assert found.index("  demo ") < found.index("  start ") < found.index("  serve ")
        assert "labelloop start reviews.csv --labels good,bad" in " ".join(found.split())


class TestWrongUse:
    """What can never work ends with 2 and one line."""

    @pytest.mark.parametrize(
        "arguments",
        [
            ["no-such-command"],
            ["export"],
            ["export", "p", "--format", "xml"],
            ["start", "a.csv"],
            ["start", "a.csv", "--labels", "only-one"],
            ["start", "a.csv", "--labels", "twice,twice"],
            ["serve", "--port", "99999"],
            ["deploy", "p", "one"],
            ["predict", "p"],
            ["predict", "p", "--data", "{not json"],
        ],
        ids=" ".join,
    )
    def test_it_is_said_in_one_line(
        self, labelloop: Terminal, operator: HubClient, arguments: list[str]
    ) -> None:
        """`labelloop: …`, nothing on standard output."""
        found = labelloop(*arguments)
        assert found.code == 2
        assert found.out == ""
        assert found.err.startswith("labelloop: ")
        assert found.err.count("\n") == 1

    def test_a_setting_that_does_not_fit_is_named(
        self, labelloop: Terminal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The variable's name is in the line."""
        monkeypatch.setenv("LABELLOOP_PORT", "many")
        found = labelloop("doctor")
        assert found.code == 2
        assert found.err.startswith("labelloop: LABELLOOP_PORT: ")


class TestRefused:
    """What the hub refuses ends with 1 and its reason."""

    @pytest.mark.parametrize(
        "arguments",
        [
            ["export", "no-such"],
            ["quality", "no-such"],
            ["train", "no-such"],
            ["rollback", "no-such"],
            ["deploy", "no-such", "1"],
            ["predict", "no-such", "--data", '{"text": "a"}'],
            ["work-order", "list", "no-such"],
            ["work-order", "close", "no-such", "1"],
            ["user", "link", "999999"],
        ],
        ids=" ".join,
    )
    def test_what_is_not_there(
        self, labelloop: Terminal, operator: HubClient, arguments: list[str]
    ) -> None:
        """The problem's title and detail in one line."""
        found = labelloop(*arguments)
        assert found.code == 1
        assert found.err.startswith("labelloop: Not found: ")
        assert found.err.count("\n") == 1


class TestPeople:
    """Letting people in."""

    def test_a_new_person_gets_a_link_that_works_once(
        self, labelloop: Terminal, operator: HubClient, project: str
    ) -> None:
        """`user add` seats them and prints where they sign in."""
        found = labelloop(
            "user", "add", "Ann", "--project", project, "--workforce", "acme", "--json"
        ).json
        secret = found["link"].split("#")[1]
        signed_in = operator.post("/v1/sessions", {"link": secret})
        assert signed_in["next"] == f"/projects/{project}/annotate"
        assert signed_in["user"] == {"id": found["id"], "name": "Ann"}
        again = labelloop("user", "link", str(found["id"]), "--next", "/x")
        assert again.out.startswith(f"{operator.url}/signin#")

    def test_a_token_and_a_role(
        self, labelloop: Terminal, operator: HubClient, project: str
    ) -> None:
        """A token signs its user in; a role opens the project to them."""
        user = operator.post("/v1/users", {"name": "Bo"})["id"]
        token = labelloop("user", "token", str(user)).out.strip()
        assert labelloop("user", "role", str(user), project, "reviewer").code == 0
        own = HubClient(operator.url, token)
        assert own.get(f"/v1/projects/{project}/progress")["items"]["total"] == 0
        own.close()


class TestMaintenance:
    """What operations need."""

    def test_openapi_is_the_document_of_the_hub(
        self, labelloop: Terminal, operator: HubClient
    ) -> None:
        """The printed document is the served one, errors included."""
        printed = labelloop("openapi").json
        assert printed == operator.get("/openapi.json")
        assert "Problem" in printed["components"]["schemas"]

    def test_doctor_finds_a_healthy_hub(self, labelloop: Terminal, operator: HubClient) -> None:
        """All is well, and it says where the hub runs."""
        found = labelloop("doctor", "--json")
        assert found.code == 0
        assert {row["check"]: row["found"] for row in found.json}[
            "hub"
        ] == f"runs at {operator.url}"

    def test_doctor_names_what_needs_attention(
        self, labelloop: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A data folder that others can read is a finding, exit code 1."""
        folder = tmp_path / "open"
        folder.mkdir(mode=0o755)
        monkeypatch.setenv("LABELLOOP_DATA_DIR", str(folder))
        found = labelloop("doctor")
        assert found.code == 1
        assert f"LOOK data folder: {folder} is open to other accounts" in found.out

    def test_migrate_makes_a_store_and_then_has_nothing_to_do(
        self, labelloop: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The second call says so; `--data-dir` goes before the environment."""
        monkeypatch.setenv("LABELLOOP_DATA_DIR", str(tmp_path / "elsewhere"))
        first = labelloop("--data-dir", tmp_path / "new", "migrate", "--json")
        second = labelloop("--data-dir", tmp_path / "new", "migrate")
        assert first.json == {"at_head": True, "was_at_head": False}
        assert second.out == "The store was at head already.\n"
        assert not (tmp_path / "elsewhere").exists()
