"""What a reviewer sends, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from labeling.database import Row
    from labeling.review.service import Verdict


@dataclass(frozen=True, slots=True)
class Target:
    """One of the answers as it was shown, by its place from 1, and what is wrong with it."""

    answer: int
    reason: str


@dataclass(frozen=True, slots=True)
class VerdictSent:
    """A verdict as it comes from a client; `client_key` makes a repeat harmless.

    `result` goes with `correct`, `targets` with `reject` (one or more) and `send_back` (one),
    `reason` with `reopen`; a reason may always be given.
    """

    lease_n: int
    client_key: str
    verdict: Verdict
    seen: str
    result: list[Any] = field(default_factory=list)
    targets: tuple[Target, ...] = ()
    reason: str | None = None
    active_ms: int = 0


@dataclass(frozen=True, slots=True)
class VerdictReceipt:
    """What became of a verdict; the same for every repeat of it."""

    handle: str
    verdict: str
    counted: bool
    paid_micros: int
    note: str | None


def receipt_of(assignment: Row, review: Row) -> VerdictReceipt:
    """Return the receipt of a stored review."""
    return VerdictReceipt(
        assignment.handle,
        review.verdict,
        not review.is_surplus,
        review.paid_micros,
        review.note,
    )
