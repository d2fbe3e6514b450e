"""A reviewer answers first, sees the others' answers, and gives the verdict."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from labeling.clock import MICROS
from labeling.database import Hub
from labeling.errors import (
    ConflictError,
    InvalidAnswerError,
    InvalidInputError,
    NotFoundError,
)
from labeling.projects import service as projects
from labeling.quality.fits.compute import fit_votes
from labeling.quality.fits.fitting import FullFit
from labeling.quality.folding import fold_batch
from labeling.review import store
from labeling.tasks import holding
from tests.books import check_books
from tests.factories import PRICE, Floor, answer
from tests.labeling.review.conftest import EVERY, REVIEWER, SECOND, THIRD, settled
from tests.support.hubs import HandClock

KEY = "0c6f4a9e-3f3e-4f2b-8f38-5d0c2a6b7c11"
LEDGER = (
    "SELECT kind, amount_micros, annotator_id FROM ledger_entry WHERE project_id = :p ORDER BY id"
)
CONSENSUS = (
    "SELECT state, class_id, confidence, pinned, review_id, method, n_answers FROM consensus"
)


def consensus(floor: Floor) -> Any:
    """Return what is believed of the one item, with the class's key."""
    sql = (
        "SELECT c.state, c.pinned, c.method, c.n_answers, c.confidence, k.key FROM consensus c "
        "LEFT JOIN label_class k ON k.id = c.class_id WHERE c.project_id = :p"
    )
    return floor.rows(sql)[0]


def opened(floor: Floor, who: int = REVIEWER, label: str | None = "a") -> Any:
    """Lease the one review and answer it."""
    (lease,) = floor.reviews(who)
    return lease, floor.look(who, lease, label)


class TestAnswerFirst:
    """The blind answer."""

    def test_nothing_is_shown_before_it(self, hub: Hub) -> None:
        """Shows that the others' answers come only after one's own."""
        floor = settled(hub)
        (lease,) = floor.reviews(REVIEWER)
        with pytest.raises(ConflictError, match="Answer first"):
            floor.judge(REVIEWER, lease, "accept")
        shown = floor.look(REVIEWER, lease, "b")
        assert {row.result for row in shown.answers} == {
            json.dumps(answer("a")),
            json.dumps(answer("b")),
        }
        assert shown.why == "disputed"

    def test_a_repeat_shows_the_same(self, hub: Hub) -> None:
        """Shows that a line that dropped loses nothing, and that the order stays."""
        floor = settled(hub)
        (lease,) = floor.reviews(REVIEWER)
        assert floor.look(REVIEWER, lease, key=KEY) == floor.look(REVIEWER, lease, key=KEY)

    def test_it_cannot_be_changed_afterwards(self, hub: Hub) -> None:
        """Shows that an answer given after seeing the others' is none."""
        floor = settled(hub)
        lease, _ = opened(floor)
        with pytest.raises(ConflictError, match="have answered"):
            floor.look(REVIEWER, lease, "b")

    def test_it_fits_the_schema(self, hub: Hub) -> None:
        """Shows that an unknown class is refused with its place (rule 3)."""
        floor = settled(hub)
        (lease,) = floor.reviews(REVIEWER)
        with pytest.raises(InvalidAnswerError, match="not a class"):
            floor.look(REVIEWER, lease, "z")

    def test_the_order_is_drawn_for_each_review(self, hub: Hub) -> None:
        """Shows that the place of an answer tells nothing of who gave it, or when."""
        orders = set()
        for n in range(12):
            floor = settled(hub, "abc", slug=f"p{n}")
            _, shown = opened(floor)
            orders.add(
                tuple(row.class_id for row in shown.answers)[:1] == (shown.present_class_id,)
            )
        assert orders == {True, False}

    def test_it_is_no_vote(self, hub: Hub) -> None:
        """Shows that a reviewer's own answer does not move the consensus."""
        floor = settled(hub)
        before = consensus(floor)
        opened(floor, label="c")
        assert consensus(floor) == before
        check_books(hub, floor.project_id)


class TestAdjudication:
    """`accept` and `correct` decide what the answer is."""

    def test_accept_settles_a_dispute(self, hub: Hub) -> None:
        """Shows state, pin, method, event and the counts."""
        floor = settled(hub)
        assert consensus(floor).state == "disputed"
        lease, shown = opened(floor)
        receipt = floor.judge(REVIEWER, lease, "accept")
        believed = consensus(floor)
        assert receipt.counted
        assert (believed.state, believed.key) == ("accepted", shown.present)
        assert (bool(believed.pinned), believed.method, believed.confidence) == (True, "review", 1)
        cause = floor.value(
            "SELECT cause FROM consensus_event WHERE project_id = :p ORDER BY id DESC LIMIT 1"
        )
        assert cause.startswith("review ")
        check_books(hub, floor.project_id)

    def test_correct_gives_a_class_that_nobody_answered(self, hub: Hub) -> None:
        """Shows that a reviewer may know better than all."""
        floor = settled(hub, "aa")
        lease, _ = opened(floor)
        floor.judge(REVIEWER, lease, "correct", label="c")
        assert consensus(floor)[0::5] == ("accepted", "c")
        check_books(hub, floor.project_id)

    def test_the_outbox_tells_snapshots_and_skills(self, hub: Hub) -> None:
        """Shows the two events, in the transaction of the verdict."""
        floor = settled(hub, "aa")
        lease, _ = opened(floor)
        floor.judge(REVIEWER, lease, "correct", label="c")
        topics = [row.topic for row in floor.rows("SELECT topic FROM outbox ORDER BY id")]
        assert topics[-2:] == ["consensus", "review"]

    def test_an_undo_beneath_does_not_unpin(self, hub: Hub) -> None:
        """Shows that answers change what is counted, never what was decided."""
        floor = settled(hub, "aa")
        mine = floor.rows("SELECT handle, lease_n FROM assignment WHERE family = 'answer'")[0]
        lease, _ = opened(floor)
        floor.judge(REVIEWER, lease, "correct", label="c")
        floor.undo(0, mine)
        assert (consensus(floor).key, consensus(floor).n_answers) == ("c", 1)
        check_books(hub, floor.project_id)
        floor.submit(0, mine, "a", lease_n=2)
        assert (consensus(floor).key, consensus(floor).n_answers) == ("c", 2)
        check_books(hub, floor.project_id)

    def test_skills_take_the_class_as_known_truth(self, hub: Hub) -> None:
        """Shows that two who agreed on a wrong class are both wrong at the next fold."""
        floor = settled(hub, "aa")
        lease, _ = opened(floor)
        floor.judge(REVIEWER, lease, "correct", label="c")
        hub.write_now(lambda tx: fold_batch(tx, floor.truth))
        cells = floor.rows(
            "SELECT t.key AS true_key, g.key AS given, s.weight FROM annotator_skill s "
            "JOIN label_class t ON t.id = s.true_class_id JOIN label_class g "
            "ON g.id = s.given_class_id WHERE s.project_id = :p AND s.weight > 0"
        )
        assert {tuple(row) for row in cells} == {("c", "a", 1.0)}

    def test_a_full_fit_leaves_it_and_learns_from_it(self, hub: Hub, tmp_path: Path) -> None:
        """Shows that no fit flips what was decided, and that its class is the fit's known truth."""
        floor = Floor.made(
            hub, n_people=4, n_items=12, overlap_least=2, overlap_most=2, review=EVERY
        )
        for who in (0, 1):
            for lease in floor.lease(who, 12):
                floor.submit(who, lease, "a")
        for _ in range(4):
            lease, _ = opened(floor, label="b")
            floor.judge(REVIEWER, lease, "correct", label="b")
        FullFit(hub, floor.truth, fit_votes, tmp_path).run(floor.project)
        decided = floor.rows(
            "SELECT c.state, c.confidence, k.key, c.n_answers FROM consensus c "
            "JOIN label_class k ON k.id = c.class_id WHERE c.project_id = :p AND c.pinned"
        )
        assert [tuple(row) for row in decided] == [("accepted", 1.0, "b", 2)] * 4
        cells = floor.rows(
            "SELECT SUM(s.weight) AS n FROM annotator_skill s JOIN label_class t "
            "ON t.id = s.true_class_id JOIN label_class g ON g.id = s.given_class_id "
            "WHERE s.project_id = :p AND t.key = 'b' AND g.key = 'a'"
        )
        assert cells[0].n >= 2 * 4 * 0.999
        check_books(hub, floor.project_id)

    def test_there_must_be_an_answer_to_accept(self, hub: Hub) -> None:
        """Shows what the verdicts need, each refused with its place."""
        floor = settled(hub, "aa")
        lease, _ = opened(floor)
        wrong: list[tuple[Any, dict[str, Any], str]] = [
            ("accept", {"label": "a"}, "result"),
            ("correct", {}, "result"),
            ("reject", {}, "targets"),
            ("reject", {"targets": [(3, "no")]}, "targets"),
            ("reject", {"targets": [(1, "no"), (1, "no")]}, "targets"),
            ("reject", {"targets": [(1, " ")]}, "reason"),
            ("send_back", {"targets": [(1, "no"), (2, "no")]}, "targets"),
            ("reopen", {}, "reason"),
            ("reopen", {"reason": "x" * 1_001}, "reason"),
        ]
        for verdict, sent, place in wrong:
            with pytest.raises(InvalidInputError) as refused:
                floor.judge(REVIEWER, lease, verdict, **sent)
            assert refused.value.extra["place"] == place, verdict
        check_books(hub, floor.project_id)


class TestMoney:
    """A reviewer's work is reserved before it is offered and paid once."""

    def test_it_is_paid_by_the_workforces_price(self, hub: Hub) -> None:
        """Shows reservation, earning, and that nothing is left over."""
        floor = settled(hub, "ab", budget_micros=3 * PRICE)
        lease, _ = opened(floor)
        assert floor.value("SELECT committed_micros FROM budget") == 3 * PRICE
        assert floor.judge(REVIEWER, lease, "accept").paid_micros == PRICE
        assert [row.amount_micros for row in floor.rows(LEDGER)] == [PRICE] * 3
        check_books(hub, floor.project_id)

    def test_a_spent_budget_offers_no_review(self, hub: Hub) -> None:
        """Shows that nobody works for money that is not there."""
        floor = settled(hub, "ab", budget_micros=2 * PRICE)
        assert floor.reviews(REVIEWER) == []
        check_books(hub, floor.project_id)

    def test_a_repeat_is_paid_once(self, hub: Hub) -> None:
        """Shows that the same key returns the first receipt, and another one is refused."""
        floor = settled(hub)
        lease, shown = opened(floor)
        first = floor.judge(REVIEWER, lease, "accept", seen=shown, key=KEY)
        assert floor.judge(REVIEWER, lease, "accept", seen=shown, key=KEY) == first
        with pytest.raises(ConflictError, match="given your verdict"):
            floor.judge(REVIEWER, lease, "accept", seen=shown)
        check_books(hub, floor.project_id)


class TestReject:
    """`reject` takes an answer out."""

    def rejected(self, hub: Hub, label: str | None = "b", **policy: Any) -> Floor:
        """Reject the one answer `a` of a project."""
        floor = settled(hub, "a", **policy)
        lease, _ = opened(floor, label=label)
        floor.judge(REVIEWER, lease, "reject", targets=[(1, "this is b")])
        return floor

    def test_it_is_no_vote_any_more_and_somebody_else_is_asked(self, hub: Hub) -> None:
        """Shows votes, task and slot, and that the author is not asked again."""
        floor = self.rejected(hub)
        assert floor.value("SELECT COUNT(*) FROM vote") == 0
        assert consensus(floor).state == "pending"
        check_books(hub, floor.project_id)
        assert floor.lease(0) == []
        assert floor.submit(1, floor.lease(1)[0], "b").counted
        assert consensus(floor)[0::5] == ("accepted", "b")
        check_books(hub, floor.project_id)

    def test_pay_is_kept_unless_the_policy_says_otherwise(self, hub: Hub) -> None:
        """Shows the author's ledger with and without `reject_reverses_pay`."""
        for reverses in (False, True):
            floor = self.rejected(
                hub, slug=f"p-{reverses}".lower(), review={"reject_reverses_pay": reverses}
            )
            author = floor.people[0].id
            amounts = [r.amount_micros for r in floor.rows(LEDGER) if r.annotator_id == author]
            assert amounts == [PRICE, -PRICE][: 1 + reverses]
            check_books(hub, floor.project_id)

    def test_its_author_sees_it_with_the_reason(self, hub: Hub) -> None:
        """Shows the author's own list and totals."""
        floor = self.rejected(hub)
        (row,) = hub.read_now(lambda tx: store.list_rejections(tx, floor.people[0].id, 0, 10))
        record = hub.read_now(lambda tx: store.record_of(tx, floor.people[0].id))
        assert (row.reason, bool(row.counts), row.why) == ("this is b", True, None)
        assert tuple(record) == (1, 1)

    @pytest.mark.parametrize("changed", [False, True])
    def test_a_changed_guideline_excuses(self, hub: Hub, *, changed: bool) -> None:
        """Shows that an answer is judged by what its author was told."""
        floor = settled(hub, "a", review={"reject_reverses_pay": True})
        floor.write(
            lambda tx, project: projects.change_guideline(
                tx, project, "new", meaning_changed=changed
            )
        )
        lease, _ = opened(floor, label="b")
        floor.judge(REVIEWER, lease, "reject", targets=[(1, "this is b")])
        (row,) = hub.read_now(lambda tx: store.list_rejections(tx, floor.people[0].id, 0, 10))
        assert bool(row.counts) != changed
        assert (row.reversed_micros == 0) == changed
        assert ("guideline" in (row.why or "")) == changed
        check_books(hub, floor.project_id)

    def test_an_unsure_reviewer_holds_nothing_against_anybody(self, hub: Hub) -> None:
        """Shows that who has no answer cannot call another one wrong for the record."""
        floor = self.rejected(hub, label=None)
        record = hub.read_now(lambda tx: store.record_of(tx, floor.people[0].id))
        assert tuple(record) == (1, 0)

    def test_several_are_rejected_at_once(self, hub: Hub) -> None:
        """Shows that each gets its replacement."""
        floor = settled(hub, "aab", n_people=8)
        lease, shown = opened(floor, label="b")
        of_a = [
            n for n, row in enumerate(shown.answers, 1) if row.class_id == shown.present_class_id
        ]
        floor.judge(REVIEWER, lease, "reject", targets=[(n, "no") for n in of_a])
        assert floor.value("SELECT open_slots FROM task WHERE family = 'answer'") == 2
        check_books(hub, floor.project_id)
        for who in (6, 7):
            floor.submit(who, floor.lease(who)[0], "b")
        assert consensus(floor)[0::5] == ("accepted", "b")
        check_books(hub, floor.project_id)

    def test_a_late_repeat_of_the_author_does_not_bring_it_back(self, hub: Hub) -> None:
        """Shows that a second answer to a rejected question is kept and not counted."""
        floor = settled(hub, "a")
        mine = floor.rows("SELECT handle, lease_n FROM assignment WHERE family = 'answer'")[0]
        lease, _ = opened(floor, label="b")
        floor.judge(REVIEWER, lease, "reject", targets=[(1, "this is b")])
        receipt = floor.submit(0, mine, "a")
        assert (receipt.counted, receipt.surplus, receipt.paid_micros) == (False, True, 0)
        with pytest.raises(ConflictError):
            floor.undo(0, mine)


class TestSendBack:
    """`send_back` gives the question back to its author."""

    def sent_back(self, hub: Hub, **policy: Any) -> Floor:
        """Send the one answer of a project back."""
        floor = settled(hub, "a", **policy)
        lease, _ = opened(floor, label="b")
        floor.judge(REVIEWER, lease, "send_back", targets=[(1, "read rule 3")])
        return floor

    def test_its_author_holds_it_with_the_reason(self, hub: Hub) -> None:
        """Shows the lease, its number, its length, and the reason beside the old answer."""
        floor = self.sent_back(hub, review={"send_back_seconds": 86_400})
        (lease,) = floor.lease(0)
        assert (lease.lease_n, lease.expires_at) == (
            2,
            hub.read_now(lambda tx: tx.now) + 86_400 * MICROS,
        )
        note = floor.value("SELECT note FROM annotation WHERE kind = 'retract' AND project_id = :p")
        assert note == "read rule 3"
        check_books(hub, floor.project_id)

    def test_money_and_slots_are_exact(self, hub: Hub) -> None:
        """Shows that pay was reversed into a reservation and earned again by the next answer."""
        floor = self.sent_back(hub, budget_micros=2 * PRICE)
        assert floor.value("SELECT committed_micros FROM budget") == 2 * PRICE
        assert floor.lease(1) == []
        assert floor.submit(0, floor.lease(0)[0], "b").paid_micros == PRICE
        assert consensus(floor)[0::5] == ("accepted", "b")
        check_books(hub, floor.project_id)

    def test_a_heartbeat_does_not_shorten_it(self, hub: Hub) -> None:
        """Shows that the page of its author leaves the days they have."""
        floor = self.sent_back(hub)
        (lease,) = floor.lease(0)
        assert floor.heartbeat(0, lease) == lease.expires_at

    def test_what_the_author_leaves_goes_to_somebody_else(self, hub: Hub, clock: HandClock) -> None:
        """Shows that the item is not lost with its author."""
        floor = self.sent_back(hub)
        clock.wait(259_200)
        floor.sweep()
        assert floor.submit(1, floor.lease(1)[0], "b").counted
        check_books(hub, floor.project_id)

    def test_an_author_who_is_gone_is_not_asked(self, hub: Hub) -> None:
        """Shows that the reviewer learns it at once."""
        floor = settled(hub, "a")
        lease, _ = opened(floor, label="b")
        who = floor.people[0].id
        hub.write_now(
            lambda tx: tx.run("UPDATE annotator SET state = 'retired' WHERE id = :who", who=who)
        )
        with pytest.raises(ConflictError, match="cannot be asked"):
            floor.judge(REVIEWER, lease, "send_back", targets=[(1, "read rule 3")])
        check_books(hub, floor.project_id)


class TestReopen:
    """`reopen` asks people again."""

    def test_one_more_judgment_is_asked(self, hub: Hub) -> None:
        """Shows that the answers stay, and the next one settles the item."""
        floor = settled(hub, "ab")
        lease, _ = opened(floor)
        floor.judge(REVIEWER, lease, "reopen", reason="the picture was dark")
        assert consensus(floor).state == "pending"
        check_books(hub, floor.project_id)
        floor.submit(2, floor.lease(2)[0], "b")
        assert consensus(floor)[0::5] == ("accepted", "b")
        check_books(hub, floor.project_id)

    def test_the_same_person_may_review_what_came_of_it(self, hub: Hub) -> None:
        """Shows that the next review of an item is another pass."""
        floor = settled(hub, "ab")
        lease, _ = opened(floor)
        floor.judge(REVIEWER, lease, "reopen", reason="the picture was dark")
        floor.submit(2, floor.lease(2)[0], "b")
        again, _ = opened(floor, label="b")
        floor.judge(REVIEWER, again, "accept")
        passes = floor.rows("SELECT pass_n FROM task WHERE family = 'review' ORDER BY id")
        assert [row.pass_n for row in passes] == [1, 2]
        check_books(hub, floor.project_id)


class TestLeases:
    """Reviews are held as questions are."""

    def test_nobody_reviews_their_own_answer(self, hub: Hub) -> None:
        """Shows that those who answered are offered nothing."""
        floor = settled(hub)
        assert floor.reviews(0) == []
        assert floor.reviews(1) == []
        assert len(floor.reviews(REVIEWER)) == 1

    def test_one_review_is_held_by_one_person(self, hub: Hub) -> None:
        """Shows that two reviewers at once do not judge the same."""
        floor = settled(hub)
        assert len(floor.reviews(REVIEWER)) == 1
        assert floor.reviews(SECOND) == []
        assert len(floor.reviews(REVIEWER)) == 1

    def test_reviews_and_questions_do_not_mix(self, hub: Hub) -> None:
        """Shows that a held review is no held question, and has its own doors."""
        floor = settled(hub)
        (lease,) = floor.reviews(REVIEWER)
        assert floor.lease(REVIEWER) == []
        with pytest.raises(NotFoundError):
            floor.submit(REVIEWER, lease)
        mine = floor.rows("SELECT handle, lease_n FROM assignment WHERE family = 'answer'")[0]
        with pytest.raises(NotFoundError):
            floor.look(0, mine)

    def test_an_expired_one_comes_back_with_the_next_number(
        self, hub: Hub, clock: HandClock
    ) -> None:
        """Shows fencing: the same assignment, what was answered kept, the old number refused."""
        floor = settled(hub)
        lease, _ = opened(floor)
        clock.wait(1_800)
        floor.sweep()
        check_books(hub, floor.project_id)
        (again,) = floor.reviews(REVIEWER)
        assert (again.handle, again.lease_n) == (lease.handle, 2)
        assert again.answer_id is not None
        assert floor.judge(REVIEWER, again, "accept").counted
        check_books(hub, floor.project_id)

    def test_a_late_verdict_counts_while_its_slot_is_free(self, hub: Hub, clock: HandClock) -> None:
        """Shows that it is paid from the kept reservation and decides."""
        floor = settled(hub)
        lease, _ = opened(floor)
        clock.wait(1_800)
        floor.sweep()
        receipt = floor.judge(REVIEWER, lease, "accept")
        assert (receipt.counted, receipt.paid_micros) == (True, PRICE)
        check_books(hub, floor.project_id)

    def test_a_late_verdict_is_kept_where_somebody_else_has_it(
        self, hub: Hub, clock: HandClock
    ) -> None:
        """Shows that it is stored and paid, and changes nothing."""
        floor = settled(hub)
        lease, _ = opened(floor)
        clock.wait(1_800)
        floor.sweep()
        opened(floor, SECOND)
        receipt = floor.judge(REVIEWER, lease, "accept")
        assert (receipt.counted, receipt.paid_micros) == (False, PRICE)
        assert consensus(floor).state == "disputed"
        check_books(hub, floor.project_id)

    def test_a_foreign_lease_is_refused(self, hub: Hub) -> None:
        """Shows that a number never held opens nothing."""
        floor = settled(hub)
        (lease,) = floor.reviews(REVIEWER)
        with pytest.raises(NotFoundError):
            floor.look(REVIEWER, lease._replace(lease_n=2))
        with pytest.raises(NotFoundError):
            floor.look(SECOND, lease)

    def test_given_back_it_goes_to_the_next(self, hub: Hub) -> None:
        """Shows that slot and money return at once."""
        floor = settled(hub, budget_micros=3 * PRICE)
        (lease,) = floor.reviews(REVIEWER)
        hub.write_now(
            lambda tx: holding.release(tx, floor.own_review(tx, REVIEWER, lease), lease.lease_n)
        )
        check_books(hub, floor.project_id)
        assert len(floor.reviews(SECOND)) == 1

    def test_what_has_changed_is_looked_at_again(self, hub: Hub) -> None:
        """Shows that a verdict on what is no longer there is refused."""
        floor = settled(hub, "ab")
        mine = floor.rows("SELECT handle, lease_n FROM assignment WHERE family = 'answer'")[0]
        lease, shown = opened(floor)
        floor.undo(0, mine)
        floor.submit(0, mine, "b", lease_n=2)
        with pytest.raises(ConflictError, match="has changed"):
            floor.judge(REVIEWER, lease, "accept", seen=shown)
        assert floor.judge(REVIEWER, lease, "accept").counted
        check_books(hub, floor.project_id)

    def test_an_item_that_is_asked_again_is_not_judged(self, hub: Hub) -> None:
        """Shows that the verdict is kept and paid, the review withdrawn, the item untouched."""
        floor = settled(hub, "ab")
        mine = floor.rows("SELECT handle, lease_n FROM assignment WHERE family = 'answer'")[0]
        lease, shown = opened(floor)
        floor.undo(0, mine)
        receipt = floor.judge(REVIEWER, lease, "accept", seen=shown)
        assert (receipt.counted, receipt.paid_micros) == (False, PRICE)
        assert consensus(floor).state == "pending"
        floor.submit(0, mine, "b", lease_n=2)
        check_books(hub, floor.project_id)
        assert len(floor.reviews(SECOND)) == 1


class TestSecondReview:
    """Some reviews are done by two, neither knowing of the other."""

    def both(self, hub: Hub, first: Any, second: Any) -> Floor:
        """Let two reviewers judge a dispute."""
        floor = settled(hub, "ab", review={"second_share": 1.0})
        for who, (verdict, sent) in ((REVIEWER, first), (SECOND, second)):
            lease, shown = opened(floor, who)
            assert (shown.why, shown.verdicts) == ("disputed", [])
            floor.judge(who, lease, verdict, **sent)
            check_books(hub, floor.project_id)
        return floor

    def test_nothing_changes_before_both_are_in(self, hub: Hub) -> None:
        """Shows that the second sees what the first saw, and the first is told nothing."""
        floor = settled(hub, "ab", review={"second_share": 1.0})
        lease, _ = opened(floor)
        receipt = floor.judge(REVIEWER, lease, "correct", label="c")
        assert (receipt.counted, receipt.note) == (True, None)
        assert consensus(floor).state == "disputed"
        assert floor.reviews(REVIEWER) == []
        check_books(hub, floor.project_id)

    def test_two_that_agree_decide(self, hub: Hub) -> None:
        """Shows that accepting a class and correcting to it are the same."""
        floor = self.both(hub, ("accept", {}), ("correct", {"label": "a"}))
        assert consensus(floor)[0::5] == ("accepted", "a")
        agreed = floor.value("SELECT agreed FROM review_decision WHERE project_id = :p")
        assert bool(agreed) is True

    def test_a_third_decides_where_they_differ(self, hub: Hub) -> None:
        """Shows that the third sees both verdicts without names, and theirs takes effect."""
        floor = self.both(hub, ("accept", {}), ("correct", {"label": "c"}))
        assert consensus(floor).state == "disputed"
        lease, shown = opened(floor, THIRD)
        assert shown.why == "disagreement"
        assert {row.verdict for row in shown.verdicts} == {"accept", "correct"}
        floor.judge(THIRD, lease, "correct", label="b")
        assert consensus(floor)[0::5] == ("accepted", "b")
        agreed = floor.value("SELECT agreed FROM review_decision WHERE project_id = :p")
        assert bool(agreed) is False
        check_books(hub, floor.project_id)
