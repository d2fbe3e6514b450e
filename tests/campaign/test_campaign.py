"""docs/campaign.md, run as it stands: every block, in order, against a hub that works."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from typer.main import get_command

from api.cli.app import app
from labeling.database import open_hub
from tests.books import check_books
from tests.support.doors import Door, served

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = (ROOT / "docs" / "campaign.md").read_text(encoding="utf-8")
FENCE: Final = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMANDS: Final = get_command(app).commands  # type: ignore[attr-defined]
PATIENCE_SECONDS: Final = 120
OUTCOMES: Final = """
SELECT
    (SELECT COUNT(*) FROM review_decision WHERE project_id = :p) AS decided,
    (SELECT COUNT(*) FROM consensus WHERE project_id = :p AND pinned) AS pinned,
    (SELECT COUNT(*) FROM gold_result WHERE project_id = :p) AS gold_answers,
    (SELECT COUNT(DISTINCT workforce_id) FROM ledger_entry WHERE project_id = :p) AS paid,
    (SELECT COUNT(*) FROM annotator WHERE project_id = :p AND state = 'blocked') AS blocked,
    (SELECT COUNT(*) FROM discount WHERE project_id = :p AND state = 'dropped') AS discounted
"""


@dataclass(frozen=True, slots=True)
class Block:
    """One block of the page: its language, its text, the line it begins at."""

    language: str
    text: str
    line: int


def blocks(page: str = PAGE) -> Iterator[Block]:
    """Yield the blocks of a page in order."""
    for found in FENCE.finditer(page):
        yield Block(found.group(1), found.group(2), page[: found.start()].count("\n") + 2)


class Reader:
    """Somebody who types the page: one shell block after the other, one Python session."""

    def __init__(self, folder: Path, door: Door) -> None:
        self.folder = folder
        tools = str(Path(sys.executable).parent)
        self.environment = {
            **os.environ,
            "LABELLOOP_URL": door.url,
            "LABELLOOP_DATA_DIR": str(folder / "labelloop-data"),
            "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        }
        self.session: dict[str, Any] = {"__name__": "campaign"}

    def do(self, block: Block) -> None:
        """Run one block; what fails says where on the page it stands."""
        if block.language == "sh":
            command = ["bash", "-eu", "-c", block.text]
            done = subprocess.run(
                command,
                cwd=self.folder,
                env=self.environment,
                capture_output=True,
                text=True,
                check=False,
                timeout=PATIENCE_SECONDS,
            )
            print(done.stdout)
            assert done.returncode == 0, f"line {block.line}: {done.stderr}"
        elif block.language == "python":
            exec(compile(block.text, f"campaign.md:{block.line}", "exec"), self.session)  # noqa: S102

    def leave(self) -> None:
        """Close the connections of the session."""
        for value in list(self.session.values()):
            for one in value if isinstance(value, list) else [value]:
                if hasattr(one, "http"):
                    one.http.close()


class TestCampaign:
    """The page as a reader meets it."""

    def test_every_block_is_run_or_shown_for_a_reason(self) -> None:
        """No block is left out: shell and Python are run, `console` is what the test starts."""
        languages = [block.language for block in blocks()]
        assert set(languages) == {"sh", "python", "console"}
        assert [block.text for block in blocks() if block.language == "console"] == [
            "labelloop serve\n"
        ]

    def test_every_command_exists(self) -> None:
        """What the page types is a command, with a help of its own."""
        typed = set(re.findall(r"^labelloop ([a-z-]+)", PAGE, re.MULTILINE))
        assert len(typed) > 8
        assert typed <= set(COMMANDS)

    def test_it_goes_from_the_file_to_the_proof(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Runs all of it, then looks into the store: nothing of it was only said."""
        monkeypatch.chdir(tmp_path)
        with served(tmp_path / "labelloop-data") as door:
            reader = Reader(tmp_path, door)
            monkeypatch.setenv("LABELLOOP_URL", door.url)
            try:
                for block in blocks():
                    reader.do(block)
            finally:
                reader.leave()
        hub = open_hub(f"sqlite:///{tmp_path / 'labelloop-data' / 'hub.db'}")
        try:
            project_id = hub.read_now(lambda tx: tx.value("SELECT id FROM project"))
            check_books(hub, project_id)
            (found,) = hub.read_now(lambda tx: tx.rows(OUTCOMES, p=project_id))
        finally:
            hub.close()
        print(found)
        assert found.decided > 10
        assert found.pinned > 10
        assert found.gold_answers > 20
        assert found.paid == 3
        assert found.blocked == 1
        assert found.discounted == 1
