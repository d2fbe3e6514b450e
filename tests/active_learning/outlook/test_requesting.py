"""Data requests of a project on a real store."""

from __future__ import annotations

from active_learning.outlook import requesting
from active_learning.outlook.requesting import Request
from labeling.database import Hub
from tests.factories import Floor

N_ITEMS = 30


def asked(floor: Floor) -> Request:
    """Ask on a test sample of which the model takes every item for an `a`."""
    half = N_ITEMS // 2
    said = (floor.keys(), ["a"] * half + ["b"] * half, ["a"] * N_ITEMS)
    found: Request = floor.write(lambda tx, project: requesting.request_of(tx, project, said))
    return found


class TestRequestOf:
    """When something is asked for, and for what."""

    def test_classes_and_slices_below_the_target_come_first(self, hub: Hub) -> None:
        """Each with what it lacks; the pool may still help, so nothing is needed yet."""
        floor = Floor.made(hub, n_items=N_ITEMS, target={"accuracy": 0.9})
        floor.write(
            lambda tx, project: tx.run(
                "UPDATE item SET attributes = :site WHERE project_id = :p",
                site='{"site": "north"}',
                p=project.id,
            )
        )
        found = asked(floor)
        assert [one.group.name for one in found.lacks] == ["b", "site=north", "a"]
        assert [one.verdict for one in found.lacks] == ["below", "below", "reached"]
        assert found.is_needed is False
        assert "may still help" in found.reason
        page = requesting.markdown_of("A project", found)
        assert "| class b |" in page
        assert "| class a |" not in page

    def test_an_empty_pool_asks_for_more(self, hub: Hub) -> None:
        """With no untouched item left only other data can lift what is below."""
        floor = Floor.made(hub, n_items=N_ITEMS, target={"accuracy": 0.9})
        floor.write(
            lambda tx, project: tx.run(
                "UPDATE item SET state = 'settled' WHERE project_id = :p", p=project.id
            )
        )
        found = asked(floor)
        assert found.is_needed is True
        assert "no untouched item" in found.reason

    def test_without_target_or_model_it_says_so(self, hub: Hub) -> None:
        """Unknown comes with what is missing."""
        floor = Floor.made(hub, n_items=1)
        assert "names no target" in asked(floor).reason
        floor = Floor.made(hub, slug="q", target={"class_recall": 0.8})
        none: Request = floor.write(lambda tx, project: requesting.request_of(tx, project, None))
        assert "No released model" in none.reason
        assert none.lacks == []
