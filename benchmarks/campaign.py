"""Whole campaigns with everything paid for: money to 95 % of the accuracy with all labels.

Each file of `benchmarks/scenarios` names a pool of known truth, a real crowd whose people's
accuracies the simulated people are drawn from (corrected for chance in another number of classes),
and prices: answers, gold questions, the labels of the test sample, reviews, training. Ours (`auto`,
one answer each, doubtful items again where the scheduler finds them worth more, a third answer on a
test item only where two do not settle it, reviews only where a verdict is worth its price) is set
against what people do without the hub: random choice with one answer each, random choice with
adaptive overlap, and margin with a fixed overlap of three, each with three answers on every test
item and a random share reviewed (or nobody reviewing). Features, people, prices and truth inference
(with the own model as a prior of each item, as in the hub's full fit) are the same for all. The
model is the hub's default, `blend`, which also looks at the pool: first in all arms, so that what
is compared is how the money is spent; then (`plain model`) the others have logistic regression and
answers alone, which is what they are without the hub. The target is 95 % of what the default model
reaches with all labels. A campaign ends when it is there, or when its money is spent; then its
model is audited for auto-labels, and the audit is paid for too. `spent_on` says what the money went
to until then. Data lie below LABELLOOP_BENCH_DATA (default ../shared/data). All of it is simulated.
"""

from __future__ import annotations

import argparse
import json
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from active_learning.autolabel import certify
from active_learning.scheduler import coin
from active_learning.simulation import Costs, Crowd, Setting, World, run_campaign
from active_learning.simulation.campaign import Campaign, Point
from benchmarks.report import Report, stopwatch
from benchmarks.truth import read_dataset
from benchmarks.worlds import full_accuracy, pool_folder, read_pool, world_of
from labeling.quality.arrays import FloatArray, IntArray

SCENARIOS = Path(__file__).parent / "scenarios"
SEEDS, QUICK_SEEDS = 10, 2
TARGET = 0.95
LEVEL = 1.96
LEAST_ANSWERS = 10
"""Answers with known truth below which somebody of the real crowd is left out."""
OURS = Setting("ours", relabel="scheduler", test_least=2, reviews="scheduler", own_model=True)
BEFORE = Setting("ours without: own model, two test labels, reviews by worth", relabel="scheduler")
OTHERS = (
    Setting("random, one label each", "random", own_model=True),
    Setting("random, adaptive overlap", "random", 1, 3, own_model=True),
    Setting("margin, overlap 3", "margin", 3, 3, own_model=True),
)
NO_REVIEWS = tuple(
    replace(one, name=f"{one.name}, no reviews", reviews="none") for one in (OTHERS[0], OTHERS[2])
)
PLAIN = ", plain model"
PLAIN_MODEL = tuple(replace(one, name=one.name + PLAIN, own_model=False) for one in OTHERS)
ARMS = (OURS, BEFORE, *OTHERS, *NO_REVIEWS, *PLAIN_MODEL)


@dataclass(frozen=True, slots=True)
class Run:
    """One campaign: its curve, and what came of the audit of its model at the end."""

    points: list[Point]
    spent_on: dict[str, float]
    coverage: float
    audit_price: float


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    parser.add_argument("--quick", action="store_true", help="one scenario, two seeds")
    parser.add_argument("--keep", action="store_true", help="add the lines to benchmarks/results")
    parser.add_argument("--scenarios", default="", help="some only, with commas between")
    parser.add_argument("--arms", default="", help="some beside ours only, with ; between")
    parser.add_argument("--seeds", type=int, help="instead of ten")
    parser.add_argument("--first-seed", type=int, default=0, help="to decide on others than judged")
    arguments = parser.parse_args()
    report = Report("campaign", arguments.json, arguments.quick, arguments.keep)
    files = sorted(SCENARIOS.glob("*.json"))
    n_seeds = arguments.seeds or (QUICK_SEEDS if arguments.quick else SEEDS)
    seeds = range(arguments.first_seed, arguments.first_seed + n_seeds)
    if arguments.scenarios:
        files = [file for file in files if file.stem in arguments.scenarios.split(",")]
    wanted = arguments.arms.split(";") if arguments.arms else [arm.name for arm in ARMS]
    arms = [arm for arm in ARMS if arm is OURS or arm.name in wanted]
    saved: dict[str, list[float]] = {arm.name: [] for arm in arms[1:]}
    for file in files[:1] if arguments.quick else files:
        scenario = json.loads(file.read_text(encoding="utf-8"))
        features, truth = read_pool(scenario["pool"])
        plain = [world_of(features, truth, seed) for seed in seeds]
        worlds = [replace(world, trainer="blend", parameters={}) for world in plain]
        targets = [TARGET * full_accuracy(world) for world in worlds]
        money: dict[str, list[float | None]] = {}
        for arm in arms:
            with stopwatch() as spent:
                used = plain if arm.name.endswith(PLAIN) else worlds
                runs = [
                    _run(world, scenario, arm, seed, target)
                    for seed, world, target in zip(seeds, used, targets, strict=True)
                ]
            money[arm.name] = [
                money_to(run.points, target) for run, target in zip(runs, targets, strict=True)
            ]
            budget = scenario["most_answers"] * float(scenario["price_micros"])
            line = _line(runs, money[arm.name], money[OURS.name], targets, budget)
            report.line(file.stem, arm=arm.name, seeds=len(runs), **line, **spent.figures())
            if line.get("saved") is not None and arm.name in saved:
                saved[arm.name].append(line["saved"])
    for name, values in saved.items():
        figures = {"saved": round(float(np.mean(values)), 4)} if values else {"saved": None}
        report.line(
            "mean", arm=name, scenarios=len(values), **figures, saved_half_width=_half(values)
        )


def _run(world: World, scenario: dict[str, Any], arm: Setting, seed: int, target: float) -> Run:
    """Replay one campaign and audit its model; people are the same for every arm of a seed."""
    people = fitted_crowd(scenario, world.n_classes, np.random.default_rng([seed, 1]))
    costs = Costs(
        test_items=scenario["test_items"],
        test_overlap=scenario["test_overlap"],
        gold_share=scenario["gold_share"],
        review_share=scenario["review_share"],
        review_price=scenario["review_price_micros"],
        reviewer_accuracy=scenario["reviewer_accuracy"],
        round_price=scenario["round_price_micros"],
    )
    rng = np.random.default_rng([seed, 2])
    budget = scenario["most_answers"] * people.price
    ended: list[Campaign] = []
    points = run_campaign(
        world, people, arm, budget=budget, batch=scenario["batch"], rng=rng, costs=costs,
        at_end=ended.append, until=lambda found: is_there(found, target),
    )  # fmt: skip
    spent_on = _spent_on(ended[0], costs)
    return Run(points, spent_on, *_audit(ended[0], scenario))


def _spent_on(campaign: Campaign, costs: Costs) -> dict[str, float]:
    """Return what the money of a whole campaign went to, in units."""
    price, answers = campaign.crowd.price, len(campaign.answers)
    parts = {
        "test labels": campaign.n_test_answers * price,
        "answers": answers * price,
        "gold": answers * price * costs.gold_share,
        "reviews": len(campaign.verdicts) * costs.review_price,
    }
    parts["training"] = campaign.spend - sum(parts.values())
    return {name: value / 1e6 for name, value in parts.items()}


def fitted_crowd(scenario: dict[str, Any], n_classes: int, rng: np.random.Generator) -> Crowd:
    """Draw people whose skills are those of a real crowd, corrected for chance."""
    data = read_dataset(pool_folder().parent / "crowd" / scenario["crowd"])
    truth = np.full(int(data.items.max()) + 1, -1)
    truth[data.known] = data.truth
    told = truth[data.items] >= 0
    who, right = data.annotators[told], (truth[data.items] == data.answers)[told]
    n = np.bincount(who)
    hits = np.bincount(who, right)
    known = n >= LEAST_ANSWERS
    # Half an answer more on either side: nobody is perfect for having had ten easy items.
    accuracy = (hits[known] + 0.5) / (n[known] + 1.0)
    chance = 1.0 / data.n_classes
    skill = np.clip((accuracy - chance) / (1.0 - chance), 0.05, 0.99)
    drawn: FloatArray = rng.choice(skill, scenario["people"])
    skills = 1.0 / n_classes + drawn * (1.0 - 1.0 / n_classes)
    confusions = np.stack([coin(one, n_classes) for one in skills.tolist()])
    return Crowd(confusions, scenario["price_micros"], scenario["seconds"], scenario["crowd"])


def _audit(campaign: Campaign, scenario: dict[str, Any]) -> tuple[float, float]:
    """Certify what the model says of the rest; (share that is covered, price of the audit)."""
    free = campaign.free()
    if campaign.model is None or free.size < 2 * scenario["autolabel_audit"]:
        return 0.0, 0.0
    said = campaign.world.predict(campaign.model, free)
    checked = campaign.rng.choice(free.size, scenario["autolabel_audit"], replace=False)
    right = said.argmax(axis=1) == campaign.world.truth[free]
    sure = said.max(axis=1)
    found = certify(sure, sure[checked], right[checked], precision=scenario["autolabel_precision"])
    price = scenario["autolabel_audit"] * scenario["test_overlap"] * campaign.crowd.price
    return found.coverage, price


def money_to(points: list[Point], target: float) -> float | None:
    """Return the money at which a curve first is at the target and stays in the mean.

    Three rounds are averaged, as one may be lucky; None where it never is.
    """
    reached = _reached(points, target)
    return points[int(reached[0])].spend if reached.size else None


def is_there(points: list[Point], target: float) -> bool:
    """Whether a campaign need not go on: what comes cannot change the money to the target."""
    reached = _reached(points, target)
    return bool(reached.size and reached[0] < len(points) - 1)


def _reached(points: list[Point], target: float) -> IntArray:
    accuracy = np.array([point.accuracy for point in points])
    smooth = np.convolve(np.pad(accuracy, 1, mode="edge"), np.ones(3) / 3, mode="valid")
    return np.flatnonzero(smooth >= target)


def _line(
    runs: list[Run],
    money: list[float | None],
    ours: list[float | None],
    targets: list[float],
    budget: float,
) -> dict[str, Any]:
    """Return an arm's figures; where it never came to the target, the whole budget is counted.

    So what is saved against it is at least that much. It is told of those seeds in which ours came
    to the target.
    """
    spent = [budget if one is None else one for one in money]
    own = np.array([one for one in ours if one is not None])
    both = [1.0 - mine / other for mine, other in zip(ours, spent, strict=True) if mine is not None]
    ends = [run.points[-1].accuracy for run in runs]
    return {
        "target": round(float(np.mean(targets)), 4),
        "money_to_target": round(float(np.mean(spent)) / 1e6, 3),
        "money_half_width": round(_half([one / 1e6 for one in spent]), 3),
        "never_reached": sum(one is None for one in money),
        "ours_never_reached": len(ours) - own.size,
        "saved": round(float(np.mean(both)), 4) if both else None,
        "saved_half_width": _half(both),
        "accuracy_at_end": round(float(np.mean(ends)), 4),
        "accuracy_half_width": _half(ends),
        "spent_on": {
            name: round(float(np.mean([run.spent_on[name] for run in runs])), 2)
            for name in runs[0].spent_on
        },
        "items_at_end": round(float(np.mean([run.points[-1].labels for run in runs])), 1),
        "autolabel_coverage": round(float(np.mean([run.coverage for run in runs])), 4),
        "autolabel_audit_money": round(float(np.mean([run.audit_price for run in runs])) / 1e6, 3),
    }


def _half(values: list[float]) -> float:
    """Return half the width of a 95 % interval of a mean."""
    if len(values) < 2:  # noqa: PLR2004 - a deviation needs two
        return 0.0
    return round(LEVEL * float(np.std(values, ddof=1)) / math.sqrt(len(values)), 4)


if __name__ == "__main__":
    main()
