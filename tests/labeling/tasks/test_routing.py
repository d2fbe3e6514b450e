"""Personal limits, checked once for each batch of leases."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any

import numpy as np
import pytest

from labeling.clock import MICROS
from labeling.database import Hub, Row, Transaction
from labeling.database.transaction import Memory
from labeling.errors import ConflictError, NotFoundError
from labeling.projects import service as projects
from labeling.tasks import routing
from labeling.tasks.routing import NoWork
from labeling.workforces import service as workforces
from labeling.workforces import store as workforce_store
from labeling.workforces.terms import AnnotatorTerms, WorkforceTerms
from tests.books import check_books
from tests.factories import CREW, Floor
from tests.support.hubs import HandClock

DAY = 86_400
USED = """
SELECT (SELECT COUNT(*) FROM assignment a WHERE a.annotator_id = :who AND a.state = 'leased'),
    (SELECT COUNT(*) FROM assignment a WHERE a.annotator_id = :who AND a.state = 'submitted'),
    (SELECT COUNT(*) FROM assignment a WHERE a.state = 'submitted')
"""
"""What somebody holds and gave, and what everybody gave, at one moment."""


def set_terms(floor: Floor, who: int, **terms: Any) -> None:
    """Change a person's own terms."""
    floor.write(
        lambda tx, project: workforces.change_annotator(
            tx, floor.people[who], AnnotatorTerms(**terms)
        )
    )


def set_crew(floor: Floor, **terms: Any) -> None:
    """Change the workforce's terms."""
    floor.write(
        lambda tx, project: workforces.change_workforce(
            tx, project.id, CREW, WorkforceTerms(**terms)
        )
    )


def set_routing(floor: Floor, **settings: Any) -> None:
    """Change the routing section of the policy."""
    floor.write(lambda tx, project: projects.change_policy(tx, project, {"routing": settings}))


def why(floor: Floor, who: int, count: int = 20) -> tuple[int, str | None, int]:
    """Lease and return how many are held, why not more, and when to ask again."""
    found = floor.leases(who, count)
    reason = found.reason
    if reason is None:
        return len(found.held), None, 0
    return len(found.held), reason.code, reason.retry_after_s


class TestDailyLimit:
    """At most so many answers of a person in their own day."""

    def test_what_is_held_and_what_was_given_is_within_it(self, hub: Hub) -> None:
        """Shows that the batch is cut, and that an answer makes no room."""
        floor = Floor.made(hub, n_items=20)
        set_crew(floor, daily_limit=3)
        assert why(floor, 0)[:2] == (3, "daily_limit")
        for lease in floor.lease(0, 3):
            floor.submit(0, lease)
        assert why(floor, 0)[:2] == (0, "daily_limit")
        check_books(hub, floor.project_id)

    def test_one_may_have_another_limit_than_the_workforce(self, hub: Hub) -> None:
        """Shows that the person's own limit is the one that counts."""
        floor = Floor.made(hub, n_people=2, n_items=20)
        set_crew(floor, daily_limit=1)
        set_terms(floor, 0, daily_limit=2)
        assert (why(floor, 0)[0], why(floor, 1)[0]) == (2, 1)

    def test_it_goes_on_at_midnight_of_the_persons_zone(self, hub: Hub, clock: HandClock) -> None:
        """Shows that the wait is exact and that the new day is empty."""
        floor = Floor.made(hub, n_items=20)
        set_terms(floor, 0, daily_limit=2, time_zone="Asia/Kolkata")
        for lease in floor.lease(0, 2):
            floor.submit(0, lease)
        wait = why(floor, 0)[2]
        assert (clock.now // MICROS + wait + 5.5 * 3_600) % DAY == 0
        clock.wait(wait - 1)
        assert why(floor, 0)[0] == 0
        clock.wait(1)
        assert why(floor, 0)[0] == 2

    def test_what_is_given_back_or_skipped_makes_room(self, hub: Hub) -> None:
        """Shows that only answers are counted."""
        floor = Floor.made(hub, n_items=20)
        set_crew(floor, daily_limit=2)
        first, second = floor.lease(0, 2)
        floor.release(0, first)
        floor.skip(0, second)
        assert why(floor, 0)[0] == 2

    def test_an_undone_answer_makes_room_only_on_its_own_day(
        self, hub: Hub, clock: HandClock
    ) -> None:
        """Shows that yesterday's answer, taken back today, frees nothing today."""
        floor = Floor.made(hub, n_items=20)
        set_crew(floor, daily_limit=2)
        (lease,) = floor.lease(0)
        floor.submit(0, lease)
        floor.undo(0, lease)
        counted = "SELECT day_answers FROM annotator WHERE project_id = :p"
        assert floor.value(counted) == 0
        floor.submit(0, floor.lease(0)[0])
        clock.wait(DAY)
        (second,) = floor.lease(0)
        floor.submit(0, second)
        floor.undo(0, lease)
        assert floor.value(counted) == 1
        check_books(hub, floor.project_id)


class TestHours:
    """Working hours in the person's zone."""

    def test_outside_one_keeps_what_one_holds_and_gets_no_more(
        self, hub: Hub, clock: HandClock
    ) -> None:
        """Shows the reason, and that the wait ends when the hours begin."""
        floor = Floor.made(hub, n_items=20)  # it is Tuesday, 22:13:20 UTC
        set_crew(floor, calendar={"wednesday": [("09:00", "17:00")]}, time_zone="Asia/Shanghai")
        held, code, wait = why(floor, 0)
        assert (held, code) == (0, "outside_hours")
        clock.wait(wait)
        assert why(floor, 0, 1)[0] == 1
        clock.wait(8 * 3_600)
        assert why(floor, 0, 3)[:2] == (0, "outside_hours")
        check_books(hub, floor.project_id)


class TestShares:
    """At most x % of a project by one person or one workforce."""

    def test_below_the_floor_no_share_is_too_large(self, hub: Hub) -> None:
        """Shows that somebody alone can begin, and where they wait for others."""
        floor = Floor.made(hub, n_people=2, n_items=30)
        set_routing(floor, person_share=0.5, share_floor=4)
        assert why(floor, 0)[:2] == (4, "share_limit")
        for lease in floor.lease(0, 4):
            floor.submit(0, lease)
        assert why(floor, 0)[:2] == (0, "share_limit")
        for lease in floor.lease(1, 4):
            floor.submit(1, lease)
        assert why(floor, 0)[0] == 1

    def test_people_whose_shares_come_to_one_never_all_wait(self, hub: Hub) -> None:
        """Shows that a small project comes to its end, nobody above the share by more than one."""
        floor = Floor.made(hub, n_people=3, n_items=40)
        set_routing(floor, person_share=0.34, share_floor=1, easy_share=0)
        given = [0, 0, 0]
        while sum(given) < 40:
            before = sum(given)
            for who in range(3):
                for lease in floor.lease(who, 2):
                    floor.submit(who, lease)
                    given[who] += 1
            assert sum(given) > before, "everybody waits for everybody"
            assert max(given) <= 0.34 * sum(given) + 1
        check_books(hub, floor.project_id)

    def test_a_workforces_share_stops_its_people(self, hub: Hub) -> None:
        """Shows that the target of a workforce holds for all of it together."""
        floor = Floor.made(hub, n_people=2, n_items=20)
        set_routing(floor, share_floor=2)
        set_crew(floor, share=0.5)
        for who in (0, 1):
            floor.submit(who, floor.lease(who)[0])
        assert why(floor, 0)[:2] == (0, "share_limit")
        floor.undo(1, floor.rows("SELECT handle FROM assignment WHERE project_id = :p")[1])
        assert why(floor, 0, 1)[0] == 1


class TestConcurrency:
    """Limits while everybody asks at once, from several tabs."""

    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_no_limit_is_passed(self, hub: Hub, seed: int) -> None:
        """Shows that what people gave and hold is within day and share, whoever comes first."""
        limit, share, floor_answers, n_people = 9, 0.4, 4, 3
        floor = Floor.made(hub, n_people=n_people, n_items=60)
        set_crew(floor, daily_limit=limit)
        set_routing(floor, person_share=share, share_floor=floor_answers)
        wrong: list[str] = []

        def tab(who: int, rng: np.random.Generator) -> None:
            for _ in range(8):
                for lease in floor.lease(who, int(rng.integers(1, 7))):
                    if rng.random() < 0.7:
                        with suppress(ConflictError, NotFoundError):
                            floor.submit(who, lease)
                held, given, everybody = hub.read_now(lambda tx: tx.rows(USED, who=ids[who]))[0]
                most = max(floor_answers, int(share * everybody) + 1)
                if held + given > min(limit, most):
                    wrong.append(f"{who} holds {held}, gave {given} of {everybody}")

        ids = [person.id for person in floor.people]
        threads = [
            threading.Thread(target=tab, args=(who, np.random.default_rng([seed, who, n])))
            for who in range(n_people)
            for n in range(3)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []
        check_books(hub, floor.project_id)


class TestNothingConfigured:
    """A project without any limit."""

    def test_the_check_asks_the_store_nothing(self, hub: Hub) -> None:
        """Shows that a lease reads no more than without limits: a closed store is no hindrance."""
        floor = Floor.made(hub, n_items=1)

        def ask(tx: Transaction, project: Row) -> NoWork | None:
            annotator = workforce_store.lock(tx, floor.people[0].id)
            deaf = Transaction(None, tx.dialect, tx.now, tx.actor, Memory())  # type: ignore[arg-type]
            return routing.room(deaf, project, annotator, 0).reason

        assert floor.write(ask) is None
