"""Answers saved at equal accuracy: one arm of adaptive overlap against a curve of fixed ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from labeling.quality.arrays import FloatArray

LEVEL = 0.95


@dataclass(frozen=True, eq=False)
class Curve:
    """Mean answers and mean accuracy of growing fixed overlaps, both ascending.

    The accuracy never falls: of two overlaps the smaller counts where it is as good.
    """

    answers: FloatArray
    accuracy: FloatArray

    @classmethod
    def of(cls, points: Mapping[int, Mapping[str, float]], least: int) -> Curve:
        """Take the overlaps from `least` upward, as `{overlap: {answers, accuracy}}`."""
        kept = [points[overlap] for overlap in sorted(points) if overlap >= least]
        answers = np.array([point["answers"] for point in kept])
        return cls(answers, np.maximum.accumulate([point["accuracy"] for point in kept]))

    def needed(self, accuracy: float, tolerance: float = 0.0) -> float | None:
        """Answers at which the curve comes within `tolerance` of an accuracy; None: never."""
        goal = accuracy - tolerance
        if goal > self.accuracy[-1]:
            return None
        at = int(np.searchsorted(self.accuracy, goal))
        if at == 0:
            return float(self.answers[0])
        part = slice(at - 1, at + 1)
        return float(np.interp(goal, self.accuracy[part], self.answers[part]))

    def at(self, answers: float) -> float:
        """Accuracy at a number of answers, between whole overlaps."""
        return float(np.interp(answers, self.answers, self.accuracy))


def against(
    curves: Mapping[str, Curve], answers: float, accuracy: float, tolerance: float
) -> dict[str, Any]:
    """Compare one arm with each curve: what that needs for the same, and what is saved of it.

    A curve that never gets there is counted with its most answers: the saving is at least that.
    """
    row: dict[str, Any] = {}
    for name, curve in curves.items():
        needed = curve.needed(accuracy, tolerance)
        counted = float(curve.answers[-1]) if needed is None else needed
        row[f"answers_{name}"] = None if needed is None else round(needed, 3)
        row[f"saved_against_{name}"] = round(1.0 - answers / counted, 4)
    return row


def summary(rows: Sequence[Mapping[str, Any]], peers: Sequence[str]) -> dict[str, Any]:
    """Summarise one arm over datasets: mean, median and geometric mean, and where it loses."""
    found: dict[str, Any] = {
        "n_datasets": len(rows),
        "answers": _mean([row["answers"] for row in rows]),
        "accuracy": _mean([row["accuracy"] for row in rows]),
        "accuracy_gain_at_equal_answers": _mean([row["gain_at_equal_answers"] for row in rows]),
    }
    for peer in peers:
        saved = np.array([row[f"saved_against_{peer}"] for row in rows])
        found[f"saved_against_{peer}"] = _spread(saved)
        lost = [row["case"] for row in rows if row[f"saved_against_{peer}"] < 0]
        never = [row["case"] for row in rows if row[f"answers_{peer}"] is None]
        found[f"loses_to_{peer}_on"] = lost
        found[f"never_reached_by_{peer}"] = never
    found["one_vote_reaches_it_on"] = [row["case"] for row in rows if row["one_vote_reaches_it"]]
    return found


def _spread(saved: FloatArray) -> dict[str, float | None]:
    """Middle of the shares saved, by three measures, with intervals over datasets (Student's t)."""
    found: dict[str, float | None] = {"median": round(float(np.median(saved)), 4)}
    for name, values in (("mean", saved), ("geometric", np.log(1.0 - saved))):
        middle = float(values.mean())
        half = 0.0
        if saved.size > 1:
            scale = float(values.std(ddof=1)) / saved.size**0.5
            half = float(stats.t.ppf((1.0 + LEVEL) / 2.0, saved.size - 1)) * scale
        ends = (middle, middle - half, middle + half)
        if name == "geometric":
            ends = (1.0 - np.exp(middle), 1.0 - np.exp(middle + half), 1.0 - np.exp(middle - half))
        found |= dict(
            zip(
                (name, f"{name}_low", f"{name}_high"),
                (round(float(x), 4) for x in ends),
                strict=True,
            )
        )
    return found


def old_way(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Mean saving as it was counted before, to stand beside.

    Fixed overlaps from one answer up, no tolerance, and datasets left out on which no fixed
    overlap is as accurate.
    """
    kept = [row for row in rows if row["answers_fixed_exactly"] is not None]
    return {
        "saved_against_fixed": _mean(
            [1.0 - row["answers"] / row["answers_fixed_exactly"] for row in kept]
        ),
        "left_out": [row["case"] for row in rows if row["answers_fixed_exactly"] is None],
    }


def _mean(values: Sequence[float]) -> float | None:
    return round(float(np.mean(values)), 4) if len(values) else None
