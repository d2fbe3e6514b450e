"""The newest figures of each project that somebody looks at: computed beside the hub, kept a while.

Answers are read page by page and written as an export is; a process of its own makes the figures
from that file. Nobody who answers waits for it, and however many look, it is done once.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from labeling.exchange.export.sample import write_answers
from labeling.quality.figures.report import REPORT, QualityReport, write_report
from training.compute import Compute

if TYPE_CHECKING:
    from labeling.database import Hub, Row

FRESH_SECONDS: Final = 1.0
REST: Final = 20
"""Figures are kept for so many times as long as they took: at most a twentieth of one core."""


class FigureCache:
    """Per process: each project's figures.

    Parameters
    ----------
    hub
        Where the answers are.
    compute
        The process that makes the figures.

    """

    def __init__(self, hub: Hub, compute: Compute) -> None:
        self._hub, self._compute = hub, compute
        self._known: dict[int, tuple[float, QualityReport]] = {}
        self._locks: dict[int, asyncio.Lock] = {}

    async def get(self, project: Row) -> QualityReport:
        """Return a project's figures, computed now where they are not fresh."""
        async with self._locks.setdefault(project.id, asyncio.Lock()):
            known = self._known.get(project.id)
            if known is not None and known[0] > time.monotonic():
                return known[1]
            began = time.monotonic()
            found = await asyncio.to_thread(self._make, project)
            now = time.monotonic()
            self._known[project.id] = (now + max(FRESH_SECONDS, REST * (now - began)), found)
            return found

    def _make(self, project: Row) -> QualityReport:
        with tempfile.TemporaryDirectory(prefix="labelloop-quality-") as name:
            rows, report = Path(name) / "answers.jsonl", Path(name) / "report.json"
            about = write_answers(self._hub, project, rows)
            self._compute.run(write_report, str(rows), str(report), about, "person")
            return REPORT.validate_json(report.read_bytes())
