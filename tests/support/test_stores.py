"""Each test gets a migrated database that no other test has seen, on both stores."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import make_url


def tables(url: str) -> set[str]:
    """Return the names of the tables in a database."""
    engine = create_engine(url)
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


class TestStoreUrl:
    """One fixture, two stores, as many databases as tests."""

    @pytest.mark.parametrize("turn", [1, 2])
    def test_the_database_is_migrated_and_fresh(self, store_url: str, turn: int) -> None:
        """Our tables are there; what the turn before it wrote is not."""
        assert {"project", "item", "task"} <= tables(store_url)
        assert "left_behind" not in tables(store_url)
        engine = create_engine(store_url)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE left_behind (turn INTEGER)"))
        engine.dispose()
        assert "left_behind" in tables(store_url)

    def test_both_stores_are_served(self, store_url: str, request: pytest.FixtureRequest) -> None:
        """The marker of the test names the store of its URL, which is what the count rests on."""
        store = make_url(store_url).get_backend_name()
        assert request.node.get_closest_marker(store) is not None

    def test_a_blank_database_holds_nothing(self, blank_store_url: str) -> None:
        """The migrations are tested from nothing."""
        assert tables(blank_store_url) == set()
