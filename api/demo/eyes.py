"""Simulated eyes: a person who reads a picture's bytes, more or less well.

Each person remembers a few digits of each kind, drawn for them alone, and sees a picture blurred,
noisy and partly covered; the answer is the kind whose memories look most alike. Habits (one's 4s
turn into 9s) and slips of the finger come on top. The same person reads the same picture alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from api.demo.digits import CLASSES, SIDE, FloatArray, IntArray, digest_of, from_png

LIKENESS: Final = 0.3
"""Width of the kernel that compares what is seen with what is remembered, in squared ink."""
CONFUSABLE: Final = ((4, 9), (1, 7), (3, 8), (5, 6), (9, 4), (7, 1), (8, 3), (8, 9), (3, 9))
"""Pairs (true, read as) from which habits are drawn."""


@dataclass(frozen=True, slots=True)
class Sight:
    """How well a person reads.

    Attributes
    ----------
    memories
        Remembered pictures of each digit.
    noise
        Standard deviation of what is added to each pixel, in ink.
    blur
        Share of a pixel that comes from its four neighbours.
    covered
        Probability that two rows of the picture are not seen.
    habits
        Number of confusions this person is prone to, each followed in 30 % of cases.
    slips
        Probability of pressing any key.
    unsure
        A reading less likely than this is skipped.

    """

    memories: int
    noise: float
    blur: float
    covered: float = 0.0
    habits: int = 0
    slips: float = 0.0
    unsure: float = 0.0


HABIT: Final = 0.3


class Eyes:
    """One person's eyes.

    Parameters
    ----------
    sight
        How well they read.
    ink, truth
        (n, 64) and (n,): what reading was learned from.
    seed
        Makes the person.

    """

    def __init__(self, sight: Sight, ink: FloatArray, truth: IntArray, seed: int) -> None:
        self.sight, self.seed = sight, seed
        rng = np.random.default_rng(seed)
        places = [_some(np.flatnonzero(truth == k), sight.memories, rng) for k in range(10)]
        self._memory = _blurred(ink[np.concatenate(places)], sight.blur)
        self._kinds = truth[np.concatenate(places)]
        drawn = rng.choice(len(CONFUSABLE), size=sight.habits, replace=False)
        self._habits = {CONFUSABLE[i][0]: CONFUSABLE[i][1] for i in drawn.tolist()}

    def read(self, content: bytes) -> str | None:
        """Return the class that a picture's bytes are taken for, None for "I am not sure"."""
        rng = np.random.default_rng([self.seed, int(digest_of(content)[:12], 16)])
        chances = self._recognise(self._see(from_png(content), rng))
        if chances.max() < self.sight.unsure:
            return None
        read = int(chances.argmax())
        if read in self._habits and rng.random() < HABIT:
            read = self._habits[read]
        if rng.random() < self.sight.slips:
            read = int(rng.integers(10))
        return CLASSES[read]

    def _see(self, ink: FloatArray, rng: np.random.Generator) -> FloatArray:
        """Return (64,) what reaches this person of a picture."""
        seen: FloatArray = _blurred(ink[None, :], self.sight.blur)[0]
        seen = seen + self.sight.noise * rng.normal(size=seen.shape)
        if rng.random() < self.sight.covered:
            first = int(rng.integers(SIDE - 1)) * SIDE
            seen[first : first + 2 * SIDE] = 0.0
        return seen

    def _recognise(self, seen: FloatArray) -> FloatArray:
        """Return (10,) how likely each digit is."""
        distances = ((self._memory - seen) ** 2).sum(axis=1)
        alike = np.exp(-(distances - distances.min()) / (2 * LIKENESS))
        votes = np.bincount(self._kinds, weights=alike, minlength=10)
        chances: FloatArray = votes / votes.sum()
        return chances


def _some(places: IntArray, n: int, rng: np.random.Generator) -> IntArray:
    drawn: IntArray = rng.choice(places, size=min(n, len(places)), replace=False)
    return drawn


def _blurred(ink: FloatArray, blur: float) -> FloatArray:
    """Mix each pixel of (n, 64) with the mean of its four neighbours."""
    square = ink.reshape(-1, SIDE, SIDE)
    padded = np.pad(square, ((0, 0), (1, 1), (1, 1)))
    around = (
        padded[:, :-2, 1:-1] + padded[:, 2:, 1:-1] + padded[:, 1:-1, :-2] + padded[:, 1:-1, 2:]
    ) / 4
    return ((1 - blur) * square + blur * around).reshape(len(ink), SIDE * SIDE)
