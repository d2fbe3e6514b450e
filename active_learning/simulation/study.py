"""Settings and crowds set against each other on somebody's own labelled data; a recommendation."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import numpy as np

from active_learning.embeddings import dense_rows
from active_learning.simulation.campaign import Point, run_campaign
from active_learning.simulation.crowd import even_crowd
from active_learning.simulation.settings import Setting
from active_learning.simulation.world import World
from labeling.quality.arrays import FloatArray, IntArray
from training.features import Matrix

MICROS: Final = 1_000_000
TEST_SHARE: Final = 0.3
MOST_TEST: Final = 1_000
STEPS: Final = 10
TARGET: Final = 0.95
"""Share of the accuracy with all labels that counts as reached."""
LEVEL: Final = 1.96
LEAST_SEEDS: Final = 2


@dataclass(frozen=True, slots=True)
class People:
    """A crowd that could be hired: its mean share of wrong answers, and the price of one."""

    noise: float
    price_micros: float

    @property
    def name(self) -> str:
        """As it is printed."""
        return f"{self.noise:.0%} wrong at {self.price_micros / MICROS:g} an answer"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a study runs.

    Parameters
    ----------
    settings, crowds : every setting with every crowd; the first pair is what savings are against.
    budget_micros : of each campaign.
    seeds : how many campaigns of each pair.
    batch : answers of a round.
    seconds : no further seed is begun after so long; two always are.
    """

    settings: Sequence[Setting]
    crowds: Sequence[People]
    budget_micros: float
    seeds: int = 5
    batch: int = 40
    seconds: float = 120.0


@dataclass(frozen=True, slots=True)
class Arm:
    """How one pair of a setting and a crowd did; intervals are 95 % over seeds.

    Parameters
    ----------
    setting, crowd : names.
    money : micro-units at each step.
    accuracy, low, high : at each step, of the model on held-out rows.
    label_accuracy : share of right labels at the end.
    ahead, ahead_low, ahead_high : mean accuracy on the way minus that of the first pair, by seed.
    to_target_micros : money at which the mean curve is at the target; None where it never is.
    """

    setting: str
    crowd: str
    money: list[float]
    accuracy: list[float]
    low: list[float]
    high: list[float]
    label_accuracy: float
    ahead: float
    ahead_low: float
    ahead_high: float
    to_target_micros: float | None


@dataclass(frozen=True, slots=True)
class Study:
    """What came of it; everything in it is simulated.

    Parameters
    ----------
    arms : every pair, as the plan has them.
    best : place of the recommended arm.
    recommendation : one sentence.
    policy : the part of a project's policy that does what is recommended.
    full_accuracy : of the model with all labels of the pool, all right.
    target_accuracy : `TARGET` of it.
    n_items, n_test, n_classes, seeds : what it rests on.
    notes : what was left out or cut short, in words.
    """

    arms: list[Arm]
    best: int
    recommendation: str
    policy: dict[str, Any]
    full_accuracy: float
    target_accuracy: float
    n_items: int
    n_test: int
    n_classes: int
    seeds: int
    notes: list[str] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {"simulated": True, **asdict(self)}


def run_study(
    features: Matrix,
    truth: IntArray,
    plan: Plan,
    *,
    seed: int = 0,
    clock: Callable[[], float] = time.monotonic,
    told: Callable[[int], None] = lambda _: None,
) -> Study:
    """Replay campaigns on labelled rows.

    Parameters
    ----------
    features : (n_rows, n_features), dense or sparse.
    truth : (n_rows,) class indices.
    plan : what is set against each other.
    seed : of every draw.
    clock : seconds, for the bound on time.
    told : called with the number of each seed that is done.

    Raises
    ------
    ValueError
        There are fewer than two classes, or too few rows to hold any out.

    """
    classes = np.unique(truth)
    if classes.size < 2 or truth.size < 20:  # noqa: PLR2004 - a choice, and rows to hold out
        message = f"truth: {truth.size} rows of {classes.size} classes; 20 of two are needed"
        raise ValueError(message)
    began, runs, worlds = clock(), _empty(plan), []
    _, reduced = dense_rows(features, features, seed=seed)
    embeddings = reduced.astype(np.float64)
    for number in range(plan.seeds):
        world = _world(features, embeddings, truth, [seed, number])
        worlds.append(world)
        for (setting, crowd), found in runs.items():
            found.append(_campaign(world, setting, crowd, plan, [seed, number]))
        told(number + 1)
        if number + 1 >= LEAST_SEEDS and clock() - began > plan.seconds:
            break
    full = float(np.mean([_full_accuracy(world) for world in worlds]))
    return _study(plan, runs, worlds[0], full, len(worlds))


Runs = dict[tuple[Setting, People], list[list[Point]]]


def _empty(plan: Plan) -> Runs:
    return {(setting, crowd): [] for crowd in plan.crowds for setting in plan.settings}


def _world(features: Matrix, embeddings: FloatArray, truth: IntArray, seed: Sequence[int]) -> World:
    order = np.random.default_rng([*seed, 7]).permutation(truth.size)
    n_test = min(round(TEST_SHARE * truth.size), MOST_TEST)
    return World(
        features, embeddings, truth, int(truth.max()) + 1, np.sort(order[n_test:]), order[:n_test]
    )


def _campaign(
    world: World, setting: Setting, crowd: People, plan: Plan, seed: Sequence[int]
) -> list[Point]:
    people = even_crowd(
        crowd.noise, world.n_classes, np.random.default_rng([*seed, 1]), price=crowd.price_micros
    )
    rng = np.random.default_rng([*seed, 2])
    return run_campaign(
        world, people, setting, budget=plan.budget_micros, batch=plan.batch, rng=rng
    )


def _full_accuracy(world: World) -> float:
    weights = np.ones(world.pool.size)
    return world.accuracy(world.fit(world.pool, world.truth[world.pool], weights))


def _study(plan: Plan, runs: Runs, world: World, full: float, seeds: int) -> Study:
    grid: FloatArray = np.linspace(0.0, plan.budget_micros, STEPS + 1)[1:].astype(np.float64)
    curves = {
        pair: np.stack([at_money(run, grid) for run in found]) for pair, found in runs.items()
    }
    base = next(iter(curves.values())).mean(axis=1)
    target = TARGET * full
    arms = [
        _arm(setting, crowd, runs[setting, crowd], curve, base, grid, target)
        for (setting, crowd), curve in curves.items()
    ]
    best = int(np.argmax([arm.ahead for arm in arms]))
    pair = list(runs)[best]
    notes = []
    if seeds < plan.seeds:
        notes.append(f"{seeds} of {plan.seeds} repeats fitted into {plan.seconds:g} s")
    return Study(
        arms=arms,
        best=best,
        recommendation=_recommendation(arms, best, target),
        policy=pair[0].policy(),
        full_accuracy=round(full, 4),
        target_accuracy=round(target, 4),
        n_items=len(world.pool) + len(world.test),
        n_test=len(world.test),
        n_classes=world.n_classes,
        seeds=seeds,
        notes=notes,
    )


def at_money(run: Sequence[Point], grid: FloatArray) -> FloatArray:
    """Return the accuracy that a campaign had when so much was spent: (n_steps,)."""
    spend = [point.spend for point in run]
    return np.interp(grid, spend, [point.accuracy for point in run])


def _arm(
    setting: Setting,
    crowd: People,
    runs: Sequence[Sequence[Point]],
    curve: FloatArray,
    base: FloatArray,
    grid: FloatArray,
    target: float,
) -> Arm:
    mean, half = curve.mean(axis=0), _half(curve)
    ahead = (curve.mean(axis=1) - base)[:, None]
    lead, lead_half = float(ahead.mean()), float(_half(ahead)[0])
    reached = np.flatnonzero(mean >= target)
    right = [run[-1].label_accuracy or 0.0 for run in runs]
    return Arm(
        setting=setting.name,
        crowd=crowd.name,
        money=[round(value, 1) for value in grid.tolist()],
        accuracy=_rounded(mean),
        low=_rounded(np.clip(mean - half, 0.0, 1.0)),
        high=_rounded(np.clip(mean + half, 0.0, 1.0)),
        label_accuracy=round(float(np.mean(right)), 4),
        ahead=round(lead, 4),
        ahead_low=round(lead - lead_half, 4),
        ahead_high=round(lead + lead_half, 4),
        to_target_micros=float(grid[reached[0]]) if reached.size else None,
    )


def _half(curves: FloatArray) -> FloatArray:
    """Return half the width of the 95 % interval of the mean over seeds, at each step."""
    found: FloatArray = LEVEL * curves.std(axis=0, ddof=1) / len(curves) ** 0.5
    return found


def _rounded(values: FloatArray) -> list[float]:
    return [round(value, 4) for value in values.tolist()]


def _recommendation(arms: Sequence[Arm], best: int, target: float) -> str:
    """Return the advice in one sentence, with how sure it is."""
    arm, first = arms[best], arms[0]
    pair, base = f"{arm.setting!r} with people of {arm.crowd}", f"{first.setting!r}, {first.crowd}"
    if best == 0:
        return f"In the simulation nothing was better than {base}."
    sure = "surely" if arm.ahead_low > 0 else "not surely (more repeats would tell)"
    text = (
        f"In the simulation {pair} was best: {sure} ahead of {base} by {arm.ahead:+.3f} in mean "
        f"accuracy for the same money ({arm.ahead_low:+.3f} to {arm.ahead_high:+.3f})"
    )
    if arm.to_target_micros is None:
        return f"{text}; no setting came to {target:.3f} with this money."
    return f"{text}; it came to {target:.3f} for {arm.to_target_micros / MICROS:,.2f}."


def settings_of(strategies: Sequence[str], known: Mapping[str, Setting]) -> list[Setting]:
    """Return the standard settings and, of each further strategy, one answer and asking again."""
    found = list(known.values())
    for name in strategies:
        if name not in {"auto", "random"}:
            found.append(Setting(f"{name}, one answer", name))
            found.append(Setting(f"{name}, asks again", name, relabel="scheduler"))
    return found
