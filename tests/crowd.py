"""Annotators who do everything the queue allows, at random, at once; also as processes.

`python -m tests.crowd URL PROJECT_ID SEED N_ACTIONS USER_ID…` runs one thread per person against a
PostgreSQL, as one of several hub processes would.
"""

from __future__ import annotations

import json
import sys
import threading
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from labeling.annotations import service as answers
from labeling.annotations.sending import Receipt, Submission
from labeling.annotations.undo import undo_annotation
from labeling.database import SYSTEM, Hub, Row, Transaction, open_hub
from labeling.errors import LabelloopError
from labeling.projects import store as projects
from labeling.quality.service import TruthCache
from labeling.tasks import holding, leasing
from labeling.workforces import service as workforces
from tests.factories import LABELS, answer

ACTIONS = ("lease", "submit", "skip", "release", "undo", "repeat", "other tab", "sweep")
CHANCES = (0.28, 0.34, 0.06, 0.06, 0.08, 0.08, 0.04, 0.06)


@dataclass
class Person:
    """One annotator's browser: what it holds, what it sent, what it was told."""

    hub: Hub
    truth: TruthCache
    project_id: int
    user_id: int
    rng: np.random.Generator
    held: list[Row] = field(default_factory=list)
    sent: list[tuple[Row, Submission, Receipt]] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)

    def act(self, n: int) -> None:
        """Do `n` things; a refusal is an answer too, a wrong receipt is not."""
        for _ in range(n):
            action = str(self.rng.choice(ACTIONS, p=CHANCES))
            try:
                getattr(self, "_" + action.replace(" ", "_"))()
                self.done[action] += 1
            except LabelloopError as error:
                self.done[f"{action}: {error.code}"] += 1

    def _write(self, fn: Any) -> Any:
        return self.hub.submit_write(fn, SYSTEM, urgent=True).result(60)

    def _lease(self) -> None:
        count = int(self.rng.integers(1, 5))

        def write(tx: Transaction) -> list[Row]:
            project = projects.get_or_raise(tx, self.project_id)
            annotator = workforces.annotator_of(tx, self.project_id, self.user_id)
            return leasing.lease_tasks(tx, project, annotator, count).held

        self.held = self._write(write)

    def _pick(self) -> Row | None:
        return self.held[int(self.rng.integers(len(self.held)))] if self.held else None

    def _submit(self, **kind: Any) -> None:
        lease = self._pick()
        if lease is not None:
            result = answer(str(self.rng.choice(LABELS)))
            self._send(lease, Submission(lease.lease_n, str(uuid.uuid4()), result=result, **kind))

    def _skip(self) -> None:
        self._submit(kind="skip", reason="unsure")

    def _send(self, lease: Row, submission: Submission) -> None:
        def write(tx: Transaction) -> Receipt:
            own = holding.own_assignment(tx, lease.handle, self.user_id)
            return answers.submit_annotation(tx, self.truth, own, submission)

        self.sent.append((lease, submission, self._write(write)))
        self.held = [row for row in self.held if row.handle != lease.handle]

    def _repeat(self) -> None:
        """Send something again, as after a lost reply: the receipt is the same."""
        if self.sent:
            lease, submission, receipt = self.sent[int(self.rng.integers(len(self.sent)))]
            self._send(lease, submission)
            assert self.sent.pop()[2] == receipt

    def _other_tab(self) -> None:
        """Answer something again under another key."""
        if self.sent:
            lease, submission, _ = self.sent[-1]
            again = Submission(lease.lease_n, str(uuid.uuid4()), result=submission.result)
            self._send(lease, again)
            self.sent.pop()

    def _release(self) -> None:
        lease = self._pick()
        if lease is not None:
            self._write(
                lambda tx: holding.release(
                    tx, holding.own_assignment(tx, lease.handle, self.user_id), lease.lease_n
                )
            )

    def _undo(self) -> None:
        if self.sent:
            lease = self.sent[-1][0]
            self._write(
                lambda tx: undo_annotation(
                    tx,
                    self.truth,
                    holding.own_assignment(tx, lease.handle, self.user_id),
                    str(uuid.uuid4()),
                )
            )

    def _sweep(self) -> None:
        self._write(holding.expire_overdue)
        self._write(holding.close_late_windows)


def work(hub: Hub, project_id: int, user_ids: list[int], seed: int, n_actions: int) -> Counter[str]:
    """Let people work at once, a thread each; returns what they did and what was refused."""
    truth = TruthCache()
    people = [
        Person(hub, truth, project_id, user_id, np.random.default_rng([seed, user_id]))
        for user_id in user_ids
    ]
    errors: list[BaseException] = []

    def run(person: Person) -> None:
        try:
            person.act(n_actions)
        except BaseException as error:  # noqa: BLE001 - told by the thread that waits
            errors.append(error)

    threads = [threading.Thread(target=run, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return sum((person.done for person in people), Counter())


def main() -> None:
    """Be one of several hub processes."""
    url, project_id, seed, n_actions, *users = sys.argv[1:]
    hub = open_hub(url)
    done = work(hub, int(project_id), [int(user) for user in users], int(seed), int(n_actions))
    hub.close()
    print(json.dumps(done))


if __name__ == "__main__":
    main()
