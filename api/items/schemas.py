"""What goes in and out of the pool."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field


class ItemIn(BaseModel):
    """One item; without a key its content hash is its key; `line` is its place in the source."""

    data: dict[str, Any]
    key: str | None = Field(None, min_length=1, max_length=500)
    group: str | None = Field(None, max_length=500)
    attributes: dict[str, Any] = Field(default_factory=dict)
    line: int = Field(0, ge=0, lt=2**53)


class ItemsIn(BaseModel):
    """Up to 1,000 items; `source` names the file they are from, and its content."""

    source: str = Field("import", min_length=1, max_length=300)
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
    changed_lines: list[int] = Field(description="Rows whose key is known with other content.")


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
