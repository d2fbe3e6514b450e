"""The reviewers of the torture: answer first, then judge; what was acknowledged is in their log."""

from __future__ import annotations

import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from labeling.database import Row, Transaction
from labeling.errors import LabelloopError
from labeling.projects import store as project_store
from labeling.review import leasing, service
from labeling.review.sending import Target, VerdictReceipt, VerdictSent
from labeling.review.verdicts import give_verdict
from labeling.tasks import holding
from labeling.workforces import service as workforces
from tests.factories import LABELS, answer
from tests.kill.torture_people import World

VERDICTS: Final = ("accept", "accept", "accept", "correct", "reject", "send_back", "reopen")
NOTHING_SECONDS: Final = 0.05


@dataclass
class Reviewer:
    """Somebody who only reviews, in one tab of two."""

    world: World
    user_id: int
    rng: np.random.Generator

    def work(self) -> None:
        """Review until the run is over; a refusal is an answer too."""
        while not self.world.is_over():
            with suppress(LabelloopError):
                held = self._lease()
                if not held:
                    time.sleep(NOTHING_SECONDS)
                for lease in held:
                    with suppress(LabelloopError):
                        self._review(lease)

    def _lease(self) -> list[Row]:
        def write(tx: Transaction) -> list[Row]:
            project = project_store.get_or_raise(tx, self.world.project_id)
            annotator = workforces.annotator_of(tx, project.id, self.user_id)
            return leasing.lease_reviews(tx, project, annotator, 3).held

        found: list[Row] = self.world.write(write)
        return found

    def _own(self, tx: Transaction, lease: Row) -> Row:
        return holding.own_assignment(tx, lease.handle, self.user_id, "review")

    def _review(self, lease: Row) -> None:
        first = {"lease_n": lease.lease_n, "client_key": str(uuid.uuid4())}
        result = answer(str(self.rng.choice(LABELS)))
        with suppress(LabelloopError):  # answered in the other tab
            self.world.write(
                lambda tx: service.answer_first(tx, self._own(tx, lease), **first, result=result)
            )
        shown = self.world.write(lambda tx: service.shown(tx, self._own(tx, lease)))
        key = str(uuid.uuid4())
        sent = self._verdict(lease, key, shown)

        def judge(tx: Transaction) -> VerdictReceipt:
            return give_verdict(tx, self.world.truth, self._own(tx, lease), sent)

        receipt = self.world.write(judge)
        assert self.world.write(judge) == receipt, "a repeated verdict got another reply"
        self.world.log.add(key=key, verdict=receipt.verdict, paid=receipt.paid_micros)

    def _verdict(self, lease: Row, key: str, shown: Any) -> VerdictSent:
        verdict: Any = str(self.rng.choice(VERDICTS))
        if verdict in {"reject", "send_back"} and not shown.answers:
            verdict = "reopen"
        is_targeted = verdict in {"reject", "send_back"}
        return VerdictSent(
            lease_n=lease.lease_n,
            client_key=key,
            verdict=verdict,
            seen=shown.seen,
            result=answer(str(self.rng.choice(LABELS))) if verdict == "correct" else [],
            targets=(Target(1, "wrong"),) if is_targeted else (),
            reason="torture" if verdict == "reopen" else None,
        )
