"""Simulated eyes: they read bytes, the same person reads alike, and a crowd reads worse."""

from __future__ import annotations

import numpy as np
import pytest

from api.demo.digits import Digits, from_png, load_digits
from api.demo.eyes import Eyes, Sight
from api.demo.people import CROWD, IN_HOUSE, WORKFORCES, SimulatedWorkforce, people_of

N_READ = 400
CLEAR = Sight(memories=100, noise=0.0, blur=0.0)


@pytest.fixture(scope="module")
def digits() -> Digits:
    """Return the first bundled digits."""
    return load_digits(N_READ)


def read_all(sight: Sight, digits: Digits, seed: int) -> list[str | None]:
    """Let a person read every picture."""
    eyes = Eyes(sight, digits.ink, digits.truth, seed)
    return [eyes.read(file) for file in digits.files]


def accuracy(workforce: SimulatedWorkforce, digits: Digits, seed: int) -> float:
    """Return the share that a workforce's people read rightly of what they do not skip."""
    right = [
        label == str(truth)
        for person in people_of(workforce, seed)
        for label, truth in zip(
            read_all(person.sight, digits, person.seed), digits.truth, strict=True
        )
        if label is not None
    ]
    return float(np.mean(right))


class TestFromPng:
    """What a person gets to see."""

    def test_gives_back_the_ink(self, digits: Digits) -> None:
        """The bytes hold all that a person sees: nothing else is handed to them."""
        seen = from_png(digits.files[3])
        assert np.abs(seen - digits.ink[3]).max() < 0.01


class TestRead:
    """`Eyes.read`."""

    def test_the_same_person_reads_the_same_picture_alike(self, digits: Digits) -> None:
        """A seed makes a person: both projects are answered by the same people."""
        sight = CROWD.sight
        assert read_all(sight, digits, 5) == read_all(sight, digits, 5)

    def test_two_people_of_one_workforce_read_differently(self, digits: Digits) -> None:
        """Their disagreement is what truth inference works on."""
        assert read_all(CROWD.sight, digits, 5) != read_all(CROWD.sight, digits, 6)

    def test_clear_eyes_read_nearly_everything(self, digits: Digits) -> None:
        """Errors come from the imperfections, not from the way of reading."""
        read = read_all(CLEAR, digits, 0)
        assert np.mean([a == str(b) for a, b in zip(read, digits.truth, strict=True)]) > 0.97

    def test_a_habit_turns_one_digit_into_another(self, digits: Digits) -> None:
        """Habits are confusions: some pairs are far more frequent than with the same clear eyes."""
        habitual = Sight(memories=100, noise=0.0, blur=0.0, habits=9)
        read = read_all(habitual, digits, 1)
        wrong = [(b, a) for a, b in zip(read, digits.truth, strict=True) if a != str(b)]
        assert len(wrong) > 0.1 * N_READ
        assert {truth for truth, _ in wrong} <= {1, 3, 4, 5, 7, 8, 9}

    def test_what_cannot_be_told_is_skipped(self, digits: Digits) -> None:
        """A person may say that they are not sure."""
        doubtful = Sight(memories=30, noise=0.3, blur=0.4, unsure=0.6)
        skipped = read_all(doubtful, digits, 2).count(None)
        assert 0 < skipped < N_READ


class TestWorkforces:
    """The people of the demo."""

    @pytest.mark.parametrize("seed", [0, 1, 2])
    def test_in_house_reads_better_than_the_crowd(self, digits: Digits, seed: int) -> None:
        """What they cost is what they are worth."""
        assert accuracy(IN_HOUSE, digits, seed) > 0.95
        assert 0.7 < accuracy(CROWD, digits, seed) < 0.92

    def test_people_differ_in_pace_and_name(self) -> None:
        """Nobody is anybody's double."""
        everybody = [person for workforce in WORKFORCES for person in people_of(workforce, 0)]
        assert len({person.name for person in everybody}) == len(everybody)
        assert len({person.seconds for person in everybody}) == len(everybody)
        assert all("simulated" in person.name for person in everybody)
