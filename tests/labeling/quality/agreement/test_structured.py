"""Agreement on answers that are no single class: sets, spans, regions, texts, rankings."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nltk.metrics.agreement import AnnotationTask
from nltk.metrics.distance import edit_distance as nltk_edit_distance
from nltk.metrics.distance import masi_distance as nltk_masi_distance

from labeling.quality.agreement import (
    Box,
    Polygon,
    Span,
    distance_alpha,
    edit_similarity,
    krippendorff_alpha,
    masi_distance,
    ranking_agreement,
    region_agreement,
    set_alpha,
    span_alpha,
    span_f1,
    text_agreement,
    token_similarity,
)
from labeling.quality.agreement.regions import overlap
from labeling.quality.agreement.texts import edit_distance

SETS = st.frozensets(st.sampled_from("abcd"))
TEXTS = st.text(alphabet="abc 你好", max_size=12)


def table(*rows: str) -> list[list[frozenset[str] | None]]:
    """Read rows of sets written as letters: "-" is missing, "0" the empty set."""
    read = {"-": None, "0": frozenset[str]()}
    return [[read.get(word, frozenset(word)) for word in row.split()] for row in rows]


class TestSets:
    """Multi-label answers."""

    @given(SETS, SETS)
    def test_masi_is_the_peers(self, one: frozenset[str], other: frozenset[str]) -> None:
        """Equal to nltk's distance wherever that is defined, but for its rounded weights."""
        if one or other:
            assert masi_distance(one, other) == pytest.approx(
                nltk_masi_distance(one, other), abs=0.005
            )
        assert masi_distance(one, other) == masi_distance(other, one)

    def test_alpha_is_the_peers(self) -> None:
        """Three people, four labels: nltk's alpha under the same distance."""
        rng = random.Random(3)  # noqa: S311 - test data
        draw = [
            [frozenset(rng.sample("abcd", rng.randint(1, 3))) for _ in range(12)] for _ in range(3)
        ]
        records = [(who, item, draw[who][item]) for who in range(3) for item in range(12)]
        peer = AnnotationTask(records, distance=masi_distance)
        assert set_alpha(draw).value == pytest.approx(peer.alpha())

    def test_singletons_are_nominal(self) -> None:
        """Sets of one class each give the nominal coefficient, interval and all."""
        answers = table("a b c a - b", "a b b a c b", "a c c a c -")
        codes = {"a": 0.0, "b": 1.0, "c": 2.0}
        ratings = [[codes[min(s)] if s else np.nan for s in row] for row in answers]
        assert set_alpha(answers, "jaccard") == krippendorff_alpha(ratings)

    def test_the_empty_set_is_an_answer(self) -> None:
        """To say of both "none of them" is agreement."""
        assert set_alpha(table("0 ab 0", "0 ab 0")).value == 1.0

    def test_an_unknown_distance_is_refused(self) -> None:
        """The message names what is known."""
        with pytest.raises(ValueError, match="masi, jaccard"):
            set_alpha(table("a", "a"), "euclid")  # type: ignore[arg-type]


class TestDistanceAlpha:
    """Any distance."""

    def test_many_different_answers_come_close_to_the_exact_value(self) -> None:
        """Six hundred different answers: the sampled chance is within .01 of the exact one."""
        rng = np.random.default_rng(0)
        truth = rng.integers(0, 10_000, 400)
        answers = [
            [int(t + e) for t, e in zip(truth, rng.integers(-500, 500, 400), strict=True)]
            for _ in range(2)
        ]
        found = distance_alpha(answers, lambda a, b: ((a - b) / 11_000) ** 2)
        assert found.value == pytest.approx(krippendorff_alpha(answers, "interval").value, abs=0.01)

    @pytest.mark.parametrize(
        ("answers", "reason"),
        [
            ([], "no answers yet"),
            ([[None, None]], "no answers yet"),
            ([["x", "y"], [None, None]], "one person so far"),
            ([["x", None], [None, "y"]], "no item was answered by two people"),
            ([["x", "x"], ["x", "x"]], "no variation"),
        ],
    )
    def test_undefined_because(self, answers: list[list[str | None]], reason: str) -> None:
        """No value, and the reason in words."""
        found = distance_alpha(answers, lambda a, b: float(a != b))
        assert found.value is None
        assert reason in str(found.reason)

    def test_ragged_rows_are_refused(self) -> None:
        """Everyone has an entry for every item."""
        with pytest.raises(ValueError, match="one entry per item"):
            distance_alpha([["x"], ["x", "y"]], lambda a, b: float(a != b))


def spans(*found: tuple[int, int, str]) -> frozenset[Span]:
    """Make an answer of spans."""
    return frozenset(Span(*span) for span in found)


class TestSpans:
    """Spans of a text."""

    def test_exact_and_partial(self) -> None:
        """One span equal, one half overlapped: 1 of 2 exactly, 15 of 20 positions in part."""
        one, other = spans((0, 10, "A"), (20, 30, "B")), spans((0, 10, "A"), (25, 35, "B"))
        assert span_f1([[one], [other]]).value == pytest.approx(0.5)
        assert span_f1([[one], [other]], "partial").value == pytest.approx(0.75)

    def test_nothing_marked_by_both_is_agreement(self) -> None:
        """Two empty answers agree."""
        assert span_f1([[spans()], [spans()]]).value == 1.0

    def test_alpha_is_nominal_alpha_over_positions(self) -> None:
        """The same figure as a table of positions, written out."""
        first, second = spans((0, 3, "A"), (5, 8, "B")), spans((1, 3, "A"), (5, 9, "B"))
        codes = [[1, 1, 1, 0, 0, 2, 2, 2, 0, 0], [0, 1, 1, 0, 0, 2, 2, 2, 2, 0]]
        found = span_alpha([[first], [second]], [10])
        assert found.value == pytest.approx(krippendorff_alpha(codes).value)
        assert (found.low, found.n_items) == (None, 1)

    def test_overlapping_labels_are_a_class_of_their_own(self) -> None:
        """Where two labels lie on one position, both are needed to agree."""
        both = spans((0, 4, "A"), (2, 6, "B"))
        assert span_alpha([[both, spans()], [both, spans()]], [6, 3]).value == 1.0
        assert (span_alpha([[both], [spans((0, 4, "A"))]], [6]).value or 0.0) < 1.0

    @pytest.mark.parametrize("span", [(3, 3, "A"), (4, 2, "A"), (-1, 2, "A"), (0, 11, "A")])
    def test_impossible_spans_are_refused(self, span: tuple[int, int, str]) -> None:
        """Empty, backward or beyond the text: the message says which."""
        with pytest.raises(ValueError, match=f"not from {span[0]} to {span[1]}"):
            span_alpha([[spans(span)], [spans()]], [10])

    def test_lengths_must_match(self) -> None:
        """One length per text."""
        with pytest.raises(ValueError, match="lengths"):
            span_alpha([[spans()], [spans()]], [1, 2])


class TestRegions:
    """Boxes and polygons."""

    def test_matched_overlap(self) -> None:
        """One box equal, one half covered, one too many: (1 + 1/3 + 0) / 3."""
        one = frozenset({Box(0, 0, 10, 10, "a"), Box(20, 0, 10, 10, "a")})
        other = one - {Box(20, 0, 10, 10, "a")} | {Box(25, 0, 10, 10, "a"), Box(50, 50, 5, 5, "a")}
        assert region_agreement([[one], [other]]).value == pytest.approx((1 + 1 / 3) / 3)
        assert region_agreement([[one], [other]], "f1").value == pytest.approx(2 / 5)

    def test_labels_must_match(self) -> None:
        """The same box under another label is another region."""
        assert overlap(Box(0, 0, 1, 1, "a"), Box(0, 0, 1, 1, "b")) == 0.0

    def test_a_polygon_is_its_box(self) -> None:
        """A square drawn as a polygon is the box, to about one per cent."""
        square = Polygon(((0, 0), (10, 0), (10, 10), (0, 10)), "a")
        assert overlap(square, Box(0, 0, 10, 10, "a")) == pytest.approx(1.0, abs=0.01)
        triangle = Polygon(((0, 0), (10, 0), (0, 10)), "a")
        assert overlap(square, triangle) == pytest.approx(0.5, abs=0.01)

    @pytest.mark.parametrize("region", [Box(0, 0, 0, 1, "a"), Polygon(((0, 0), (1, 1)), "a")])
    def test_regions_without_area_are_refused(self, region: Box | Polygon) -> None:
        """A line is no region."""
        with pytest.raises(ValueError, match="needs"):
            region_agreement([[frozenset({region})], [frozenset()]])

    def test_nothing_drawn_by_both_is_agreement(self) -> None:
        """Two empty pictures agree; one empty does not."""
        empty, full = frozenset[Box](), frozenset({Box(0, 0, 1, 1, "a")})
        assert region_agreement([[empty], [empty]]).value == 1.0
        assert region_agreement([[empty], [full]]).value == 0.0


class TestTexts:
    """Free text."""

    @given(TEXTS, TEXTS)
    def test_edit_distance_is_the_peers(self, one: str, other: str) -> None:
        """The bit-parallel distance is the textbook one."""
        assert edit_distance(one, other) == nltk_edit_distance(one, other)

    def test_longer_than_a_machine_word(self) -> None:
        """Texts of hundreds of characters too."""
        one, other = "abcdefghij" * 20, "abcdefghij" * 19 + "abxdefghi"
        assert edit_distance(one, other) == 2

    def test_words_in_any_order_and_case(self) -> None:
        """Four of five and four words are shared; Chinese counts by character."""
        assert token_similarity("The cat sat down now", "now sat the cat") == pytest.approx(8 / 9)
        assert token_similarity("你好吗", "你好") == pytest.approx(0.8)

    def test_empty_texts_agree(self) -> None:
        """Nothing said by both is the same; nothing against something is not."""
        assert edit_similarity("", "") == token_similarity("", "!") == 1.0
        assert edit_similarity("", "ab") == 0.0

    def test_agreement(self) -> None:
        """The mean over items of the mean over pairs."""
        found = text_agreement([["ab", "x"], ["ab", "y"], ["ac", None]])
        assert found.value == pytest.approx((2 / 3 + 0.0) / 2)


class TestRankings:
    """Orders of objects."""

    def test_share_of_pairs(self) -> None:
        """One swap among three objects leaves two of three pairs."""
        found = ranking_agreement([[("a", "b", "c")], [("b", "a", "c")]])
        assert found.value == pytest.approx(2 / 3)

    def test_choices_between_two(self) -> None:
        """A pair is a ranking of two: half of the choices agree."""
        answers = [[("a", "b"), ("c", "d")], [("a", "b"), ("d", "c")]]
        assert ranking_agreement(answers).value == 0.5

    @pytest.mark.parametrize("ranking", [("a", "a"), ("a",), ("a", "x")])
    def test_wrong_rankings_are_refused(self, ranking: tuple[str, ...]) -> None:
        """Repeated, too few, or other objects."""
        with pytest.raises(ValueError, match="ranking"):
            ranking_agreement([[("a", "b")], [ranking]])
