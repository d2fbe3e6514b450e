"""`labelloop user` and `labelloop project`: who comes, who goes, and what is deleted."""

from __future__ import annotations

import uuid

from api.cli.client import HubClient
from tests.api.cli.conftest import Terminal


class TestInvite:
    """`user invite`, `invitations`, `revoke`."""

    def test_a_link_is_printed_and_can_be_taken_back(
        self, labelloop: Terminal, project: str
    ) -> None:
        """Shows a link to the page, its line in the list, and that a revoked one says so."""
        made = labelloop(
            "user", "invite", project, "--role", "viewer", "--uses", "3", "--json"
        ).json
        assert "/join#" in made["url"]
        (line,) = labelloop("user", "invitations", project).out.splitlines()[1:]
        assert "0 of 3" in line
        assert labelloop("user", "revoke", project, str(made["id"])).code == 0
        assert "revoked" in labelloop("user", "invitations", project).out

    def test_an_unknown_workforce_is_one_line(self, labelloop: Terminal, project: str) -> None:
        """Shows exit code 1 and what is wrong."""
        refused = labelloop("user", "invite", project, "--workforce", "nobody")
        assert (refused.code, len(refused.err.splitlines())) == (1, 1)


class TestPeople:
    """`user list`, `remove`, `deactivate`, `activate`, `reset`, `erase`, tokens."""

    def test_from_coming_to_being_erased(
        self, labelloop: Terminal, operator: HubClient, project: str
    ) -> None:
        """Shows each command on one person, and what the list says of them after it."""
        name = f"Ada {uuid.uuid4().hex[:8]}"
        user = labelloop(
            "user", "add", name, "--project", project, "--role", "viewer", "--json"
        ).json
        number = str(user["id"])
        assert name in labelloop("user", "list", "--project", project).out
        assert labelloop("user", "remove", number, project).code == 0
        assert name not in labelloop("user", "list", "--project", project).out
        assert "/reset#" in labelloop("user", "reset", number).out
        token = labelloop("user", "token", number, "--scope", "read", "--days", "1", "--json").json
        assert token["token"][:10] in labelloop("user", "tokens", number).out
        assert labelloop("user", "end-token", str(token["id"])).code == 0
        assert "ended" in labelloop("user", "tokens", number).out
        assert labelloop("user", "deactivate", number).code == 0
        assert labelloop("user", "activate", number).code == 0
        assert labelloop("user", "erase", number, "--confirm", "Eve").code == 1
        assert labelloop("user", "erase", number, "--confirm", name).code == 0
        listed = labelloop("user", "list").out
        assert name not in listed
        assert f"erased person {number}" in listed


class TestProject:
    """`project delete`, `restore`, `list`, `deleted`."""

    def test_a_deleted_project_comes_back(self, labelloop: Terminal, project: str) -> None:
        """Shows that a slip deletes nothing, and the way back."""
        assert labelloop("project", "delete", project, "--confirm", "other").code == 1
        assert project in labelloop("project", "list").out
        done = labelloop("project", "delete", project, "--confirm", project)
        assert f"labelloop project restore {project}" in done.out
        assert project not in labelloop("project", "list").out
        assert project in labelloop("project", "deleted").out
        assert labelloop("project", "restore", project).code == 0
        assert project in labelloop("project", "list").out
