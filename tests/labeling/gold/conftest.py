"""A floor whose first items are known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from labeling.database import Hub
from tests.factories import Floor
from tests.labeling.gold.factories import give

GoldFloor = Callable[..., Floor]


@pytest.fixture
def gold_floor(hub: Hub) -> GoldFloor:
    """Return what makes a floor of which the first `n_gold` items are known."""

    def make(*, n_gold: int = 5, n_items: int = 30, use: str = "gold", **options: Any) -> Floor:
        floor = Floor.made(hub, n_items=n_items, **options)
        give(floor, n_gold, use=use)
        return floor

    return make
