"""New items go to the workforce whose answer is worth most for its price, and never get stuck."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from active_learning.advice import advise
from active_learning.compared import Advice, Chosen, Situation
from active_learning.planner import Planner
from active_learning.relabel import Doubt
from active_learning.rounds import service
from active_learning.rounds.picking import Draw, picks_of
from active_learning.scheduler import best_voices
from api.cli.learning import _route_lines
from labeling.clock import MICROS
from labeling.database import Hub, Row, Transaction
from labeling.gold.records import store as record_store
from labeling.projects.service import change_policy
from labeling.tasks import routed
from labeling.workforces import store as workforces
from tests.active_learning.test_rounds import answer_round, floor_of
from tests.books import check_books
from tests.factories import Floor, seat

N = 40


def advised(
    price: float, *, present: int = 1, own_overlap: int | None = None, **changes: Any
) -> Advice:
    """Return the advice where experts err seldom, at a price, and others often, at 10,000."""
    answers = np.zeros(2 * N, np.int64)
    answers[N::2] = 1  # every other answer of the second workforce is wrong
    fields: dict[str, Any] = {
        "voices": [
            {"name": "experts", "id": 7, "annotators": [1], "price": price, "seconds": 5.0,
             "present": present, "overlap_least": own_overlap},
            {"name": "others", "id": 8, "annotators": [2], "price": 10_000.0, "seconds": 5.0,
             "present": 2},
        ],
        "items": [*range(N), *range(N)],
        "annotators": [1] * N + [2] * N,
        "answers": answers.tolist(),
        "rest": 500,
        "route": "prefer",
    }  # fmt: skip
    posterior = np.tile([0.97, 0.03], (N, 1))
    done = Chosen(np.zeros(N, np.int64), 2, np.arange(10), 20, 0.1, 50, 0.0, 0)
    new = np.stack([np.linspace(0.5, 0.9, 100), np.linspace(0.5, 0.1, 100)], axis=1)
    situation = Situation(**(fields | changes))
    return advise(situation, Doubt(posterior, posterior, {}), new, done, np.random.default_rng(0))


def who_of(found: Advice) -> list[str]:
    """Return for whom the new items are."""
    return [name for _, _, name, _ in found.routes]


class TestAdvice:
    """Which workforce a new item is for."""

    def test_skill_wins_at_the_same_price_up_to_what_people_can_take(self) -> None:
        """One person takes five items; where only they may answer, as many as there are."""
        found = advised(10_000.0)
        assert who_of(found) == ["experts"] * 10
        assert found.room == {"7": 5, "8": 10}
        assert "errors avoided per unit of money" in found.routes[0][3]
        assert advised(10_000.0, route="only").room == {}

    def test_a_price_that_skill_is_not_worth_loses(self) -> None:
        """At a thousand times the price it is the others who are asked."""
        assert set(who_of(advised(10_000_000.0))) == {"others"}

    @pytest.mark.parametrize(
        "changes", [{"route": "off"}, {"present": 0}, {"overlap_least": 2}, {"own_overlap": 2}]
    )
    def test_it_needs_a_choice_of_people_who_are_there(self, changes: dict[str, Any]) -> None:
        """Nobody is named where it is off, or where one workforce alone could answer."""
        assert advised(10_000.0, **changes).routes == []

    def test_who_loses_most_by_another_comes_first(self) -> None:
        """Items that are worth the same by anybody are left to anybody."""
        values = np.array([[5.0, 9.0, 1.0, 2.0], [1.0, 1.0, 1.0, 3.0]])
        assert best_voices(values) == [(1, 0), (0, 0), (3, 1)]


class TestPicks:
    """What of the advice a round opens."""

    def test_random_items_are_for_anybody_and_advice_alone_routes_nothing(self) -> None:
        """So that figures are not those of one workforce; it gets what it has room for."""
        result = {
            "rows": list(range(10)), "scores": [0.5] * 10, "strategy": "margin",
            "reason": "unsure",
            "advice": {"relabels": [], "reviews": [], "room": {"7": 4},
                       "routes": [(n, 7, "experts", "worth it") for n in range(10)]},
        }  # fmt: skip
        draw: dict[str, Any] = {
            "item_ids": list(range(30)), "candidates": list(range(30)), "test": [29],
            "n_random": 3, "n_relabels": 0, "seed": 1, "n": 10,
        }  # fmt: skip
        acted = picks_of(result, [], Draw(**draw, is_routed=True))
        assert [pick.workforce_id for pick in acted if pick.action == "new"].count(7) == 4
        assert {pick.workforce_id for pick in acted if pick.action != "new"} == {None}
        assert "for experts: worth it" in next(p for p in acted if p.workforce_id).reason
        assert {pick.workforce_id for pick in picks_of(result, [], Draw(**draw))} == {None}


@pytest.fixture
def two(hub: Hub, planner: Planner) -> Floor:
    """Return a project whose crew is right on gold, and whose crowd, as dear, is mostly wrong."""
    floor = floor_of(hub, 150, n_people=1, trainer="logistic_regression")

    def crowd(tx: Transaction, project: Row) -> Row:
        workforces.add_workforce(
            tx, project_id=project.id, name="crowd", kind="crowd", price_micros=10_000,
            is_simulated=False, rank=2,
        )  # fmt: skip
        return seat(tx, project, "guesser", workforce="crowd")

    floor.people.append(floor.write(crowd))
    for who in (0, 1):
        planner.run_round(floor.project_id)
        answer_round(floor, who)
    floor.write(lambda tx, project: _records(tx, project, floor))
    planner.run_round(floor.project_id)
    return floor


def _records(tx: Transaction, project: Row, floor: Floor) -> None:
    for who, right in ((0, 200), (1, 80)):
        record_store.add_record(tx, project.id, floor.people[who].id, who)
        tx.run(
            "UPDATE gold_record SET n = 200, n_right = :right WHERE annotator_id = :who",
            right=right, who=floor.people[who].id,
        )  # fmt: skip


def routes_of(floor: Floor) -> dict[str, list[Any]]:
    """Return the reasons of the open tasks by the workforce that they are for."""
    found: dict[str, list[Any]] = {}
    for row in floor.rows(
        "SELECT w.name, t.reason FROM task t LEFT JOIN workforce w ON w.id = t.workforce_id "
        "WHERE t.project_id = :p AND t.is_open"
    ):
        found.setdefault(row.name or "anybody", []).append(json.loads(row.reason))
    return found


class TestRounds:
    """In `act` a round opens new items for the workforce that wins."""

    def test_the_better_workforce_gets_what_it_can_take_and_the_task_says_why(
        self, two: Floor
    ) -> None:
        """The others are asked what is for anybody: nobody waits, no item comes twice."""
        found = routes_of(two)
        assert "crowd" not in found
        assert len(found["crew"]) == 5
        assert found["anybody"]
        assert all(
            one["workforce"] == "crew" and "for crew: " in one["why"] for one in found["crew"]
        )
        mine = {row.item_id for row in two.lease(1, 20)}
        kept = two.rows("SELECT item_id FROM task WHERE project_id = :p AND workforce_id > 0")
        assert mine
        assert not mine & {row.item_id for row in kept}
        advice = two.hub.read_now(lambda tx: service.newest_advice(tx, two.project))
        assert {one["workforce"] for one in advice["routes"]} == {"crew"}
        assert f"are best asked: {len(advice['routes'])} for crew" in advice["summary"]
        (line,) = _route_lines(advice)
        assert line.startswith(f"{len(advice['routes'])} new items are for crew, such as: ")
        two.write(lambda tx, _: tx.run("UPDATE gold_record SET n = 0, n_right = 0"))
        check_books(two.hub, two.project_id)

    def test_only_makes_the_others_wait_and_no_task_is_stranded(
        self, two: Floor, planner: Planner
    ) -> None:
        """Whoever is worth less opens nothing of the pool; what nobody took is for anybody."""
        changes = {"learning": {"route": "only"}, "routing": {"easy_share": 0.0}}
        two.write(lambda tx, project: change_policy(tx, project, changes))
        planner.run_round(two.project_id)
        crew = len(routes_of(two)["crew"])
        assert crew > 5
        for lease in two.lease(1, 20):
            two.submit(1, lease)
        assert two.lease(1, 20) == []
        old = (routed.KEPT_SECONDS + 1) * MICROS
        two.write(
            lambda tx, project: tx.run(
                "UPDATE task SET created_at = created_at - :old WHERE project_id = :p",
                old=old, p=project.id,
            )
        )  # fmt: skip
        assert len(two.lease(1, 20)) >= crew

    def test_what_one_workforce_was_to_answer_makes_room_for_the_next_round(
        self, two: Floor, planner: Planner
    ) -> None:
        """Switched off, the same items are for anybody."""
        two.write(lambda tx, project: change_policy(tx, project, {"learning": {"route": "off"}}))
        planner.run_round(two.project_id)
        assert set(routes_of(two)) == {"anybody"}
