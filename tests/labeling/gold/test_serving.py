"""Hidden gold among real work: how often, to whom, never twice, and never instead of nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from labeling.errors import ConflictError
from labeling.gold.service import KnownItem, give_gold
from labeling.tasks.service import TaskWish, open_tasks
from tests.books import check_books
from tests.factories import PRICE
from tests.labeling.gold.conftest import GoldFloor
from tests.labeling.gold.factories import WHY, give, keys, kind_of, record, retire

ALWAYS = {"rate_first": 1.0, "rate_least": 1.0}
NEVER = {"rate_first": 0.0, "rate_least": 0.0}


class TestHiddenGold:
    """What a lease gives where a project has gold."""

    def test_it_is_served_paid_and_receipted_like_any_question(self, gold_floor: GoldFloor) -> None:
        """Shows one gold answer from lease to ledger: no vote, the same receipt."""
        floor = gold_floor(gold=ALWAYS)
        (lease,) = floor.lease(0)
        assert kind_of(floor, lease) == "gold"
        receipt = floor.submit(0, lease, "a")
        assert (receipt.counted, receipt.surplus, receipt.paid_micros) == (True, False, PRICE)
        assert floor.value("SELECT COUNT(*) FROM vote WHERE project_id = :p") == 0
        assert (record(floor, 0).n, record(floor, 0).n_right) == (1, 1)
        check_books(floor.hub, floor.project_id)

    def test_nobody_meets_the_same_gold_twice(self, gold_floor: GoldFloor) -> None:
        """Shows that whoever has met all of it gets the queue's questions alone from then on."""
        floor = gold_floor(n_gold=4, gold=ALWAYS)
        kinds = []
        for _ in range(10):
            (lease,) = floor.lease(0)
            kinds.append(kind_of(floor, lease))
            floor.submit(0, lease)
        assert kinds == ["gold"] * 4 + ["label"] * 6
        check_books(floor.hub, floor.project_id)

    def test_more_gold_ends_the_drought(self, gold_floor: GoldFloor) -> None:
        """Shows that somebody who ran out looks again when the stock grows."""
        floor = gold_floor(n_gold=1, gold=ALWAYS)
        for _ in range(3):
            floor.submit(0, floor.lease(0)[0])
        give(floor, 1, skip=20)
        assert kind_of(floor, floor.lease(0)[0]) == "gold"

    def test_there_is_none_where_the_queue_is_empty(self, gold_floor: GoldFloor) -> None:
        """Shows that gold never stands in for real work: at a pool's end that would tell."""
        floor = gold_floor(n_gold=5, n_items=5, gold=ALWAYS)
        found = floor.leases(0, 3)
        assert found.held == []
        assert found.reason is not None
        assert found.reason.code == "queue_empty"

    def test_the_rate_falls_as_the_record_firms(self, gold_floor: GoldFloor) -> None:
        """Shows that a newcomer meets much more gold than somebody with a firm record."""
        floor = gold_floor(n_gold=100, n_items=700, gold={"rate_first": 0.5, "rate_least": 0.05})
        kinds = []
        for _ in range(25):
            for lease in floor.lease(0, 20):
                kinds.append(kind_of(floor, lease))
                floor.submit(0, lease)
        assert kinds[:40].count("gold") >= 10
        assert kinds[-200:].count("gold") <= 30

    @pytest.mark.parametrize("ending", ["release", "expire"])
    def test_what_was_given_back_comes_back(self, gold_floor: GoldFloor, ending: str) -> None:
        """Shows that gold returns under its handle with the next number, as any question does."""
        floor = gold_floor(gold=ALWAYS)
        (lease,) = floor.lease(0)
        floor.write(lambda tx, project: None)
        if ending == "release":
            floor.release(0, lease)
        else:
            sql = "UPDATE assignment SET expires_at = 1 WHERE handle = :h"
            floor.hub.write_now(lambda tx: tx.run(sql, h=lease.handle))
            floor.sweep()
        (again,) = floor.lease(0)
        assert (again.handle, again.lease_n) == (lease.handle, 2)
        check_books(floor.hub, floor.project_id)

    @pytest.mark.parametrize("ending", ["skip", "release", "expire"])
    def test_what_one_does_not_answer_is_everybody_elses(
        self, gold_floor: GoldFloor, ending: str
    ) -> None:
        """Shows that gold which somebody skipped, gave back or let expire is spent for nobody else.

        Whoever skipped it meets it no more; given back, it comes again only until somebody else
        has worked, as an ordinary question would by then be theirs.
        """
        floor = gold_floor(n_gold=1, n_people=3, gold=ALWAYS)
        (lease,) = floor.lease(0)
        assert kind_of(floor, lease) == "gold"
        if ending == "skip":
            floor.skip(0, lease)
        elif ending == "release":
            floor.release(0, lease)
        else:
            sql = "UPDATE assignment SET expires_at = 1 WHERE handle = :h"
            floor.hub.write_now(lambda tx: tx.run(sql, h=lease.handle))
            floor.sweep()
        for who in (1, 2):
            (theirs,) = floor.lease(who)
            assert (theirs.item_id, kind_of(floor, theirs)) == (lease.item_id, "gold")
            floor.submit(who, theirs)
            assert record(floor, who).n == 1
        if ending == "skip":
            with pytest.raises(ConflictError, match="went to somebody else"):
                floor.undo(0, lease)
        assert {kind_of(floor, found) for found in floor.lease(0, 3)} == {"label"}
        check_books(floor.hub, floor.project_id)

    def test_given_back_it_keeps_its_place_in_the_queue(self, gold_floor: GoldFloor) -> None:
        """Shows that gold comes again where a question of its place would: behind more urgent."""
        floor = gold_floor(n_gold=1, n_items=30, gold=ALWAYS)
        (lease,) = floor.lease(0)
        floor.release(0, lease)
        urgent = floor.rows("SELECT id FROM item WHERE state = 'new' ORDER BY id LIMIT 1")[0]
        wish = TaskWish(urgent.id, 100, 1, 1)
        floor.write(lambda tx, project: open_tasks(tx, project, [wish]))
        first, second = floor.lease(0, 2)
        assert first.item_id == urgent.id
        assert second.handle == lease.handle

    def test_two_tabs_at_once_meet_nothing_twice(self, gold_floor: GoldFloor) -> None:
        """Shows that two tabs of each of two people, working at once, leave exact books."""
        floor = gold_floor(n_gold=20, n_items=120, n_people=2, gold={"rate_first": 0.5})

        def tab(who: int) -> None:
            for _ in range(12):
                for lease in floor.lease(who, 2):
                    floor.submit(who, lease, "a", key="the same from both tabs")

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(tab, [0, 1, 0, 1]))
        check_books(floor.hub, floor.project_id)
        assert record(floor, 0).n > 0

    def test_two_people_may_hold_the_same_gold(self, gold_floor: GoldFloor) -> None:
        """Shows that a stock of one serves everybody, each once."""
        floor = gold_floor(n_gold=1, n_people=3, gold=ALWAYS)
        assert [kind_of(floor, floor.lease(who)[0]) for who in range(3)] == ["gold"] * 3
        check_books(floor.hub, floor.project_id)

    def test_without_known_items_nothing_changes(self, gold_floor: GoldFloor) -> None:
        """Shows that a project without a stock has no record of anybody."""
        floor = gold_floor(n_gold=0, gold=ALWAYS)
        assert kind_of(floor, floor.lease(0)[0]) == "label"
        assert floor.rows("SELECT * FROM gold_record") == []


class TestScores:
    """What an answer on gold is worth."""

    def test_undo_and_another_answer_are_new_rows(self, gold_floor: GoldFloor) -> None:
        """Shows three rows for answer, undo and answer; the last counts."""
        floor = gold_floor(gold=ALWAYS)
        (lease,) = floor.lease(0)
        floor.submit(0, lease, "b")
        floor.undo(0, lease)
        assert record(floor, 0).n == 0
        floor.submit(0, floor.lease(0)[0], "a")
        rows = floor.rows("SELECT outcome, corrects_id FROM gold_result ORDER BY n")
        assert [row.outcome for row in rows] == ["wrong", "withdrawn", "right"]
        assert [row.corrects_id is None for row in rows] == [True, False, False]
        assert (record(floor, 0).n, record(floor, 0).n_right) == (1, 1)
        check_books(floor.hub, floor.project_id)

    def test_a_correction_is_scored_in_its_place(self, gold_floor: GoldFloor) -> None:
        """Shows that an edit adds a row, and that the record holds the corrected answer alone."""
        floor = gold_floor(gold=ALWAYS)
        (lease,) = floor.lease(0)
        floor.submit(0, lease, "b")
        floor.edit(0, lease, "a")
        rows = floor.rows("SELECT outcome FROM gold_result ORDER BY n")
        assert [row.outcome for row in rows] == ["wrong", "right"]
        assert (record(floor, 0).n, record(floor, 0).n_right) == (1, 1)
        check_books(floor.hub, floor.project_id)

    def test_a_repeated_submit_is_scored_once(self, gold_floor: GoldFloor) -> None:
        """Shows that a retry returns the first receipt."""
        floor = gold_floor(gold=ALWAYS)
        (lease,) = floor.lease(0)
        first = floor.submit(0, lease, key="k")
        assert floor.submit(0, lease, "b", key="k") == first
        assert record(floor, 0).n == 1

    def test_a_skip_is_not_scored(self, gold_floor: GoldFloor) -> None:
        """Shows that "unsure" on gold costs nothing, and can be taken back."""
        floor = gold_floor(gold=ALWAYS)
        (lease,) = floor.lease(0)
        floor.skip(0, lease)
        assert record(floor, 0).n == 0
        floor.undo(0, lease)
        floor.submit(0, floor.lease(0)[0])
        assert record(floor, 0).n == 1
        check_books(floor.hub, floor.project_id)

    def test_any_of_several_right_answers_is_right(self, gold_floor: GoldFloor) -> None:
        """Shows a set of right classes."""
        floor = gold_floor(n_gold=0, n_people=3, gold=ALWAYS)
        known = KnownItem(keys(floor, 1)[0], {"label": ["a", "b"]}, WHY)
        floor.write(lambda tx, project: give_gold(tx, project, [known]))
        for who, label in enumerate("abc"):
            floor.submit(who, floor.lease(who)[0], label)
        assert [record(floor, who).n_right for who in range(3)] == [1, 1, 0]

    def test_retiring_takes_it_out_of_every_record(self, gold_floor: GoldFloor) -> None:
        """Shows that scores are counted without it, and that who holds it may still answer."""
        floor = gold_floor(n_gold=1, n_people=2, gold=ALWAYS)
        floor.submit(0, floor.lease(0)[0], "b")
        (held,) = floor.lease(1)
        gold_id = floor.value("SELECT id FROM gold")
        retire(floor, gold_id)
        assert record(floor, 0).n == 0
        assert floor.submit(1, held).counted
        assert record(floor, 1).n == 0
        check_books(floor.hub, floor.project_id)
