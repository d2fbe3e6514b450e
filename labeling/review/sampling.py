"""Which items a second person looks at, and in which order: draws and values, no database.

Draws are by a hash of the project's salt and the item's key, so that they depend on nothing that
happened to the item: what is drawn is a probability sample, the same in every replay.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from labeling.projects.policies.review import ReviewPolicy

SCALE: Final = 1_000_000
"""A priority is a value in millionths."""
LOWEST_OF_SAMPLE: Final = 0.5
"""Randomly drawn items lie in the upper half: they are mixed among the disputes, never starved."""


@dataclass(frozen=True, slots=True)
class Draw:
    """One item on its way to a review.

    Attributes
    ----------
    kind
        `audit` where it was drawn at random, `review` where it is disputed.
    why
        `random`, `test`, `disputed`, or `doubted` by a model.
    inclusion_probability
        With which it was drawn; None where it was chosen.
    priority
        The most valuable is reviewed first.
    reviewers
        How many are asked, neither knowing of the other.
    """

    kind: str
    why: str
    inclusion_probability: float | None
    priority: int
    reviewers: int


def uniform(salt: str, purpose: str, key: str) -> float:
    """Return a number in [0, 1) that is fixed for an item and a purpose."""
    digest = hashlib.sha256(f"{salt}\x00{purpose}\x00{key}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def expected_value(confidence: float, worth: float) -> float:
    """Return what a look at an item is worth: P(the present answer is wrong) × worth."""
    return max(0.0, 1.0 - confidence) * worth


def draw_accepted(policy: ReviewPolicy, salt: str, key: str, split: str) -> Draw | None:
    """Return the draw of an accepted item, None where it is not in the sample."""
    every = split == "test" and policy.test_items == "all"
    share = 1.0 if every else policy.random_share
    if uniform(salt, "review", key) >= share:
        return None
    place = uniform(salt, "review order", key)
    value = LOWEST_OF_SAMPLE + (1.0 - LOWEST_OF_SAMPLE) * place
    reviewers = _reviewers(policy, salt, key)
    return Draw("audit", "test" if every else "random", share, round(value * SCALE), reviewers)


def draw_disputed(
    policy: ReviewPolicy, salt: str, key: str, split: str, confidence: float
) -> Draw | None:
    """Return the draw of a disputed item, None where the policy reviews none."""
    if not policy.disputed:
        return None
    worth = policy.test_worth if split == "test" else 1.0
    value = round(expected_value(confidence, worth) * SCALE)
    return Draw("review", "disputed", None, value, _reviewers(policy, salt, key))


def _reviewers(policy: ReviewPolicy, salt: str, key: str) -> int:
    return 2 if uniform(salt, "second review", key) < policy.second_share else 1
