"""A project with people and a pool of any size, made once and copied for every case."""

from __future__ import annotations

import itertools
import random
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from labeling.database import Hub, Row, Transaction, migrate, open_hub
from labeling.items import service as items
from labeling.people import service as people
from labeling.projects import service as projects
from labeling.projects import store as project_store
from labeling.schema.label_config import choices_config
from labeling.workforces import service as workforces

SLUG: Final = "load"
LABELS: Final = ("positive", "negative", "neutral")
PRICE_MICROS: Final = 10_000
BUDGET_MICROS: Final = 10**12
POLICY: Final[dict[str, Any]] = {
    "overlap_least": 1,
    "overlap_most": 2,
    "round_size": 1_000,
    "retrain_after": 1_000,
}
"""Adaptive overlap, and rounds of a thousand items; the rest is as it comes."""
ITEMS_PER_WRITE: Final = 1_000
WORDS: Final = (
    "the service was quick and friendly but the room smelled of paint although breakfast made up"
    " for it and the view over the harbour in the morning was worth every coin we had"
)


@dataclass(frozen=True, slots=True)
class Pool:
    """A prepared project: its data folder and store as templates, its people's tokens."""

    n_items: int
    folder: Path
    database_url: str
    tokens: list[str]


def text_of(number: int, seed: int) -> str:
    """Return an item's text: thirty words, and its number so that no two are the same."""
    rng = random.Random(f"{seed}:{number}")  # noqa: S311 - made-up texts
    return f"{number} " + " ".join(rng.choices(WORDS.split(), k=30))


def prepare(
    folder: Path, database_url: str, n_items: int, n_people: int, seed: int, **policy: Any
) -> Pool:
    """Make a project with a pool and people in a new store, through the services themselves."""
    folder.mkdir(parents=True)
    migrate(database_url)
    with closing(open_hub(database_url)) as hub:
        project_id = hub.write_now(lambda tx: _make_project(tx, policy))
        _fill(hub, project_id, n_items, seed)
        tokens = hub.write_now(lambda tx: _seat(tx, project_id, n_people))
    return Pool(n_items, folder, database_url, tokens)


def _make_project(tx: Transaction, policy: dict[str, Any]) -> int:
    project_id = projects.create_project(
        tx,
        projects.NewProject(
            slug=SLUG,
            title="Load",
            label_config=choices_config(LABELS, "text", "text"),
            policy={**POLICY, **policy},
            budget_micros=BUDGET_MICROS,
            split_salt="load",
        ),
    )
    shown = items.Field("text", "text", ("annotator", "reviewer", "owner"))
    items.declare_fields(tx, project_id, [shown])
    workforces.create_workforce(
        tx, project_id, name="crew", kind="in_house", price_micros=PRICE_MICROS
    )
    return project_id


def _fill(hub: Hub, project_id: int, n_items: int, seed: int) -> None:
    project: Row = hub.read_now(lambda tx: project_store.get_or_raise(tx, project_id))
    for part in _parts(n_items, seed):
        hub.write_now(lambda tx, part=part: items.import_items(tx, project, part))  # type: ignore[misc]


def _parts(n_items: int, seed: int) -> Iterator[list[items.NewItem]]:
    new = (
        items.NewItem({"text": text_of(number, seed)}, key=str(number)) for number in range(n_items)
    )
    while part := list(itertools.islice(new, ITEMS_PER_WRITE)):
        yield part


def _seat(tx: Transaction, project_id: int, n_people: int) -> list[str]:
    tokens = []
    for number in range(n_people):
        user_id = people.create_user(tx, f"annotator {number}")
        people.give_role(tx, project_id, user_id, "annotator")
        workforces.seat_person(tx, project_id, user_id, "crew")
        tokens.append(people.issue(tx, user_id, "token", name="load").secret)
    return tokens


def copy_of(pool: Pool, folder: Path) -> Path:
    """Copy a prepared data folder (on SQLite the store lies in it) for one case."""
    shutil.copytree(pool.folder, folder)
    return folder
