"""From what was chosen to what a round opens: the quotas hold whatever the scheduler wants."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from active_learning.rounds.picking import Draw, picks_of

FIRST_LABELLED = 1_000


def chosen(n: int, relabels: int, reviews: int) -> dict[str, Any]:
    """Return a selector's answer: the first n rows, and doubts about the first labelled ones."""
    return {
        "rows": list(range(n)),
        "scores": [0.5] * n,
        "strategy": "margin",
        "reason": "unsure",
        "advice": {
            "relabels": [(place, 0.5, "in doubt") for place in range(relabels)],
            "reviews": [(relabels + place, 0.5, "a verdict") for place in range(reviews)],
        },
    }


class TestQuota:
    """At least a tenth of the answers go to random items."""

    @given(
        n=st.integers(1, 60),
        spare=st.integers(0, 60),
        relabels=st.integers(0, 80),
        reviews=st.integers(0, 20),
        share=st.floats(0, 0.9),
        random_share=st.floats(0.1, 1.0),
        seed=st.integers(0, 9),
    )
    def test_holds_for_every_mix(
        self,
        n: int,
        spare: int,
        relabels: int,
        reviews: int,
        share: float,
        random_share: float,
        seed: int,
    ) -> None:
        """However much is asked again, reviewed, or missing from the pool, no item comes twice."""
        draw = Draw(
            item_ids=list(range(FIRST_LABELLED + 200)),
            candidates=list(range(n + spare)),
            test=[],
            n_random=math.ceil(n * random_share),
            n_relabels=int(n * share),
            n_reviews=reviews // 2,
            seed=seed,
            n=n,
        )
        labelled = list(range(FIRST_LABELLED, FIRST_LABELLED + 200))
        picks = picks_of(chosen(n, relabels, reviews), labelled, draw)
        asked = [pick for pick in picks if pick.action != "review"]
        on_random = sum(pick.action == "random" for pick in asked)
        assert on_random >= 0.1 * len(asked)
        assert len(asked) <= n
        assert len({pick.item_id for pick in picks}) == len(picks)
        assert len(picks) - len(asked) <= draw.n_reviews
        assert picks[: len(asked)] == asked
