"""How many fsyncs an answer costs on SQLite, alone and in company (`synchronous=FULL`).

Clients submit at once, each waits for its reply before the next. Counted at SQLite's file layer:
what is confirmed has been synced, and a group of answers shares one sync.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.report import Report, stopwatch
from benchmarks.sync_counter import counted_syncs
from labeling.annotations.sending import Submission
from labeling.annotations.service import submit_annotation
from labeling.database import migrate, open_hub
from labeling.tasks.holding import own_assignment
from tests.factories import Floor, answer

if TYPE_CHECKING:
    from labeling.annotations.sending import Receipt
    from labeling.database import Row, Transaction

WRITERS = (1, 8, 64)
EACH = 10
"""Questions that a client holds; it answers them one after the other."""


async def submit_all(floor: Floor, who: int, leases: list[Row]) -> int:
    """Answer what a person holds, one after the other, and return how many counted."""
    counted = 0
    for lease in leases:

        def write(tx: Transaction, lease: Row = lease) -> Receipt:
            own = own_assignment(tx, lease.handle, floor.people[who].user_id)
            sent = Submission(lease.lease_n, str(uuid.uuid4()), result=answer("a"))
            return submit_annotation(tx, floor.truth, own, sent)

        counted += (await floor.hub.write(write)).counted
    return counted


async def one_round(floor: Floor, leases: list[list[Row]]) -> int:
    """Let everybody answer at once and return how many answers counted."""
    return sum(await asyncio.gather(*(submit_all(floor, *pair) for pair in enumerate(leases))))


def measure(report: Report, writers: int, n_answers: int) -> None:
    """Print one line: syncs per answer with so many clients at once."""
    rounds = max(n_answers // (writers * EACH), 1)
    with tempfile.TemporaryDirectory() as folder, counted_syncs() as syncs:
        url = f"sqlite:///{Path(folder) / 'hub.db'}"
        migrate(url)
        hub = open_hub(url)
        floor = Floor.made(hub, n_people=writers, n_items=rounds * writers * EACH)
        answers, n_syncs, cpu, wall = 0, 0, 0.0, 0.0
        for _ in range(rounds):
            leases = [floor.lease(who, EACH) for who in range(writers)]
            before = syncs.count
            with stopwatch() as spent:
                answers += asyncio.run(one_round(floor, leases))
            n_syncs += syncs.count - before
            cpu, wall = cpu + spent.cpu, wall + spent.wall
        hub.close()
    assert answers == rounds * writers * EACH, "an answer did not count"
    report.line(
        f"{writers} writers",
        writers=writers,
        answers=answers,
        fsyncs=n_syncs,
        fsyncs_per_answer=round(n_syncs / answers, 4),
        answers_per_second=round(answers / wall),
        cpu_ms_per_answer=round(1_000 * cpu / answers, 3),
        wall_seconds=round(wall, 3),
        cpu_seconds=round(cpu, 3),
    )


def main() -> None:
    """Measure each number of clients."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    parser.add_argument("--quick", action="store_true", help="fewer answers; proves nothing")
    asked = parser.parse_args()
    report = Report("fsyncs", asked.json, asked.quick)
    for writers in WRITERS:
        measure(report, writers, 640 if asked.quick else 2_560)


if __name__ == "__main__":
    main()
