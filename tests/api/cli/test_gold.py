"""`labelloop gold`: from a file to the stock and back."""

from __future__ import annotations

from pathlib import Path

from api.cli.client import HubClient
from tests.api.cli.conftest import Terminal


class TestGold:
    """The commands on one project."""

    def test_import_list_retire(
        self, labelloop: Terminal, operator: HubClient, project: str, tmp_path: Path
    ) -> None:
        """Shows a CSV and a JSONL file, refusals by line, the list, and retiring by key."""
        items = [{"key": str(n), "data": {"id": n, "text": f"text {n}"}} for n in range(4)]
        operator.post(f"/v1/projects/{project}/items", {"items": items})
        label = operator.get(f"/v1/projects/{project}/progress")["project"]["question"]["classes"]
        first = label[0]["key"]
        table, lines = tmp_path / "gold.csv", tmp_path / "gold.jsonl"
        table.write_text(f"key,label,reason\n0,{first},plain\nx,{first},unknown\n", "utf-8")
        lines.write_text(f'{{"key": "1", "label": "{first}", "use": "training"}}\n', "utf-8")
        made = labelloop("gold", "import", project, table, "--json")
        assert made.code == 0
        assert (made.json["added"], made.json["refused"][0]["line"]) == (1, 3)
        assert labelloop("gold", "import", project, table, "--json").json["unchanged"] == 1
        assert labelloop("gold", "import", project, lines).code == 0
        listed = labelloop("gold", "list", project, "--json").json
        assert [(one["key"], one["use"]) for one in listed["items"]] == [
            ("0", "gold"),
            ("1", "training"),
        ]
        assert "fewer than" in labelloop("gold", "list", project).out
        assert labelloop("gold", "retire", project, "0").code == 0
        assert labelloop("gold", "retire", project, "0").code == 1
        assert labelloop("gold", "activate", project, "none such").code == 1
        assert labelloop("gold", "scores", project).code == 0
        assert "Nobody appeals." in labelloop("gold", "appeals", project).out
        assert labelloop("gold", "decide", project, "1", "keep").code == 1
        assert labelloop("gold", "decide", project, "1", "perhaps").code == 2

    def test_a_file_that_cannot_be_read_is_named(
        self, labelloop: Terminal, project: str, tmp_path: Path
    ) -> None:
        """Shows exit 1 and the line, for broken JSON, a row without a class, and no such file."""
        broken = tmp_path / "broken.jsonl"
        broken.write_text('{"key": "1", "label": "a"}\n{\n', "utf-8")
        found = labelloop("gold", "import", project, broken)
        assert (found.code, "line 2" in found.err) == (1, True)
        empty = tmp_path / "empty.csv"
        empty.write_text("key,label\n1,\n", "utf-8")
        assert "Line 2" in labelloop("gold", "import", project, empty).err
        assert labelloop("gold", "import", project, tmp_path / "absent.csv").code == 1
