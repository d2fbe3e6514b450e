"""One full fit on files, in the compute child: truth, skills, and what a stop score is worth."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from labeling.quality.arrays import BoolArray, FloatArray, IntArray
from labeling.quality.skill import accuracy
from labeling.quality.truth import infer_truth, read_answers, smoothed_prior
from labeling.quality.truth.calibration import (
    calibrate,
    calibration_error,
    cross_calibrate,
    reliability,
)
from labeling.quality.truth.confusions import Confusions
from labeling.quality.truth.estimate import expected_confusions
from labeling.quality.truth.online import weigh

CHECKS_PER_BIN: Final = 10
MOST_BINS: Final = 10
FLOOR_DRAWS: Final = 200
MOST_CHECKED: Final = 5_000
"""The newest reviewed items that are looked at: more would not move the line."""


@dataclass(frozen=True, eq=False)
class Checks:
    """Items whose truth is known otherwise: stop score and whether the class was right, (n,)."""

    score: FloatArray
    right: BoolArray
    n_gold: int

    @property
    def n_reviewed(self) -> int:
        """How many a review decided; the others are gold."""
        return self.score.size - self.n_gold


def fit_votes(votes_file: str, fitted_file: str) -> int:
    """Fit Dawid–Skene to a file of votes, in the compute child; returns the number of iterations.

    Parameters
    ----------
    votes_file
        .npz with `items`, `annotators`, `answers` (n_votes,), `n_classes`, and `pinned_items`,
        `pinned_classes` (n_pinned,): what reviews have decided is known truth. Of gold, which
        nobody's votes stand for: `gold_votes` (n, 3) of (gold item, annotator, class) and
        `gold_right` (m, 2) of (gold item, a right class); `needed`, the checks a calibration
        needs; `capped`, annotators who teach nobody anything: models that gold has not proven.
        Where the project's own model has a say: `prior_items` (n_prior,) and `prior` (n_prior,
        n_classes), what it says of each before any answer.
    fitted_file
        .npz to write: `items` (n_items,), `posterior` (n_items, n_classes), `cells` (n_cells, 3) of
        (annotator, true, given) and `weights` (n_cells,), all of people alone; `model_cells` and
        `model_weights`, the skills under the prior, where there is one; `calibration`, JSON as
        `measure` says.

    """
    with np.load(votes_file) as stored:
        votes = dict(stored)
    items, rows = np.unique(votes["items"], return_inverse=True)
    known = np.isin(votes["pinned_items"], items)
    reviewed = np.searchsorted(items, votes["pinned_items"][known])
    pinned = dict(zip(reviewed.tolist(), votes["pinned_classes"][known].tolist(), strict=True))
    posterior, confusions, n_iterations = _fit(votes, rows, pinned)
    prior = _priors(votes, items, posterior)
    checks = find_checks(votes, rows, pinned, confusions, prior)
    table, weights = _cells(confusions)
    under_prior: dict[str, Any] = {}
    if prior is not None:
        _, skills, _ = _fit(votes, rows, pinned, prior)
        under_prior = dict(zip(("model_cells", "model_weights"), _cells(skills), strict=True))
    with Path(fitted_file).open("wb") as file:
        np.savez(
            file,
            items=items,
            posterior=posterior,
            cells=table,
            weights=weights,
            **under_prior,
            calibration=np.array(json.dumps(measure(checks, int(votes["needed"])))),
        )
    return n_iterations


def _cells(confusions: Confusions) -> tuple[IntArray, FloatArray]:
    """Return skills as a store keeps them: (n_cells, 3) of (annotator, true, given), weights."""
    cells = list(confusions.rows())
    table = np.array([cell[:3] for cell in cells], dtype=np.int64).reshape(-1, 3)
    return table, np.array([cell[3] for cell in cells], dtype=np.float64)


def _priors(votes: dict[str, Any], items: IntArray, posterior: FloatArray) -> FloatArray | None:
    """Return a prior for every item, (n_items, n_classes): the model's, else the classes' shares.

    None where the model has a say on no item.
    """
    known = np.isin(votes.get("prior_items", ()), items)
    if not known.any():
        return None
    prior = np.tile(smoothed_prior(posterior.sum(axis=0)), (items.size, 1))
    prior[np.searchsorted(items, votes["prior_items"][known])] = votes["prior"][known]
    return prior


def _fit(
    votes: dict[str, Any],
    rows: IntArray,
    pinned: dict[int, int],
    prior: FloatArray | None = None,
) -> tuple[FloatArray, Confusions, int]:
    """Return the posterior, everybody's skills and the rounds of the fit.

    Capped annotators are measured by what the others believe, and move nothing of it.
    """
    annotators, answers, n_classes = votes["annotators"], votes["answers"], int(votes["n_classes"])
    n_items = int(rows.max(initial=-1)) + 1
    free = ~np.isin(annotators, votes["capped"])
    if not free.any():
        free = np.ones_like(free)
    arrays = (rows[free], annotators[free], answers[free], n_classes)
    known: dict[str, Any] = {"pinned": pinned, "n_items": n_items, "item_prior": prior}
    found = infer_truth(*arrays, method="dawid_skene", **known)
    confusions = found.confusions
    if not free.all():
        table = read_answers(rows, annotators, answers, n_classes, n_items=n_items)
        confusions = expected_confusions(table, found.posterior, found.smoothing)
    return found.posterior, confusions.capping(votes["capped"].tolist()), found.n_iterations


def find_checks(
    votes: dict[str, Any],
    rows: IntArray,
    pinned: dict[int, int],
    confusions: Confusions,
    prior: FloatArray | None = None,
) -> Checks:
    """Return what the stop score said of items whose truth is known otherwise.

    Gold comes first, each item by its first answers, as many as a usual item has. A reviewed item
    is weighed by skills that were fitted without any review: what a review taught must not vouch
    for itself.
    """
    gold = list(_gold_checks(votes, rows, confusions))
    reviewed = list(_review_checks(votes, rows, pinned, prior)) if pinned else []
    found = gold + reviewed
    return Checks(
        np.array([score for score, _ in found], dtype=np.float64),
        np.array([right for _, right in found], dtype=np.bool_),
        len(gold),
    )


def _gold_checks(
    votes: dict[str, Any], rows: IntArray, confusions: Confusions
) -> Iterator[tuple[float, bool]]:
    n_items = max(int(rows.max(initial=-1)) + 1, 1)
    usual = max(round(rows.size / n_items), 1)
    right: dict[int, set[int]] = {}
    for item, klass in votes["gold_right"].tolist():
        right.setdefault(item, set()).add(klass)
    for item, given in _by_item(votes["gold_votes"]):
        best, score = weigh(given[:usual], confusions, confusions.n_classes)
        yield float(score[best]), best in right.get(item, set())


def _review_checks(
    votes: dict[str, Any], rows: IntArray, pinned: dict[int, int], prior: FloatArray | None
) -> Iterator[tuple[float, bool]]:
    _, confusions, _ = _fit(votes, rows, {}, prior)
    chosen = np.isin(rows, sorted(pinned)[-MOST_CHECKED:])
    table = np.stack([rows, votes["annotators"], votes["answers"]], axis=1)[chosen]
    for item, given in _by_item(table):
        before = None if prior is None else prior[item]
        best, score = weigh(given, confusions, confusions.n_classes, before)
        yield float(score[best]), best == pinned[item]


def _by_item(table: IntArray) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """Yield each item of a table (n, 3) of (item, annotator, class) with its votes in order."""
    order = np.argsort(table[:, 0], kind="stable")
    ordered = table[order]
    starts = np.flatnonzero(np.diff(ordered[:, 0], prepend=-1))
    for part in np.split(ordered, starts[1:]) if starts.size else []:
        yield int(part[0, 0]), [(who, given) for _, who, given in part.tolist()]


def measure(checks: Checks, needed: int) -> dict[str, Any]:
    """Return what a stop score is worth: the line through its log-odds and how often it was right.

    Returns
    -------
    dict
        `n_gold`, `n_reviewed`, `needed`, `is_calibrated`, `slope`, `intercept` (1 and 0 until so
        many items were checked); `stop_score` and `calibrated`, bins of (`n`, `promised`, `right`,
        `low`, `high`); `error` and `floor`, the calibration error of the calibrated figure, each
        item promised by the others, and what honest figures of this number would show.

    """
    n = checks.score.size
    is_calibrated = n >= needed
    line = calibrate(checks.score, checks.right) if is_calibrated else calibrate([], [])
    promised = cross_calibrate(checks.score, checks.right) if is_calibrated else checks.score
    rng = np.random.default_rng(0)
    floors = [
        calibration_error(promised, rng.random(n) < promised, _n_bins(n))
        for _ in range(FLOOR_DRAWS if n else 0)
    ]
    return {
        "n_gold": checks.n_gold,
        "n_reviewed": checks.n_reviewed,
        "needed": needed,
        "is_calibrated": is_calibrated,
        "slope": line.slope,
        "intercept": line.intercept,
        "stop_score": _bins(checks.score, checks.right),
        "calibrated": _bins(promised, checks.right) if is_calibrated else [],
        "error": calibration_error(promised, checks.right, _n_bins(n)),
        "floor": float(np.mean([found or 0.0 for found in floors])) if floors else None,
    }


def _n_bins(n: int) -> int:
    return min(MOST_BINS, max(n // CHECKS_PER_BIN, 1))


def _bins(promised: FloatArray, right: BoolArray) -> list[dict[str, float | int | None]]:
    found = reliability(promised, right, _n_bins(right.size))
    skills = [(part, accuracy(round(part.right * part.n), part.n)) for part in found]
    return [
        {
            "n": part.n,
            "promised": part.promised,
            "right": part.right,
            "low": skill.low,
            "high": skill.high,
        }
        for part, skill in skills
    ]
