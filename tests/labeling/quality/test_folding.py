"""Skills that follow the answers: by deltas and by a full fit, on both stores."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from labeling.database import Hub
from labeling.quality import store
from labeling.quality.fits.compute import fit_votes
from labeling.quality.fits.fitting import FullFit
from labeling.quality.folding import fold_batch
from labeling.quality.service import load_truth
from tests.factories import LABELS, Floor

N_ITEMS = 30
NEVER_RIGHT = 2
"""The third person answers every question with the next label."""


def answered(hub: Hub, n_items: int = N_ITEMS) -> Floor:
    """Return a floor where two people are right, one never is, and everything is answered."""
    floor = Floor.made(hub, n_people=3, n_items=n_items, overlap_least=3)
    for who in range(3):
        while held := floor.lease(who, 20):
            for lease in held:
                shift = 1 if who == NEVER_RIGHT else 0
                floor.submit(who, lease, LABELS[(lease.item_id + shift) % 3])
    return floor


def cells(floor: Floor) -> dict[tuple[int, int, int], float]:
    """Return the stored confusion cells that are not (nearly) zero."""
    rows = floor.hub.read_now(lambda tx: store.skills(tx, floor.project_id, "label"))
    return {
        (row.annotator_id, row.true_class_id, row.given_class_id): row.weight
        for row in rows
        if row.weight > 1e-6
    }


def fold_all(floor: Floor) -> int:
    """Fold until nothing is left; returns how many events were read."""
    read = 0
    while now := floor.hub.write_now(lambda tx: fold_batch(tx, floor.truth)):
        read += now
    return read


def share_right(floor: Floor, who: int) -> float:
    """Return the share of a person's weight on the confusion's diagonal."""
    own = {cell: weight for cell, weight in cells(floor).items() if cell[0] == floor.people[who].id}
    right = sum(weight for (_, true, given), weight in own.items() if true == given)
    return right / sum(own.values())


class TestFoldBatch:
    """The outbox's consumer that keeps the skills."""

    def test_every_vote_is_in_the_skills_once(self, hub: Hub) -> None:
        """The weights of all cells add up to the votes, however often it is folded."""
        floor = answered(hub)
        assert fold_all(floor) > 0
        assert sum(cells(floor).values()) == pytest.approx(3 * N_ITEMS, abs=1e-2)
        assert fold_all(floor) == 0
        assert sum(cells(floor).values()) == pytest.approx(3 * N_ITEMS, abs=1e-2)

    def test_it_tells_the_one_who_is_never_right(self, hub: Hub) -> None:
        """After folding, the hub knows who agrees with the truth and who does not."""
        floor = answered(hub)
        fold_all(floor)
        assert share_right(floor, 0) > 0.8
        assert share_right(floor, NEVER_RIGHT) < 0.4

    def test_a_retracted_answer_leaves_the_skills(self, hub: Hub) -> None:
        """An undone answer takes its weight away again."""
        floor = Floor.made(hub, n_people=1, n_items=2)
        lease = floor.lease(0)[0]
        floor.submit(0, lease)
        fold_all(floor)
        assert sum(cells(floor).values()) == pytest.approx(1.0, abs=1e-5)
        floor.undo(0, lease)
        fold_all(floor)
        assert sum(cells(floor).values()) == pytest.approx(0.0, abs=1e-5)

    def test_the_cache_is_dropped_so_that_the_next_answer_uses_the_new_skills(
        self, hub: Hub
    ) -> None:
        """What was cached before the fold is not what is used after it."""
        floor = answered(hub, 6)
        before = hub.read_now(lambda tx: floor.truth.get(tx, floor.project_id, "label"))
        fold_all(floor)
        after = hub.read_now(lambda tx: floor.truth.get(tx, floor.project_id, "label"))
        assert before.confusions.annotators == []
        assert after.confusions.annotators == sorted(person.id for person in floor.people)


class TestFullFit:
    """One full Dawid–Skene fit from votes to the next version of every skill."""

    def fit(self, floor: Floor, folder: Path) -> FullFit:
        """Return a fit that runs its mathematics in this process."""
        return FullFit(floor.hub, floor.truth, fit_votes, folder)

    def test_it_is_due_when_answers_have_grown(self, hub: Hub, tmp_path: Path) -> None:
        """Not before the first 20 answers, and not again until a fifth more have come."""
        small = Floor.made(hub, n_people=1, n_items=1)
        assert not self.fit(small, tmp_path).is_due(small.project)
        floor = answered_elsewhere(hub)
        fit = self.fit(floor, tmp_path)
        assert fit.is_due(floor.project)
        fit.run(floor.project)
        assert not fit.is_due(floor.project)

    def test_the_fit_is_on_record_with_what_flipped(self, hub: Hub, tmp_path: Path) -> None:
        """Version, method, answers, items and flips stand in an append-only row."""
        floor = answered(hub)
        flipped = self.fit(floor, tmp_path).run(floor.project)
        row = floor.rows("SELECT * FROM truth_fit WHERE project_id = :p")[0]
        assert (row.n, row.method, row.n_answers) == (1, "dawid_skene", 3 * N_ITEMS)
        assert (row.n_items, row.n_flipped) == (N_ITEMS, flipped)
        newest = floor.value("SELECT MAX(annotation_id) FROM vote WHERE project_id = :p")
        assert row.annotation_high_water == newest

    def test_skills_after_a_fit_and_a_fold_are_consistent(self, hub: Hub, tmp_path: Path) -> None:
        """A fold after the fit replaces the fit's own contribution, so nothing is counted twice."""
        floor = answered(hub)
        self.fit(floor, tmp_path).run(floor.project)
        fold_all(floor)
        assert sum(cells(floor).values()) == pytest.approx(3 * N_ITEMS, abs=1e-2)
        assert min(cells(floor).values()) >= 0

    def test_consensus_is_weighed_with_the_new_skills(self, hub: Hub, tmp_path: Path) -> None:
        """Each item's stored confidence equals what the new confusions say of its votes."""
        floor = answered(hub)
        self.fit(floor, tmp_path).run(floor.project)
        truth: Any = hub.read_now(lambda tx: load_truth(tx, floor.project_id, "label"))
        right = floor.rows("SELECT item_id, class_id FROM consensus WHERE project_id = :p")
        assert all(row.class_id == truth.class_ids[row.item_id % 3] for row in right)

    def test_without_votes_nothing_is_written(self, hub: Hub, tmp_path: Path) -> None:
        """An empty project has no fit."""
        floor = Floor.made(hub, n_people=1, n_items=1)
        assert self.fit(floor, tmp_path).run(floor.project) == 0
        assert floor.value("SELECT COUNT(*) FROM truth_fit WHERE project_id = :p") == 0


def answered_elsewhere(hub: Hub) -> Floor:
    """Return an answered floor of another name, where one stands already."""
    floor = Floor.made(hub, n_people=3, n_items=10, overlap_least=3, slug="q")
    for who in range(3):
        while held := floor.lease(who, 20):
            for lease in held:
                floor.submit(who, lease, LABELS[lease.item_id % 3])
    return floor
