"""Which append-only rows an event vouches for, so that a change in them is found too.

An event whose object is of a kind listed here vouches for that row; `vouches` of `record` names
further ones. A column that is added to one of these tables is added here too, and is null in rows
that were written before it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from labeling.database import Row

COVERED: Final[dict[str, tuple[str, ...]]] = {
    "annotation": (
        "id",
        "project_id",
        "created_at",
        "assignment_id",
        "item_id",
        "annotator_id",
        "revision",
        "lease_n",
        "client_key",
        "kind",
        "reason",
        "result",
        "schema_version",
        "source",
        "is_surplus",
        "paid_micros",
        "note",
    ),
    "snapshot": (
        "id",
        "project_id",
        "created_at",
        "n",
        "digest",
        "schema_version",
        "truth_fit_n",
        "annotation_high_water",
        "rule",
        "counts",
        "workflow_key",
    ),
    "model_version": (
        "id",
        "project_id",
        "created_at",
        "n",
        "training_run_id",
        "artefact_digest",
        "format",
        "bytes",
    ),
    "evaluation_set": ("id", "project_id", "created_at", "n", "digest", "n_items"),
    "gate_report": (
        "id",
        "project_id",
        "created_at",
        "challenger_id",
        "champion_id",
        "evaluation_set_id",
        "use_n",
        "margin",
        "alpha",
        "verdict",
        "needs_n",
        "policy_version",
        "evidence",
        "workflow_key",
    ),
    "deployment": (
        "id",
        "project_id",
        "created_at",
        "slot",
        "seq",
        "model_version_id",
        "gate_report_id",
        "previous_id",
        "action",
        "actor_kind",
        "actor_id",
        "reason",
        "workflow_key",
    ),
    "review": (
        "id",
        "project_id",
        "created_at",
        "task_id",
        "assignment_id",
        "item_id",
        "question",
        "annotator_id",
        "client_key",
        "verdict",
        "present_class_id",
        "class_id",
        "consensus_version",
        "targets",
        "reason",
        "is_surplus",
        "paid_micros",
        "note",
        "result",
    ),
    "policy_version": ("id", "project_id", "created_at", "n", "policy"),
}
"""Table → its columns, in the order of its definition."""
LEDGER: Final = (
    "id",
    "project_id",
    "created_at",
    "kind",
    "amount_micros",
    "workforce_id",
    "annotator_id",
    "assignment_id",
    "work_order_id",
    "corrects_id",
    "dedupe_key",
)
"""Columns of the ledger: an annotation's event vouches for what that annotation earned."""


def named_rows(event: Row) -> Iterator[tuple[str, int]]:
    """Yield table and id of the rows that an event vouches for, its own object first."""
    if event.object_kind in COVERED:
        yield event.object_kind, event.object_id
    if event.vouches:
        further: Mapping[str, Sequence[int]] = json.loads(event.vouches)
        for table, ids in sorted(further.items()):
            yield from ((table, row_id) for row_id in ids if table in COVERED)
