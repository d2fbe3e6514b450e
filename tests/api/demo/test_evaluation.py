"""The demo's own accounts: what counts as lost, as asked twice, as right."""

from __future__ import annotations

from typing import Any

from api.demo.evaluation import (
    Answer,
    count_duplicates,
    count_lost,
    is_within,
    majority,
    percentile,
    share_right,
    waits,
)

KEYS = {"sha-1": "digit-1", "sha-2": "digit-2"}


def given(person: str, picture: str, label: str | None, handle: str) -> dict[str, Any]:
    """Return what a client noted."""
    return {
        "project": "digits",
        "person": person,
        "workforce": "crowd",
        "handle": handle,
        "picture": picture,
        "label": label,
    }


def stored(item: str, annotator: str, label: str, *, counted: bool = True) -> Answer:
    """Return what the hub exports."""
    return Answer(item, annotator, "crowd", label, counted, 0)


class TestCountLost:
    """Acknowledged by a client, and not in the hub."""

    def test_an_acknowledged_answer_that_is_not_stored_is_lost(self) -> None:
        """One of two is missing."""
        told = [given("a", "sha-1", "7", "h1"), given("b", "sha-1", "7", "h2")]
        assert count_lost([stored("digit-1", "x", "7")], told, KEYS) == 1

    def test_an_answer_with_another_label_is_lost(self) -> None:
        """What is kept must be what was given."""
        told = [given("a", "sha-1", "7", "h1")]
        assert count_lost([stored("digit-1", "x", "1")], told, KEYS) == 1

    def test_a_skip_and_a_surplus_answer_are_not_lost(self) -> None:
        """A skip is no answer; a surplus answer is stored."""
        told = [given("a", "sha-1", None, "h1"), given("a", "sha-2", "3", "h2")]
        assert count_lost([stored("digit-2", "x", "3", counted=False)], told, KEYS) == 0


class TestCountDuplicates:
    """Asked twice."""

    def test_the_same_picture_under_two_handles_is_a_duplicate(self) -> None:
        """A client sees it even if the hub stores but one."""
        told = [given("a", "sha-1", "7", "h1"), given("a", "sha-1", "7", "h2")]
        assert count_duplicates([], told) == 1

    def test_a_handle_in_two_hands_is_a_duplicate(self) -> None:
        """A lease belongs to one person."""
        told = [given("a", "sha-1", "7", "h1"), given("b", "sha-2", "7", "h1")]
        assert count_duplicates([], told) == 1

    def test_two_stored_answers_of_one_person_are_a_duplicate(self) -> None:
        """The hub's own record is looked at too."""
        assert count_duplicates([stored("digit-1", "x", "7")] * 2, []) == 1

    def test_two_people_about_one_picture_are_none(self) -> None:
        """That is what overlap means."""
        told = [given("a", "sha-1", "7", "h1"), given("b", "sha-1", "7", "h2")]
        assert count_duplicates([stored("digit-1", n, "7") for n in "xy"], told) == 0


class TestMajority:
    """`majority` and `share_right`."""

    def test_counts_counted_answers_only(self) -> None:
        """Surplus answers are no votes."""
        answers = [
            stored("digit-1", "x", "7"),
            stored("digit-1", "y", "1", counted=False),
            stored("digit-1", "z", "1", counted=False),
        ]
        assert majority(answers) == {"digit-1": "7"}
        assert share_right({"digit-1": "7"}, {"digit-1": "7"}) == 1.0
        assert share_right({}, {}) is None


class TestWaits:
    """Latencies, idle and during training."""

    def test_tells_training_from_idle(self) -> None:
        """A wait belongs to the moment it ended in."""
        rows = [{"at": 5, "milliseconds": 3.0}, {"at": 15, "milliseconds": 9.0}]
        found = waits(rows, [(10, 20)])
        assert (found["idle"], found["training"]) == (3.0, 9.0)
        assert not is_within(9, [(10, 20)])
        assert percentile([], 0.95) is None
