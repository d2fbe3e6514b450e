"""Triggers that keep append-only tables so, on both stores (rule 5).

One door is left open: rows of a project whose grace period after deletion is over may be deleted
while the project stands in `deletion_door`, which is never so outside the purge's own transaction.
Nothing opens a door to UPDATE.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

DOOR: Final = "deletion_door"
VIA: Final = {"work_order_judgment": ("work_order_id", "work_order")}
"""Append-only tables that name no project themselves: the column and table that do."""


def forbid_changes(table: str) -> None:
    """Make the store refuse UPDATE and DELETE on a table; see the module on the one door."""
    has_door = sa.inspect(op.get_bind()).has_table(DOOR)
    if op.get_bind().dialect.name == "sqlite":
        _on_sqlite(table, has_door=has_door)
    else:
        _on_postgresql(table, has_door=has_door)


def open_doors() -> None:
    """Give the door, which is there now, to every table that was made append-only before it."""
    bind = op.get_bind()
    if bind.dialect.name == "sqlite":
        found = bind.execute(
            sa.text(
                "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' "
                "AND (name = tbl_name || '_no_update' OR name = tbl_name || '_no_delete')"
            )
        )
        rows = list(found)
        for name, _ in rows:
            op.execute(f"DROP TRIGGER {name}")
        tables = {row[1] for row in rows}
    else:
        found = bind.execute(
            sa.text(
                "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
                "WHERE t.tgname IN (c.relname || '_append_only', c.relname || '_no_truncate')"
            )
        )
        rows = list(found)
        for name, table in rows:
            op.execute(f"DROP TRIGGER {name} ON {table}")
        tables = {row[1] for row in rows}
    for table in sorted(tables):
        forbid_changes(table)


def _through_door(table: str) -> str:
    """Return the condition under which a row, `OLD`, may be deleted."""
    column, parent = VIA.get(table, ("project_id", "project"))
    own = "p.id" if parent == "project" else "w.id"
    join = "" if parent == "project" else f"JOIN {parent} w ON w.project_id = p.id "
    return (
        f"EXISTS (SELECT 1 FROM {DOOR} d "  # noqa: S608 - names of our own tables
        "JOIN deletion g ON g.project_id = d.project_id AND g.phase <> 'grace' "
        "JOIN project p ON p.id = d.project_id AND p.deleted_at IS NOT NULL "
        f"{join}WHERE {own} = OLD.{column})"
    )


def _on_sqlite(table: str, *, has_door: bool) -> None:
    for verb in ("UPDATE", "DELETE"):
        unless = f"WHEN NOT {_through_door(table)} " if has_door and verb == "DELETE" else ""
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {unless}"
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def _on_postgresql(table: str, *, has_door: bool) -> None:
    op.execute(
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    refuse = "refuse_change"
    if has_door:
        refuse = f"refuse_change_of_{table}"
        op.execute(
            f"CREATE OR REPLACE FUNCTION {refuse}() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN IF TG_OP = 'DELETE' THEN "
            f"IF {_through_door(table)} THEN RETURN OLD; END IF; END IF; "
            "RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
        )
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {refuse}()"
    )
    # A purge looks up no foreign keys and so switches ordinary triggers off; this one stays on.
    op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_append_only")
    op.execute(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
