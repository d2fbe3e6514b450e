"""The newest figures of each project that somebody looks at: computed beside the hub, kept a while.

Answers are read page by page and written as an export is; a process of its own makes the figures
from that file. Nobody who answers waits for it, and however many look, it is done once.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from labeling.exchange.export.sample import write_answers
from labeling.projects import store as projects
from labeling.quality.figures.groups import GROUPS, GroupFigures, write_group_figures
from labeling.quality.figures.report import REPORT, QualityReport, write_report
from labeling.quality.groups import service as groups
from labeling.schema import store as schema_store
from training.compute import Compute

if TYPE_CHECKING:
    from labeling.database import Hub, Row

T = TypeVar("T")
FRESH_SECONDS: Final = 1.0
REST: Final = 20
"""What was computed is kept for so many times as long as it took: a twentieth of one core."""


class Kept(Generic[T]):
    """Per process: what was computed for each project, for as long as it is fresh.

    Parameters
    ----------
    make
        Computes it; called in a thread, once however many wait.

    """

    def __init__(self, make: Callable[[Row], T]) -> None:
        self._make = make
        self._known: dict[tuple[int, str], tuple[float, T]] = {}
        self._locks: dict[tuple[int, str], asyncio.Lock] = {}

    async def get(self, project: Row) -> T:
        """Return what is known of a project's target question, computed now where not fresh."""
        key = (project.id, project.target_question)
        async with self._locks.setdefault(key, asyncio.Lock()):
            known = self._known.get(key)
            if known is not None and known[0] > time.monotonic():
                return known[1]
            began = time.monotonic()
            found = await asyncio.to_thread(self._make, project)
            now = time.monotonic()
            self._known[key] = (now + max(FRESH_SECONDS, REST * (now - began)), found)
            return found

    def drop(self, project: Row) -> None:
        """Forget a project: something was done that its figures shall show at once."""
        for key in [key for key in self._known if key[0] == project.id]:
            del self._known[key]


def measure_groups(hub: Hub, compute: Compute, project: Row) -> GroupFigures:
    """Compute agreement by group of a project's target question, as `measure` does.

    Raises
    ------
    QuestionKindError
        The question is no single choice.

    """
    hub.read_now(lambda tx: schema_store.require_choice(tx, project, "Agreement by group"))
    with tempfile.TemporaryDirectory(prefix="labelloop-quality-") as name:
        rows, report = Path(name) / "answers.jsonl", Path(name) / "groups.json"
        about = write_answers(hub, project, rows)
        del about["asked"]  # a choice, as was seen to above
        given = hub.read_now(lambda tx: groups.given_by_group(tx, project))
        least_n = projects.policy_of(project).quality.group_least_n
        compute.run(write_group_figures, str(rows), str(report), about, given, least_n)
        return GROUPS.validate_json(report.read_bytes())


def measure(hub: Hub, compute: Compute, project: Row) -> QualityReport:
    """Compute the figures of a project's target question from its answers as an export has them."""
    with tempfile.TemporaryDirectory(prefix="labelloop-quality-") as name:
        rows, report = Path(name) / "answers.jsonl", Path(name) / "report.json"
        about = write_answers(hub, project, rows)
        by = projects.policy_of(project).quality.annotator_figures
        compute.run(write_report, str(rows), str(report), about, by)
        return REPORT.validate_json(report.read_bytes())
