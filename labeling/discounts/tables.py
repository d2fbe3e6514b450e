"""Tables of the discounts."""

from __future__ import annotations

from sqlmodel import Index, SQLModel, UniqueConstraint

from labeling.columns import big, primary_id, ref, text


class Discount(SQLModel, table=True):
    """One decision to discount a person's answers, how far it got, and its undoing.

    `cursor` is the last annotation that was looked at; `attempt` numbers the jobs that ran it.
    """

    __tablename__ = "discount"
    __table_args__ = (UniqueConstraint("project_id", "n"),)

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    n: int
    annotator_id: int = ref("annotator", index=True)
    state: str
    reason: str = text()
    attempt: int = 1
    cursor: int = big(0)
    until: int = big()
    answers: int = 0
    items: int = 0
    reopened: int = 0
    flipped: int = 0
    restored: int = 0
    cost_micros: int = big(0)
    ended_at: int | None = big(None)


class DiscountedVote(SQLModel, table=True):
    """A vote that a discount took away, kept so that undoing it puts the same vote back."""

    __tablename__ = "discounted_vote"
    __table_args__ = (
        UniqueConstraint("discount_id", "annotation_id", "question", "class_id"),
        Index("ix_discounted_vote_annotation", "annotation_id"),
    )

    id: int | None = primary_id()
    discount_id: int = ref("discount")
    annotation_id: int = ref("annotation")
    question: str
    class_id: int = ref("label_class")
