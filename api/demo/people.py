"""The three simulated workforces: who they are, how they see, how fast they are, what they cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from api.demo.eyes import Sight

Kind = Literal["in_house", "crowd", "vendor"]


@dataclass(frozen=True, slots=True)
class SimulatedWorkforce:
    """Some people of one kind.

    Attributes
    ----------
    seconds
        Median time at one picture, sped up some thirty times; a person's own lies around it.
    spread
        How much the people of this workforce differ, as the sigma of a log-normal factor on
        noise and time.

    """

    name: str
    kind: Kind
    people: int
    price_micros: int
    sight: Sight
    seconds: float
    spread: float


@dataclass(frozen=True, slots=True)
class SimulatedPerson:
    """One simulated person."""

    name: str
    workforce: str
    sight: Sight
    seconds: float
    seed: int


IN_HOUSE: Final = SimulatedWorkforce(
    "in-house",
    "in_house",
    people=3,
    price_micros=80_000,
    sight=Sight(memories=80, noise=0.12, blur=0.1, slips=0.01, unsure=0.45),
    seconds=0.22,
    spread=0.1,
)
CROWD: Final = SimulatedWorkforce(
    "crowd",
    "crowd",
    people=6,
    price_micros=20_000,
    sight=Sight(memories=40, noise=0.25, blur=0.35, covered=0.1, habits=2, slips=0.03, unsure=0.3),
    seconds=0.16,
    spread=0.25,
)
VENDOR: Final = SimulatedWorkforce(
    "vendor",
    "vendor",
    people=3,
    price_micros=50_000,
    sight=Sight(memories=45, noise=0.22, blur=0.25, habits=1, slips=0.01),
    seconds=0.02,
    spread=0.15,
)
WORKFORCES: Final = (IN_HOUSE, CROWD, VENDOR)


def people_of(workforce: SimulatedWorkforce, seed: int) -> list[SimulatedPerson]:
    """Return the people of a workforce; the same seed makes the same people."""
    rng = np.random.default_rng([seed, WORKFORCES.index(workforce)])
    people = []
    for number in range(1, workforce.people + 1):
        noise, pace = np.exp(workforce.spread * rng.normal(size=2)).tolist()
        sight = _with_noise(workforce.sight, noise)
        name = f"{workforce.name} {number} (simulated)"
        own = int(rng.integers(2**31))
        people.append(SimulatedPerson(name, workforce.name, sight, workforce.seconds * pace, own))
    return people


def _with_noise(sight: Sight, factor: float) -> Sight:
    return Sight(
        memories=sight.memories,
        noise=sight.noise * factor,
        blur=sight.blur,
        covered=sight.covered,
        habits=sight.habits,
        slips=sight.slips,
        unsure=sight.unsure,
    )
