"""Tables of the review; all of them append-only."""

from __future__ import annotations

from sqlmodel import Index, SQLModel, UniqueConstraint

from labeling.columns import big, primary_id, ref, text


class ReviewAnswer(SQLModel, table=True):
    """What a reviewer answered before seeing what the others had said; append-only."""

    __tablename__ = "review_answer"

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    assignment_id: int = ref("assignment", unique=True)
    client_key: str
    class_id: int | None = ref("label_class", None)
    reason: str | None = None
    """Why there is no answer, one of the reasons to skip."""
    result: str = text("[]")


class Review(SQLModel, table=True):
    """One reviewer's verdict on the present answer to an item's question; append-only."""

    __tablename__ = "review"
    __table_args__ = (Index("ix_review_task", "task_id"),)

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    task_id: int = ref("task")
    assignment_id: int = ref("assignment", unique=True)
    item_id: int = ref("item")
    question: str
    annotator_id: int = ref("annotator")
    client_key: str
    verdict: str
    present_class_id: int | None = ref("label_class", None)
    class_id: int | None = ref("label_class", None)
    """What the answer is after this verdict; null where it sends the item back to people."""
    result: str | None = text(None)
    """JSON: the right answer to a question that is no single choice, as `correct` brought it."""
    consensus_version: int
    targets: str = text("[]")
    """JSON: the annotations that it rejects or sends back, each with its reason."""
    reason: str | None = None
    is_surplus: bool = False
    paid_micros: int = big(0)
    note: str | None = None


class ReviewDecision(SQLModel, table=True):
    """The verdict of a review that took effect; append-only."""

    __tablename__ = "review_decision"
    __table_args__ = (Index("ix_review_decision_project", "project_id", "id"),)

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    task_id: int = ref("task", unique=True)
    review_id: int = ref("review")
    item_id: int = ref("item")
    why: str
    inclusion_probability: float | None = None
    """Of the item in the random sample; null where it was chosen."""
    is_headline: bool = False
    """Whether it is the first look at a randomly drawn item."""
    n_reviews: int
    agreed: bool | None = None
    """Whether the first two reviewers agreed; null where one was asked."""


class ReviewRejection(SQLModel, table=True):
    """An annotation that a review rejected: no vote any more; append-only."""

    __tablename__ = "review_rejection"
    __table_args__ = (
        UniqueConstraint("annotation_id"),
        Index("ix_review_rejection_annotator", "annotator_id", "id"),
    )

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    review_id: int = ref("review")
    annotation_id: int = ref("annotation")
    assignment_id: int = ref("assignment")
    annotator_id: int = ref("annotator")
    reason: str = text()
    counts: bool
    """Whether it counts against the author."""
    why: str | None = None
    """Why it does not count."""
    reversed_micros: int = big(0)
