"""Tables of the loop's record."""

from __future__ import annotations

from sqlmodel import Field, SQLModel, UniqueConstraint

from labeling.columns import BIG, big, primary_id, ref, text


class SelectionRound(SQLModel, table=True):
    """One turn of selection: with which model, strategy and seed, over how much of the pool.

    `advice` is what could have been asked, compared, as JSON; `document` is the digest of the file
    from which the round is replayed.
    """

    __tablename__ = "selection_round"
    __table_args__ = (UniqueConstraint("project_id", "n"),)

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    n: int
    training_run_id: int | None = ref("training_run", None)
    strategy: str
    params: str = text("{}")
    seed: int = big()
    annotation_high_water: int = big()
    n_candidates: int = big()
    fallback_reason: str | None = text(None)
    seconds: float = 0.0
    loop_seconds: float | None = None
    workflow_key: str = Field(unique=True)
    advice: str | None = text(None)
    featurizer_digest: str | None = None
    document: str | None = None


class Selection(SQLModel, table=True):
    """One item chosen in a round: its rank, score and why; append-only.

    `action` is new, random, test, relabel or review.
    """

    __tablename__ = "selection"

    round_id: int = Field(sa_type=BIG, primary_key=True, foreign_key="selection_round.id")
    item_id: int = Field(sa_type=BIG, primary_key=True, foreign_key="item.id")
    project_id: int = ref("project")
    rank: int
    score: float | None = None
    reason: str = text()
    task_id: int | None = ref("task", None)
    action: str = Field("new", sa_column_kwargs={"server_default": "new"})
