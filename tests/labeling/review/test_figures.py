"""The figures of the reviews: honest under selection, undefined in words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.database import Hub
from labeling.quality.skill import accuracy
from labeling.review.figures import ReviewFigures, review_figures, weighted_error_rate
from tests.factories import Floor
from tests.labeling.review.conftest import REVIEWER, SECOND, settled

COUNTS = st.integers(0, 500)
STRATA = st.lists(st.tuples(st.floats(0.01, 1), COUNTS, COUNTS), max_size=5)


def figures(floor: Floor) -> ReviewFigures:
    """Return a floor's review figures."""
    return floor.hub.read_now(lambda tx: review_figures(tx, floor.project))


class TestWeightedErrorRate:
    """The headline's arithmetic."""

    @given(STRATA)
    def test_it_is_a_share_inside_its_interval(self, strata: list[tuple[float, int, int]]) -> None:
        """Whatever was counted: 0 ≤ low ≤ value ≤ high ≤ 1, or undefined with a reason."""
        found = weighted_error_rate(strata)
        assert found.n == sum(right + wrong for _, right, wrong in strata)
        if found.value is None:
            assert found.reason
            return
        assert found.low is not None
        assert found.high is not None
        assert 0 <= found.low <= found.value + 1e-9
        assert found.value - 1e-9 <= found.high <= 1

    @given(st.floats(0.01, 1), st.integers(0, 500), st.integers(1, 500))
    def test_one_probability_needs_no_weights(self, share: float, right: int, wrong: int) -> None:
        """Where all items had the same probability it is the plain rate with its interval."""
        found, plain = weighted_error_rate([(share, right, wrong)]), accuracy(wrong, right + wrong)
        assert plain.value is not None
        assert found.value == pytest.approx(plain.value)
        assert found.low == pytest.approx(plain.low)
        assert found.high == pytest.approx(plain.high)

    def test_it_undoes_an_uneven_draw(self) -> None:
        """A stratum that is drawn ten times as often counts a tenth, in 400 simulated projects."""
        rng = np.random.default_rng(20_261_125)
        rates, covered = [], 0
        truth = (4_000 * 0.02 + 1_000 * 0.3) / 5_000
        for _ in range(400):
            strata = []
            for n, error, share in ((4_000, 0.02, 0.05), (1_000, 0.3, 0.5)):
                wrong = rng.random(n) < error
                drawn = rng.random(n) < share
                strata.append((share, int((drawn & ~wrong).sum()), int((drawn & wrong).sum())))
            found = weighted_error_rate(strata)
            assert found.value is not None
            assert found.low is not None
            assert found.high is not None
            rates.append(found.value)
            covered += found.low <= truth <= found.high
        assert np.mean(rates) == pytest.approx(truth, abs=0.003)
        assert covered / 400 > 0.9


class TestReviewFigures:
    """From the running counts of a project."""

    def test_nothing_is_undefined_in_words(self, hub: Hub) -> None:
        """Shows reasons where there is nothing to count, never a zero."""
        found = figures(settled(hub, "aa"))
        for rate in (found.error_rate, found.disputed_kept, found.second_agreement):
            assert rate.value is None
            assert rate.reason
        assert found.decided == 0

    def test_the_headline_is_the_random_sample_alone(self, hub: Hub) -> None:
        """Shows that a dispute that was decided stands apart."""
        floor = settled(hub, "ab")
        (lease,) = floor.reviews(REVIEWER)
        floor.look(REVIEWER, lease)
        floor.judge(REVIEWER, lease, "accept")
        found = figures(floor)
        assert found.error_rate.value is None
        assert (found.disputed_kept.value, found.disputed_kept.n) == (1.0, 1)

    def test_an_item_counts_at_its_first_look(self, hub: Hub) -> None:
        """Shows that what is asked again and drawn again is not in the rate twice."""
        floor = settled(hub, "aa")
        for n, verdict in enumerate(("reopen", "accept")):
            (lease,) = floor.reviews(REVIEWER)
            floor.look(REVIEWER, lease)
            if verdict == "reopen":
                floor.judge(REVIEWER, lease, "reopen", reason="unclear")
                floor.submit(2, floor.lease(2)[0], "a")
            else:
                floor.judge(REVIEWER, lease, "accept")
            found = figures(floor)
            assert (found.error_rate.value, found.error_rate.n) == (1.0, 1)
            assert found.decided == n + 1

    def test_two_reviewers_are_compared(self, hub: Hub) -> None:
        """Shows the agreement of those who did not know of each other."""
        floor = settled(hub, "ab", review={"second_share": 1.0})
        for who in (REVIEWER, SECOND):
            (lease,) = floor.reviews(who)
            floor.look(who, lease)
            floor.judge(who, lease, "accept")
        found = figures(floor)
        assert (found.second_agreement.value, found.second_agreement.n) == (1.0, 1)
        assert found.verdicts["accept"] == found.decided == 1
