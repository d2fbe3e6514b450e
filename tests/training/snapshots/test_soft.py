"""Where there is no single truth, disagreement reaches the model as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from labeling.database import SYSTEM, Hub
from labeling.errors import ConflictError
from labeling.gold.service import KnownItem, give_gold
from labeling.quality.fits.compute import fit_votes
from labeling.quality.fits.confidence import report_confidence
from labeling.quality.fits.fitting import FullFit
from tests.factories import Floor
from training.snapshots.labelled import read_rows
from training.snapshots.service import take_snapshot
from training.snapshots.soft import targets_of
from training.trainers import train_model

N_PEOPLE, N_ITEMS = 5, 6
OFFENDED = 3
"""So many of the five find an item offensive where opinions differ, as in the LeWiDi sets."""


def opinions(hub: Hub, **policy: Any) -> Floor:
    """Return a floor of five people: all agree on even items, three against two on odd ones."""
    quality = {"subjective": True, **policy}
    floor = Floor.made(
        hub, n_people=N_PEOPLE, n_items=N_ITEMS, overlap_most=N_PEOPLE, quality=quality
    )
    for who in range(N_PEOPLE):
        for lease in floor.lease(who, N_ITEMS):
            offended = lease.item_id % 2 == 1 and who < OFFENDED
            floor.submit(who, lease, "b" if offended else "a")
    return floor


class TestSubjective:
    """`quality.subjective`: distributions instead of a truth."""

    def test_the_whole_overlap_is_asked_and_accepted(self, hub: Hub) -> None:
        """Five agreeing answers are five answers; three against two are no dispute."""
        floor = opinions(hub)
        rows = floor.rows(
            "SELECT state, n_answers, confidence FROM consensus WHERE project_id = :p"
        )
        assert {(row.state, row.n_answers) for row in rows} == {("accepted", N_PEOPLE)}
        assert {round(row.confidence, 3) for row in rows} == {0.6, 1.0}

    def test_a_snapshot_carries_the_distributions(self, hub: Hub, tmp_path: Path) -> None:
        """Shares of the answers beside the commonest label; disagreement lowers no weight."""
        floor = opinions(hub)
        taken = take_snapshot(hub, tmp_path, floor.project_id, workflow_key="k", actor=SYSTEM)
        rows = read_rows(tmp_path, taken.digest)
        shares = sorted(tuple(sorted(row["distribution"].items())) for row in rows)
        assert shares[0] == (("a", 0.4), ("b", 0.6))
        assert shares[-1] == (("a", 1.0),)
        assert {row["weight"] for row in rows} == {1.0}

    def test_a_full_fit_changes_no_distribution(self, hub: Hub, tmp_path: Path) -> None:
        """Nobody's vote weighs more; what is shown is called a share, never an accuracy."""
        floor = opinions(hub)
        before = floor.rows(
            "SELECT posterior FROM consensus WHERE project_id = :p ORDER BY item_id"
        )
        assert FullFit(hub, floor.truth, fit_votes, tmp_path).run(floor.project) == 0
        after = floor.rows("SELECT posterior FROM consensus WHERE project_id = :p ORDER BY item_id")
        assert [row.posterior for row in before] == [row.posterior for row in after]
        assert hub.read_now(lambda tx: report_confidence(tx, floor.project)).kind == "share"

    def test_gold_is_refused_with_the_reason(self, hub: Hub) -> None:
        """Nothing is known to be right, so nobody can be paused by it."""
        floor = opinions(hub)
        known = KnownItem(floor.keys()[0], {"label": ["a"]}, "because")
        with pytest.raises(ConflictError, match="no single truth"):
            floor.write(lambda tx, project: give_gold(tx, project, [known]))


class TestTargets:
    """`targets_of`: what trainers are given."""

    def test_hard_labels_stand_once(self) -> None:
        """Rows without a distribution are as they were."""
        rows = [{"label": "b", "weight": 0.9}, {"label": "a", "weight": 0.5}]
        found = targets_of(rows, {"a": 0, "b": 1})
        assert (found.rows.tolist(), found.labels.tolist()) == ([0, 1], [1, 0])
        assert found.weights.tolist() == [0.9, 0.5]

    @pytest.mark.parametrize("trainer", ["logistic_regression", "random_forest"])
    def test_a_model_learns_the_share(self, trainer: str) -> None:
        """Opinions of three to two are predicted as .6, not as certainty."""
        rows = [
            {"label": "a", "weight": 1.0, "distribution": {"a": 0.6, "b": 0.4}}
            if place % 2
            else {"label": "b", "weight": 1.0, "distribution": {"a": 0.1, "b": 0.9}}
            for place in range(200)
        ]
        features = np.array([[float(place % 2), 1.0] for place in range(200)])
        found = targets_of(rows, {"a": 0, "b": 1})
        model = train_model(
            trainer, features[found.rows], found.labels, found.weights, n_classes=2, seed=0
        )
        said = model.predict_proba(np.array([[0.0, 1.0], [1.0, 1.0]]))[:, 0]
        assert said == pytest.approx([0.1, 0.6], abs=0.05)
