"""What goes in and out of discounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, Field

from labeling.discounts.service import workflow_id

if TYPE_CHECKING:
    from labeling.database import Row


class DiscountIn(BaseModel):
    """Why somebody's answers shall not count any more; the record keeps it."""

    reason: str = Field("", max_length=1_000)


class PreviewOut(BaseModel):
    """What a discount would do; nothing has been changed.

    `cost_micros` is what asking again costs at most, at the price of the dearest workforce that
    may be asked; `budget_left_micros` is null where there is no cap.
    """

    answers: int
    items_touched: int
    items_reopened: int
    consensus_flips: int
    cost_micros: int
    budget_left_micros: int | None
    snapshots: list[int]


class DiscountOut(BaseModel):
    """A discount: how far it is, what it did, and the job that runs it."""

    n: int
    annotator: str
    state: Literal["dropping", "dropped", "restoring", "restored"]
    reason: str
    created_at: int
    ended_at: int | None
    answers: int
    items_touched: int
    items_reopened: int
    consensus_flips: int
    restored: int
    cost_micros: int
    job: str

    @classmethod
    def of(cls, row: Row) -> DiscountOut:
        """Return a discount's row as the API shows it."""
        return cls(
            n=row.n,
            annotator=row.pseudonym,
            state=row.state,
            reason=row.reason,
            created_at=row.created_at,
            ended_at=row.ended_at,
            answers=row.answers,
            items_touched=row.items,
            items_reopened=row.reopened,
            consensus_flips=row.flipped,
            restored=row.restored,
            cost_micros=row.cost_micros,
            job=workflow_id(row),
        )
