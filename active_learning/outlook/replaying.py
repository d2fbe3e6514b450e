"""Replays random choice for a project: what is read, the draws one after the other, what is kept.

Each draw is a call of its own in the compute child, so that a round waits for one at most. The
newest replay of a project is a file: it can be made again from the round that it names.
"""

from __future__ import annotations

import json
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from active_learning.outlook import store
from active_learning.outlook.random_choice import Known, draw_once, summed_up
from labeling.files import write_durably

if TYPE_CHECKING:
    from labeling.database import Row, Transaction
    from training.compute import Compute

FOLDER: Final = "outlook"
DRAWS: Final = 8
LEAST_DRAWS: Final = 3
MOST_SECONDS: Final = 60.0
"""No draw begins after so long."""
NOTHING: Final = "no round has trained a model yet"
_AT_ONCE: Final = threading.Lock()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a replay rests on; `spent` are the project's own (labels, answers, money, time)."""

    project_id: int
    round: int
    known: Known
    spent: list[tuple[int, int, int, int]]


@dataclass(frozen=True, slots=True)
class RandomPoint:
    """A point of random choice: answers, money and time as so many labels have cost here."""

    labels: int
    answers: int
    spend_micros: int
    at: int
    accuracy: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Replayed:
    """The curve of random choice, replayed on a project's own random labels; or why not."""

    round: int
    digest: str
    n_random: int
    n_draws: int
    points: list[RandomPoint]
    reason: str | None


def wanted(tx: Transaction, project: Row) -> Wanted | None:
    """Return what random choice would be replayed from; None where no round has trained yet."""
    newest = store.newest_document(tx, project.id)
    if newest is None:
        return None
    known = Known(
        newest.document,
        store.random_items(tx, project.id),
        store.count_training(tx, project.id),
    )
    spent = [
        (n, run.answers, run.spend_micros, run.created_at)
        for run in store.points(tx, project.id)
        if (n := json.loads(run.metrics).get("n_labelled"))
    ]
    return Wanted(project.id, newest.n, known, spent)


def replay(compute: Compute, data_folder: Path, asked: Wanted | None) -> Replayed:
    """Return random choice replayed for the newest round: as it is kept, or drawn now.

    Raises
    ------
    LabelloopError
        What the round left is no longer there, or the compute child failed.
    """
    if asked is None:
        return Replayed(0, "", 0, 0, [], f"unknown: {NOTHING}")
    with _AT_ONCE:  # whoever asks meanwhile gets the same
        kept = read_replayed(data_folder, asked.project_id)
        if kept is not None and kept.digest == asked.known.digest:
            return kept
        found = _drawn(compute, data_folder, asked)
        path = _path(data_folder, asked.project_id)
        write_durably(path, json.dumps(asdict(found)).encode())
        return found


def read_replayed(data_folder: Path, project_id: int) -> Replayed | None:
    """Return the newest replay of a project, None where there is none."""
    path = _path(data_folder, project_id)
    if not path.is_file():
        return None
    found: dict[str, Any] = json.loads(path.read_bytes())
    points = [RandomPoint(**point) for point in found.pop("points")]
    return Replayed(**found, points=points)


def _path(data_folder: Path, project_id: int) -> Path:
    return data_folder / FOLDER / f"random-{project_id}.json"


def _drawn(compute: Compute, data_folder: Path, asked: Wanted) -> Replayed:
    known, until = asdict(asked.known), time.monotonic() + MOST_SECONDS
    draws: list[dict[str, Any]] = []
    reason = None
    while len(draws) < DRAWS and time.monotonic() < until and reason is None:
        found = compute.run(draw_once, str(data_folder), known, len(draws))
        reason = found.get("reason")
        draws += [found] if reason is None else []
    if reason is None and len(draws) < LEAST_DRAWS:
        reason = f"one draw takes {draws[0]['seconds']:.0f} s with this trainer"
    curve = [] if reason is not None else summed_up(draws)
    if reason is None and not curve:
        reason = "no model could be trained on so few random labels"
    return Replayed(
        asked.round,
        asked.known.digest,
        len(asked.known.random_items),
        len(draws),
        [_point(point, asked) for point in curve],
        None if reason is None else f"unknown: {reason}",
    )


def _point(point: dict[str, Any], asked: Wanted) -> RandomPoint:
    """Return a point with what so many labels have cost in this project, between its own rounds."""
    labels = [0, *(row[0] for row in asked.spent)]
    first = asked.spent[0][3] if asked.spent else 0
    costs = [
        [start, *(row[place] for row in asked.spent)]
        for place, start in ((1, 0), (2, 0), (3, first))
    ]
    order = np.argsort(labels, kind="stable")
    answers, money, at = (
        round(float(np.interp(point["labels"], np.take(labels, order), np.take(cost, order))))
        for cost in costs
    )
    return RandomPoint(
        point["labels"],
        answers,
        money,
        at,
        point["accuracy"],
        point["low"],
        point["high"],
        point["n_test"],
    )
