"""Rounds that compare, ask again and can be replayed; nobody waits for them."""

from __future__ import annotations

import json
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from active_learning import planner as planning
from active_learning.planner import Planner
from active_learning.rounds import opening, service, store
from active_learning.rounds.replay import replay_round
from active_learning.situation import read_situation
from labeling.database import Hub, Row, Transaction
from labeling.errors import NotFoundError
from labeling.gold.records import store as record_store
from labeling.items import service as items
from labeling.projects.service import change_policy
from labeling.quality import store as quality
from labeling.workforces import store as workforces
from tests.books import check_books
from tests.factories import Floor, seat
from training.compute import Compute

WORDS = {"a": "alpha aardvark", "b": "beta badger", "c": "gamma gazelle"}


def floor_of(hub: Hub, n: int = 90, *, n_people: int = 3, **policy: Any) -> Floor:
    """Make a project of texts whose words tell their class."""
    learning = {"scheduler": "act"} | policy.pop("learning", {})
    # The clock stands still here, which looks like any number of answers a second: the cap holds.
    settings: dict[str, Any] = {
        "round_size": 20,
        "queue_cap": 20,
        "test_items": 0,
        "overlap_most": 1,
    }
    settings |= {"learning": learning} | policy
    floor = Floor.made(hub, n_people=n_people, n_items=0, **settings)
    new = [
        items.NewItem({"text": f"{WORDS['abc'[i % 3]]} number {i}", "secret": ""}, key=f"i{i}")
        for i in range(n)
    ]
    floor.write(lambda tx, project: items.import_items(tx, project, new))
    return floor


def hang(request: dict[str, Any]) -> None:
    """Stand for a model that never answers."""
    assert request["n"]
    time.sleep(3_600)


def right_of(floor: Floor, item_id: int) -> str:
    """Return an item's true class."""
    key = floor.value("SELECT key FROM item WHERE id = :id AND project_id = :p", id=item_id)
    return "abc"[int(key[1:]) % 3]


def answer_round(floor: Floor, who: int, *, wrong: int = 0) -> list[int]:
    """Answer what a person is given, the first `wrong` of it wrongly; return those items."""
    missed: list[int] = []
    for lease in floor.lease(who, 20):
        right = right_of(floor, lease.item_id)
        if len(missed) < wrong:
            missed.append(lease.item_id)
            right = "abc"[("abc".index(right) + 1) % 3]
        floor.submit(who, lease, right)
    return missed


@pytest.fixture
def doubted(hub: Hub, planner: Planner) -> tuple[Floor, list[int]]:
    """Return a project of which a person got four items wrong, before its next round."""
    floor = floor_of(hub)
    planner.run_round(floor.project_id)
    missed = answer_round(floor, 0, wrong=4)
    planner.run_round(floor.project_id)
    answer_round(floor, 0)
    floor.lease(1, 1)  # somebody else is there, and can be asked
    floor.hub.write_now(lambda tx: tx.run("UPDATE annotator SET last_seen_at = :now", now=tx.now))
    return floor, missed


def consensus_of(floor: Floor, item_id: int) -> Row:
    """Return what is believed about an item."""
    found = floor.hub.read_now(lambda tx: quality.get(tx, item_id, "label"))
    assert found is not None
    return found


def document_of(floor: Floor, n: int) -> str:
    """Return the digest of a round's document."""
    return floor.hub.read_now(lambda tx: service.document_of(tx, floor.project, n))


def selections(floor: Floor, n: int) -> list[Row]:
    """Return what a round chose."""
    return floor.hub.read_now(lambda tx: store.selections(tx, floor.project_id, n))


class TestActing:
    """In `act`, rounds ask again where that is worth more than a new item."""

    def test_wrong_answers_are_asked_again_of_somebody_else_and_set_right(
        self, doubted: tuple[Floor, list[int]], planner: Planner
    ) -> None:
        """The contradicted items reopen with their reason, go to others, and close again."""
        floor, missed = doubted
        planner.run_round(floor.project_id)
        again = [row for row in selections(floor, 3) if row.action == "relabel"]
        assert {row.item_id for row in again} & set(missed)
        reason = json.loads(
            floor.value("SELECT reason FROM task WHERE id = :id AND project_id = :p",
                        id=again[0].task_id)
        )  # fmt: skip
        assert reason["action"] == "relabel"
        assert "the label is right with probability" in reason["why"]
        mine = {lease.item_id for lease in floor.lease(0, 20)}
        assert not mine & {row.item_id for row in again}
        for who in (1, 2):
            answer_round(floor, who)
        for row in again:
            believed = consensus_of(floor, row.item_id)
            assert believed.n_answers == 2
            assert believed.state != "pending"
        check_books(floor.hub, floor.project_id)

    def test_the_quota_of_random_items_holds_beside_relabels(
        self, doubted: tuple[Floor, list[int]], planner: Planner
    ) -> None:
        """At least a tenth of the questions are random ones, whatever else is opened."""
        floor, _ = doubted
        planner.run_round(floor.project_id)
        actions = [row.action for row in selections(floor, 3) if row.action != "review"]
        assert actions.count("random") >= 0.1 * len(actions)
        assert actions.count("relabel") <= 0.5 * len(actions)

    def test_what_nobody_took_is_closed_when_it_is_no_longer_in_doubt(
        self, doubted: tuple[Floor, list[int]], planner: Planner
    ) -> None:
        """A relabel that waits follows the next round's view; its item settles as before."""
        floor, _ = doubted
        planner.run_round(floor.project_id)
        waiting = {row.item_id for row in selections(floor, 3) if row.action == "relabel"}
        assert waiting
        changes = {"learning": {"scheduler": "advise"}}
        floor.write(lambda tx, project: change_policy(tx, project, changes))
        planner.run_round(floor.project_id)
        open_now = floor.rows(
            "SELECT t.item_id FROM task t WHERE t.project_id = :p AND t.state = 'open' "
            "AND t.wanted > 1"
        )
        assert not {row.item_id for row in open_now} & waiting
        for item_id in waiting:
            assert consensus_of(floor, item_id).state == "accepted"
        check_books(floor.hub, floor.project_id)


class TestReviewsAndGold:
    """In `act`, verdicts and known questions are asked for where they are worth their price."""

    @pytest.fixture
    def cheap_reviews(self, doubted: tuple[Floor, list[int]]) -> tuple[Floor, list[int]]:
        """Return the project with verdicts that cost next to nothing, and no second answers."""
        floor, missed = doubted
        changes = {"learning": {"review_share": 0.2, "relabel_most": 1, "review_seconds": 1.0}}
        floor.write(lambda tx, project: change_policy(tx, project, changes))
        return floor, missed

    def test_a_round_opens_reviews_once_and_each_says_why(
        self, cheap_reviews: tuple[Floor, list[int]], planner: Planner
    ) -> None:
        """The contradicted items go to reviewers; the next round does not open them again."""
        floor, missed = cheap_reviews
        planner.run_round(floor.project_id)
        sent = [row for row in selections(floor, 3) if row.action == "review"]
        assert {row.item_id for row in sent} & set(missed)
        assert len(sent) <= 4
        reason = json.loads(
            floor.value("SELECT reason FROM task WHERE id = :id AND project_id = :p",
                        id=sent[0].task_id)
        )  # fmt: skip
        assert reason["why"] == "doubted"
        assert "a verdict is worth its price" in reason["opened_because"]
        assert reason["round"] == 3
        planner.run_round(floor.project_id)
        again = {row.item_id for row in selections(floor, 4) if row.action == "review"}
        assert not again & {row.item_id for row in sent}
        reviews = "SELECT item_id FROM task WHERE project_id = :p AND family = 'review'"
        opened = [row.item_id for row in floor.rows(reviews)]
        assert len(opened) == len(set(opened))
        check_books(floor.hub, floor.project_id)

    def test_a_round_that_is_broken_off_leaves_nothing(
        self,
        cheap_reviews: tuple[Floor, list[int]],
        planner: Planner,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Record, tasks, reviews and rates are one transaction: all of it, or none of it."""
        floor, _ = cheap_reviews
        count = "SELECT COUNT(*) FROM task WHERE project_id = :p"
        reviews = "SELECT COUNT(*) FROM task WHERE project_id = :p AND family = 'review'"
        before, reviewed = floor.value(count), floor.value(reviews)

        def killed(name: str) -> None:
            raise KeyboardInterrupt(name)

        with monkeypatch.context() as patch:
            patch.setattr(opening, "failpoint", killed)
            with pytest.raises(KeyboardInterrupt):
                planner.run_round(floor.project_id)
        assert floor.value(count) == before
        planner.run_round(floor.project_id)
        sent = [row for row in selections(floor, 3) if row.action == "review"]
        assert floor.value(reviews) - reviewed == len(sent) > 0

    def test_rates_of_gold_follow_the_round_while_it_acts(
        self, doubted: tuple[Floor, list[int]], planner: Planner
    ) -> None:
        """With few answers to come nobody is worth it; in `advise` the record alone says."""
        floor, _ = doubted
        near, sure = floor.people[0].id, floor.people[1].id

        def records(tx: Transaction, project: Row) -> None:
            for place, (who, right, n) in enumerate(((near, 7, 10), (sure, 200, 200))):
                record_store.add_record(tx, project.id, who, place)
                tx.run(
                    "UPDATE gold_record SET n = :n, n_right = :right WHERE annotator_id = :who",
                    n=n, right=right, who=who,
                )  # fmt: skip

        def urgency() -> dict[int, float | None]:
            found = floor.hub.read_now(
                lambda tx: record_store.records_after(tx, floor.project_id, 0, 9)
            )
            return {row.annotator_id: row.urgency for row in found}

        floor.write(records)
        floor.write(lambda tx, project: change_policy(tx, project, {"gold": {"bar": 0.75}}))
        planner.run_round(floor.project_id)
        assert urgency() == {near: 0.0, sure: 0.0}
        advised = floor.hub.read_now(lambda tx: service.newest_advice(tx, floor.project))
        assert "known questions" in advised["gold"][0]["why"]
        changes = {"learning": {"scheduler": "advise"}}
        floor.write(lambda tx, project: change_policy(tx, project, changes))
        planner.run_round(floor.project_id)
        assert urgency() == {near: None, sure: None}


def _note_answer(who: int, seen: int, tx: Transaction, _: Row) -> None:
    """Note that somebody answered, just now or long ago."""
    tx.run(
        "UPDATE annotator SET answers = 1, last_seen_at = :now * :seen WHERE id = :id",
        now=tx.now, seen=seen, id=who,
    )  # fmt: skip


class TestAdvice:
    """Before it acts it advises."""

    def test_a_seat_that_nobody_takes_is_not_the_cheapest_workforce(self, hub: Hub) -> None:
        """Left out is who was not seen of late or, where nobody was, who never answered."""
        floor = floor_of(hub)

        def empty_seat(tx: Transaction, project: Row) -> None:
            workforces.add_workforce(
                tx, project_id=project.id, name="free", kind="in_house", price_micros=0,
                is_simulated=False, rank=0,
            )  # fmt: skip
            seat(tx, project, "owner", workforce="free")

        floor.write(empty_seat)

        def names() -> set[str]:
            found = floor.hub.read_now(
                lambda tx: read_situation(tx, floor.project, [], {}, frozenset())
            )
            return {one["name"] for one in found["voices"]}

        assert "free" in names()
        for seen in (0, 1):
            floor.write(partial(_note_answer, floor.people[0].id, seen))
            assert names()
            assert "free" not in names()

    def test_every_kind_is_compared_and_the_saving_is_a_range(
        self, doubted: tuple[Floor, list[int]], planner: Planner
    ) -> None:
        """New items, relabels, reviews and leaving it to the model stand side by side."""
        floor, _ = doubted
        planner.run_round(floor.project_id)
        found = floor.hub.read_now(lambda tx: service.newest_advice(tx, floor.project))
        assert {one["action"] for one in found["options"]} >= {"new", "relabel", "review", "accept"}
        assert found["saving"]["low"] <= found["saving"]["value"] <= found["saving"]["high"]
        assert found["saved_micros"] > 0
        assert "this would save about" in found["summary"]

    def test_without_labels_it_says_what_is_missing(self, hub: Hub, planner: Planner) -> None:
        """Nothing is made up before a model can be asked."""
        floor = floor_of(hub)
        before = floor.hub.read_now(lambda tx: service.newest_advice(tx, floor.project))
        assert before["reason"] == "no round has been run yet"
        planner.run_round(floor.project_id)
        found = floor.hub.read_now(lambda tx: service.newest_advice(tx, floor.project))
        assert found["reason"] == (
            "20 labels are needed before a model can be asked about them, and there are 0"
        )


class TestReplay:
    """A round can be chosen again from what it left."""

    def test_a_round_replays_to_the_same_choice(
        self, doubted: tuple[Floor, list[int]], planner: Planner
    ) -> None:
        """Same items, same actions, same order; also after more was answered since."""
        floor, _ = doubted
        planner.run_round(floor.project_id)
        answer_round(floor, 1)
        for n in (1, 3):
            again = replay_round(str(planner.folder), document_of(floor, n))
            assert service.held_against(selections(floor, n), again["picks"]) == []

    def test_a_difference_is_said_in_words(self, hub: Hub, planner: Planner) -> None:
        """The comparison can fail."""
        floor = floor_of(hub)
        planner.run_round(floor.project_id)
        picks = replay_round(str(planner.folder), document_of(floor, 1))["picks"]
        found = service.held_against(selections(floor, 1), picks[::-1][1:])
        assert found[0] == "20 items are on record, the replay chose 19"
        assert "at rank 0" in found[1]

    def test_what_was_changed_is_not_replayed(self, hub: Hub, planner: Planner) -> None:
        """A document that is not what was written is refused; so is a round that is not there."""
        floor = floor_of(hub)
        planner.run_round(floor.project_id)
        digest = document_of(floor, 1)
        path = planner.folder / "rounds" / f"{digest}.json.gz"
        path.unlink()
        with pytest.raises(NotFoundError, match="no longer kept"):
            replay_round(str(planner.folder), digest)
        with pytest.raises(NotFoundError, match="no round 9"):
            document_of(floor, 9)


class TestNobodyWaits:
    """A slow, failing or hanging model never empties the queue."""

    def test_people_who_arrive_at_once_get_diverse_items(self, hub: Hub, planner: Planner) -> None:
        """Ten people's first questions are ten different items, of every class."""
        floor = floor_of(hub, n_people=10)
        planner.run_round(floor.project_id)
        held = [floor.lease(who, 1)[0].item_id for who in range(10)]
        assert len(set(held)) == 10
        assert {right_of(floor, item_id) for item_id in held} == {"a", "b", "c"}

    def test_a_single_answer_changes_the_priorities_within_seconds(
        self, hub: Hub, planner: Planner
    ) -> None:
        """Long before `retrain_after` is reached, once the refresh time has passed."""
        floor = floor_of(hub, retrain_after=50)
        assert planner.run_due() == 1
        floor.submit(0, floor.lease(0)[0], "a")
        before = floor.rows("SELECT id, priority FROM task WHERE project_id = :p AND is_open")
        floor.hub.write_now(
            lambda tx: tx.run(
                "UPDATE selection_round SET created_at = created_at - 60000000, seconds = 1.0"
            )
        )
        assert planner.run_due() == 1
        after = floor.rows("SELECT id, priority FROM task WHERE project_id = :p AND is_open")
        assert {row.id for row in before}.isdisjoint(row.id for row in after)
        assert planner.run_due() == 0

    def test_a_model_that_hangs_is_given_up_for_random_items(
        self, hub: Hub, planner: Planner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """After the policy's time the call is broken off, and the record says why."""
        floor = floor_of(hub, learning={"round_seconds": 1.0})
        monkeypatch.setattr(planning, "run_selection_json", hang)
        planner.run_round(floor.project_id)
        (found,) = floor.hub.read_now(lambda tx: store.list_before(tx, floor.project_id, 9, 9))
        assert found.strategy == "random"
        assert found.fallback_reason == "the model had not chosen after 1 s"
        assert len(floor.lease(0, 5)) == 5

    def test_a_pool_that_changes_while_it_is_scored_leaves_no_task_twice(
        self, hub: Hub, compute: Compute, tmp_path: Path
    ) -> None:
        """What people took meanwhile stays theirs, what came meanwhile waits for the next round."""
        floor = floor_of(hub)

        class Meanwhile(Planner):
            """Lets people answer, hold and import while the model chooses."""

            def _choose(self, *asked: Any) -> dict[str, Any]:
                chosen = super()._choose(*asked)
                lease, *held = floor.lease(0, 12)
                taken.update(one.item_id for one in (lease, *held))
                floor.submit(0, lease, right_of(floor, lease.item_id))
                more = [items.NewItem({"text": f"late {i}", "secret": ""}, key=f"l{i}")
                        for i in range(9)]  # fmt: skip
                floor.write(lambda tx, project: items.import_items(tx, project, more))
                return chosen

        taken: set[int] = set()
        Planner(hub, compute, tmp_path).run_round(floor.project_id)
        Meanwhile(hub, compute, tmp_path).run_round(floor.project_id)
        picks = floor.hub.read_now(lambda tx: store.selections(tx, floor.project_id, 2))
        chosen_though_taken = taken & {row.item_id for row in picks}
        assert chosen_though_taken
        assert {row.item_id for row in picks if row.task_id is None} == chosen_though_taken
        twice = (
            "SELECT item_id FROM task WHERE project_id = :p AND state = 'open' GROUP BY item_id "
        )
        assert floor.rows(twice + "HAVING COUNT(*) > 1") == []
        open_now = {row.item_id for row in floor.rows(
            "SELECT item_id FROM task WHERE project_id = :p AND state = 'open'")}  # fmt: skip
        assert len(open_now - taken) > 0
        keys = {row.key for row in picks}
        assert not any(key.startswith("l") for key in keys)
        for lease in floor.lease(0, 12):
            floor.submit(0, lease, right_of(floor, lease.item_id))
