"""What follows from scores: pauses with evidence, doubt, reinstatement, appeals, refill."""

from __future__ import annotations

from typing import Any

import pytest

from labeling.database import Row
from labeling.errors import ConflictError, InvalidInputError
from labeling.gold import keeper, service, store
from labeling.gold.pauses import service as pauses
from labeling.gold.stock import stock_report
from labeling.workforces import store as workforces
from tests.books import check_books
from tests.factories import Floor
from tests.labeling.gold.conftest import GoldFloor
from tests.labeling.gold.factories import WHY, keys, record, retire
from tests.support.hubs import HandClock

ALWAYS = {"rate_first": 1.0, "rate_least": 1.0}


def keep(floor: Floor, turns: int = 10) -> None:
    """Let the keeper do what waits."""
    for _ in range(turns):
        floor.hub.write_now(keeper.turn)


def state(floor: Floor, who: int) -> str:
    """Return a person's state."""
    sql = "SELECT state FROM annotator WHERE id = :a"
    return str(floor.value(sql, a=floor.people[who].id))


def answer_all(floor: Floor, who: int, n: int, label: str) -> None:
    """Answer the next questions as a person, each with one label."""
    for _ in range(n):
        floor.submit(who, floor.lease(who)[0], label)


def standing(floor: Floor, who: int) -> pauses.Standing:
    """Return where a person stands."""

    def read(tx: Any, project: Row) -> pauses.Standing:
        annotator = workforces.get_annotator(tx, floor.people[who].id)
        return pauses.standing_of(tx, project, annotator)

    found: pauses.Standing = floor.write(read)
    return found


class TestPause:
    """Whose accuracy is certainly below the bar."""

    def test_it_comes_with_reason_and_examples_and_takes_nothing(
        self, gold_floor: GoldFloor
    ) -> None:
        """Shows a pause after ten misses: no new question, the held one still answered and paid."""
        floor = gold_floor(n_gold=14, gold=ALWAYS)
        answer_all(floor, 0, 9, "b")
        keep(floor)
        assert state(floor, 0) == "active"
        first, second = floor.lease(0, 2)
        floor.submit(0, first, "b")
        keep(floor)
        assert state(floor, 0) == "paused"
        found = floor.leases(0, 3)
        assert [each.handle for each in found.held] == [second.handle]
        assert found.reason is not None
        assert floor.submit(0, second, "a").paid_micros > 0
        why = standing(floor, 0)
        assert why.pause is not None
        assert (why.pause.n, why.pause.n_right) == (10, 0)
        assert why.pause.high < why.pause.bar
        assert len(why.examples) == 5
        assert {each.reason for each in why.examples} == {WHY}
        check_books(floor.hub, floor.project_id)

    def test_somebody_good_goes_on(self, gold_floor: GoldFloor) -> None:
        """Shows that right answers pause nobody."""
        floor = gold_floor(n_gold=20, gold=ALWAYS)
        answer_all(floor, 0, 20, "a")
        keep(floor)
        assert state(floor, 0) == "active"

    def test_an_appeal_reinstates_and_forgives(self, gold_floor: GoldFloor) -> None:
        """Shows that the next miss does not pause again, and that the record stays as it was."""
        floor = gold_floor(n_gold=14, gold=ALWAYS)
        answer_all(floor, 0, 10, "b")
        keep(floor)

        def object_to(tx: Any, project: Row) -> Row:
            annotator = workforces.get_annotator(tx, floor.people[0].id)
            return pauses.appeal(tx, annotator, "The guideline says otherwise.")

        made = floor.write(object_to)
        with pytest.raises(ConflictError):
            floor.write(object_to)
        floor.write(lambda tx, project: pauses.decide(tx, project, made.id, "reinstate", "true"))
        with pytest.raises(ConflictError):
            floor.write(lambda tx, project: pauses.decide(tx, project, made.id, "keep", None))
        assert state(floor, 0) == "active"
        answer_all(floor, 0, 1, "b")
        keep(floor)
        assert state(floor, 0) == "active"
        assert record(floor, 0).n == 11
        heard = standing(floor, 0).appeal
        assert heard is not None
        assert heard.decision == "reinstate"
        check_books(floor.hub, floor.project_id)

    def test_who_is_not_paused_has_nothing_to_appeal(self, gold_floor: GoldFloor) -> None:
        """Shows both refusals: no cause, no text."""
        floor = gold_floor()
        me = floor.people[0]
        with pytest.raises(ConflictError):
            floor.write(lambda tx, project: pauses.appeal(tx, me, "why?"))
        with pytest.raises(InvalidInputError):
            floor.write(lambda tx, project: pauses.appeal(tx, me, " "))

    def test_retiring_what_paused_somebody_reinstates_them(self, gold_floor: GoldFloor) -> None:
        """Shows that scores counted without wrong gold end the pause by themselves."""
        floor = gold_floor(n_gold=12, gold=ALWAYS)
        answer_all(floor, 0, 12, "b")
        keep(floor)
        assert state(floor, 0) == "paused"
        for row in floor.rows("SELECT id FROM gold ORDER BY id LIMIT 10"):
            retire(floor, row.id)
        keep(floor)
        assert state(floor, 0) == "active"
        assert standing(floor, 0).pause is None
        check_books(floor.hub, floor.project_id)


class TestDoubt:
    """Gold that many good people miss."""

    def test_it_is_quarantined_and_taken_out_of_every_record(self, gold_floor: GoldFloor) -> None:
        """Shows one wrong item among good ones: in quarantine, and no one's miss any more."""
        floor = gold_floor(n_gold=8, n_people=5, gold={**ALWAYS, "bar": 0.6})
        wrong = floor.value("SELECT item_id FROM gold ORDER BY shuffle LIMIT 1")
        for who in range(5):
            for _ in range(8):
                (lease,) = floor.lease(who)
                floor.submit(who, lease, "c" if lease.item_id == wrong else "a")
        keep(floor)
        rows = floor.rows("SELECT item_id, state_reason FROM gold WHERE state = 'quarantined'")
        assert [row.item_id for row in rows] == [wrong]
        assert "good people missed it" in rows[0].state_reason
        assert [(record(floor, who).n, record(floor, who).n_right) for who in range(5)] == [
            (7, 7)
        ] * 5
        check_books(floor.hub, floor.project_id)

    def test_what_a_review_overruled_is_quarantined(self, gold_floor: GoldFloor) -> None:
        """Shows that known answers give way to a review that decided otherwise."""
        floor = gold_floor(n_gold=1, gold=ALWAYS)
        pin = (
            "UPDATE consensus SET pinned = (1 = 1), class_id = (SELECT id FROM label_class "
            "WHERE project_id = :p AND key = 'b') WHERE project_id = :p"
        )
        floor.hub.write_now(lambda tx: tx.run(pin, p=floor.project_id))
        answer_all(floor, 0, 1, "a")
        keep(floor)
        assert floor.value("SELECT state_reason FROM gold") == "a review decided otherwise"

    def test_misses_of_people_who_guess_are_no_doubt(self, gold_floor: GoldFloor) -> None:
        """Shows that only who is good on other gold can bring an item into doubt."""
        floor = gold_floor(n_gold=8, n_people=5, gold={**ALWAYS, "least_n": 100})
        for who in range(5):
            answer_all(floor, who, 8, "c")
        keep(floor)
        assert floor.rows("SELECT id FROM gold WHERE state <> 'active'") == []

    def test_a_recount_goes_on_where_it_was_killed(
        self, gold_floor: GoldFloor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Shows that records are corrected some at a time, and that undo in between is exact."""
        monkeypatch.setattr(service, "RECOUNTED", 2)
        floor = gold_floor(n_gold=1, n_people=5, gold=ALWAYS)
        held = [floor.lease(who)[0] for who in range(5)]
        for who in range(5):
            floor.submit(who, held[who], "a")
        gold_id = floor.value("SELECT id FROM gold")
        retire(floor, gold_id)
        assert [record(floor, who).n for who in range(5)] == [0, 0, 1, 1, 1]
        floor.undo(4, held[4])
        floor.undo(0, held[0])
        assert [record(floor, who).n for who in range(5)] == [0, 0, 1, 1, 0]
        keep(floor)
        assert [record(floor, who).n for who in range(5)] == [0, 0, 0, 0, 0]
        check_books(floor.hub, floor.project_id)


class TestStock:
    """The level of the stock and its refill."""

    def test_settled_items_refill_it(self, gold_floor: GoldFloor, clock: HandClock) -> None:
        """Shows proposals from items on which three people agree, and none where they do not."""
        policy = {"stock_least": 3, "refill": "propose"}
        floor = gold_floor(n_gold=0, n_items=3, n_people=3, overlap_least=3, gold=policy)
        floor.hub.write_now(lambda tx: store.add_stock(tx, floor.project_id, "seed"))
        split = floor.rows("SELECT id FROM item ORDER BY seq")[0].id
        for who in range(3):
            for lease in floor.lease(who, 3):
                floor.submit(who, lease, "b" if lease.item_id == split and who == 2 else "a")
        clock.wait(3_600)
        keep(floor)
        rows = floor.rows("SELECT item_id, state, source FROM gold")
        assert len(rows) == 2
        assert {(row.state, row.source) for row in rows} == {("proposed", "reviewed")}
        assert split not in {row.item_id for row in rows}

    def test_activated_refill_is_served(self, gold_floor: GoldFloor, clock: HandClock) -> None:
        """Shows that the policy may take them into service at once."""
        policy = {**ALWAYS, "stock_least": 3, "refill": "activate"}
        floor = gold_floor(n_gold=0, n_items=4, n_people=4, overlap_least=3, gold=policy)
        floor.hub.write_now(lambda tx: store.add_stock(tx, floor.project_id, "seed"))
        for who in range(3):
            for lease in floor.lease(who, 3):
                floor.submit(who, lease, "a")
        clock.wait(3_600)
        keep(floor)
        assert floor.rows("SELECT id FROM gold WHERE state = 'active'")
        (lease,) = floor.lease(3)
        assert floor.value("SELECT kind FROM assignment WHERE handle = :h", h=lease.handle) == (
            "gold"
        )
        check_books(floor.hub, floor.project_id)

    def test_who_ran_out_is_told_to_the_manager(self, gold_floor: GoldFloor) -> None:
        """Shows the alerts of a low stock that somebody has met wholly."""
        floor = gold_floor(n_gold=2, gold=ALWAYS)
        answer_all(floor, 0, 4, "a")
        report = floor.write(stock_report)
        assert report.people_out == 1
        assert {alert.code for alert in report.alerts} == {"gold_out", "gold_low"}

    def test_many_paused_people_are_an_alert(self, gold_floor: GoldFloor) -> None:
        """Shows that three of four paused for their score ask for a look at the gold itself."""
        floor = gold_floor(n_gold=14, n_items=120, n_people=4, gold=ALWAYS)
        for who in range(4):
            answer_all(floor, who, 10, "a" if who == 3 else "b")
            keep(floor)
        codes = {alert.code: alert.text for alert in floor.write(stock_report).alerts}
        assert "3 of 4 people" in codes["gold_many_paused"]

    def test_the_queues_difficulty_is_learned(
        self, gold_floor: GoldFloor, clock: HandClock
    ) -> None:
        """Shows that gold of the queue's difficulty is chosen: all hard, where the queue is."""
        floor = gold_floor(
            n_gold=0, n_items=30, n_people=3, overlap_least=2, overlap_most=2, gold=ALWAYS
        )
        floor.hub.write_now(lambda tx: store.add_stock(tx, floor.project_id, "seed"))
        for _ in range(24):
            for who, label in ((0, "a"), (1, "b")):
                floor.submit(who, floor.lease(who)[0], label)
        clock.wait(3_600)
        keep(floor)
        stock = floor.rows("SELECT queue_mix FROM gold_stock")[0]
        assert '"hard": 2' in stock.queue_mix
        known = [
            service.KnownItem(key, {"label": ["a"]}, WHY, difficulty=how)
            for key, how in zip(keys(floor, 6), ("easy", "hard") * 3, strict=True)
        ]
        floor.write(lambda tx, project: service.give_gold(tx, project, known))
        met = []
        for _ in range(3):
            (lease,) = floor.lease(2)
            met.append(
                floor.value(
                    "SELECT g.difficulty FROM assignment a JOIN gold g ON g.item_id = a.item_id "
                    "WHERE a.handle = :h",
                    h=lease.handle,
                )
            )
            floor.submit(2, lease)
        assert met == [0.5] * 3
