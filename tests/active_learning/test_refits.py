"""How a selector is refitted within seconds."""

from __future__ import annotations

from typing import Any

from active_learning.refits import Refits

SHARES = {"linear": [0.7, 1.0], "trees": [0.3, 2.0]}


def asked(n: int, **changes: Any) -> dict[str, Any]:
    """Return a round's request with so many labels."""
    fields: dict[str, Any] = {"features": "a.npy", "trainer": "blend", "parameters": {}}
    return fields | {"labelled": list(range(n))} | changes


def found(n: int, seconds: float = 0.5) -> dict[str, Any]:
    """Return what a selector found on so many labels."""
    return {"fit_seconds": seconds, "n_labelled": n, "shares": SHARES, "judged_at": n}


class TestQuicken:
    """What the next request takes over."""

    def test_shares_stand_until_the_labels_have_grown_by_a_quarter(self) -> None:
        """Then the members are judged anew."""
        refits = Refits()
        refits.keep(1, asked(100), found(100))
        some, more = asked(124), asked(125)
        assert refits.quicken(1, some, 5.0) is None
        assert refits.quicken(1, more, 5.0) is None
        assert (some["shares"], some["judged_at"]) == (SHARES, 100)
        assert some["parameters"] == {"n_estimators": 33}
        assert "shares" not in more

    def test_a_trainer_over_its_time_is_stood_in_for(self) -> None:
        """A quick one chooses, and the round can say why."""
        refits = Refits()
        refits.keep(1, asked(100), found(100, seconds=9.0))
        request = asked(110)
        why = refits.quicken(1, request, 5.0)
        assert why == "logistic_regression stands in: blend took 9.0 s to fit"
        assert (request["trainer"], request["parameters"]) == ("logistic_regression", {})

    def test_other_features_another_trainer_or_project_begin_anew(self) -> None:
        """What was found of one says nothing of another."""
        refits = Refits()
        refits.keep(1, asked(100), found(100, seconds=9.0))
        for project_id, changes in (
            (2, {}),
            (1, {"features": "b.npy"}),
            (1, {"trainer": "random_forest"}),
            (1, {"parameters": {"C": 1.0}}),
        ):
            request = asked(110, **changes)
            assert refits.quicken(project_id, request, 5.0) is None
            assert request == asked(110, **changes)

    def test_a_round_without_a_model_is_not_remembered(self) -> None:
        """A fit that failed took no time that would mean anything."""
        refits = Refits()
        refits.keep(1, asked(0), {"fit_seconds": None, "n_labelled": 0})
        request = asked(1)
        assert refits.quicken(1, request, 5.0) is None
        assert request == asked(1)
