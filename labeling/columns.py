"""Column kinds that every table shares."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Integer, Text
from sqlmodel import Field

BIG = BigInteger().with_variant(Integer, "sqlite")
"""64-bit integer; plain INTEGER on SQLite, where it is 64-bit and may alias the row id."""


def primary_id() -> Any:
    """Return a 64-bit primary key that the store numbers."""
    return Field(default=None, sa_type=BIG, primary_key=True)


def big(default: Any = ..., **options: Any) -> Any:
    """Return a 64-bit integer column (ids, microseconds, micro-units)."""
    return Field(default, sa_type=BIG, **options)


def ref(table: str, default: Any = ..., **options: Any) -> Any:
    """Return a 64-bit foreign key to another table's id."""
    return Field(default, sa_type=BIG, sa_column_args=[ForeignKey(f"{table}.id")], **options)


def text(default: Any = ..., **options: Any) -> Any:
    """Return a text column without a length limit (also canonical JSON)."""
    return Field(default, sa_type=Text, **options)
