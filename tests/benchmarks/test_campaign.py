"""When a simulated campaign has reached its target."""

from __future__ import annotations

from active_learning.simulation.campaign import Point
from benchmarks.campaign import is_there, money_to


def points(*accuracies: float) -> list[Point]:
    """Return a curve that costs one unit a round."""
    return [Point(float(n), n, n, accuracy, None) for n, accuracy in enumerate(accuracies)]


class TestIsThere:
    """A campaign ends no earlier than its money to the target is known."""

    def test_one_lucky_round_ends_nothing(self) -> None:
        """Three rounds are averaged."""
        assert not is_there(points(0.5, 0.95, 0.6), 0.9)

    def test_what_ends_it_is_what_is_reported(self) -> None:
        """Whatever would have come later, the money is the same."""
        early, late = points(0.5, 0.9, 0.9, 0.92), points(0.5, 0.9, 0.9, 0.92, 0.1, 0.1)
        assert is_there(early, 0.9)
        assert money_to(early, 0.9) == money_to(late, 0.9) == 2.0

    def test_the_last_round_alone_is_not_enough(self) -> None:
        """Its mean would still change with the next."""
        found = points(0.5, 0.88, 0.95)
        assert money_to(found, 0.92) == 2.0
        assert not is_there(found, 0.92)
