"""The comparison of everything that could be asked, as arithmetic."""

from __future__ import annotations

import numpy as np
import pytest

from active_learning.pace import Pace, is_due, queue_depth, quota
from active_learning.scheduler import (
    EXPONENT,
    Stakes,
    Voice,
    answer_gains,
    coin,
    fitted_exponent,
    gold_gain,
    learned_confusion,
    worth,
    worth_asking_again,
    worth_reviewing,
)


def due(pace: Pace) -> bool:
    """Ask under the default policy."""
    return is_due(pace, retrain_after=20, refresh_seconds=5.0)


class TestAnswerGains:
    """What one more answer is expected to bring."""

    def test_a_sure_item_gains_nothing_and_a_doubtful_one_does(self) -> None:
        """The value of information is zero where no answer would change the label."""
        belief = np.array([[0.99, 0.01], [0.5, 0.5]])
        gains = answer_gains(belief, coin(0.8, 2), np.array([0, 0]))
        assert gains.direct[0] == pytest.approx(0.0)
        assert gains.direct[1] == pytest.approx(0.3)  # .8 right afterwards, .5 before

    def test_a_contradicted_label_gains_most(self) -> None:
        """A label that the model contradicts misleads it, and stands until somebody answers."""
        belief = np.array([[0.2, 0.8], [0.8, 0.2]])
        gains = answer_gains(belief, coin(0.8, 2), np.array([0, 0]))
        assert gains.direct[0] > 5 * gains.direct[1]
        assert gains.learnt[0] > gains.learnt[1]

    def test_better_people_gain_more_and_nobody_loses(self) -> None:
        """The gain grows with the skill and is never below zero."""
        belief = np.random.default_rng(0).dirichlet(np.ones(4), 50)
        labels = belief.argmax(axis=1)
        totals = [
            answer_gains(belief, coin(skill, 4), labels).total(2.0).sum()
            for skill in (0.25, 0.6, 0.9)
        ]
        assert totals[0] == pytest.approx(0.0, abs=1e-9)
        assert totals == sorted(totals)

    def test_many_classes_are_counted_like_few(self) -> None:
        """The short cut for many classes is the exact sum where people err evenly."""
        belief = np.random.default_rng(1).dirichlet(np.ones(40) / 4, 30)
        labels, confusion = belief.argmax(axis=1), coin(0.7, 40)
        joint = belief[:, :, None] * confusion[None]
        exact = np.maximum(joint.max(axis=1).sum(axis=1) - belief.max(axis=1), 0)
        assert answer_gains(belief, confusion, labels).direct == pytest.approx(exact, abs=1e-9)

    def test_a_label_is_worth_less_than_none_where_it_is_more_often_wrong_than_chance(self) -> None:
        """One is a right label, zero a random one."""
        assert worth([0.0, 0.5, 1.0], 2).tolist() == [1.0, 0.0, -1.0]
        assert worth(0.9, 10) == pytest.approx(0.0)


class TestOthers:
    """Gold, people's records, the learning curve, the choice."""

    def test_gold_is_worth_most_where_the_record_is_open(self) -> None:
        """Somebody surely good or with nothing left to answer needs no check."""
        unknown = gold_gain(3, 5, bar=0.7, answers_left=500.0)
        assert unknown > gold_gain(195, 200, bar=0.7, answers_left=500.0)
        assert gold_gain(3, 5, bar=0.7, answers_left=0.0) == 0.0
        assert unknown > 0

    def test_a_thin_record_is_held_near_an_even_error(self) -> None:
        """Rows sum to one, and much evidence overrules the assumption."""
        counts = np.array([[0.0, 400.0], [0.0, 0.0]])
        learned = learned_confusion(counts, 0.8)
        assert learned.sum(axis=1) == pytest.approx([1, 1])
        assert learned[0, 1] > 0.9
        assert learned[1, 1] == pytest.approx(0.8)

    def test_the_curve_of_the_project_corrects_that_of_others(self) -> None:
        """Without a curve the exponent is assumed; with one it follows."""
        labels = np.array([50, 100, 200, 400, 800])
        assert fitted_exponent([], [])[0] == EXPONENT
        value, spread = fitted_exponent(labels, 3.0 * labels**-0.6)
        assert 0.5 < value <= 0.6
        assert spread < 0.15

    def test_asking_again_has_to_beat_new_items_and_keeps_its_share(self) -> None:
        """Only what is worth more than the mean new item, best first, up to the share."""
        relabel, new = np.array([0.1, 5.0, 2.0, 9.0]), np.array([1.0, 1.0])
        assert worth_asking_again(relabel, new, 10, 0.5).tolist() == [3, 1, 2]
        assert worth_asking_again(relabel, new, 4, 0.5).tolist() == [3, 1]
        assert worth_asking_again(relabel, new * 10, 10, 0.5).tolist() == []

    def test_a_review_has_to_beat_the_answer_and_the_new_item(self) -> None:
        """Where another answer does as much for the money, nobody is asked for a verdict."""
        review = np.array([0.9, 0.8, 0.5, 0.1])
        relabel = np.array([-np.inf, 0.9, 0.2, -np.inf])
        found = worth_reviewing(review, relabel, np.array([0.3]), n=10, most_share=0.5)
        assert found.tolist() == [0, 2]
        few = worth_reviewing(review, relabel, np.array([0.3]), n=10, most_share=0.1)
        assert few.tolist() == [0]

    def test_time_is_part_of_the_price(self) -> None:
        """An unpaid answer costs what its time is worth."""
        slow = Voice("in house", coin(0.9, 2), 0.0, 36.0)
        assert slow.cost(1_000_000.0) == pytest.approx(10_000.0)

    def test_a_right_label_is_worth_more_to_a_large_rest(self) -> None:
        """The slope is that of the power law."""
        assert Stakes(0.2, 1_000, 100.0, 0.5).slope == pytest.approx(1.0)


class TestPace:
    """Nobody waits: how deep the queue is, and when a round is due."""

    def test_the_queue_follows_pace_and_duration_of_the_loop(self) -> None:
        """A slow trainer has a deeper queue ahead of it, within the cap."""
        quick, slow = Pace(100, 50.0, 4, 1.0), Pace(100, 50.0, 4, 60.0)
        assert queue_depth(quick, round_size=10, cap=2_000) == 4 * 5 + 6
        assert queue_depth(slow, round_size=10, cap=2_000) == 4 * 5 + 360
        assert queue_depth(slow, round_size=10, cap=100) == 100

    def test_one_answer_changes_the_priorities_within_seconds(self) -> None:
        """Few answers do after the refresh time, many at once, none never."""
        assert due(Pace(1, 5.0, 1, 0.5))
        assert not due(Pace(1, 4.0, 1, 0.5))
        assert due(Pace(20, 0.1, 1, 0.5))
        assert not due(Pace(0, 900.0, 1, 0.5))

    def test_a_slow_loop_does_not_take_the_machine(self) -> None:
        """It rests four times its own duration unless enough answers ask for it."""
        assert not due(Pace(3, 30.0, 1, 10.0))
        assert due(Pace(3, 40.0, 1, 10.0))

    def test_the_quota_of_random_items_is_of_answers(self) -> None:
        """Where chosen items take more answers each, more random ones are opened."""
        assert quota(40, 0.1, None) == 4
        assert quota(40, 0.1, 0.1) == 4
        assert quota(40, 0.1, 0.04) == 7
        assert quota(5, 0.1, 0.1) == 1
