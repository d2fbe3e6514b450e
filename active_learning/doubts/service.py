"""Which accepted answers a model and the neighbours doubt, and their way to a review."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from active_learning.doubts import store
from active_learning.doubts.finding import find_doubts
from labeling.audit import store as audit
from labeling.projects import store as projects
from labeling.projects.policies.quality import NO_TRUTH
from labeling.review import opening
from labeling.schema import store as schema_store

if TYPE_CHECKING:
    from active_learning.pool import FeatureCache
    from labeling.database import Hub, Row, Transaction
    from training.compute import Compute

MOST_LOOKED: Final = 5_000
"""Accepted items of a split that are looked at: of more, a random part."""
MOST_FOUND: Final = 500


@dataclass(frozen=True)
class LikelyErrorItem:
    """An accepted answer that is doubted; `doubt` in [0, 1], `by_…` by how much each prefers it."""

    item_id: int
    item: str
    label: str
    suggested: str
    doubt: float
    by_model: float
    by_neighbours: float | None
    in_review: bool
    words: str


@dataclass(frozen=True)
class LikelyErrors:
    """Accepted answers that are likely wrong, most doubtful first.

    Attributes
    ----------
    n_looked
        Accepted items that were looked at.
    n_found
        How many of these are doubted; `items` has the first of them.
    reason
        Why nothing can be said; None where something can.
    """

    n_looked: int
    n_found: int
    items: tuple[LikelyErrorItem, ...]
    reason: str | None
    words: str


@dataclass(frozen=True)
class SentToReview:
    """What came of sending doubted items to review: the items now open, and those passed over."""

    opened: tuple[int, ...]
    passed_over: int
    words: str


class Doubts:
    """Searches the accepted answers of a project; called from a thread.

    Parameters
    ----------
    hub
        Where the answers are.
    compute
        The process that trains the models that doubt.
    features
        Feature files of the projects.
    """

    def __init__(self, hub: Hub, compute: Compute, features: FeatureCache) -> None:
        self.hub, self.compute, self.features = hub, compute, features

    def find(self, project: Row) -> LikelyErrors:
        """Search now."""
        if projects.policy_of(project).quality.subjective:
            return _nothing(0, f"{NO_TRUTH}, so no answer is an error")
        rows, splits, keys = self.hub.read_now(lambda tx: _read(tx, project))
        if not rows:
            return _nothing(0, "no answer has been accepted yet")
        if len(keys) == 1:
            return _nothing(len(rows), "the answers are no single choice, and no model knows them")
        places = self.features.get(project, [row.item_id for row in rows]).rows
        kept = [n for n, row in enumerate(rows) if row.item_id in places]
        rows, splits = [rows[n] for n in kept], [splits[n] for n in kept]
        path = self.features.get(project, []).path
        policy = projects.policy_of(project)
        class_ids = sorted(keys)
        index = {class_id: n for n, class_id in enumerate(class_ids)}
        found = self.compute.run(
            find_doubts,
            {
                "features": path,
                "rows": [places[row.item_id] for row in rows],
                "labels": [index[row.class_id] for row in rows],
                "is_training": [split == "train" for split in splits],
                "n_classes": len(class_ids),
                "trainer": policy.trainer,
                "parameters": policy.trainer_params,
                "seed": project.id,
            },
        )
        if found["reason"] is not None:
            return _nothing(len(rows), found["reason"])
        names = [keys[class_id] for class_id in class_ids]
        doubted = [one for one in found["errors"] if not rows[one["row"]].pinned]
        items = tuple(_item(rows[one["row"]], one, names) for one in doubted[:MOST_FOUND])
        words = f"{len(doubted):,} of {len(rows):,} accepted answers are likely wrong"
        return LikelyErrors(len(rows), len(doubted), items, None, words)


def send_to_review(tx: Transaction, project: Row, doubted: list[tuple[int, float]]) -> SentToReview:
    """Open reviews on doubted items, the most doubtful first; the queue's cap holds.

    Parameters
    ----------
    doubted
        (item id, doubt in [0, 1]); at most a few hundred.
    """
    looks = [opening.Look(item_id, doubt) for item_id, doubt in doubted]
    opened = opening.open_doubted(tx, project, looks)
    audit.record(tx, project.id, "quality.review", "project", project.id, opened=len(opened))
    passed_over = len(doubted) - len(opened)
    words = f"{len(opened)} items are now open for review"
    if passed_over:
        words += f"; {passed_over} are in review, were reviewed, have changed, or found no room"
    return SentToReview(tuple(opened), passed_over, words)


def _read(tx: Transaction, project: Row) -> tuple[list[Row], list[str], dict[int, str]]:
    rows: list[Row] = []
    splits: list[str] = []
    for split in store.SPLITS:
        found = store.accepted(tx, project.id, project.target_question, split, MOST_LOOKED)
        rows += found
        splits += [split] * len(found)
    return rows, splits, schema_store.class_ids(tx, project.id, project.target_question).by_id


def _item(row: Row, error: dict[str, Any], names: list[str]) -> LikelyErrorItem:
    label, suggested = names[error["label"]], names[error["suggested"]]
    around = error["by_neighbours"]
    words = f"accepted as {label}; the model says {suggested}"
    if around is not None:
        side = "so do its neighbours" if around > 0 else "its neighbours do not"
        words = f"{words}, {side}"
    return LikelyErrorItem(
        item_id=row.item_id,
        item=row.key,
        label=label,
        suggested=suggested,
        doubt=error["doubt"],
        by_model=error["by_model"],
        by_neighbours=around,
        in_review=bool(row.in_review),
        words=words,
    )


def _nothing(n_looked: int, reason: str) -> LikelyErrors:
    return LikelyErrors(n_looked, 0, (), reason, f"No likely errors can be named: {reason}")
