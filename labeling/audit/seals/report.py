"""What a verification of the record has found, and how it is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from labeling.audit.seals.chain import GENESIS

Kind = Literal["changed", "missing", "inserted", "cut off"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One row that is not as it was sealed."""

    kind: Kind
    table: str
    id: int
    text: str


@dataclass(slots=True)
class Report:
    """What a verification looked at and found."""

    n_events: int = 0
    n_seals: int = 0
    n_rows: int = 0
    n_unsealed: int = 0
    n_rows_unsealed: int = 0
    n_erased: int = 0
    n_purged: int = 0
    n_rows_purged: int = 0
    n_anchors: int = 0
    head_n: int = 0
    head: str = GENESIS
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def lines_of(report: Report) -> Sequence[str]:
    """Return a report as lines for people."""
    found = [finding.text for finding in report.findings]
    whole = (
        f"{report.n_events:,} events in {report.n_seals:,} seals, {report.n_unsealed:,} not sealed "
        f"yet, {report.n_erased:,} payloads erased, {report.n_purged:,} events of purged projects, "
        f"{report.n_anchors:,} anchors."
    )
    rows = (
        f"{report.n_rows:,} rows of append-only tables in seals, {report.n_rows_unsealed:,} not "
        f"sealed yet, {report.n_rows_purged:,} of purged projects."
    )
    head = f"Head: seal {report.head_n}, {report.head}"
    verdict = "The record is whole." if not found else f"{len(found)} findings."
    return [*found, whole, rows, head, verdict]


def json_of(report: Report) -> dict[str, Any]:
    """Return a report as plain data."""
    return {
        "whole": report.is_whole,
        "events": report.n_events,
        "seals": report.n_seals,
        "unsealed": report.n_unsealed,
        "rows": report.n_rows,
        "rows_unsealed": report.n_rows_unsealed,
        "rows_purged": report.n_rows_purged,
        "erased": report.n_erased,
        "purged": report.n_purged,
        "anchors": report.n_anchors,
        "head": {"n": report.head_n, "digest": report.head},
        "findings": [
            {"kind": f.kind, "table": f.table, "id": f.id, "text": f.text} for f in report.findings
        ],
    }
