"""What the compute child does for a release where there is no single truth.

Models are asked for their probabilities, not for their likeliest class, and judged by how near
these are to the distributions of people's answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

import numpy as np

from training.evaluation import measure_nearness
from training.evaluation.distributions import FloatArray
from training.gates import compare_opinions

MEASURE: Final = "brier"
NO_ACCURACY: Final = (
    "there is no single truth (policy quality.subjective): a model is measured by how near its "
    "probabilities are to the distribution of the answers, half the Brier score; smaller is better"
)
DIGITS: Final = 6


def has_opinions(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether the rows of an evaluation set carry distributions instead of a truth."""
    return any("distribution" in row for row in rows)


def said_of(
    rows: Sequence[Mapping[str, Any]],
    challenger: tuple[Sequence[str], Any],
    champion: tuple[Sequence[str], Any] | None,
) -> dict[str, Any]:
    """Return what both models say beside what people answered, over one list of classes.

    Parameters
    ----------
    rows
        Canonical rows of the evaluation set, with ``distribution``.
    challenger, champion
        Class keys and probabilities (n_items, n_classes) of each; None where no model is live.
    """
    known = list(challenger[0])
    others = set(champion[0] if champion else ()) | {
        key for row in rows for key in row["distribution"]
    }
    classes = [*known, *sorted(others - set(known))]
    place = {key: column for column, key in enumerate(classes)}
    shares = np.zeros((len(rows), len(classes)))
    for number, row in enumerate(rows):
        for key, share in row["distribution"].items():
            shares[number, place[key]] = share
    return {
        "measure": MEASURE,
        "classes": classes,
        "shares": _listed(shares),
        "weights": [row["weight"] for row in rows],
        "n_answers": [row["n_answers"] for row in rows],
        "challenger": _listed(_spread(*challenger, place)),
        "champion": None if champion is None else _listed(_spread(*champion, place)),
    }


def measure_opinions(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return how near the challenger is to the answers; accuracy is undefined, with the reason."""
    found = measure_nearness(said["challenger"], said["shares"], said["weights"], said["n_answers"])
    return {
        "measure": MEASURE,
        "n": found.n,
        "accuracy": None,
        "low": None,
        "high": None,
        "brier": asdict(found.brier),
        "cross_entropy": asdict(found.cross_entropy),
        "noise": found.noise,
        "reason": NO_ACCURACY if found.n else found.reason,
    }


def judge_opinions(said: Mapping[str, Any], margin: float, alpha: float) -> dict[str, Any]:
    """Return verdict and evidence of a `training.gates.OpinionReport`."""
    report = compare_opinions(
        said["champion"],
        said["challenger"],
        said["shares"],
        margin=margin,
        alpha=alpha,
        weights=said["weights"],
    )
    return {"verdict": report.verdict.value, **report.evidence}


def _spread(classes: Sequence[str], probabilities: Any, place: Mapping[str, int]) -> FloatArray:
    """Return probabilities in the columns of all classes; what a model does not know gets none."""
    given = np.asarray(probabilities, dtype=np.float64).reshape(-1, len(classes))
    found = np.zeros((len(given), len(place)))
    found[:, [place[key] for key in classes]] = given
    return found


def _listed(table: FloatArray) -> list[list[float]]:
    rows: list[list[float]] = table.round(DIGITS).tolist()
    return rows
