"""A rejection does not count where the classes are confused."""

from __future__ import annotations

from labeling.database import Hub, Transaction
from labeling.quality import store as quality
from labeling.quality.truth.confusions import Confusions
from labeling.review import store
from labeling.review.fairness import confusion_among_good
from labeling.schema import store as schema_store
from tests.books import check_books
from tests.factories import Floor
from tests.labeling.review.conftest import REVIEWER, THIRD, settled

GOOD = {(0, 0): 40.0, (1, 1): 40.0, (2, 2): 12.0, (2, 1): 8.0}
"""Right in 92 of 100, and 2 is called 1 in two of five."""
BAD = {(0, 1): 30.0, (1, 2): 30.0, (2, 1): 30.0, (2, 2): 5.0}


def share(weights: dict[int, dict[tuple[int, int], float]], *, author: int = 9) -> float | None:
    """Return how often good annotators call a 2 a 1."""
    confusions = Confusions.from_weights(3, weights)
    return confusion_among_good(confusions, 2, 1, author=author, good_accuracy=0.8)


class TestConfusionAmongGood:
    """What good annotators give a class."""

    def test_the_good_count(self) -> None:
        """Shows their share, whatever bad ones and newcomers do."""
        assert share({1: GOOD}) == 0.4
        assert share({1: GOOD, 2: BAD, 3: {(2, 1): 5.0}}) == 0.4

    def test_nobodys_own_mistakes_excuse_them(self) -> None:
        """Shows that the author is left out."""
        assert share({1: GOOD}, author=1) is None

    def test_too_little_says_nothing(self) -> None:
        """Shows that a class that was hardly met is not called confused."""
        assert share({1: {(0, 0): 50.0, (2, 1): 4.9}}) is None
        assert share({}) is None


class TestExcuse:
    """A rejection of an answer that good people give too."""

    def rejected(self, hub: Hub, weights: dict[tuple[str, str], float], **review: object) -> Floor:
        """Reject an `a` as `b`, where another annotator has these confusions of (true, given)."""
        floor = settled(hub, "a", review={"reject_reverses_pay": True, **review})

        def write(tx: Transaction) -> None:
            ids = schema_store.class_ids(tx, floor.project_id, "label").by_key
            cells = [
                {
                    "annotator_id": floor.people[THIRD].id,
                    "true_class_id": ids[true],
                    "given_class_id": ids[given],
                    "weight": weight,
                }
                for (true, given), weight in weights.items()
            ]
            quality.add_skills(tx, floor.project_id, "label", cells)

        hub.write_now(write)
        floor.truth.drop(floor.project_id, "label")
        (lease,) = floor.reviews(REVIEWER)
        floor.look(REVIEWER, lease, "b")
        floor.judge(REVIEWER, lease, "reject", targets=[(1, "this is b")])
        check_books(hub, floor.project_id)
        return floor

    def counts(self, floor: Floor) -> tuple[bool, str]:
        """Return whether the one rejection counts, and why not."""
        rows = floor.hub.read_now(lambda tx: store.list_rejections(tx, floor.people[0].id, 0, 10))
        (row,) = rows
        return bool(row.counts), row.why or ""

    def test_a_confused_pair_excuses_and_keeps_the_pay(self, hub: Hub) -> None:
        """Shows the reason in words, and that nothing was reversed."""
        floor = self.rejected(hub, {("a", "a"): 60.0, ("b", "b"): 15.0, ("b", "a"): 10.0})
        counts, why = self.counts(floor)
        assert not counts
        assert "'a' to 40% of what is 'b'" in why
        assert floor.value("SELECT COUNT(*) FROM ledger_entry WHERE kind = 'reversed'") == 0

    def test_a_clear_pair_does_not(self, hub: Hub) -> None:
        """Shows that it counts where good annotators tell the two apart."""
        floor = self.rejected(hub, {("a", "a"): 60.0, ("b", "b"): 30.0})
        assert self.counts(floor) == (True, "")
        assert floor.value("SELECT COUNT(*) FROM ledger_entry WHERE kind = 'reversed'") == 1

    def test_the_policy_says_from_where(self, hub: Hub) -> None:
        """Shows that a higher threshold excuses less."""
        weights = {("a", "a"): 60.0, ("b", "b"): 15.0, ("b", "a"): 10.0}
        assert self.counts(self.rejected(hub, weights, confused_share=0.5)) == (True, "")
