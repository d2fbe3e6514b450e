"""Tables of what the hub believes."""

from __future__ import annotations

from sqlalchemy import false as sql_false
from sqlalchemy import text as sql_text
from sqlmodel import Field, Index, SQLModel, UniqueConstraint

from labeling.columns import BIG, big, primary_id, ref, text


class Consensus(SQLModel, table=True):
    """What the hub believes about an item's question now; `version` counts its changes."""

    __tablename__ = "consensus"
    __table_args__ = (
        Index("ix_consensus_state", "project_id", "question", "state", "item_id"),
        Index(
            "ix_consensus_pinned",
            "project_id",
            "question",
            "item_id",
            sqlite_where=sql_text("pinned"),
            postgresql_where=sql_text("pinned"),
        ),
    )

    item_id: int = Field(sa_type=BIG, primary_key=True, foreign_key="item.id")
    question: str = Field(primary_key=True)
    project_id: int = ref("project")
    state: str = "pending"
    class_id: int | None = ref("label_class", None)
    posterior: str = text("{}")
    confidence: float = 0.0
    majority_class_id: int | None = ref("label_class", None)
    n_answers: int = 0
    truth_fit_n: int = 0
    version: int = 1
    updated_at: int = big()
    folded: str = text("{}")
    pinned: bool = Field(default=False, sa_column_kwargs={"server_default": sql_false()})
    """Whether a review has decided it; no answer and no fit changes the class then."""
    review_id: int | None = big(None)
    method: str = Field("truth", sa_column_kwargs={"server_default": "truth"})
    answer: str | None = text(None)
    """JSON of what the answers to a question that is no single choice come to: `result` as Label
    Studio writes it, `annotations` that it rests on; null where there is none."""
    certificate_id: int | None = big(None)
    """Under which a model's answer stands as the label; the method is `certified_model` then."""
    prior: str | None = text(None)
    """What the project's own model says, which never saw this item's label; as in `priors`."""


class ConsensusEvent(SQLModel, table=True):
    """One change of a consensus; append-only."""

    __tablename__ = "consensus_event"
    __table_args__ = (
        Index("ix_consensus_event_item", "item_id", "question"),
        Index(
            "ix_consensus_event_left",
            "project_id",
            "question",
            "item_id",
            "id",
            sqlite_where=sql_text("from_class_id IS NOT NULL"),
            postgresql_where=sql_text("from_class_id IS NOT NULL"),
        ),
    )

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    item_id: int = ref("item")
    question: str
    from_state: str | None = None
    to_state: str
    class_id: int | None = ref("label_class", None)
    confidence: float = 0.0
    cause: str
    from_class_id: int | None = big(None)
    """The class that was accepted until then; None where none was."""
    answer: str | None = text(None)
    """As the consensus' own."""


class Fusing(SQLModel, table=True):
    """An item whose answers, of no single choice, have changed since they were combined."""

    __tablename__ = "fusing"
    __table_args__ = (Index("ix_fusing_project", "project_id"),)

    item_id: int = Field(sa_type=BIG, primary_key=True, foreign_key="item.id")
    question: str = Field(primary_key=True)
    project_id: int = ref("project")
    task_id: int = ref("task")
    n: int = 1
    """How often they have changed: what was read at one number is not written at the next."""
    cause: str


class TruthFit(SQLModel, table=True):
    """One full fit of the annotators' confusions; append-only."""

    __tablename__ = "truth_fit"
    __table_args__ = (UniqueConstraint("project_id", "question", "n"),)

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    question: str
    n: int
    method: str
    params: str = text("{}")
    annotation_high_water: int = big()
    n_answers: int = big()
    n_items: int = big()
    n_flipped: int = big()


class TruthFlip(SQLModel, table=True):
    """One item whose class a full fit changed, and why; append-only."""

    __tablename__ = "truth_flip"
    __table_args__ = (Index("ix_truth_flip_fit", "project_id", "question", "fit_n", "id"),)

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    question: str
    fit_n: int
    item_id: int = ref("item")
    state: str
    from_class_id: int = ref("label_class")
    to_class_id: int = ref("label_class")
    from_score: float
    to_score: float
    cause: str
    annotator_id: int | None = ref("annotator", None)
    evidence: str = text()


class CalibrationVersion(SQLModel, table=True):
    """What a stop score was worth on checked items after one full fit; append-only."""

    __tablename__ = "calibration"
    __table_args__ = (UniqueConstraint("project_id", "question", "n"),)

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    question: str
    n: int
    fit_n: int
    method: str
    n_gold: int
    n_reviewed: int
    needed: int
    is_calibrated: bool
    slope: float
    intercept: float
    figures: str = text()


class AnnotatorSkill(SQLModel, table=True):
    """One sparse cell of an annotator's confusion counts."""

    __tablename__ = "annotator_skill"
    __table_args__ = (
        UniqueConstraint(
            "project_id", "question", "annotator_id", "true_class_id", "given_class_id"
        ),
    )

    id: int | None = primary_id()
    project_id: int = ref("project")
    question: str
    annotator_id: int = ref("annotator")
    true_class_id: int = ref("label_class")
    given_class_id: int = ref("label_class")
    weight: float
    weight_with_model: float | None = None
    """The same as fitted with the own model's prior; None where the last fit had none."""
