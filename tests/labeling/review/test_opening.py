"""Reviews open as items settle: once each, the most valuable first, the queue capped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from labeling.database import Hub, Transaction
from labeling.items import store as items
from labeling.quality.service import Belief, load_truth, write_belief
from labeling.review import opening
from tests.books import check_books
from tests.factories import Floor
from tests.labeling.review.conftest import REVIEWER, settled

ROOT = Path(__file__).parents[3]
REVIEWS = """
SELECT item_id, priority, state, wanted, kind, reason FROM task
WHERE project_id = :p AND family = 'review' ORDER BY id
"""
OPEN_HERE = """
import sys
from labeling.database import open_hub
from labeling.review import opening
open_hub(sys.argv[1]).write_now(opening.open_due)
"""


def open_due(floor: Floor) -> int:
    """Open until nothing is left; returns the events read."""
    read = 0
    while now := floor.hub.write_now(opening.open_due):
        read += now
    return read


def disputes(hub: Hub, n_items: int, **review: object) -> Floor:
    """Make a project in which two people disagreed on every item."""
    floor = Floor.made(
        hub,
        n_people=4,
        n_items=n_items,
        overlap_least=2,
        overlap_most=2,
        review={"random_share": 0.0, "second_share": 0.0, **review},
    )
    for who, label in enumerate("ab"):
        for lease in floor.lease(who, n_items):
            floor.submit(who, lease, label)
    return floor


class TestOpenDue:
    """The consumer of the outbox."""

    def test_each_settling_opens_one_review(self, hub: Hub) -> None:
        """Shows that a second turn reads nothing and opens nothing."""
        floor = disputes(hub, 3)
        assert open_due(floor) > 0
        assert open_due(floor) == 0
        rows = floor.rows(REVIEWS)
        assert len({row.item_id for row in rows}) == len(rows) == 3
        check_books(hub, floor.project_id)

    def test_a_kill_in_its_write_opens_nothing_twice(self, hub: Hub, store_url: str) -> None:
        """Shows that position and review are one write: killed before commit, done again whole."""
        floor = disputes(hub, 3)
        environment = {**os.environ, "LABELLOOP_FAILPOINT": "reviews.before_commit"}
        command = [sys.executable, "-c", OPEN_HERE, store_url]
        killed = subprocess.run(command, cwd=ROOT, env=environment, check=False, timeout=60)
        assert killed.returncode == -signal.SIGKILL
        assert floor.rows(REVIEWS) == []
        open_due(floor)
        assert len(floor.rows(REVIEWS)) == 3
        check_books(hub, floor.project_id)

    def test_what_a_review_decided_is_not_reviewed_again(self, hub: Hub) -> None:
        """Shows that an adjudication is the end, though it settles the item once more."""
        floor = settled(hub, "ab")
        (lease,) = floor.reviews(REVIEWER)
        floor.look(REVIEWER, lease)
        floor.judge(REVIEWER, lease, "accept")
        open_due(floor)
        assert [row.state for row in floor.rows(REVIEWS)] == ["closed"]

    def test_an_accepted_item_outside_the_sample_is_left_alone(self, hub: Hub) -> None:
        """Shows that a share of zero opens nothing on what is accepted."""
        floor = settled(hub, "aa", review={"random_share": 0.0})
        open_due(floor)
        assert floor.rows(REVIEWS) == []

    def test_what_nobody_answered_is_not_reviewed(self, hub: Hub) -> None:
        """Shows that a belief without answers, as a known item has, opens nothing."""
        floor = Floor.made(hub, n_items=1, review={"random_share": 1.0})
        self.believe(floor, n_answers=0)
        open_due(floor)
        assert floor.rows(REVIEWS) == []

    def test_answers_that_came_with_the_data_are_asked_again(self, hub: Hub) -> None:
        """Shows that reopening an item without a task opens its first one."""
        review = {"random_share": 1.0, "second_share": 0.0}
        floor = Floor.made(hub, n_people=2, n_items=1, review=review)
        self.believe(floor, n_answers=1)
        (lease,) = floor.reviews(0)
        floor.look(0, lease)
        floor.judge(0, lease, "reopen", reason="who says so?")
        assert floor.value("SELECT state FROM consensus") == "pending"
        assert floor.submit(1, floor.lease(1)[0]).counted

    @staticmethod
    def believe(floor: Floor, *, n_answers: int) -> None:
        """Let the hub believe something of the one item that no task stands behind."""

        def write(tx: Transaction) -> None:
            truth = load_truth(tx, floor.project_id, "label")
            found = truth.class_ids[0]
            belief = Belief(found, 0.9, found, n_answers, {found: 0.9})
            item_id = tx.value("SELECT id FROM item")
            write_belief(tx, floor.project_id, item_id, truth, belief, "accepted", "the data")
            items.set_state(tx, item_id, "settled")

        floor.hub.write_now(write)


class TestQueue:
    """Its order and its cap."""

    def test_the_cap_keeps_the_most_valuable(self, hub: Hub) -> None:
        """Shows that a full queue is topped up from what waited, as it empties."""
        floor = disputes(hub, 4, queue_cap=2)
        open_due(floor)
        assert len([row for row in floor.rows(REVIEWS) if row.state == "open"]) == 2
        seen = set()
        for _ in range(4):
            (lease,) = floor.reviews(REVIEWER)
            floor.look(REVIEWER, lease)
            floor.judge(REVIEWER, lease, "accept")
            seen.add(lease.item_id)
            check_books(hub, floor.project_id)
        assert len(seen) == 4
        assert floor.reviews(REVIEWER) == []

    def test_a_more_valuable_dispute_displaces_the_least(self, hub: Hub) -> None:
        """Shows that the least valuable that nobody held is withdrawn, and its item stays."""
        floor = disputes(hub, 2, queue_cap=1)
        open_due(floor)
        (first,) = floor.rows(REVIEWS)
        floor.write(
            lambda tx, project: tx.run("UPDATE task SET priority = 1 WHERE kind = 'review'")
        )
        (waiting,) = floor.rows(
            "SELECT item_id FROM consensus WHERE project_id = :p AND item_id <> :item",
            item=first.item_id,
        )
        floor.write(lambda tx, project: opening.open_for(tx, project, [waiting.item_id]))
        states = {row.item_id: row.state for row in floor.rows(REVIEWS)}
        assert states == {first.item_id: "withdrawn", waiting.item_id: "open"}
        found = floor.rows("SELECT state FROM consensus WHERE project_id = :p")
        assert {row.state for row in found} == {"disputed"}
        check_books(hub, floor.project_id)

    def test_the_random_sample_is_never_cut_off(self, hub: Hub) -> None:
        """Shows that a cap of one leaves no drawn item out."""
        floor = Floor.made(
            hub,
            n_people=2,
            n_items=5,
            review={"random_share": 1.0, "second_share": 0.0, "queue_cap": 1},
        )
        for lease in floor.lease(0, 5):
            floor.submit(0, lease)
        open_due(floor)
        assert len(floor.rows(REVIEWS)) == 5
        assert len(floor.reviews(1, 5)) == 5
        check_books(hub, floor.project_id)
