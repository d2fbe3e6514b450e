"""SQL stands in `store.py`, `labeling/database` and the migrations, and nowhere else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.sources import PACKAGES, ROOT, place, python_files, tree_of

ALLOWED_NAMES: Final = {"store.py"}
ALLOWED_FILES: Final = set((ROOT / "labeling" / "database").glob("*.py"))

BUILDERS: Final = frozenset({"select", "insert", "update", "delete", "text"})
LIBRARIES: Final = ("sqlalchemy", "sqlmodel")

STATEMENT: Final = re.compile(
    r"""\s*(?:
        SELECT\s.+ | INSERT\s+(?:OR\s+\w+\s+)?INTO\s.+ | UPDATE\s+\S+\s+SET\s.+ | DELETE\s+FROM\s.+
      | WITH\s+(?:RECURSIVE\s+)?\w+.*\sAS\s*\(.+ | PRAGMA\s+\w+.*
      | (?:CREATE|DROP|ALTER)\s+(?:UNIQUE\s+|TEMP\s+|OR\s+REPLACE\s+)*
        (?:TABLE|INDEX|TRIGGER|VIEW|FUNCTION|SCHEMA|DATABASE|SEQUENCE)\s.+
      | BEGIN(?:\s+IMMEDIATE)? | COMMIT | ROLLBACK(?:\s+TO\s.+)? | SAVEPOINT\s.+ | TRUNCATE\s.+
    )\s*""",
    re.VERBOSE | re.DOTALL,
)
"""A statement in the capitals that SQL is written in here."""

LOWER_CASE: Final = re.compile(
    r"\s*(?:select\s.+\sfrom\s+\w+\s+(?:where|join|order|group|limit)\s.+"
    r"|insert\s+into\s+\w+\s*\(.+|update\s+\w+\s+set\s+\w+\s*=.+|delete\s+from\s+\w+\s+where\s.+)",
    re.IGNORECASE | re.DOTALL,
)
"""A statement in small letters, told from an English sentence by its clauses."""


def sql_in(tree: ast.Module, *, declares_tables: bool = False) -> Iterator[tuple[int, str]]:
    """Yield the line of everything in a syntax tree that is SQL, and what it is.

    `tables.py` may use `text` for the conditions of its partial indexes and checks.
    """
    builders = BUILDERS - {"text"} if declares_tables else BUILDERS
    modules = set(_library_names(tree))
    docstrings = set(_docstrings(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in docstrings:
            if _is_statement(_text_of(node)):
                yield node.lineno, "a statement"
        elif isinstance(node, ast.ImportFrom) and _is_library(node.module or ""):
            yield from ((node.lineno, name.name) for name in node.names if name.name in builders)
        elif isinstance(node, ast.Attribute) and ast.unparse(node.value) in modules:
            yield from ((node.lineno, name) for name in builders & {node.attr})


def _text_of(node: ast.expr) -> str:
    """Return a string constant's text; whatever is formatted into it reads as one word."""
    if isinstance(node, ast.JoinedStr):
        return "".join(_text_of(part) for part in node.values)
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    return "word"


def _is_statement(value: str) -> bool:
    return bool(STATEMENT.fullmatch(value) or LOWER_CASE.match(value))


def _is_library(module: str) -> bool:
    return module.partition(".")[0] in LIBRARIES


def _library_names(tree: ast.Module) -> Iterator[str]:
    """Yield the names under which the SQL libraries themselves are imported."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                if _is_library(name.name):
                    yield name.asname or name.name.partition(".")[0]


def _docstrings(tree: ast.Module) -> Iterator[int]:
    """Yield the identity of every string that stands alone: docstrings of all kinds."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            yield id(node.value)


def _is_allowed(path: Path) -> bool:
    return path.name in ALLOWED_NAMES or path in ALLOWED_FILES


class TestSqlStandsInStoresOnly:
    """Services, endpoints and mathematics name no table and build no query."""

    def test_no_other_module_holds_sql(self) -> None:
        """Every statement and query builder of the four packages is in a place made for it."""
        found = [
            f"{place(path, line)} {what}"
            for path in python_files(*PACKAGES)
            if not _is_allowed(path)
            for line, what in sql_in(tree_of(path), declares_tables=path.name == "tables.py")
        ]
        assert found == []


class TestTheFinderFinds:
    """The rule can fail: each sample breaks it, each innocent one does not."""

    @pytest.mark.parametrize(
        "sample",
        [
            'rows = tx.rows("SELECT id FROM item WHERE project_id = :p", p=1)',
            'tx.run(f"UPDATE {table} SET state = :s", s=1)',
            'sql = """\n    INSERT INTO task (item_id)\n    VALUES (:item)\n"""',
            'sql = "WITH open AS (SELECT id FROM task) SELECT * FROM open"',
            'connection.execute("PRAGMA journal_mode=WAL")',
            'sql = "select id from item where id = 1"',
            'sql = "delete from item where id = 1"',
            "from sqlmodel import Session, select",
            "from sqlalchemy.dialects.sqlite import insert",
            "import sqlalchemy as sa\nquery = sa.text('x')",
        ],
    )
    def test_a_bad_sample_is_found(self, sample: str) -> None:
        """SQL as text, in pieces of text, and through the builders of both libraries is seen."""
        assert list(sql_in(ast.parse(sample)))

    @pytest.mark.parametrize(
        "sample",
        [
            '"""SELECT what to ask next; a docstring may say SELECT x FROM y."""',
            'title = "Select the items from the pool"',
            'help_text = "Update the policy of a project."',
            "from sqlmodel import Field, SQLModel",
            "from active_learning.strategies import select",
            "chosen = strategies.select('margin', 5)",
            "hasher.update(b'x')",
        ],
    )
    def test_an_innocent_sample_is_not(self, sample: str) -> None:
        """Sentences, our own `select`, and other methods of the same names are left alone."""
        assert list(sql_in(ast.parse(sample))) == []

    def test_tables_may_write_conditions_but_no_statements(self) -> None:
        """A partial index needs `text`; a query in `tables.py` is refused like anywhere."""
        condition = ast.parse("from sqlalchemy import Index, text\nopen_ = text('is_open = 1')")
        query = ast.parse("from sqlalchemy import select")
        assert list(sql_in(condition, declares_tables=True)) == []
        assert list(sql_in(query, declares_tables=True))
