"""Tables of the deployment ledger."""

from __future__ import annotations

from sqlmodel import Field, SQLModel, UniqueConstraint

from labeling.columns import big, primary_id, ref, text


class Deployment(SQLModel, table=True):
    """What was put live, by whom, and why; append-only.

    Inserting `seq + 1` of a slot is the compare-and-set: two at once cannot both succeed.
    """

    __tablename__ = "deployment"
    __table_args__ = (UniqueConstraint("project_id", "slot", "seq"),)

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    slot: str = "live"
    seq: int
    model_version_id: int = ref("model_version")
    gate_report_id: int = ref("gate_report")
    previous_id: int | None = ref("deployment", None)
    action: str
    actor_kind: str
    actor_id: int = big()
    reason: str = text()
    workflow_key: str = Field(unique=True)
