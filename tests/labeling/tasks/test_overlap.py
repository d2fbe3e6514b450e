"""Overlap by project, split and workforce."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from labeling.database import Hub
from labeling.errors import InvalidInputError
from labeling.projects.policy import parse_policy
from labeling.tasks.overlap import compared_answers, overlap_of
from labeling.workforces import service as workforces
from tests.factories import Floor


@dataclass
class Crowd:
    """A workforce with an overlap of its own, or without."""

    overlap_least: int | None = None
    overlap_most: int | None = None


POLICY = parse_policy(
    {
        "overlap_least": 2,
        "overlap_most": 3,
        "test_overlap": 4,
        "queue": {"validation_overlap": 5},
    }
)


class TestOverlapOf:
    """`overlap_of`."""

    @pytest.mark.parametrize(
        ("split", "workforce", "expected"),
        [
            ("train", None, (2, 3)),
            ("test", None, (4, 4)),
            ("validation", None, (5, 5)),
            ("train", Crowd(), (2, 3)),
            ("train", Crowd(1, 1), (1, 1)),
            ("train", Crowd(4), (4, 4)),
            ("train", Crowd(None, 6), (2, 6)),
            ("test", Crowd(1, 1), (4, 4)),
        ],
    )
    def test_it_is_the_narrowest_that_applies(
        self, split: str, workforce: Crowd | None, expected: tuple[int, int]
    ) -> None:
        """Shows split before workforce before project, and never a most below the least."""
        assert overlap_of(POLICY, split, workforce) == expected

    def test_validation_follows_training_unless_it_is_set(self) -> None:
        """Shows the default."""
        assert overlap_of(parse_policy({"overlap_most": 2}), "validation") == (1, 2)


class TestWorkforceOverlap:
    """A workforce's own overlap."""

    def test_one_that_contradicts_itself_is_refused(self, hub: Hub) -> None:
        """Shows that most is not below least."""
        floor = Floor.made(hub)
        with pytest.raises(InvalidInputError):
            floor.write(
                lambda tx, project: workforces.create_workforce(
                    tx, project.id, name="w", kind="crowd", overlap=(3, 2)
                )
            )

    def test_validation_items_are_opened_with_theirs(self, hub: Hub) -> None:
        """Shows the split's number on the task that a lease opens."""
        floor = Floor.made(hub, split="validation", queue={"validation_overlap": 4})
        floor.lease(0)
        assert (floor.task().wanted, floor.task().wanted_most) == (4, 4)

    @pytest.mark.parametrize(
        ("policy", "overlap", "compared"),
        [
            ({"test_overlap": 3}, (3, 3), None),
            ({"test_overlap": 3, "test_overlap_least": 2}, (2, 3), 2),
            ({"test_overlap": 2, "test_overlap_least": 3}, (2, 2), None),
        ],
    )
    def test_test_items_may_stop_early(
        self, policy: dict[str, int], overlap: tuple[int, int], compared: int | None
    ) -> None:
        """Then agreement compares what every item got, not what was asked where people differ."""
        parsed = parse_policy(policy)
        assert overlap_of(parsed, "test") == overlap
        assert compared_answers(parsed) == compared
