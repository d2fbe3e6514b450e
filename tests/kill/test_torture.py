"""The torture, short: what the long run does (`python -m tests.kill.torture`), in seconds."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
ANSWERS: Final = 1_000
PATIENCE_SECONDS: Final = 300


@pytest.mark.kill
class TestTorture:
    """Threads and processes that are killed while the clock jumps, on each store.

    Hidden gold, reviews and documents are on.
    """

    def test_no_rule_breaks(self, store_url: str) -> None:
        """Shows rules 1, 2, 4, 5, 10, 11 and 14 after kills, pauses, reopenings and budget caps."""
        command = [sys.executable, "-m", "tests.kill.torture"]
        options = ["--answers", str(ANSWERS), "--url", store_url]
        found = subprocess.run(
            [*command, *options],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        assert found.returncode == 0, found.stderr[-4_000:]
        figures = json.loads(found.stdout.splitlines()[-1])
        print(figures)
        assert figures["answers"] >= ANSWERS
        assert figures["kills"] > 0
        assert figures["on_gold"] > 0
        assert figures["verdicts"] > 0
        assert figures["acknowledged"] > ANSWERS / 2
