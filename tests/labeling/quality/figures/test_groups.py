"""Agreement by group: reproduced from an export, no group too small, no person."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from labeling.quality.figures import read_answers
from labeling.quality.figures.agreement import alpha_of
from labeling.quality.figures.groups import AttributeFigures, group_figures
from tests.labeling.quality.figures.exports import CLASSES, export_row

PEOPLE = [f"p{n:02}" for n in range(12)]
AGE = {who: ("young" if n < 6 else "old") for n, who in enumerate(PEOPLE[:11])}


def torn_export() -> list[dict[str, Any]]:
    """Return twelve people's answers to forty random items: the young say bee, the old ant."""
    rng = np.random.default_rng(0)
    rows = []
    for number in range(40):
        for who in PEOPLE:
            said = number % 2 if AGE.get(who) == "young" else 0
            said = said if rng.random() < 0.9 else int(rng.integers(3))
            split = "test" if number < 30 else "train"
            rows.append(export_row(f"i{number:02}", who, CLASSES[said], split=split))
    return rows


def by_age(given: dict[str, str], least_n: int = 5) -> AttributeFigures:
    """Return the figures by age."""
    answers = read_answers(torn_export(), classes=CLASSES)
    return group_figures(answers, {"age": given}, least_n).attributes[0]


class TestGroupFigures:
    """`group_figures`."""

    def test_within_is_alpha_of_the_group_and_between_is_lower(self) -> None:
        """The young agree with the young; with the old by no more than chance."""
        found = by_age(AGE)
        assert [(one.value, one.n_people) for one in found.groups] == [("old", 5), ("young", 6)]
        answers = read_answers(torn_export(), classes=CLASSES)
        young = np.array([AGE.get(one.name) == "young" for one in answers.people])
        kept = answers.compared("random_sample") & young[answers.annotators]
        again = alpha_of(answers.items[kept], answers.annotators[kept], answers.given[kept])
        within = found.groups[1].measures[0]
        assert (within.basis, within.value) == ("random_sample", again.value)
        assert within.value is not None
        between = found.between[0].measures[0]
        assert between.value is not None
        assert between.low is not None
        assert between.value < within.value - 0.3
        assert (found.between[0].first, found.between[0].second) == ("old", "young")

    def test_a_group_too_small_is_not_shown(self) -> None:
        """Five old people are a group of five, not of six; four are no group at all."""
        assert [one.value for one in by_age(AGE, least_n=6).groups] == ["young"]
        four = {who: age for who, age in AGE.items() if who != PEOPLE[10]}
        found = by_age(four)
        assert [one.value for one in found.groups] == ["young"]
        assert (found.n_hidden, found.between) == (1, ())
        assert "1 smaller than 5 people are not shown" in found.words
        assert "old" not in str(found)

    @pytest.mark.parametrize("given", [{}, {"p00": "young"}, {"nobody": "old"}])
    def test_nobody_or_one_who_consents_is_no_group(self, given: dict[str, str]) -> None:
        """Nothing but words."""
        found = by_age(given)
        assert (found.groups, found.between) == ((), ())
        assert "no group by age has 5 people" in found.words

    def test_a_basis_with_too_few_of_a_group_has_no_value(self) -> None:
        """All may have answered somewhere, and too few of them on the random sample."""
        rows = [
            row
            for row in torn_export()
            if row["split"] == "train" or row["annotator"] in {"p00", "p01", "p06"}
        ]
        answers = read_answers(rows, classes=CLASSES)
        found = group_figures(answers, {"age": AGE}, 5).attributes[0]
        random, chosen = found.groups[1].measures
        assert (random.value, chosen.basis) == (None, "chosen_items")
        assert chosen.value is not None
        assert "fewer than 5 people" in str(random.reason)
        assert found.between[0].measures[0].value is None
