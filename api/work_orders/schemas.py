"""What goes in and out of work orders."""

from __future__ import annotations

from pydantic import BaseModel, Field

from labeling.exchange.work_orders.returns import Kind


class WorkOrderIn(BaseModel):
    """What is ordered; `test_share` is the share of items of the random test sample."""

    workforce: str
    n_items: int = Field(ge=1, le=1_000)
    judgments_per_item: int = Field(1, ge=1, le=20)
    test_share: float = Field(0.0, ge=0, le=1)


class WorkOrderOut(BaseModel):
    """A work order for `n_items` × `judgments_per_item`; the price is in micro-units."""

    n: int
    created_at: int
    workforce: str
    simulated: bool
    n_items: int
    judgments_per_item: int
    price_micros: int
    items_digest: str
    state: str
    accepted: int


class RowsOut(BaseModel):
    """How many rows of a file that is, and which lines."""

    count: int
    lines: list[int]


class ProblemRow(BaseModel):
    """A row that did not count, and why."""

    line: int
    kind: Kind
    reason: str


class ReturnOut(BaseModel):
    """What became of every row of a returned file; the kinds add up to `rows`."""

    order: int
    file_digest: str
    repeated_file: bool
    imported_at: int | None = None
    rows: int
    accepted: RowsOut
    repeated: RowsOut
    changed: RowsOut
    surplus: RowsOut
    unknown_line: RowsOut
    unknown_label: RowsOut
    malformed: RowsOut
    problems: list[ProblemRow]
    paid_micros: int
