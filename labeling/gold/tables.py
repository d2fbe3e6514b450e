"""Tables of known answers and of what people made of them."""

from __future__ import annotations

from sqlalchemy import text as sql_text
from sqlmodel import Field, Index, SQLModel, UniqueConstraint

from labeling.columns import BIG, big, primary_id, ref, text


class Gold(SQLModel, table=True):
    """An item with known answers; `answers` maps each question to its right class ids.

    `use` is gold, training or qualification; `state` proposed, active, quarantined or retired.
    `said` is what people say of it, as a posterior; `recount_after` is the last annotator whose
    record has been corrected after it left service.
    """

    __tablename__ = "gold"
    __table_args__ = (
        Index(
            "uq_gold_item",
            "item_id",
            unique=True,
            sqlite_where=sql_text("state <> 'retired'"),
            postgresql_where=sql_text("state <> 'retired'"),
        ),
        Index("ix_gold_stock", "project_id", "use", "state", "shuffle"),
        Index("ix_gold_project", "project_id", "id"),
        Index("ix_gold_item", "item_id", "id"),
        Index(
            "ix_gold_dirty",
            "id",
            sqlite_where=sql_text("is_dirty"),
            postgresql_where=sql_text("is_dirty"),
        ),
        Index(
            "ix_gold_recount",
            "id",
            sqlite_where=sql_text("recount_after IS NOT NULL"),
            postgresql_where=sql_text("recount_after IS NOT NULL"),
        ),
    )

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    item_id: int = ref("item")
    task_id: int | None = ref("task", None)
    use: str = "gold"
    state: str = "active"
    state_reason: str | None = text(None)
    answers: str = text("{}")
    reason: str = text("")
    source: str = "given"
    shuffle: int = big()
    difficulty: float | None = None
    n_answers: int = 0
    n_missed: int = 0
    said: str = text("{}")
    is_dirty: bool = False
    sets_truth: bool = False
    recount_after: int | None = big(None)


class GoldStock(SQLModel, table=True):
    """What a project has of known answers; `revision` counts additions, `queue_mix` is JSON."""

    __tablename__ = "gold_stock"

    project_id: int = Field(sa_type=BIG, primary_key=True, foreign_key="project.id")
    seed: str
    revision: int = big(0)
    refill_after: int = big(0)
    queue_mix: str = text("{}")
    checked_at: int = big(0)


class GoldPlace(SQLModel, table=True):
    """How far one annotator has come in the stock; written only while a lease is given."""

    __tablename__ = "gold_place"
    __table_args__ = (Index("ix_gold_place_project", "project_id"),)

    annotator_id: int = Field(sa_type=BIG, primary_key=True, foreign_key="annotator.id")
    project_id: int = ref("project")
    draws: int = big(0)
    place: int = big(0)
    out_revision: int | None = big(None)
    training_given: int = 0
    test_size: int = 0
    test_given: int = 0
    urgency: float | None = None
    """How far a planner raises this person's share of gold, from the least to the first rate; null
    where the record alone says."""


class GoldRecord(SQLModel, table=True):
    """One annotator's score, training and test; written only when an answer is scored.

    What was forgiven by a reinstatement counts towards no later judgment.
    """

    __tablename__ = "gold_record"
    __table_args__ = (
        Index("ix_gold_record_project", "project_id"),
        Index(
            "ix_gold_record_dirty",
            "annotator_id",
            sqlite_where=sql_text("is_dirty"),
            postgresql_where=sql_text("is_dirty"),
        ),
    )

    annotator_id: int = Field(sa_type=BIG, primary_key=True, foreign_key="annotator.id")
    project_id: int = ref("project")
    n: int = 0
    n_right: int = 0
    forgiven_n: int = 0
    forgiven_right: int = 0
    is_dirty: bool = False
    training_done: int = 0
    training_right: int = 0
    test_n: int = 0
    test_right: int = 0
    test_tries: int = 0
    test_failed_at: int | None = big(None)


class GoldResult(SQLModel, table=True):
    """What one revision of an assignment made of a known item; append-only, the newest counts."""

    __tablename__ = "gold_result"
    __table_args__ = (
        UniqueConstraint("assignment_id", "n"),
        Index("ix_gold_result_gold", "gold_id", "annotator_id"),
        Index("ix_gold_result_annotator", "annotator_id", "id"),
    )

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    gold_id: int = ref("gold")
    assignment_id: int = ref("assignment")
    annotator_id: int = ref("annotator")
    annotation_id: int = big()
    n: int
    use: str
    outcome: str
    corrects_id: int | None = ref("gold_result", None)


class GoldVote(SQLModel, table=True):
    """The class that an answer which counts now gives to a known item's question."""

    __tablename__ = "gold_vote"
    __table_args__ = (Index("ix_gold_vote_gold", "gold_id", "question"),)

    annotation_id: int = Field(sa_type=BIG, primary_key=True, foreign_key="annotation.id")
    question: str = Field(primary_key=True)
    class_id: int = ref("label_class")
    gold_id: int = ref("gold")
    annotator_id: int = ref("annotator")


class GoldPause(SQLModel, table=True):
    """A pause for accuracy below the bar, with the evidence it rests on."""

    __tablename__ = "gold_pause"
    __table_args__ = (
        Index(
            "uq_gold_pause_live",
            "annotator_id",
            unique=True,
            sqlite_where=sql_text("ended_at IS NULL"),
            postgresql_where=sql_text("ended_at IS NULL"),
        ),
    )

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    annotator_id: int = ref("annotator")
    n: int
    n_right: int
    low: float
    high: float
    bar: float
    examples: str = text("[]")
    ended_at: int | None = big(None)
    end_cause: str | None = None


class GoldAppeal(SQLModel, table=True):
    """What somebody who was paused or not qualified says to it, and what was decided."""

    __tablename__ = "gold_appeal"
    __table_args__ = (
        Index("ix_gold_appeal_project", "project_id", "id"),
        Index("ix_gold_appeal_annotator", "annotator_id", "id"),
        Index(
            "uq_gold_appeal_open",
            "annotator_id",
            unique=True,
            sqlite_where=sql_text("decided_at IS NULL"),
            postgresql_where=sql_text("decided_at IS NULL"),
        ),
    )

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    annotator_id: int = ref("annotator")
    pause_id: int | None = ref("gold_pause", None)
    body: str = text()
    decided_at: int | None = big(None)
    decision: str | None = None
    note: str | None = text(None)
    decided_by: int | None = big(None)
