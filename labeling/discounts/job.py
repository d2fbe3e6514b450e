"""The job that runs a discount to its end, and what starts it.

A step is some hundred small writes; the discount's own row says how far they came, so a step that
is killed and run again goes on where it was.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from labeling.database import Actor
from labeling.discounts.service import ANSWERS_A_WRITE, RUNNING, WANTED, run_some
from labeling.failpoints import failpoint
from labeling.outbox import store as outbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from labeling.database import Hub, Row, Transaction
    from labeling.jobs import Job, Jobs, Workflow
    from labeling.quality.service import TruthCache

NAME: Final = "discount"
CONSUMER: Final = "discounts"
JOB: Final = Actor("job")
WRITES_A_STEP: Final = 25
EVENTS_A_TURN: Final = 500


def discount_workflow(
    hub: Hub,
    truth: TruthCache,
    *,
    answers: int = ANSWERS_A_WRITE,
    writes: int = WRITES_A_STEP,
) -> Workflow:
    """Return the workflow ``discount(discount_id, attempt)`` to register under `NAME`.

    A write takes so many answers, a step so many writes.
    """

    def discount(job: Job, *, discount_id: int, attempt: int) -> dict[str, Any]:
        write = partial(
            run_some, truth=truth, discount_id=discount_id, attempt=attempt, most=answers
        )
        step = partial(_step, hub, write, attempt, writes)
        found: dict[str, Any] = job.step("part 0", 0.0, step)
        part = 1
        while found["state"] in RUNNING and not found["is_other"]:
            found = job.step(f"part {part}", found["share"], step)
            part += 1
        return found

    return discount


def _step(
    hub: Hub, write: Callable[[Transaction], Row], attempt: int, writes: int
) -> dict[str, Any]:
    """Run some writes and return where the discount stands."""
    found = hub.write_now(write, JOB)
    failpoint("discount.part_done")
    for _ in range(writes - 1):
        if found.state not in RUNNING or found.attempt != attempt:
            break
        found = hub.write_now(write, JOB)
        failpoint("discount.part_done")
    done = found.answers if found.state in {"dropping", "dropped"} else found.restored
    of = max(found.given if found.state in {"dropping", "dropped"} else found.answers, 1)
    return {
        "state": found.state,
        "share": min(done / of, 0.99),
        "answers": found.answers,
        "reopened": found.reopened,
        "restored": found.restored,
        "is_other": found.attempt != attempt,
    }


class Starter:
    """Starts the job of each discount that somebody asked for; one turn at a time.

    A job is started before the position moves: after a kill in between the same id is started
    again, which does nothing.
    """

    def __init__(self, hub: Hub, jobs: Jobs) -> None:
        self._hub, self._jobs = hub, jobs

    def turn(self) -> int:
        """Take the next events and return how many there were; blocking."""
        events = self._hub.read_now(lambda tx: outbox.read(tx, CONSUMER, EVENTS_A_TURN))
        for event in events:
            if event.topic == WANTED:
                asked: dict[str, Any] = json.loads(event.payload)
                self._start(asked["discount_id"], asked["workflow"])
        if events:
            last = events[-1].id
            self._hub.write_now(lambda tx: outbox.move(tx, CONSUMER, last), JOB)
        return len(events)

    def _start(self, discount_id: int, workflow: str) -> None:
        self._jobs.start(
            NAME,
            workflow,
            lane=f"discount-{discount_id}",
            discount_id=discount_id,
            attempt=int(workflow.rpartition("-")[2]),
        )
