"""Whether a rejection may count against the one who answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from labeling.schema import store as schema_store

if TYPE_CHECKING:
    from labeling.database import Row, Transaction
    from labeling.projects.policies.review import ReviewPolicy
    from labeling.quality.service import QuestionTruth
    from labeling.quality.truth.confusions import Confusions

LEAST_ANSWERS: Final = 10.0
"""Expected answers from which an annotator's accuracy says something."""
LEAST_OF_CLASS: Final = 5.0
"""Expected answers of good annotators to a class from which its confusion says something."""


def confusion_among_good(
    confusions: Confusions, true: int, given: int, *, author: int, good_accuracy: float
) -> float | None:
    """Return the share of a class that good annotators give another class.

    Parameters
    ----------
    confusions
        The current expected counts.
    true, given
        The class that the reviewer sees, and the one that was answered, by index.
    author
        Whose answer it is; left out, so that nobody's own mistakes excuse them.
    good_accuracy
        Expected accuracy from which an annotator counts as good; below `LEAST_ANSWERS` expected
        answers nobody does.

    Returns
    -------
    float or None
        None where good annotators have met the class too rarely to tell.

    """
    met = mistaken = 0.0
    for annotator in confusions.annotators:
        weights = confusions.weights(annotator)
        total = sum(weights.values())
        right = sum(weight for (of, as_), weight in weights.items() if of == as_)
        if annotator == author or total < LEAST_ANSWERS or right < good_accuracy * total:
            continue
        met += sum(weight for (of, _), weight in weights.items() if of == true)
        mistaken += weights.get((true, given), 0.0)
    return mistaken / met if met >= LEAST_OF_CLASS else None


def excuse(
    tx: Transaction,
    project: Row,
    policy: ReviewPolicy,
    truth: QuestionTruth,
    *,
    assignment: Row,
    seen_class_id: int | None,
    given_class_id: int,
) -> str | None:
    """Return why a rejection does not count against its author, None where it counts.

    `seen_class_id` is what the reviewer answered by themselves, None where they gave none.
    """
    version = assignment.guideline_version
    if schema_store.meaning_changed_since(tx, project.id, version):
        return (
            f"the guideline has changed what answers mean since version {version}, "
            f"under which it was given; now it is version {project.guideline_version}"
        )
    if seen_class_id is None:
        return "the reviewer had no answer of their own either"
    if seen_class_id == given_class_id:
        return None
    share = confusion_among_good(
        truth.confusions,
        truth.index(seen_class_id),
        truth.index(given_class_id),
        author=assignment.annotator_id,
        good_accuracy=policy.good_accuracy,
    )
    if share is None or share < policy.confused_share:
        return None
    keys = schema_store.class_ids(tx, project.id, truth.question).by_id
    return (
        f"good annotators give {keys[given_class_id]!r} to {share:.0%} of what is "
        f"{keys[seen_class_id]!r}: the two are confused"
    )
