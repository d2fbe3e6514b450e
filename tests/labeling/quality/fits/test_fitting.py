"""A full fit is a version: what it flipped and why, what it must not touch, what changed since."""

from __future__ import annotations

from pathlib import Path

import pytest

from labeling.database import Hub
from labeling.quality.fits import store
from labeling.quality.fits.changes import changes_since, flip_words, summary
from labeling.quality.fits.compute import fit_votes
from labeling.quality.fits.confidence import report_confidence, worth_of
from labeling.quality.fits.fitting import FullFit, KnownItem
from labeling.quality.service import decide_belief, load_truth
from labeling.schema import store as schema_store
from tests.factories import LABELS, Floor

RIGHT, ALSO_RIGHT, WRONG, ALSO_WRONG = range(4)
EACH, MISLED = 10, 4


def right_label(item_id: int) -> str:
    """Return the class of an item."""
    return LABELS[item_id % 3]


def misled(hub: Hub) -> Floor:
    """Return a floor where two people who are never right outvote one who is, on four items.

    Twenty items before them, on which two agree against one, show who is who.
    """
    floor = Floor.made(hub, n_people=4, n_items=2 * EACH + MISLED, overlap_least=3)
    for crew, n in (
        ((RIGHT, ALSO_RIGHT, WRONG), EACH),
        ((RIGHT, ALSO_RIGHT, ALSO_WRONG), EACH),
        ((WRONG, ALSO_WRONG, RIGHT), MISLED),
    ):
        for who in crew:
            for lease in floor.lease(who, n):
                shift = 1 if who in {WRONG, ALSO_WRONG} else 0
                floor.submit(who, lease, LABELS[(lease.item_id + shift) % 3])
    return floor


def fit(floor: Floor, folder: Path, known: list[KnownItem] | None = None) -> int:
    """Run a full fit in this process; returns how many accepted items flipped."""
    gold = None if known is None else (lambda *_: known)
    return FullFit(floor.hub, floor.truth, fit_votes, folder, known=gold).run(floor.project)


def pin_first(floor: Floor, label: str) -> int:
    """Let a review decide one of the outvoted items; returns which."""
    item_id = floor.value("SELECT MAX(id) FROM item WHERE project_id = :p")

    def decide(tx: object, project: object) -> None:
        truth = load_truth(tx, floor.project_id, "label")  # type: ignore[arg-type]
        classes = schema_store.class_ids(tx, floor.project_id, "label").by_key  # type: ignore[arg-type]
        decide_belief(tx, floor.project_id, item_id, truth, classes[label], 1)  # type: ignore[arg-type]

    floor.write(decide)
    return int(item_id)


class TestFlips:
    """What a fit changed."""

    def test_every_flip_is_on_record_with_its_reason(self, hub: Hub, tmp_path: Path) -> None:
        """Item, from, to, scores, and the annotator of whom the fit thinks otherwise."""
        floor = misled(hub)
        assert fit(floor, tmp_path) == MISLED
        keys = hub.read_now(lambda tx: schema_store.class_ids(tx, floor.project_id, "label").by_id)
        rows = hub.read_now(lambda tx: store.list_flips(tx, floor.project_id, "label", 1, 0, 100))
        assert len(rows) == MISLED
        for row in rows:
            assert (row.state, row.now) == ("accepted", right_label(row.item_id))
            assert row.was == right_label(row.item_id + 1)
            assert row.cause == "skill"
            assert "now weighs otherwise" in flip_words(row, keys)
        fits = hub.read_now(lambda tx: store.list_fits(tx, floor.project_id, "label", 99, 10))
        assert [(row.n, row.n_flipped) for row in fits] == [(1, MISLED)]
        assert f'"causes": {{"skill": {MISLED}}}' in fits[0].params

    def test_what_a_review_decided_never_changes(self, hub: Hub, tmp_path: Path) -> None:
        """A pinned item keeps its class against the new skills, and is no flip."""
        floor = misled(hub)
        wrong = LABELS[(floor.value("SELECT MAX(id) FROM item WHERE project_id = :p") + 1) % 3]
        item_id = pin_first(floor, wrong)
        assert fit(floor, tmp_path) == MISLED - 1
        found = floor.rows(
            "SELECT c.state, k.key, c.confidence FROM consensus c JOIN label_class k "
            "ON k.id = c.class_id WHERE c.project_id = :p AND c.item_id = :item",
            item=item_id,
        )[0]
        assert (found.state, found.key, found.confidence) == ("accepted", wrong, 1.0)

    def test_a_second_fit_flips_nothing_more(self, hub: Hub, tmp_path: Path) -> None:
        """The same answers give the same belief: the next version has no flips."""
        floor = misled(hub)
        fit(floor, tmp_path)
        assert fit(floor, tmp_path) == 0
        rows = hub.read_now(lambda tx: store.list_flips(tx, floor.project_id, "label", 2, 0, 100))
        assert rows == []


class TestChangesSince:
    """What is no longer what was accepted at a mark."""

    def test_flips_are_counted_with_why(self, hub: Hub, tmp_path: Path) -> None:
        """Flips of the fit and a review stand beside each other in one sentence."""
        floor = misled(hub)
        mark = hub.read_now(store.newest_event)
        fit(floor, tmp_path)
        pin_first(floor, LABELS[0])
        found = hub.read_now(lambda tx: list(changes_since(tx, floor.project, mark)))
        reviewed = floor.value("SELECT MAX(id) FROM item WHERE project_id = :p")
        assert {change.because for change in found if change.item_id != reviewed} == {"fit"}
        assert all(
            change.why.startswith("full fit 1: person") or "log-odds" in change.why
            for change in found
            if change.because == "fit"
        )
        said = summary(found, "snapshot 7")
        assert said.startswith(f"{len(found)} changed since snapshot 7: 3 because a full fit")

    def test_what_comes_back_is_no_change(self, hub: Hub) -> None:
        """An answer that is corrected and corrected back leaves nothing to report."""
        floor = Floor.made(hub, n_people=1, n_items=1)
        (lease,) = floor.lease(0)
        floor.submit(0, lease, "a")
        mark = hub.read_now(store.newest_event)
        floor.edit(0, lease, "b")
        (change,) = hub.read_now(lambda tx: list(changes_since(tx, floor.project, mark)))
        assert (change.was, change.now, change.because) == ("a", "b", "answers")
        floor.edit(0, lease, "a")
        assert hub.read_now(lambda tx: list(changes_since(tx, floor.project, mark))) == []
        assert (
            summary([], "snapshot 1") == "Nothing that was accepted has changed since snapshot 1."
        )

    def test_what_was_accepted_only_later_is_no_change(self, hub: Hub) -> None:
        """The mark knew nothing of it."""
        floor = Floor.made(hub, n_people=1, n_items=1)
        mark = hub.read_now(store.newest_event)
        (lease,) = floor.lease(0)
        floor.submit(0, lease, "a")
        floor.edit(0, lease, "b")
        assert hub.read_now(lambda tx: list(changes_since(tx, floor.project, mark))) == []


class TestConfidence:
    """A stop score until it has been checked, then a probability."""

    def gold(self, floor: Floor, n: int) -> list[KnownItem]:
        """Return known items on which one person is right two times of three."""
        ids = floor.hub.read_now(
            lambda tx: schema_store.class_ids(tx, floor.project_id, "label").by_key
        )
        person = floor.people[RIGHT].id
        return [
            KnownItem([(person, ids["a"])], frozenset({ids["b" if place % 3 == 0 else "a"]}))
            for place in range(n)
        ]

    def test_before_the_first_fit_it_is_a_stop_score(self, hub: Hub) -> None:
        """And says how many checks are missing."""
        floor = Floor.made(hub)
        found = hub.read_now(lambda tx: report_confidence(tx, floor.project))
        assert (found.kind, found.missing, found.error) == ("stop_score", 50, None)
        assert "No full fit" in found.reason

    def test_reviews_that_come_after_the_last_answer_are_heard(
        self, hub: Hub, tmp_path: Path
    ) -> None:
        """Ten newly decided items make a fit due, and the fit makes it not due."""
        floor = misled(hub)
        full = FullFit(hub, floor.truth, fit_votes, tmp_path)
        full.run(floor.project)
        assert not full.is_due(floor.project)
        floor.write(
            lambda tx, project: tx.run(
                "UPDATE consensus SET pinned = (1 = 1) WHERE project_id = :p AND item_id <= "
                "(SELECT MIN(item_id) + 9 FROM consensus WHERE project_id = :p)",
                p=project.id,
            )
        )
        assert full.is_due(floor.project)
        full.run(floor.project)
        assert not full.is_due(floor.project)
        assert hub.read_now(lambda tx: report_confidence(tx, floor.project)).n_reviewed == 10

    def test_it_is_calibrated_once_enough_was_checked(self, hub: Hub, tmp_path: Path) -> None:
        """Each fit keeps a version; the exposed figure follows, the stored score does not."""
        floor = misled(hub)
        fit(floor, tmp_path, self.gold(floor, 30))
        few = hub.read_now(lambda tx: report_confidence(tx, floor.project))
        assert (few.kind, few.n_gold, few.missing, few.version) == ("stop_score", 30, 20, 1)
        assert "20 more are needed" in few.reason
        before = floor.rows(
            "SELECT confidence FROM consensus WHERE project_id = :p ORDER BY item_id"
        )
        fit(floor, tmp_path, self.gold(floor, 60))
        found = hub.read_now(lambda tx: report_confidence(tx, floor.project))
        assert (found.kind, found.missing, found.version, found.fit_n) == ("calibrated", 0, 2, 2)
        assert sum(part["n"] for part in found.calibrated) == 60
        after = floor.rows(
            "SELECT confidence FROM consensus WHERE project_id = :p ORDER BY item_id"
        )
        assert [row.confidence for row in after] == pytest.approx(
            [row.confidence for row in before], abs=0.02
        )
        worth = hub.read_now(lambda tx: worth_of(tx, floor.project))
        said, kind = worth.of(0.9, pinned=False)
        assert kind == "calibrated"
        assert said == pytest.approx(float(worth.line.apply(0.9)), abs=1e-4)
        assert worth.of(0.9, pinned=True) == (1.0, "reviewed")
