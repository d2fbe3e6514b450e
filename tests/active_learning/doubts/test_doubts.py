"""Likely errors of a project: planted ones are found, no test item trains, reviews open once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

from active_learning.doubts.finding import DoubtRequest, find_doubts
from active_learning.doubts.service import Doubts, send_to_review
from active_learning.pool import FeatureCache
from labeling.database import Hub
from labeling.projects import store as projects
from tests.training.factories import Made, accept, make_items, make_project
from training.compute import Compute
from training.trainers import train_model

WRONG: Final = ("cat-0010", "dog-0031")
REVIEWS: Final = "SELECT item_id, reason, kind FROM task WHERE family = 'review' ORDER BY id"


class InThread(Compute):
    """A compute process that is none: the same functions, called here."""

    def run(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call a function with what the pipe would carry."""
        return fn(*args, **kwargs)


@pytest.fixture
def compute() -> Iterator[Compute]:
    """Return the compute that the service is given."""
    child = InThread()
    yield child
    child.close()


@pytest.fixture
def made(hub: Hub, tmp_path: Path) -> Made:
    """Make 80 texts, all accepted, two of them wrongly."""
    found = make_project(hub, tmp_path, make_items(80))
    for split in ("train", "test"):
        accept(found, split, wrong=WRONG)
    return found


def service(made: Made, compute: Compute) -> Doubts:
    """Return the service on a project's folder."""
    return Doubts(made.hub, compute, FeatureCache(made.hub, compute, made.folder, "doubts"))


class TestFind:
    """Model and neighbours against accepted answers."""

    def test_planted_errors_come_first_with_both_opinions(
        self, made: Made, compute: Compute
    ) -> None:
        """The two wrong labels are the first, and the words say what is believed instead."""
        found = service(made, compute).find(made.project())
        assert (found.n_looked > 50, found.reason) == (True, None)
        assert {one.item for one in found.items[:2]} == set(WRONG)
        for one in found.items[:2]:
            assert one.item.startswith(one.suggested)
            assert one.words.startswith(f"accepted as {one.label}; the model says {one.suggested}")
            assert one.by_neighbours is not None
            assert not one.in_review

    def test_too_little_is_said_in_words(self, hub: Hub, tmp_path: Path, compute: Compute) -> None:
        """Nothing accepted, few accepted: a reason, never an empty list that looks like praise."""
        made = make_project(hub, tmp_path, make_items(30))
        assert service(made, compute).find(made.project()).reason == (
            "no answer has been accepted yet"
        )
        accept(made, "train", most=5)
        assert service(made, compute).find(made.project()).reason == (
            "5 accepted training items, 20 are needed"
        )

    def test_no_label_outside_training_enters_a_model(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Test items are predicted, by a model of training items alone (rule 6)."""
        rng = np.random.default_rng(0)
        labels = np.arange(60) % 2
        features = (rng.normal(size=(60, 4)) + 3 * labels[:, None]).astype(np.float32)
        np.save(tmp_path / "f.npy", features)
        seen: list[int] = []

        def watched(trainer: str, rows: Any, *args: Any, **more: Any) -> Any:
            seen.extend(np.flatnonzero((features[:, None] == rows).all(axis=2).any(axis=1)))
            return train_model(trainer, rows, *args, **more)

        monkeypatch.setattr("active_learning.doubts.finding.train_model", watched)
        request = DoubtRequest(
            features=str(tmp_path / "f.npy"),
            rows=list(range(60)),
            labels=labels.tolist(),
            is_training=[n < 40 for n in range(60)],
            n_classes=2,
            trainer="logistic_regression",
        )
        fields = {name: getattr(request, name) for name in DoubtRequest.__slots__}
        assert find_doubts(fields)["reason"] is None
        assert set(seen) == set(range(40))


class TestSendToReview:
    """From a doubt to a reviewer."""

    def test_a_doubted_item_is_opened_once_and_says_why(self, made: Made, compute: Compute) -> None:
        """A review of its own, chosen and not random; a second call passes it over."""
        found = service(made, compute).find(made.project())
        chosen = [(one.item_id, one.doubt) for one in found.items[:2]]

        def send() -> Any:
            return made.hub.write_now(
                lambda tx: send_to_review(tx, projects.get_or_raise(tx, made.project_id), chosen)
            )

        assert set(send().opened) == {item_id for item_id, _ in chosen}
        again = send()
        assert (again.opened, again.passed_over) == ((), 2)
        rows = made.hub.read_now(lambda tx: tx.rows(REVIEWS))
        assert [row.kind for row in rows] == ["review", "review"]
        assert all('"doubted"' in row.reason for row in rows)
        later = service(made, compute).find(made.project())
        assert {one.item for one in later.items if one.in_review} == set(WRONG)
