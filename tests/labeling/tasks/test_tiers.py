"""Who a task is for: compiled when it is opened, moved up when they dispute it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from labeling.database import SYSTEM, Hub, Row, open_hub
from labeling.items import service as items
from labeling.items import store as item_store
from labeling.projects import service as projects
from labeling.projects import store as project_store
from labeling.tasks import pausing, tiers
from labeling.tasks import service as tasks
from labeling.tasks.searching import store as searching
from labeling.workforces import service as workforces
from labeling.workforces.terms import AnnotatorTerms, WorkforceTerms
from tests.books import check_books
from tests.factories import CREW, PRICE, Floor, open_tasks, seat

CROWD, EXPERTS = "crowd", "experts"
RANK = {CROWD: 10, CREW: 30, EXPERTS: 40}


def made(hub: Hub, *, n_items: int = 6, **policy: Any) -> Floor:
    """Make a project with two people of a crowd (0, 1), two of the crew (2, 3) and an expert."""
    policy = {"overlap_least": 2, "overlap_most": 2, **policy}
    routing = {"tiers": True, "easy_share": 0, **policy.pop("routing", {})}
    floor = Floor.made(hub, n_people=0, n_items=n_items, routing=routing, **policy)

    def hire(tx: Any, project: Row) -> list[Row]:
        workforces.create_workforce(tx, project.id, name=CROWD, kind="crowd", price_micros=1_000)
        workforces.create_workforce(tx, project.id, name=EXPERTS, kind="in_house")
        terms = WorkforceTerms(rank=RANK[EXPERTS])
        workforces.change_workforce(tx, project.id, EXPERTS, terms)
        named = (CROWD, CROWD, CREW, CREW, EXPERTS)
        return [seat(tx, project, f"{name} {n}", workforce=name) for n, name in enumerate(named)]

    floor.people = floor.write(hire)
    return floor


def answer_all(floor: Floor, who: int, label: str = "a", count: int = 1) -> int:
    """Lease and answer as a person; returns how many questions there were."""
    held = floor.lease(who, count)
    for lease in held:
        floor.submit(who, lease, label)
    return len(held)


def block(floor: Floor, *people: int) -> None:
    """Block some people."""

    def write(tx: Any, project: Row) -> None:
        for who in people:
            pausing.change_state(tx, floor.people[who], "block", None)

    floor.write(write)


class TestOpening:
    """`compile_routes`."""

    def test_the_cheapest_able_is_asked_first(self, hub: Hub) -> None:
        """Shows the tier on the task and in its reason, and that others are not given it."""
        floor = made(hub)
        floor.write(lambda tx, project: open_tasks(tx, project, 1, least=2, most=2))
        task = floor.task()
        assert (task.tier, json.loads(task.reason)["tier"]) == (10, 10)
        assert [len(floor.lease(who)) for who in (2, 4, 0, 1)] == [0, 0, 1, 1]
        check_books(hub, floor.project_id)

    def test_who_is_paused_is_not_able(self, hub: Hub) -> None:
        """Shows that the next rank is asked, and the crowd again when it is back."""
        floor = made(hub)
        change = (hub, floor.project_id, CROWD)
        pausing.change_workforce_state(*change, "pause", None, SYSTEM)
        first, second = (
            floor.value("SELECT MIN(id) FROM item WHERE project_id = :p") + n for n in (0, 1)
        )

        def route(item_id: int) -> int:
            found: tiers.Route = floor.write(
                lambda tx, project: tiers.compile_routes(tx, project, [item_id])
            )[item_id]
            return found.tier

        assert route(first) == 30
        pausing.change_workforce_state(*change, "resume", None, SYSTEM)
        assert route(second) == 10

    def test_nothing_is_stranded_when_a_workforce_pauses(self, hub: Hub) -> None:
        """Shows that those above take over what was opened for it, and nobody below."""
        floor = made(hub)
        floor.write(lambda tx, project: open_tasks(tx, project, 2, least=1, most=1))
        floor.lease(0)
        pausing.change_workforce_state(hub, floor.project_id, CROWD, "pause", None, SYSTEM)
        assert answer_all(floor, 2, count=2) == 2
        check_books(hub, floor.project_id)

    def test_a_share_that_is_given_sends_the_rest_up(self, hub: Hub) -> None:
        """Shows that a workforce with its share reached is not able."""
        floor = made(hub, n_items=8, overlap_least=1, overlap_most=1, routing={"share_floor": 2})
        terms = WorkforceTerms(share=0.3)
        floor.write(lambda tx, project: workforces.change_workforce(tx, project.id, CROWD, terms))
        for who in (0, 1, 2, 2, 2):
            assert answer_all(floor, who) == 1
        by_tier = floor.rows(
            "SELECT tier, COUNT(*) AS n FROM task WHERE project_id = :p GROUP BY tier ORDER BY tier"
        )
        assert [tuple(row) for row in by_tier] == [(10, 2), (30, 3)]
        check_books(hub, floor.project_id)

    def test_what_was_opened_with_tiers_is_served_without_them(self, hub: Hub) -> None:
        """Shows that a change of the policy strands nothing either way."""
        floor = made(hub)
        floor.write(lambda tx, project: open_tasks(tx, project, 1, least=2, most=2))
        floor.write(
            lambda tx, project: projects.change_policy(tx, project, {"routing": {"tiers": False}})
        )
        assert answer_all(floor, 4) == 1
        floor.write(
            lambda tx, project: projects.change_policy(tx, project, {"routing": {"tiers": True}})
        )
        assert answer_all(floor, 0) == 1
        check_books(hub, floor.project_id)

    def test_without_tiers_nothing_is_read(self, hub: Hub) -> None:
        """Shows that a project without routing opens tasks for anybody, at no cost."""
        floor = Floor.made(hub, n_items=2)
        routes = floor.write(lambda tx, project: tiers.compile_routes(tx, project, [1, 2]))
        floor.lease(0, 2)
        assert (routes, {row.tier for row in floor.rows("SELECT tier FROM task")}) == ({}, {0})


class TestEscalation:
    """`escalate`."""

    def test_what_the_crowd_disputes_goes_up_and_is_counted_once(self, hub: Hub) -> None:
        """Shows crew and then expert, with the path on record and one slot at each step."""
        floor = made(hub, n_items=1)
        answer_all(floor, 0, "a")
        answer_all(floor, 1, "b")
        task = floor.task()
        assert (task.tier, task.wanted, task.open_slots, task.state) == (30, 3, 1, "open")
        check_books(hub, floor.project_id)
        assert (answer_all(floor, 0), answer_all(floor, 4)) == (0, 0)
        answer_all(floor, 2, "c")
        task = floor.task()
        assert (task.tier, task.wanted, task.open_slots) == (40, 4, 1)
        answer_all(floor, 4, "c")
        task = floor.task()
        assert (task.state, task.wanted) == ("closed", 4)
        path = json.loads(task.reason)["path"]
        assert [(step["from"], step["to"], step["why"]) for step in path] == [
            (10, 30, "disputed"),
            (30, 40, "disputed"),
        ]
        assert (
            floor.value("SELECT value FROM counter WHERE project_id = :p AND name = 'escalated'")
            == 2
        )
        assert len(floor.rows("SELECT 1 FROM audit_event WHERE action = 'task.escalate'")) == 2
        check_books(hub, floor.project_id)

    def test_where_nobody_is_above_it_is_disputed(self, hub: Hub) -> None:
        """Shows the end of the way: the highest tier disputes, and the item is called so."""
        floor = made(hub, n_items=1)
        block(floor, 2, 3, 4)
        answer_all(floor, 0, "a")
        answer_all(floor, 1, "b")
        assert floor.value("SELECT state FROM consensus WHERE project_id = :p") == "disputed"
        assert (floor.task().state, floor.task().tier) == ("closed", 10)
        check_books(hub, floor.project_id)

    def test_a_skip_goes_up_where_its_policy_says_so(self, hub: Hub) -> None:
        """Shows that the skipped slot waits in the next tier, and that undo takes it back there."""
        floor = made(hub, n_items=1, queue={"unsure": {"consequence": "escalate"}})
        answer_all(floor, 0, "a")
        (lease,) = floor.lease(1)
        floor.skip(1, lease, "unsure")
        task = floor.task()
        assert (task.tier, task.wanted, task.open_slots, task.state) == (30, 2, 1, "open")
        assert json.loads(task.reason)["path"][0]["why"] == "skipped, unsure"
        check_books(hub, floor.project_id)
        floor.undo(1, lease)
        assert floor.task().open_slots == 0
        check_books(hub, floor.project_id)

    def test_a_skip_that_cannot_go_up_is_for_somebody_else(self, hub: Hub) -> None:
        """Shows the same policy in a project without tiers."""
        floor = Floor.made(hub, n_people=2, queue={"unsure": {"consequence": "escalate"}})
        floor.skip(0, floor.lease(0)[0], "unsure")
        assert (floor.task().tier, len(floor.lease(1))) == (0, 1)
        check_books(hub, floor.project_id)

    def test_what_agrees_stays(self, hub: Hub) -> None:
        """Shows that agreement costs the cheap price only."""
        floor = made(hub, n_items=1)
        answer_all(floor, 0, "a")
        answer_all(floor, 1, "a")
        assert (floor.task().state, floor.task().tier) == ("closed", 10)
        assert floor.value("SELECT SUM(amount_micros) FROM ledger_entry") == 2_000

    def test_money_is_reserved_when_the_next_tier_leases(self, hub: Hub) -> None:
        """Shows the price of whoever leases, under the cap, never twice."""
        floor = made(hub, n_items=1, budget_micros=2_000 + PRICE)
        answer_all(floor, 0, "a")
        answer_all(floor, 1, "b")
        committed = "SELECT committed_micros FROM budget WHERE project_id = :p"
        assert floor.value(committed) == 2_000
        (lease,) = floor.lease(2)
        assert floor.value(committed) == 2_000 + PRICE
        floor.release(2, lease)
        assert floor.value(committed) == 2_000
        assert answer_all(floor, 3, "a") == 1
        check_books(hub, floor.project_id)

    def test_an_undone_answer_does_not_escalate_twice(self, hub: Hub) -> None:
        """Shows that taking back and answering again moves the task no further."""
        floor = made(hub, n_items=1)
        answer_all(floor, 0, "a")
        (lease,) = floor.lease(1)
        floor.submit(1, lease, "b")
        floor.undo(1, lease)
        (again,) = floor.lease(1)
        floor.submit(1, again, "b")
        assert (floor.task().tier, floor.task().wanted, floor.task().open_slots) == (30, 3, 1)
        check_books(hub, floor.project_id)


class TestNeeds:
    """Items that name a language or a skill."""

    @staticmethod
    def made(hub: Hub, languages: list[str], **routing: Any) -> Floor:
        """Make a project whose items each need a language, with two people."""
        floor = Floor.made(
            hub,
            n_people=2,
            n_items=0,
            routing={"language_field": "language", "easy_share": 0, **routing},
        )

        def fill(tx: Any, project: Row) -> None:
            new = [
                items.NewItem({"text": f"text {n}", "language": language}, key=str(n))
                for n, language in enumerate(languages)
            ]
            items.import_items(tx, project, new)
            tx.run("UPDATE item SET split = 'train' WHERE project_id = :p", p=project.id)
            for who, language in enumerate(("de", "fr")):
                terms = AnnotatorTerms(languages=[language])
                workforces.change_annotator(tx, floor.people[who], terms)

        floor.write(fill)
        while floor.write(lambda tx, project: tiers.compile_items(tx, project, 7)):
            pass
        return floor

    def languages_of(self, floor: Floor, who: int, count: int = 20) -> list[str]:
        """Lease and return the languages of what is held."""
        return [json.loads(row.data)["language"] for row in floor.lease(who, count)]

    def test_only_who_reads_it_is_asked(self, hub: Hub) -> None:
        """Shows that each gets their own language and what needs none, from queue and pool."""
        floor = self.made(hub, ["de", "FR", "", "de"])
        assert sorted(self.languages_of(floor, 0)) == ["", "de", "de"]
        assert self.languages_of(floor, 1) == ["FR"]
        check_books(hub, floor.project_id)

    def test_one_rare_item_is_found_behind_many_others(self, hub: Hub) -> None:
        """Shows that nobody opens what they cannot read to get at what they can."""
        floor = self.made(hub, ["de"] * 40 + ["fr"])
        assert self.languages_of(floor, 1) == ["fr"]
        assert floor.value("SELECT COUNT(*) FROM task WHERE project_id = :p") == 1

    def test_a_planners_tasks_are_compiled_too(self, hub: Hub) -> None:
        """Shows that the need stands on the task, whoever opened it."""
        floor = self.made(hub, ["de", "fr"])
        floor.write(lambda tx, project: open_tasks(tx, project, 2))
        assert (self.languages_of(floor, 0), self.languages_of(floor, 1)) == (["de"], ["fr"])

    def test_more_names_than_a_mask_holds_wait(self, hub: Hub) -> None:
        """Shows that an item with one language too many is asked of nobody, and breaks nothing."""
        floor = self.made(hub, [f"x{n}" for n in range(70)])
        needs = floor.rows("SELECT needs FROM item WHERE project_id = :p")
        assert sum(row.needs == 1 << 62 for row in needs) == 70 - 60
        assert self.languages_of(floor, 0) == []

    def test_another_field_is_read_from_the_beginning(self, hub: Hub) -> None:
        """Shows that a change of the policy compiles the pool anew, and imports go on."""
        floor = self.made(hub, ["de", "fr", "de"])
        floor.write(
            lambda tx, project: projects.change_policy(
                tx, project, {"routing": {"language_field": None, "skill_field": "language"}}
            )
        )
        assert floor.write(tiers.compile_items) == 3
        assert floor.write(tiers.compile_items) == 0
        assert self.languages_of(floor, 0) == []
        counts = floor.write(tiers.known_needs)
        total = floor.write(lambda tx, project: project_store.counters(tx, project.id))
        assert sum(total[f"items.needs.{needs}"] for needs in counts) == 3

    def test_tiers_and_needs_together_ask_the_cheapest_who_can(self, hub: Hub) -> None:
        """Shows that a crowd without the language is passed over."""
        floor = self.made(hub, ["de", "fr"], tiers=True)

        def hire(tx: Any, project: Row) -> Row:
            workforces.create_workforce(tx, project.id, name=CROWD, kind="crowd")
            found = seat(tx, project, "many", workforce=CROWD)
            return workforces.change_annotator(tx, found, AnnotatorTerms(languages=["fr"]))

        floor.people.append(floor.write(hire))
        floor.write(lambda tx, project: open_tasks(tx, project, 2))
        found = floor.rows("SELECT tier FROM task WHERE project_id = :p ORDER BY id")
        assert [row.tier for row in found] == [30, 10]
        assert (self.languages_of(floor, 0), self.languages_of(floor, 2)) == (["de"], ["fr"])


class TestMix:
    """A share of random items for everybody."""

    @staticmethod
    def made(hub: Hub, n_hard: int, **routing: Any) -> Floor:
        """Make a project with hard tasks in the queue and untouched items in the pool."""
        floor = Floor.made(hub, n_items=60, routing=routing)
        floor.write(lambda tx, project: open_tasks(tx, project, n_hard))
        return floor

    @staticmethod
    def given(floor: Floor) -> list[bool]:
        """Return whether each question was an easy one, in the order they were given."""
        rows = floor.rows(
            "SELECT t.is_easy FROM assignment a JOIN task t ON t.id = a.task_id "
            "WHERE a.project_id = :p ORDER BY a.id"
        )
        return [bool(row.is_easy) for row in rows]

    @pytest.mark.parametrize("count", [1, 3, 20])
    def test_every_fifth_is_a_random_one(self, hub: Hub, count: int) -> None:
        """Shows a fifth of random items, however many are leased at once, with the reason."""
        floor = self.made(hub, 30)
        for _ in range(20 // count + 1):
            answer_all(floor, 0, count=count)
        found = self.given(floor)[:20]
        assert [place for place, easy in enumerate(found) if easy] == [4, 9, 14, 19]
        reason = floor.value("SELECT reason FROM task WHERE is_easy ORDER BY id LIMIT 1")
        assert json.loads(reason)["why"] == "a random item, so that nobody gets only the hard ones"
        check_books(hub, floor.project_id)

    def test_random_items_in_the_queue_count(self, hub: Hub) -> None:
        """Shows that nothing more is opened where the planner mixed the queue already."""
        floor = self.made(hub, 0)
        wishes = [
            tasks.TaskWish(row.id, -n, 1, 1, is_easy=n % 2 == 0)
            for n, row in enumerate(
                floor.rows("SELECT id FROM item WHERE project_id = :p ORDER BY id LIMIT 20")
            )
        ]
        floor.write(lambda tx, project: tasks.open_tasks(tx, project, wishes))
        floor.lease(0, 20)
        assert floor.value("SELECT COUNT(*) FROM task WHERE project_id = :p") == 20

    def test_the_share_is_the_policys(self, hub: Hub) -> None:
        """Shows none at 0 and every second at one half."""
        for share, expected in ((0, 0), (0.5, 10)):
            floor = Floor.made(hub, slug=f"p{expected}", n_items=60, routing={"easy_share": share})
            floor.write(lambda tx, project: open_tasks(tx, project, 30))
            floor.lease(0, 20)
            assert sum(self.given(floor)) == expected

    def test_an_empty_pool_changes_nothing(self, hub: Hub) -> None:
        """Shows that the queue goes on where no untouched item is left."""
        floor = Floor.made(hub, n_items=10)
        floor.write(lambda tx, project: open_tasks(tx, project, 10))
        assert len(floor.lease(0, 10)) == 10
        check_books(hub, floor.project_id)


class TestQueueIndex:
    """The look for candidates."""

    def test_it_is_one_look_into_the_index_of_a_tier(self, sqlite_url: str) -> None:
        """Shows that tasks of other tiers are not passed over one by one."""
        hub = open_hub(sqlite_url)
        params = {"project_id": 1, "annotator_id": 1, "workforce_id": 1, "tier": 10, "lacks": 1}
        params |= {"priority": 0, "task_id": 1}
        plan = hub.read_now(
            lambda tx: tx.rows(f"EXPLAIN QUERY PLAN {searching.CANDIDATES}", limit=5, **params)
        )
        hub.close()
        said = " / ".join(str(row.detail) for row in plan)
        assert "ix_task_queue (project_id=? AND tier=?" in said
        assert "TEMP B-TREE" not in said

    def test_a_rare_need_is_one_look_into_its_index(self, sqlite_url: str) -> None:
        """Shows that items of other needs are not passed over one by one."""
        hub = open_hub(sqlite_url)
        params = {"project_id": 1, "split": "train", "needs": 2}
        plan = hub.read_now(
            lambda tx: tx.rows(f"EXPLAIN QUERY PLAN {item_store.TAKE_NEEDING}", limit=5, **params)
        )
        hub.close()
        said = " / ".join(str(row.detail) for row in plan)
        assert "ix_item_needs (project_id=? AND split=? AND state=? AND needs=?)" in said
        assert "TEMP B-TREE" not in said
