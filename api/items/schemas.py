"""What goes in and out of the pool."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field


class ItemIn(BaseModel):
    """One item; without a key its content hash is its key."""

    data: dict[str, Any]
    key: str | None = Field(None, min_length=1, max_length=500)
    group: str | None = Field(None, max_length=500)
    attributes: dict[str, Any] = Field(default_factory=dict)


class ItemsIn(BaseModel):
    """Up to 1,000 items."""

    items: list[ItemIn] = Field(max_length=1_000)


class RefusedOut(BaseModel):
    """A row that was not taken, and why."""

    line: int
    key: str | None
    reason: str


class ImportReportOut(BaseModel):
    """What was taken and what was not; the counts add up to the rows given."""

    added: int
    duplicates: int
    changed: int
    refused: list[RefusedOut]


class ItemOut(BaseModel):
    """An item as an owner sees it."""

    id: int
    key: str
    data: dict[str, Any]
    split: str
    state: str


class BlobOut(BaseModel):
    """A payload that items may name by its digest."""

    blob: str
    mime: str
