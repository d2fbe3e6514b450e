"""Models as voices: capped until gold proves them, silent on test items, never without people."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest

from labeling.database import Hub, Row, Transaction
from labeling.gold import store as gold
from labeling.gold.records import store as records
from labeling.quality.fits.beliefs import list_beliefs
from labeling.quality.fits.compute import fit_votes
from labeling.quality.fits.fitting import FullFit
from labeling.quality.service import load_truth
from labeling.quality.truth import Confusions
from labeling.workforces import service as workforces
from tests.factories import LABELS, Floor, seat

STRANGER = np.log(4.0)
"""Log-odds of a stranger's answer: two right against half a wrong one."""
PERSON, ROBOT = 0, 1


def with_robot(hub: Hub, n_items: int, *, split: str = "train", **policy: object) -> Floor:
    """Return a floor with one person and one model, both asked about every item."""
    floor = Floor.made(hub, n_people=1, n_items=n_items, split=split, **policy)

    def add(tx: Transaction, project: Row) -> Row:
        workforces.create_workforce(tx, project.id, name="robots", kind="model", price_micros=0)
        return seat(tx, project, "robot", workforce="robots")

    floor.people.append(floor.write(add))
    return floor


def answer_all(floor: Floor, who: int, shift: int = 0) -> None:
    """Answer every item as somebody, with its own label or the next one."""
    while held := floor.lease(who, 20):
        for lease in held:
            floor.submit(who, lease, LABELS[(lease.item_id + shift) % 3])


def capped(floor: Floor) -> frozenset[int]:
    """Return whose answers say at most what a stranger's do."""
    truth = floor.hub.read_now(lambda tx: load_truth(tx, floor.project_id, "label"))
    return truth.confusions.capped


class TestCapped:
    """Before gold has proven it."""

    def test_a_capped_answer_says_at_most_what_a_strangers_does(self) -> None:
        """Also after a thousand right ones; less where the counts say less."""
        counts = {(k, k): 1000.0 for k in range(3)}
        known = Confusions.from_weights(3, {1: counts, 2: counts})
        capped = known.capping([1])
        assert np.ptp(capped.log_likelihood(1, 0)) == pytest.approx(STRANGER)
        assert np.array_equal(capped.log_likelihood(2, 0), known.log_likelihood(2, 0))
        again = capped.plus({(1, 0, 0): 5.0})
        assert np.ptp(again.log_likelihood(1, 0)) == pytest.approx(STRANGER)

    def test_gold_lifts_the_cap(self, hub: Hub) -> None:
        """Not nine right answers on gold, nor half of thirty, but sixty of which all are right."""
        floor = with_robot(hub, 1)
        robot = floor.people[ROBOT].id

        def score(tx: Transaction, project: Row, *, n: int, right: int) -> None:
            gold.add_stock(tx, project.id, "seed")
            records.add_record(tx, project.id, robot, 0)
            records.score(tx, robot, n=n, right=right)

        for n, right in ((9, 9), (21, 6)):
            floor.write(partial(score, n=n, right=right))
            assert capped(floor) == {robot}
        floor.write(partial(score, n=30, right=45))
        assert capped(floor) == frozenset()

    def test_what_people_alone_say_stands_beside(self, hub: Hub) -> None:
        """The model contradicts one person on every item; their word is not lost."""
        floor = with_robot(hub, 3, overlap_least=2)
        answer_all(floor, ROBOT, shift=1)
        answer_all(floor, PERSON)
        found = hub.read_now(lambda tx: list_beliefs(tx, floor.project, 0, 10))
        classes = hub.read_now(lambda tx: load_truth(tx, floor.project_id, "label")).class_ids
        assert len(found) == 3
        for one in found:
            assert one.of_people is not None
            assert one.of_people.class_id == classes[one.row.item_id % 3]
            assert (one.row.n_answers, one.of_people.n_answers) == (2, 1)


class TestTestItems:
    """What is true of a test item only people say."""

    def test_a_model_decides_nothing_there(self, hub: Hub, tmp_path: Path) -> None:
        """The model answers first and otherwise; online and after a full fit the person holds."""
        floor = with_robot(hub, 4, split="test", test_overlap=2)
        answer_all(floor, ROBOT, shift=1)
        answer_all(floor, PERSON)
        sql = "SELECT item_id, class_id, n_answers, state FROM consensus WHERE project_id = :p"
        classes = hub.read_now(lambda tx: load_truth(tx, floor.project_id, "label")).class_ids
        for _ in range(2):
            rows = floor.rows(sql)
            assert {(row.n_answers, row.state) for row in rows} == {(2, "accepted")}
            assert all(row.class_id == classes[row.item_id % 3] for row in rows)
            FullFit(hub, floor.truth, fit_votes, tmp_path).run(floor.project)
