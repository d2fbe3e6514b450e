"""How often a forecast's range holds what then happens, on replayed curves.

Pools below LABELLOOP_BENCH_DATA (default ../shared/data) are labelled again, at random and by
margin, up to a budget. A forecast sees the beginning of a curve, measured on 200 random test items
as a project measures it, and is asked when it reaches a target and what the next answers add; what
then happens is the rest of the curve, on the same items. The fit was tuned on the pools marked
`tuned`; the others judge it. How much of what plausible curves say makes a range (its level) is
cross-validated: for each pool in turn it is chosen on the other pools, by the rule that the default
was chosen by, and judged on that pool (the lines `left out`). `--curves FILE` keeps the replayed
curves, or takes them from there, as the replays cost far more than the forecasts.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from active_learning.forecast import (
    CONFIDENCE,
    GAIN_LEVEL,
    TARGET_LEVEL,
    Curves,
    answers_spread,
    answers_to,
    fit_curves,
    gain_of,
    gain_spread,
)
from active_learning.strategies import select
from benchmarks.report import Report, stopwatch
from labeling.quality.arrays import FloatArray, IntArray
from training.evaluation import wilson

TUNED = ("digits8x8", "mammography", "sms_spam", "trec6", "wle_har")
JUDGED = ("banking77", "letter")
QUICK_POOLS = ("digits8x8", "sms_spam")
STRATEGIES = ("random", "margin")
SEEDS, QUICK_SEEDS = 5, 2
BATCH, BUDGET = 20, 600
N_TEST = 200
"""Test items that a project has labelled."""
CUTS = (160, 240, 320)
"""Answers at which a forecast is made."""
AHEAD = (1.25, 1.5, 1.8)
"""Targets lie where the curve will be after so many times the answers."""
LEAST_RISE = 0.005
"""A target no further above is reached at once, whatever was forecast."""
FURTHER = 100
"""Answers whose gain is forecast."""
WHATS = {"target": TARGET_LEVEL, "gain": GAIN_LEVEL}
LEVELS = tuple(round(0.3 + 0.05 * step, 2) for step in range(13))


@dataclass(frozen=True, slots=True)
class Replay:
    """One curve: labels, and what the project measures."""

    answers: IntArray
    measured: FloatArray


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to a forecast: whether it knew, whether its range held, how wide it was.

    A range of a level holds where `over` is at least its lower tail and `under` at most the rest.
    """

    what: str
    known: bool
    held: bool
    is_open: bool
    width: float
    over: float = 0.0
    under: float = 1.0

    def held_at(self, level: float) -> bool:
        """Return whether the range of a level holds."""
        tail = (1.0 - level) / 2.0
        return self.over >= tail and self.under <= 1.0 - tail


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    parser.add_argument("--quick", action="store_true", help="two pools, two seeds")
    parser.add_argument("--keep", action="store_true", help="add the lines to benchmarks/results")
    parser.add_argument("--curves", type=Path, help="file with the replayed curves")
    arguments = parser.parse_args()
    report = Report("forecast", arguments.json, arguments.quick, arguments.keep)
    folder = Path(os.environ.get("LABELLOOP_BENCH_DATA", "../shared/data")) / "active_learning"
    seeds = QUICK_SEEDS if arguments.quick else SEEDS
    pools = QUICK_POOLS if arguments.quick else TUNED + JUDGED
    kept = Kept(arguments.curves)
    found: dict[str, list[Asked]] = {}
    for name in pools:
        with stopwatch() as spent:
            curves = kept.curves(f"{name}.{seeds}", folder / f"{name}.parquet", seeds)
            found[name] = [one for curve in curves for one in ask(curve)]
        for what in WHATS:
            figures = summary([one for one in found[name] if one.what == what])
            half = "tuned" if name in TUNED else "judged"
            report.line(name, half=half, what=what, seeds=seeds, **figures, **spent.figures())
    for half, names in (("tuned", TUNED), ("judged", JUDGED), ("all", pools)):
        asked = [one for name in names for one in found.get(name, [])]
        for what in WHATS:
            report.line(half, what=what, **summary([one for one in asked if one.what == what]))
    for what in WHATS:
        by_pool = {
            name: [one for one in asked if one.what == what and one.known]
            for name, asked in found.items()
        }
        for line in left_out(by_pool):
            report.line("left out", what=what, **line)


class Kept:
    """Replayed curves in a file, so that a forecast can be judged anew without them."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        there = path is not None and path.exists()
        self.known: dict[str, Any] = json.loads(path.read_text()) if path and there else {}

    def curves(self, name: str, pool: Path, seeds: int) -> list[Replay]:
        """Return a pool's curves, replayed where they are not known."""
        if name not in self.known:
            self.known[name] = [
                [curve.answers.tolist(), curve.measured.tolist()]
                for strategy in STRATEGIES
                for curve in replays(pool, strategy, seeds)
            ]
            if self.path is not None:
                self.path.write_text(json.dumps(self.known))
        return [Replay(np.array(x), np.array(y)) for x, y in self.known[name]]


def left_out(by_pool: dict[str, list[Asked]]) -> Iterator[dict[str, Any]]:
    """Choose the level on all pools but one, and judge it on that one; then over all of those."""
    held: list[bool] = []
    for name, asked in by_pool.items():
        others = [found for other, found in by_pool.items() if other != name and found]
        if not asked or not others:
            continue
        level = chosen_level(others)
        here = [one.held_at(level) for one in asked]
        held += here
        yield {"pool": name, "level": level, **_share(here)}
    if held:
        everywhere = chosen_level([found for found in by_pool.values() if found])
        yield {"pool": "all, each by a level of the others", "chosen_on_all": everywhere} | _share(
            held
        )


def chosen_level(pools: list[list[Asked]]) -> float:
    """Return the least level that holds the claim in the mean, and in no pool significantly less.

    Where no level does both, the widest.
    """
    for level in LEVELS:
        shares = [float(np.mean([one.held_at(level) for one in asked])) for asked in pools]
        highs = [wilson(share, len(asked))[1] for share, asked in zip(shares, pools, strict=True)]
        if np.mean(shares) >= CONFIDENCE and min(highs) >= CONFIDENCE:
            return level
    return LEVELS[-1]


def _share(held: list[bool]) -> dict[str, Any]:
    share = float(np.mean(held))
    low, high = wilson(share, len(held))
    ends = {"held_low": round(low, 4), "held_high": round(high, 4)}
    return {"claimed": CONFIDENCE, "known": len(held), "held": round(share, 4), **ends}


def summary(asked: list[Asked]) -> dict[str, Any]:
    """Return how often ranges held, with an interval, and how wide they were."""
    known = [one for one in asked if one.known]
    if not known:
        return {"asked": len(asked), "known": 0}
    share = float(np.mean([one.held for one in known]))
    low, high = wilson(share, len(known))
    widths = [one.width for one in known if not one.is_open]
    return {
        "claimed": CONFIDENCE,
        "asked": len(asked),
        "known": len(known),
        "held": round(share, 4),
        "held_low": round(low, 4),
        "held_high": round(high, 4),
        "open_ended": round(float(np.mean([one.is_open for one in known])), 4),
        "median_width": round(float(np.median(widths)), 4) if widths else None,
    }


def ask(curve: Replay) -> Iterator[Asked]:
    """Ask a forecast at every cut about every target ahead, and about the next answers."""
    smooth = IsotonicRegression().fit_transform(curve.answers, curve.measured)
    for cut in CUTS:
        seen = curve.answers <= cut
        curves = fit_curves(
            curve.answers[seen].tolist(),
            curve.measured[seen].tolist(),
            [float(N_TEST)] * int(seen.sum()),
        )
        now = smooth[seen][-1]
        for ahead in AHEAD:
            later = int(np.searchsorted(curve.answers, ahead * cut))
            if later < smooth.size and smooth[later] - now >= LEAST_RISE:
                yield _target(curves, curve.answers, smooth, float(smooth[later]))
        later = int(np.searchsorted(curve.answers, cut + FURTHER))
        if later < smooth.size:
            yield _gain(curves, float(smooth[later] - now))


def _target(curves: Curves | str, answers: IntArray, smooth: FloatArray, target: float) -> Asked:
    if isinstance(curves, str):
        return Asked("target", known=False, held=False, is_open=False, width=np.nan)
    found = answers_to(curves, target)
    if found.low is None:
        return Asked("target", known=True, held=False, is_open=True, width=np.nan)
    reached = float(answers[np.flatnonzero(smooth >= target)[0]])
    before = reached - BATCH  # the curve is known at every batch: it crossed in between
    high = np.inf if found.high is None else found.high
    held = found.low <= reached and before <= high
    spread = answers_spread(curves, target)
    return Asked(
        "target",
        known=True,
        held=held,
        is_open=high == np.inf,
        width=high / found.low,
        over=spread.share_up_to(reached),
        under=spread.share_up_to(before),
    )


def _gain(curves: Curves | str, gain: float) -> Asked:
    if isinstance(curves, str):
        return Asked("gain", known=False, held=False, is_open=False, width=np.nan)
    found = gain_of(curves, FURTHER)
    assert found.low is not None and found.high is not None, "a gain is a range"  # noqa: PT018
    held = found.low <= gain <= found.high
    place = gain_spread(curves, curves.answers + FURTHER).share_up_to(gain)
    return Asked(
        "gain",
        known=True,
        held=held,
        is_open=False,
        width=found.high - found.low,
        over=place,
        under=place,
    )


def replays(path: Path, strategy: str, seeds: int) -> Iterator[Replay]:
    """Label a pool again and again, each time by other draws."""
    pool, classes, test, truth = features_of(path)
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        sample = rng.choice(truth.size, min(N_TEST, truth.size // 2), replace=False)
        labelled = rng.choice(classes.size, BATCH, replace=False)
        points: list[tuple[int, float]] = []
        while labelled.size <= BUDGET:
            rest = np.setdiff1d(np.arange(classes.size), labelled)
            rest = rng.choice(rest, min(2_000, rest.size), replace=False)
            chosen = rng.choice(rest.size, BATCH, replace=False)
            if np.unique(classes[labelled]).size > 1:
                model = LogisticRegression(C=10, max_iter=300)
                model.fit(pool[labelled], classes[labelled])
                right = model.predict(test[sample]) == truth[sample]
                points.append((labelled.size, float(right.mean())))
                if strategy != "random":
                    shares = model.predict_proba(pool[rest])
                    chosen = select(strategy, BATCH, probabilities=shares, rng=rng)
            labelled = np.concatenate([labelled, rest[chosen]])
        yield Replay(np.array([x for x, _ in points]), np.array([y for _, y in points]))


def features_of(path: Path) -> tuple[Any, IntArray, Any, IntArray]:
    """Return features and classes of a pool's training and test items."""
    table = pq.read_table(path)
    classes = np.unique(table["label"].to_pylist(), return_inverse=True)[1]
    is_test = np.array([split == "test" for split in table["split"].to_pylist()])
    if "text" in table.column_names:
        text = np.array(table["text"].to_pylist(), dtype=object)
        fitted: Any = TfidfVectorizer(sublinear_tf=True, max_features=5_000).fit(text[~is_test])
        rows: Any = fitted.transform(text)
    else:
        columns = [name for name in table.column_names if name not in {"label", "split"}]
        rows = np.stack([table[name].to_numpy() for name in columns], axis=1).astype(float)
        rows = StandardScaler().fit(rows[~is_test]).transform(rows)
    return rows[~is_test], classes[~is_test], rows[is_test], classes[is_test]


if __name__ == "__main__":
    main()
