"""One process of the torture: everybody in two tabs, a manager, a keeper; killed at any instant."""

from __future__ import annotations

import itertools
import os
import threading
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from labeling.annotations import aside
from labeling.annotations.doubt import reopen_doubted
from labeling.audit.seals.sealing import seal_next
from labeling.clock import MICROS
from labeling.database import SYSTEM, Actor, Transaction, open_hub
from labeling.errors import LabelloopError
from labeling.gold import keeper
from labeling.projects import service as projects
from labeling.projects import store as project_store
from labeling.quality.fits.compute import fit_votes
from labeling.quality.fits.fitting import FullFit
from labeling.quality.folding import fold_batch
from labeling.quality.service import TruthCache
from labeling.review import opening
from labeling.tasks import holding, pausing
from labeling.tasks.personal import service as personal
from labeling.workforces import store as workforce_store
from tests.factories import CREW, PRICE
from tests.kill.torture_people import Log, Shared, Tab, World, read_log
from tests.kill.torture_review import Reviewer
from training.compute import Compute

JOB: Final = Actor("job")


@dataclass
class Manager:
    """Pauses, raises the cap a little at a time, assigns, restores."""

    world: World
    rng: np.random.Generator

    def work(self) -> None:
        """Manage until the run is over."""
        acts = (self._raise_cap, self._raise_cap, self._pause, self._assign, self._restore)
        while not self.world.is_over():
            with suppress(LabelloopError):
                acts[int(self.rng.integers(len(acts)))]()
            time.sleep(0.05)

    def _raise_cap(self) -> None:
        more = int(self.rng.integers(0, 400)) * PRICE

        def write(tx: Transaction) -> None:
            project = project_store.get_or_raise(tx, self.world.project_id)
            committed = project_store.get_budget(tx, project.id).committed_micros
            projects.change_budget(tx, project, committed + more)

        self.world.hub.write_now(write)

    def _pause(self) -> None:
        args = (self.world.hub, self.world.project_id, CREW)
        pausing.change_workforce_state(*args, "pause", "torture", SYSTEM)
        time.sleep(float(self.rng.uniform(0, 0.1)))
        pausing.change_workforce_state(*args, "resume", None, SYSTEM)

    def _assign(self) -> None:
        def write(tx: Transaction) -> None:
            project = project_store.get_or_raise(tx, self.world.project_id)
            people = workforce_store.list_annotators(tx, project.id)
            person = people[int(self.rng.integers(len(people)))]
            rows = tx.rows(
                "SELECT key FROM item WHERE project_id = :p AND state IN ('new', 'queued')"
                " ORDER BY state, id DESC LIMIT 10",
                p=project.id,
            )
            keys = [row.key for row in rows]
            if keys:
                due = tx.now + int(self.rng.integers(1, 30)) * MICROS
                personal.assign_items(tx, project, personal.NewAssignment(person.id, keys, due))

        self.world.hub.write_now(write)

    def _restore(self) -> None:
        def write(tx: Transaction) -> None:
            project = project_store.get_or_raise(tx, self.world.project_id)
            rows = tx.rows(
                "SELECT id FROM item WHERE project_id = :p AND state = 'set_aside' LIMIT 5",
                p=project.id,
            )
            for row in rows:
                aside.restore_item(tx, self.world.truth, project, row.id, "restored")

        self.world.hub.write_now(write)


class Keeper:
    """The background turns of a hub: expiry, kept slots, skills, full fits, seals."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.compute = Compute()
        self.fit = FullFit(
            world.hub, world.truth, self._compute, folder / f"fit-{os.getpid()}", reopen_doubted
        )

    def _compute(self, votes_file: str, fitted_file: str) -> int:
        return self.compute.run(fit_votes, votes_file, fitted_file)

    def work(self) -> None:
        """Take turns until the run is over."""
        hub = self.world.hub
        while not self.world.is_over():
            for turn in (holding.expire_overdue, personal.end_due, holding.close_late_windows):
                hub.write_now(turn, JOB)
            hub.write_now(lambda tx: fold_batch(tx, self.world.truth), JOB)
            hub.write_now(keeper.turn, JOB)
            hub.write_now(opening.open_due, JOB)
            seal_next(hub, JOB)
            project = hub.read_now(lambda tx: project_store.get_or_raise(tx, self.world.project_id))
            if self.fit.is_due(project):
                before, began = self.world.acknowledged, time.monotonic()
                self.fit.run(project)
                meanwhile = self.world.acknowledged - before
                self.world.log.add(key=f"fit {uuid.uuid4()}", fit=time.monotonic() - began,
                                   meanwhile=meanwhile)  # fmt: skip
            time.sleep(0.05)
        self.compute.close()


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays: who answers items and who reviews them, who goes through documents."""

    project_id: int
    answering: list[int]
    reviewing: list[int]
    documents_id: int
    reading: list[int]


def be_process(url: str, cast: Cast, seed: int, folder: Path, name: str) -> None:
    """Send again what a killed process left unconfirmed, then work until told to stop."""
    shared = Shared(folder / "shared")
    path = folder / f"{name}.log"
    sent, acknowledged = read_log(path)
    hub = open_hub(url, clock=shared.clock)
    world = World(hub, TruthCache(), cast.project_id, Log(path), shared)
    documents = World(hub, world.truth, cast.documents_id, world.log, shared, errors=world.errors)
    for key, found in sent.items():
        if key not in acknowledged:
            with suppress(LabelloopError):
                world.send(found["user"], key, found)
    rngs = (np.random.default_rng([seed, n]) for n in itertools.count())
    works = [Tab(world, user, next(rngs)).work for user in cast.answering * 2]
    works += [Reviewer(world, user, next(rngs)).work for user in cast.reviewing * 2]
    works += [Tab(documents, user, next(rngs)).work for user in cast.reading * 2]
    if name == "0":
        works += [Manager(world, next(rngs)).work, Keeper(world, folder).work]
    threads = [threading.Thread(target=_guarded, args=(world, work)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    hub.close()
    if world.errors:
        raise world.errors[0]


def _guarded(world: World, work: Any) -> None:
    try:
        work()
    except BaseException as error:  # noqa: BLE001 - told by the thread that waits
        world.errors.append(error)
