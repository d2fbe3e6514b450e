"""A project with a released model, and a run driven as the hub drives it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from active_learning.certificates import service, store
from active_learning.certificates.runner import Autolabels
from labeling.database import SYSTEM, Actor, Hub, Row, Transaction
from labeling.people import service as people
from labeling.projects import store as projects
from labeling.schema import store as schema
from tests.training.factories import Made, accept, make_items, make_project, put_consensus
from training.compute import Compute
from training.snapshots.pool import write_pool
from training.snapshots.service import take_snapshot
from training.workflows.fitting import fit_release
from training.workflows.records import read_recipe, record_model

N_ITEMS = 300
POLICY = {
    "enabled": True,
    "precision": 0.8,
    "delta": 0.1,
    "audit_items": 40,
    "audit_overlap": 1,
    "look_items": 3,
    "running_share": 0.3,
    "running_open": 4,
}


@dataclass
class Bench:
    """A project, its owner, and the runner."""

    made: Made
    runner: Autolabels
    owner: Actor
    n: int = 0
    wrong: set[str] = field(default_factory=set)
    """Keys of items of which people say the other class."""

    @property
    def hub(self) -> Hub:
        """The store."""
        return self.made.hub

    def do(self, verb: Callable[..., Any], *args: Any) -> Any:
        """Do a verb of the service as the owner."""
        project_id = self.made.project_id
        return self.hub.write_now(
            lambda tx: verb(tx, projects.get_or_raise(tx, project_id), *args), self.owner
        )

    def run(self) -> Row:
        """Return the run as it is now."""
        return self.hub.read_now(lambda tx: store.get_run(tx, self.made.project_id, self.n))

    def turn_until(self, *states: str) -> Row:
        """Let the hub work until the run is in one of the states."""
        for _ in range(60):
            if self.run().state in states:
                return self.run()
            self.runner.turn()
        pytest.fail(f"the run stayed {self.run().state}")

    def rows(self, sql: str, **params: Any) -> list[Row]:
        """Return what a query finds; `:p` is the project."""
        return self.hub.read_now(lambda tx: tx.rows(sql, p=self.made.project_id, **params))

    def value(self, sql: str, **params: Any) -> Any:
        """Return the one value that a query finds; `:p` is the project."""
        return self.hub.read_now(lambda tx: tx.value(sql, p=self.made.project_id, **params))

    def answer(self, purpose: str, most: int = 10_000) -> int:
        """Let people settle the open checks by the class in each item's key."""
        run = self.run()
        checks = self.hub.read_now(lambda tx: store.checks(tx, run, purpose))
        due = [row for row in checks if row.item_state == "queued"][:most]

        def settle(tx: Transaction) -> None:
            ids = schema.class_ids(tx, self.made.project_id, "label").by_key
            for row in due:
                label = row.key.partition("-")[0]
                if row.key in self.wrong:
                    label = "cat" if label == "dog" else "dog"
                tx.run(
                    "UPDATE task SET state = 'closed', is_open = (1 = 0) WHERE item_id = :i",
                    i=row.item_id,
                )
                put_consensus(tx, self.made.project_id, row.item_id, ids[label])

        self.hub.write_now(settle)
        return len(due)

    def certified(self) -> Row:
        """Bring a run as far as its certificate."""
        self.n = self.do(service.preview, service.Asked()).n
        self.turn_until("scored")
        self.do(service.start_audit, self.n)
        while self.run().state == "auditing":
            self.runner.turn()
            self.answer(service.CERTIFY)
        return self.turn_until("certified", "empty")

    def certificate(self) -> Row:
        """Return the run's certificate."""
        run_id = self.run().id
        found = self.hub.read_now(lambda tx: store.certificate_of(tx, run_id))
        assert found is not None
        return found

    def verdicts(self) -> list[Row]:
        """Return what became of the run's certificate, oldest first."""
        certificate_id = self.certificate().id
        return self.hub.read_now(lambda tx: store.verdicts(tx, certificate_id))

    def accepted(self) -> Row:
        """Bring a run as far as its labels."""
        self.certified()
        self.do(service.look, self.n)
        self.do(service.accept, self.n, self.certificate().id)
        return self.turn_until("accepted")


@pytest.fixture
def bench(hub: Hub, compute: Compute, tmp_path: Path) -> Bench:
    """Make a project of cats and dogs, a third of it labelled, with a model of that."""
    return make_bench(hub, compute, tmp_path)


def make_bench(hub: Hub, compute: Compute, tmp_path: Path) -> Bench:
    """Make such a project in a store, with its files in a folder."""
    made = make_project(hub, tmp_path, make_items(N_ITEMS), autolabel=POLICY, round_size=10)
    accept(made, "train", most=60)
    accept(made, "test")
    snapshot = take_snapshot(
        hub, tmp_path / "snapshots", made.project_id, workflow_key="s", actor=SYSTEM
    )
    recipe = hub.read_now(lambda tx: read_recipe(tx, made.project_id))
    shown = frozenset(recipe["kinds"])
    pool = write_pool(hub, tmp_path / "snapshots", made.project_id, snapshot.digest, shown)
    fitted = compute.run(
        fit_release,
        str(tmp_path),
        {"snapshot": snapshot.digest, "pool": pool},
        recipe["classes"],
        recipe["kinds"],
        recipe["trainer"],
        recipe["parameters"],
        0,
    )
    known = {"id": snapshot.id, "n": 1, "digest": snapshot.digest, "answers": 0, "spend_micros": 0}
    known["pool"] = pool
    hub.write_now(lambda tx: record_model(tx, made.project_id, known, recipe, 0, fitted, "m"))
    owner = hub.write_now(lambda tx: people.create_user(tx, "owner"))
    return Bench(made, Autolabels(hub, compute, tmp_path), Actor("user", owner))
