"""The schema: empty to head without a difference, and tables that nobody rewrites."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from labeling.database import migrate
from migrations.metadata import APPEND_ONLY, METADATA


@contextmanager
def engine_of(url: str) -> Iterator[sa.Engine]:
    """Open an engine and leave no connection behind."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    try:
        yield engine
    finally:
        engine.dispose()


def differences(url: str) -> list[Any]:
    """Return what Alembic would change to bring a store to the tables of the code."""
    with engine_of(url) as engine, engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        return list(compare_metadata(context, METADATA))


def some_value(column: sa.Column[Any]) -> Any:
    """Return a value that fits a column."""
    kinds: dict[type, Any] = {int: 1, float: 0.5, bool: True}
    return kinds.get(column.type.python_type, "x")


def add_row(connection: sa.Connection, table: sa.Table) -> None:
    """Add a row without the rows it refers to."""
    values = {column.name: some_value(column) for column in table.columns if not column.nullable}
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SET session_replication_role = replica"))
    connection.execute(sa.insert(table).values(values))
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SET session_replication_role = origin"))


class TestUpgrade:
    """`migrate` from an empty store."""

    def test_head_is_what_the_code_says(self, blank_store_url: str) -> None:
        """Shows that no table, column, index or constraint differs."""
        migrate(blank_store_url)
        assert differences(blank_store_url) == []

    def test_a_second_run_changes_nothing(self, blank_store_url: str) -> None:
        """Shows that every start may call it."""
        migrate(blank_store_url)
        migrate(blank_store_url)
        assert differences(blank_store_url) == []

    def test_check_constraints_are_there(self, store_url: str) -> None:
        """Shows what autogenerate does not compare: checks on slots and on money."""
        with engine_of(store_url) as engine:
            inspector = sa.inspect(engine)
            found = {
                check["name"]
                for table in ("task", "budget")
                for check in inspector.get_check_constraints(table)
            }
        assert found >= {"ck_task_open_slots", "ck_budget_cap"}


class TestAppendOnly:
    """Tables whose rows are never changed (rule 5)."""

    def test_the_rule_names_tables_that_exist(self) -> None:
        """Shows that the list cannot outlive a renamed table."""
        assert set(APPEND_ONLY) <= set(METADATA.tables)

    def test_what_the_design_calls_append_only_is_on_the_list(self) -> None:
        """Shows that annotations, money, snapshots, gates and deployments are all covered."""
        assert set(APPEND_ONLY) >= {
            "annotation",
            "ledger_entry",
            "snapshot",
            "gate_report",
            "deployment",
            "audit_event",
        }

    @pytest.mark.parametrize("statement", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}"])
    def test_rows_cannot_be_changed(self, store_url: str, statement: str) -> None:
        """Shows that both stores refuse, for every table on the list."""
        refused = []
        with engine_of(store_url) as engine:
            for name in APPEND_ONLY:
                table = METADATA.tables[name]
                text = statement.format(name, next(iter(table.columns)).name)
                with engine.connect() as connection:
                    add_row(connection, table)
                    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
                        connection.execute(sa.text(text))
                refused.append(name)
        assert tuple(refused) == APPEND_ONLY

    def test_tables_cannot_be_emptied(self, postgresql_url: str) -> None:
        """Shows that PostgreSQL's TRUNCATE, which asks no row, is refused too."""
        with engine_of(postgresql_url) as engine:
            for name in APPEND_ONLY:
                with (
                    engine.connect() as connection,
                    pytest.raises(sa.exc.DBAPIError, match="append-only"),
                ):
                    connection.execute(sa.text(f"TRUNCATE {name} CASCADE"))
