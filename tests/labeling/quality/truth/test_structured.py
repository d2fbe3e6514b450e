"""Truth behind answers that are no single class: ratings, sets, spans, regions, texts, pairs."""

from __future__ import annotations

import numpy as np
import pytest

from labeling.quality.agreement import Box, Polygon, Span
from labeling.quality.truth import (
    infer_pairs,
    infer_ratings,
    infer_regions,
    infer_sets,
    infer_spans,
    infer_texts,
)

PEOPLE = 5


def crossed(n_items: int, n_people: int = PEOPLE) -> tuple[list[int], list[int]]:
    """Everybody answers every item: (items, annotators)."""
    items = [item for item in range(n_items) for _ in range(n_people)]
    return items, list(range(n_people)) * n_items


class TestRatings:
    """Ordinal and continuous answers."""

    def test_bias_and_noise_are_found_and_allowed_for(self) -> None:
        """Over twenty draws the estimate is nearer to the truth than the mean in all but one."""
        better = 0
        for seed in range(20):
            rng = np.random.default_rng(seed)
            truth = rng.normal(3, 1, 60)
            bias, spread = np.array([0, 0.8, -0.8, 0, 0]), np.array([0.2, 0.2, 0.2, 0.5, 2.0])
            items, people = crossed(60)
            given = truth[items] + bias[people] + rng.normal(size=300) * spread[people]
            found = infer_ratings(items, people, given)
            plain = np.bincount(items, given) / PEOPLE
            better += float(((found.value - truth) ** 2).mean()) < float(
                ((plain - truth) ** 2).mean()
            )
            assert found.spread.argmax() == 4
            assert found.bias[1] - found.bias[2] == pytest.approx(1.6, abs=0.3)
        assert better >= 19

    def test_the_nearest_point_of_a_scale(self) -> None:
        """A value between two points goes to the nearer one."""
        found = infer_ratings([0, 0, 1, 1, 2, 2], [0, 1, 0, 1, 0, 1], [1, 1, 3, 3, 5, 4])
        assert found.nearest([1, 2, 3, 4, 5]).tolist()[:2] == [1, 3]

    def test_no_answers_and_unanswered_items(self) -> None:
        """Nothing answered: no value but the prior's; an unanswered item has the widest doubt."""
        assert infer_ratings([], [], [], n_items=2).value.tolist() == [0.0, 0.0]
        found = infer_ratings([0, 0, 2, 2], [0, 1, 0, 1], [1.0, 2.0, 4.0, 5.0], n_items=4)
        assert found.deviation.argmax() in {1, 3}
        assert found.value[1] == pytest.approx(found.value[3])

    def test_constant_answers(self) -> None:
        """Everybody always says three: three it is."""
        found = infer_ratings([0, 0, 1, 1], [0, 1, 0, 1], [3, 3, 3, 3])
        assert found.value.tolist() == pytest.approx([3.0, 3.0])

    @pytest.mark.parametrize("bad", [np.nan, np.inf])
    def test_ratings_must_be_finite(self, bad: float) -> None:
        """NaN is not an answer here: leave it out."""
        with pytest.raises(ValueError, match="finite"):
            infer_ratings([0], [0], [bad])

    def test_lengths_must_match(self) -> None:
        """The message counts."""
        with pytest.raises(ValueError, match="1, 1 and 2"):
            infer_ratings([0], [0], [1.0, 2.0])


class TestSets:
    """Multi-label answers."""

    def test_each_class_is_judged_by_those_who_know_it(self) -> None:
        """Two of five overlook class 1 always; skill finds it where the vote is three to two."""
        rng = np.random.default_rng(0)
        items, people = crossed(80)
        truth = [frozenset(np.flatnonzero(rng.random(3) < 0.5).tolist()) for _ in range(80)]
        answers = []
        for item, person in zip(items, people, strict=True):
            said = {c for c in range(3) if (c in truth[item]) != (rng.random() < 0.08)}
            answers.append(frozenset(said - {1} if person < 2 else said))
        found = infer_sets(items, people, answers, 3)
        right = np.mean([a == b for a, b in zip(found.sets, truth, strict=True)])
        assert right > 0.93

    def test_an_empty_set_is_an_answer(self) -> None:
        """All say "none of them": the empty set; a class nobody named has probability 0."""
        found = infer_sets([0, 0, 0], [0, 1, 2], [(), (), ()], 4)
        assert found.sets == [frozenset()]
        assert found.membership.tolist() == [[0.0] * 4]

    def test_a_class_out_of_range_is_refused(self) -> None:
        """The message names the argument."""
        with pytest.raises(ValueError, match="sets must be from 0 to 1"):
            infer_sets([0], [0], [{2}], 2)


def spans(*found: tuple[int, int, str]) -> frozenset[Span]:
    """Make an answer of spans."""
    return frozenset(Span(*span) for span in found)


class TestSpans:
    """Spans of a text."""

    def test_positions_are_voted_on(self) -> None:
        """Two of three mark 2 to 10: the ends follow the majority, position by position."""
        answers = [spans((0, 10, "A")), spans((2, 10, "A")), spans((2, 12, "A"), (20, 22, "B"))]
        found = infer_spans([0, 0, 0], [0, 1, 2], answers)
        assert found.answers == [spans((2, 10, "A"))]
        assert found.confidence[0] == pytest.approx(1.0)

    def test_the_careless_weigh_less(self) -> None:
        """Two who mark at random do not outvote the two who agree on every text."""
        rng = np.random.default_rng(1)
        items, people = crossed(30, 4)
        answers = []
        for item, person in zip(items, people, strict=True):
            start = item % 7 if person < 2 else int(rng.integers(20, 40))
            answers.append(spans((start, start + 5, "A")))
        found = infer_spans(items, people, answers)
        assert found.answers == [spans((item % 7, item % 7 + 5, "A")) for item in range(30)]
        assert found.skill[0] > 2 * found.skill[3]

    def test_nothing_marked(self) -> None:
        """Most marked nothing: nothing is there, as sure as they are many."""
        found = infer_spans([0, 0, 0], [0, 1, 2], [spans(), spans(), spans((0, 2, "A"))])
        assert found.answers == [frozenset()]
        assert 0.6 < found.confidence[0] < 1.0

    def test_no_answers(self) -> None:
        """No texts, no result."""
        assert infer_spans([], [], []).answers == []

    def test_lengths_must_match(self) -> None:
        """The message counts."""
        with pytest.raises(ValueError, match="1, 1 and 0"):
            infer_spans([0], [0], [])


class TestRegions:
    """Boxes and polygons."""

    def test_boxes_are_matched_voted_on_and_averaged(self) -> None:
        """Two things, one drawn by all and one by two of three; a third by one alone is dropped."""
        answers = [
            frozenset({Box(0, 0, 10, 10, "a"), Box(50, 50, 10, 10, "b")}),
            frozenset({Box(2, 0, 10, 10, "a"), Box(50, 50, 10, 10, "b")}),
            frozenset({Box(1, 0, 10, 10, "a"), Box(90, 90, 5, 5, "a")}),
        ]
        (found,) = infer_regions([0, 0, 0], [0, 1, 2], answers).answers
        assert found is not None
        first, second = sorted(found, key=str)
        assert (first.label, second.label) == ("a", "b")
        assert isinstance(first, Box)
        assert first.x == pytest.approx(1.0, abs=0.2)

    def test_of_polygons_the_middle_one_is_taken(self) -> None:
        """No polygon is made up."""
        drawn = [Polygon(((s, 0), (s + 10, 0), (s, 10)), "a") for s in (0.0, 0.5, 1.0)]
        found = infer_regions([0, 0, 0], [0, 1, 2], [frozenset({one}) for one in drawn])
        assert found.answers == [frozenset({drawn[1]})]

    def test_nothing_drawn(self) -> None:
        """An empty picture is an answer."""
        assert infer_regions([0, 0], [0, 1], [frozenset(), frozenset()]).confidence[0] == 1.0


class TestTexts:
    """Free text."""

    def test_the_text_nearest_to_all(self) -> None:
        """The one in the middle, never a made-up one."""
        answers = ["the cat sat", "the cat sats", "a cot sat", "xxxx"]
        found = infer_texts([0] * 4, [0, 1, 2, 3], answers)
        assert found.answers == ["the cat sat"]
        assert 0 < found.confidence[0] < 1

    def test_skill_decides_between_two(self) -> None:
        """Who was near the others before is believed where only two answered."""
        items = [0, 0, 0, 1, 1, 1, 2, 2]
        people = [0, 1, 2, 0, 1, 2, 2, 0]
        answers = ["hello", "hello", "zzzzz", "world", "world", "qqqqq", "wrong", "right"]
        assert infer_texts(items, people, answers).answers[2] == "right"

    def test_an_unknown_similarity_is_refused(self) -> None:
        """The message names what is known."""
        with pytest.raises(ValueError, match="edit, token"):
            infer_texts([0], [0], ["a"], similarity="sound")  # type: ignore[arg-type]


class TestPairs:
    """Choices between two."""

    def test_the_order_is_found_through_a_contrarian(self) -> None:
        """Eight objects, two fair people and one who chooses at random: rank correlation .9."""
        rng = np.random.default_rng(0)
        strength = np.linspace(-3, 3, 8)
        one, other = rng.integers(8, size=(2, 900))
        keep = one != other
        one, other = one[keep], other[keep]
        who = rng.integers(3, size=one.size)
        probable = 1 / (1 + np.exp(strength[other] - strength[one]))
        first = rng.random(one.size) < np.where(who == 2, 0.5, probable)
        found = infer_pairs(np.where(first, one, other), np.where(first, other, one), who, 8)
        assert np.corrcoef(found.strength, strength)[0, 1] > 0.95
        assert found.reliability[2] < found.reliability[:2].min() - 0.2

    def test_one_who_was_never_beaten_is_not_infinite(self) -> None:
        """Strengths stay finite, unknown objects in the middle with the widest doubt."""
        found = infer_pairs([0, 0], [1, 1], [0, 0], 3)
        assert found.order.tolist() == [0, 2, 1]
        assert np.isfinite(found.strength).all()
        assert found.deviation.argmax() == 2

    def test_no_choices(self) -> None:
        """Nothing compared: nothing is stronger."""
        assert infer_pairs([], [], [], 2).strength.tolist() == [0.0, 0.0]
        assert infer_pairs([], [], [], 0).order.tolist() == []

    def test_an_object_against_itself_is_refused(self) -> None:
        """The message names it."""
        with pytest.raises(ValueError, match="object 1 is compared with itself"):
            infer_pairs([1], [1], [0], 2)
