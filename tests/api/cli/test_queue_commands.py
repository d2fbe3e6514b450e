"""`labelloop flags` and `labelloop assign`."""

from __future__ import annotations

import time

from api.cli.client import HubClient
from tests.api.cli.conftest import Terminal


class TestCommands:
    """`labelloop flags` and `labelloop assign`."""

    def test_assign_list_cancel(
        self, labelloop: Terminal, operator: HubClient, project: str
    ) -> None:
        """Shows the three commands, and exit 1 where nothing could be assigned."""
        crew = {"name": "crew", "kind": "in_house"}
        operator.post(f"/v1/projects/{project}/workforces", crew)
        items = [{"key": str(n), "data": {"id": n, "text": f"text {n}"}} for n in range(3)]
        operator.post(f"/v1/projects/{project}/items", {"items": items})
        user = operator.post("/v1/users", {"name": "Ann"})["id"]
        member = {"role": "annotator", "workforce": "crew"}
        operator.put(f"/v1/projects/{project}/members/{user}", member)
        to = ["--to", "crew-01", "--due", "2099-01-01"]
        wrong = labelloop("assign", "add", project, "0", "--to", "crew-01", "--due", "friday")
        assert wrong.code == 2
        far = labelloop("assign", "add", project, "0", *to)
        assert far.code == 1
        assert "at most a year" in far.err
        soon = time.strftime("%Y-%m-%d", time.localtime(time.time() + 86_400))
        to = ["--to", "crew-01", "--due", soon]
        made = labelloop("assign", "add", project, "0", "1", "unheard", *to, "--json")
        assert made.code == 0
        assert made.json["assigned"] == ["0", "1"]
        assert labelloop("assign", "add", project, "0", *to).code == 1
        listed = labelloop("assign", "list", project, "--json").json
        assert [one["state"] for one in listed] == ["waiting", "waiting"]
        assert labelloop("assign", "cancel", project, str(listed[0]["id"])).code == 0
        assert "cancelled" in labelloop("assign", "list", project).out

    def test_flags_list_and_restore(
        self, labelloop: Terminal, operator: HubClient, project: str
    ) -> None:
        """Shows an empty list, and the refusal to restore what is not aside."""
        assert "Nobody reports anything." in labelloop("flags", "list", project).out
        items = [{"key": "k", "data": {"id": 1, "text": "a text"}}]
        operator.post(f"/v1/projects/{project}/items", {"items": items})
        found = operator.get(f"/v1/projects/{project}/items")["items"][0]["id"]
        refused = labelloop("flags", "restore", project, str(found))
        assert refused.code == 1
        assert "not set aside" in refused.err
