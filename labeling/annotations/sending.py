"""What an annotator sends, and the receipt that comes back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from labeling.database import Row


@dataclass(frozen=True, slots=True)
class Submission:
    """One answer as it comes from a client; `client_key` makes a repeat harmless.

    `work_order_id` is set where a vendor's file brought it: then it is paid from what the order
    reserved and takes a slot that the order holds, never one of the queue. `source` names where an
    answer came from that nobody gave at a page.
    """

    lease_n: int
    client_key: str
    kind: Literal["answer", "skip", "flag"] = "answer"
    reason: str | None = None
    result: list[Any] = field(default_factory=list)
    active_ms: int = 0
    work_order_id: int | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a submission; the same for every repeat of it."""

    handle: str
    revision: int
    counted: bool
    surplus: bool
    paid_micros: int
    note: str | None


def receipt_of(assignment: Row, annotation: Row) -> Receipt:
    """Return the receipt of a stored revision."""
    surplus = bool(annotation.is_surplus)
    counted = annotation.kind == "answer" and not surplus
    return Receipt(
        assignment.handle,
        annotation.revision,
        counted,
        surplus,
        annotation.paid_micros,
        annotation.note,
    )
