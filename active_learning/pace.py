"""How deep the queue is kept and when the next round is due: it follows people and the loop."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

TASKS_PER_PERSON: Final = 5
ROUNDS_AHEAD: Final = 3.0
"""The queue holds what people answer in so many turns of the loop: one that takes twice as long as
the last one, or breaks off, leaves nobody without work."""
SHARE_OF_TIME: Final = 4.0
"""A loop rests so many times its own duration between two rounds that only a few answers ask for:
it never takes more than a fifth of a core."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast people answer, and how long a round takes.

    Parameters
    ----------
    answers : that came since the last round began.
    seconds : that have passed since then.
    active : people who answered in the last minutes.
    loop_seconds : that the last round took from its reading to its tasks.
    """

    answers: int
    seconds: float
    active: int
    loop_seconds: float

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return self.answers / max(self.seconds, 1.0)


def queue_depth(pace: Pace, *, round_size: int, cap: int) -> int:
    """Return how many tasks a round opens."""
    ahead = math.ceil(pace.per_second * pace.loop_seconds * ROUNDS_AHEAD)
    return min(max(round_size, TASKS_PER_PERSON * pace.active + ahead), cap)


def is_due(pace: Pace, *, retrain_after: int, refresh_seconds: float) -> bool:
    """Tell whether new answers ask for a new round.

    So many answers as the policy names do at once; a single one does when a few seconds have
    passed, so that priorities follow a lone annotator too.
    """
    if pace.answers >= retrain_after:
        return True
    rest = max(refresh_seconds, SHARE_OF_TIME * pace.loop_seconds)
    return pace.answers > 0 and pace.seconds >= rest


def quota(n: int, share: float, measured: float | None) -> int:
    """Return how many of n questions go to random items, so that a share of the answers does.

    Where fewer of the newest answers than that were on random items (others are asked about more
    than once), more are opened until the share is reached.

    Parameters
    ----------
    n : questions of a round.
    share : of the answers that shall go to random items.
    measured : the same of the newest answers; None where there are too few to tell.

    """
    wanted = share if measured is None else share + max(share - measured, 0.0)
    return min(math.ceil(n * wanted - 1e-9), n)
