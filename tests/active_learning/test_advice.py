"""What a round compares beside new items: gold by person, verdicts by item."""

from __future__ import annotations

from typing import Any

import numpy as np

from active_learning.advice import advise
from active_learning.compared import Advice, Chosen, Situation
from active_learning.relabel import Doubt

N = 40


def advised(**changes: Any) -> Advice:
    """Return the advice on forty labelled items, the first two of which are likely wrong."""
    fields: dict[str, Any] = {
        "voices": [
            {"name": "few", "annotators": [3], "price": 20_000.0, "seconds": 1.0},
            {"name": "many", "annotators": [1, 2], "price": 20_000.0, "seconds": 1.0},
        ],
        "items": list(range(N)),
        "annotators": [1] * N,
        "answers": [0] * N,
        "rest": 500,
    }
    right = np.full(N, 0.95)
    right[:2] = 0.2
    posterior = np.stack([right, 1.0 - right], axis=1)
    done = Chosen(np.zeros(N, np.int64), 2, np.arange(10), 20, 0.1, 50, 0.0, 0)
    new = np.full((100, 2), 0.5)
    situation = Situation(**(fields | changes))
    return advise(situation, Doubt(posterior, posterior, {}), new, done, np.random.default_rng(0))


class TestGold:
    """Who is worth a known question more than a new item."""

    def test_it_is_who_stands_near_the_bar_with_much_to_answer_yet(self) -> None:
        """A firm record tells nothing new; whose workforce comes first does not matter."""
        found = advised(gold=[(1, 7, 10), (2, 400, 400)], bar=0.75, answers_left=20_000.0)
        assert [(who, share) for who, share, _ in found.gold] == [(1, 1.0), (2, 0.0)]
        assert [one.workforce for one in found.options if one.action == "gold"] == ["many"]

    def test_with_little_to_answer_nobody_is(self) -> None:
        """What a pause would avoid is too little."""
        found = advised(gold=[(1, 7, 10)], bar=0.75, answers_left=5.0)
        assert [share for _, share, _ in found.gold] == [0.0]


class TestReviews:
    """On which items a verdict is worth its price."""

    reviewer: Any = {"name": "reviewers", "price": 20_000.0, "seconds": 1.0}  # noqa: RUF012

    def test_doubtful_items_go_to_a_reviewer_who_costs_as_much_as_anybody(self) -> None:
        """He is right more often, so nobody is asked again about them as well."""
        found = advised(
            reviewer=self.reviewer, reviewable=[0, 1, 2], review_share=0.5, open_again=[0, 1, 2]
        )
        assert {place for place, _, _ in found.reviews} == {0, 1}
        assert not {place for place, _, _ in found.relabels} & {0, 1}

    def test_a_dear_reviewer_or_no_share_leaves_them_to_others(self) -> None:
        """The price decides, and the owner's limit."""
        dear = self.reviewer | {"price": 10_000_000.0}
        same: Any = {"reviewable": [0, 1, 2], "open_again": [0, 1, 2]}
        for changes in ({"reviewer": dear, "review_share": 0.5}, {"reviewer": self.reviewer}):
            found = advised(**same, **changes)
            assert found.reviews == []
            assert {place for place, _, _ in found.relabels} >= {0, 1}
