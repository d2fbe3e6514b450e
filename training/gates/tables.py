"""Tables of the gate."""

from __future__ import annotations

from sqlmodel import Field, SQLModel, UniqueConstraint

from labeling.columns import big, primary_id, ref, text


class GateReport(SQLModel, table=True):
    """Champion against challenger on one evaluation set, with the evidence; append-only."""

    __tablename__ = "gate_report"
    __table_args__ = (UniqueConstraint("challenger_id", "champion_id", "evaluation_set_id"),)

    id: int | None = primary_id()
    project_id: int = ref("project", index=True)
    created_at: int = big()
    challenger_id: int = ref("model_version")
    champion_id: int | None = ref("model_version", None)
    evaluation_set_id: int = ref("evaluation_set")
    use_n: int
    margin: float
    alpha: float
    verdict: str
    needs_n: int | None = None
    policy_version: int
    evidence: str = text()
    workflow_key: str = Field(unique=True)
