"""Pause, block and resume: at once, leases returned, twice harmless, in the record."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from labeling.database import SYSTEM, Hub
from labeling.errors import ConflictError, InvalidInputError, NotFoundError
from labeling.projects import service as projects
from labeling.tasks import pausing
from tests.books import check_books
from tests.factories import CREW, PRICE, Floor


def change(floor: Floor, who: int, verb: pausing.Verb, reason: str | None = None) -> int:
    """Change a person's state; returns how many leases went back."""
    found: int = floor.write(
        lambda tx, project: pausing.change_state(tx, floor.people[who], verb, reason)
    )
    return found


def code(floor: Floor, who: int) -> str | None:
    """Return why a person gets nothing."""
    reason = floor.leases(who).reason
    return reason.code if reason else None


class TestPerson:
    """`change_state`."""

    @pytest.mark.parametrize(("verb", "said"), [("pause", "paused"), ("block", "blocked")])
    def test_the_door_shuts_and_leases_return(
        self, hub: Hub, verb: pausing.Verb, said: str
    ) -> None:
        """Shows that slots and money are free at once, for somebody else."""
        floor = Floor.made(hub, n_people=2, n_items=3, budget_micros=3 * PRICE)
        floor.lease(0, 3)
        assert change(floor, 0, verb, "odd answers") == 3
        assert (code(floor, 0), len(floor.lease(1, 3))) == (said, 3)
        check_books(hub, floor.project_id)

    def test_twice_is_once(self, hub: Hub) -> None:
        """Shows that a repeated request returns nothing more and leaves one event."""
        floor = Floor.made(hub, n_items=3)
        floor.lease(0, 3)
        assert [change(floor, 0, "pause", "x"), change(floor, 0, "pause", "x")] == [3, 0]
        events = floor.rows("SELECT id FROM audit_event WHERE action = 'annotator.state'")
        assert len(events) == 1

    def test_resuming_gives_work_again(self, hub: Hub) -> None:
        """Shows that the person goes on, with the same questions under the next numbers."""
        floor = Floor.made(hub, n_items=2)
        first = floor.lease(0, 2)
        change(floor, 0, "block")
        change(floor, 0, "resume")
        again = floor.lease(0, 2)
        assert {row.handle for row in again} == {row.handle for row in first}
        assert [row.lease_n for row in again] == [2, 2]
        check_books(hub, floor.project_id)

    def test_a_late_answer_of_a_paused_person_counts(self, hub: Hub) -> None:
        """Shows that a pause is no judgment: the answer under way is not lost."""
        floor = Floor.made(hub, n_items=1)
        (lease,) = floor.lease(0)
        change(floor, 0, "pause")
        receipt = floor.submit(0, lease)
        assert (receipt.counted, receipt.paid_micros) == (True, PRICE)
        check_books(hub, floor.project_id)

    @pytest.mark.parametrize("counts", [False, True])
    def test_a_late_answer_of_a_blocked_person_is_stored_and_counts_as_the_policy_says(
        self,
        hub: Hub,
        counts: bool,  # noqa: FBT001 - a case of the test
    ) -> None:
        """Shows rule 2: stored and paid; whether it is a vote is the project's choice."""
        floor = Floor.made(hub, n_items=1, routing={"count_blocked": counts})
        (lease,) = floor.lease(0)
        change(floor, 0, "block")
        receipt = floor.submit(0, lease)
        assert (receipt.counted, receipt.surplus) == (counts, not counts)
        assert receipt.paid_micros == PRICE
        check_books(hub, floor.project_id)

    def test_undo_gives_nothing_back_to_a_blocked_person(self, hub: Hub) -> None:
        """Shows that undoing is no way around the door."""
        floor = Floor.made(hub, n_items=1)
        (lease,) = floor.lease(0)
        floor.submit(0, lease)
        change(floor, 0, "block")
        with pytest.raises(ConflictError):
            floor.undo(0, lease)
        check_books(hub, floor.project_id)

    def test_nobody_leases_past_a_block(self, hub: Hub) -> None:
        """Shows that of requests at the very same moment none is left with a lease."""
        floor = Floor.made(hub, n_items=60)
        stop = threading.Event()

        def work() -> None:
            while not stop.is_set():
                floor.lease(0, 5)

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        verbs: list[pausing.Verb] = ["block", "resume", "block", "resume", "block"]
        for verb in verbs:
            change(floor, 0, verb)
        held = floor.rows("SELECT 1 FROM assignment WHERE project_id = :p AND state = 'leased'")
        stop.set()
        for thread in threads:
            thread.join()
        after = floor.rows("SELECT 1 FROM assignment WHERE project_id = :p AND state = 'leased'")
        assert (held, after) == ([], [])
        check_books(hub, floor.project_id)


class TestWorkforce:
    """`change_workforce_state`."""

    @staticmethod
    def change(floor: Floor, verb: pausing.Verb, reason: str | None = None) -> int:
        """Change the crew's state; returns how many leases went back."""
        return pausing.change_workforce_state(
            floor.hub, floor.project_id, CREW, verb, reason, SYSTEM
        )

    def test_everybodys_leases_return(self, hub: Hub, monkeypatch: Any) -> None:
        """Shows that a workforce larger than one turn is emptied in several."""
        monkeypatch.setattr(pausing, "PEOPLE_A_TURN", 2)
        floor = Floor.made(hub, n_people=5, n_items=10)
        for who in range(5):
            floor.lease(who, 2)
        assert (self.change(floor, "pause", "holiday"), self.change(floor, "pause", "holiday")) == (
            10,
            0,
        )
        assert [code(floor, who) for who in range(5)] == ["paused"] * 5
        self.change(floor, "resume")
        assert len(floor.lease(0, 2)) == 2
        actions = floor.rows(
            "SELECT action FROM audit_event WHERE object_kind = 'workforce' ORDER BY id"
        )
        assert [row.action for row in actions][-2:] == ["workforce.pause", "workforce.resume"]
        check_books(hub, floor.project_id)

    def test_late_answers_of_a_blocked_workforce_do_not_count(self, hub: Hub) -> None:
        """Shows that blocking holds for each of its people."""
        floor = Floor.made(hub, n_items=2)
        leases = floor.lease(0, 2)
        self.change(floor, "pause")
        assert floor.submit(0, leases[0]).counted
        self.change(floor, "block")
        assert not floor.submit(0, leases[1]).counted
        check_books(hub, floor.project_id)

    def test_an_unknown_workforce_is_refused(self, hub: Hub) -> None:
        """Shows that nothing is changed for a slip of the pen."""
        floor = Floor.made(hub)
        with pytest.raises(NotFoundError):
            pausing.change_workforce_state(hub, floor.project_id, "nobody", "pause", None, SYSTEM)


class TestPolicy:
    """The routing section."""

    @pytest.mark.parametrize(
        "settings",
        [
            {"time_zone": "Nowhere/Else"},
            {"person_share": 0},
            {"easy_share": 1.5},
            {"share_floor": 0},
            {"language_field": "x", "skill_field": "x"},
        ],
    )
    def test_what_makes_no_sense_is_refused(self, hub: Hub, settings: dict[str, Any]) -> None:
        """Shows that a policy that contradicts itself is not stored."""
        floor = Floor.made(hub)
        with pytest.raises(InvalidInputError):
            floor.write(
                lambda tx, project: projects.change_policy(tx, project, {"routing": settings})
            )
