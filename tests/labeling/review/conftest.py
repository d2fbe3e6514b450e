"""Projects in which there is something to review."""

from __future__ import annotations

from typing import Any

from labeling.database import Hub
from tests.factories import Floor

REVIEWER = 3
SECOND = 4
THIRD = 5
EVERY = {"random_share": 1.0, "second_share": 0.0}


def settled(hub: Hub, answers: str = "ab", *, n_people: int = 6, **policy: Any) -> Floor:
    """Make a project whose one item got these answers, one of each person, and settled.

    Two different answers are a dispute, one answer or equal ones are accepted. The people from
    `REVIEWER` on have answered nothing.
    """
    review = {**EVERY, **policy.pop("review", {})}
    n = len(answers)
    floor = Floor.made(
        hub,
        n_people=n_people,
        n_items=1,
        overlap_least=n,
        overlap_most=n,
        review=review,
        **policy,
    )
    for who, label in enumerate(answers):
        floor.submit(who, floor.lease(who)[0], label)
    return floor
