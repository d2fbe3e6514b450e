"""How many judgments an item gets: by split, by workforce, between a least and a most."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from labeling.database import Row
    from labeling.projects.policy import Policy


def compared_answers(policy: Policy) -> int | None:
    """Return how many answers of each random item agreement may compare; None: all of them.

    Where test items that are not sure get more, those more are on the items that people differ on:
    with them agreement would look worse than it is.
    """
    least, most = overlap_of(policy, "test")
    return least if least < most else None


def overlap_of(policy: Policy, split: str, workforce: Row | None = None) -> tuple[int, int]:
    """Return the least and the most judgments of an item.

    Test items, and validation items where the policy says so, have a number of their own, whoever
    answers: the figures that rest on them are compared. A training item follows the workforce its
    task is for, where that has an overlap of its own, else the project.
    """
    if split == "test":
        most = policy.test_overlap
        return min(policy.test_overlap_least or most, most), most
    if split == "validation" and policy.queue.validation_overlap is not None:
        return policy.queue.validation_overlap, policy.queue.validation_overlap
    least, most = policy.overlap_least, policy.overlap_most
    if workforce is not None:
        least = workforce.overlap_least or least
        most = workforce.overlap_most or most
    return least, max(least, most)
