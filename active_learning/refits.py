"""How a selector is refitted within seconds: what the last fit found, and what it took.

A blend's members are judged on labels that they were not shown, which is most of its work, and a
few more labels change little of that: so the shares of the last judgement stand until the labels
have grown by a quarter. A trainer that takes too long all the same is left to releases, and a quick
one stands in for it.
"""

from __future__ import annotations

from typing import Any, Final

QUICK_TRAINER: Final = "logistic_regression"
FEWER_TREES: Final = {"n_estimators": 33}
"""As many as the members are judged with: enough to tell doubtful items from sure ones."""
GROWTH: Final = 1.25
"""Labels over those at the last judgement, from which the members are judged anew."""


class Refits:
    """Per process: what the last selector of each project found out, and its processor time.

    What is used of it is in the round's request, so that a replay chooses the same.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[str, dict[str, Any]]] = {}

    def quicken(self, project_id: int, request: dict[str, Any], most_seconds: float) -> str | None:
        """Change a request to the quickest one that does; return why another trainer stands in.

        Parameters
        ----------
        project_id, request
            Of the round; the request is changed in place.
        most_seconds
            Processor time that a fit may take.
        """
        key, known = self._known.get(project_id, ("", {}))
        if key != _key(request):
            return None
        if known["fit_seconds"] > most_seconds and request["trainer"] != QUICK_TRAINER:
            slow = request["trainer"]
            request |= {"trainer": QUICK_TRAINER, "parameters": {}}
            return f"{QUICK_TRAINER} stands in: {slow} took {known['fit_seconds']:.1f} s to fit"
        if known["shares"] and len(request["labelled"]) < GROWTH * known["n"]:
            request["shares"], request["judged_at"] = known["shares"], known["n"]
            request["parameters"] = FEWER_TREES | request["parameters"]
        return None

    def keep(self, project_id: int, asked: dict[str, Any], result: dict[str, Any]) -> None:
        """Remember what a round that fitted a model found.

        Parameters
        ----------
        project_id, asked
            Of the round, the request as it was before `quicken`.
        result
            Of the selector.
        """
        if result.get("fit_seconds") is not None and result["n_labelled"]:
            self._known[project_id] = (
                _key(asked),
                {
                    "fit_seconds": result["fit_seconds"],
                    "shares": result["shares"],
                    "n": result["judged_at"],
                },
            )


def _key(request: dict[str, Any]) -> str:
    """Tell what a finding holds for: other features or another trainer begin anew."""
    return repr((request["features"], request["trainer"], sorted(request["parameters"].items())))
