"""Tables of the project and its money."""

from __future__ import annotations

from sqlmodel import CheckConstraint, Field, SQLModel, UniqueConstraint

from labeling.columns import big, primary_id, ref, text


class Project(SQLModel, table=True):
    """One schema over one pool of items."""

    __tablename__ = "project"

    id: int | None = primary_id()
    created_at: int = big()
    slug: str = Field(unique=True)
    title: str
    state: str = "active"
    policy: str = text()
    policy_version: int = 1
    split_salt: str
    currency: str = "USD"
    target_question: str
    schema_version: int = 1
    guideline_version: int = 1
    is_simulated: bool = False
    deleted_at: int | None = big(None)


class PolicyVersion(SQLModel, table=True):
    """One version of a project's policy; append-only."""

    __tablename__ = "policy_version"
    __table_args__ = (UniqueConstraint("project_id", "n"),)

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    n: int
    policy: str = text()


class Budget(SQLModel, table=True):
    """What is reserved or earned, in micro-units, and its cap; null where there is none."""

    __tablename__ = "budget"
    __table_args__ = (
        UniqueConstraint("project_id", "scope"),
        CheckConstraint(
            "committed_micros >= 0 AND (cap_micros IS NULL OR committed_micros <= cap_micros)",
            name="ck_budget_cap",
        ),
    )

    id: int | None = primary_id()
    project_id: int = ref("project")
    scope: str
    cap_micros: int | None = big(None)
    committed_micros: int = big(0)


class LedgerEntry(SQLModel, table=True):
    """An amount earned or reversed, in micro-units; append-only."""

    __tablename__ = "ledger_entry"

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    kind: str
    amount_micros: int = big()
    workforce_id: int = ref("workforce")
    annotator_id: int | None = ref("annotator", None)
    assignment_id: int | None = ref("assignment", None)
    work_order_id: int | None = ref("work_order", None)
    corrects_id: int | None = ref("ledger_entry", None)
    dedupe_key: str = Field(unique=True)


class Counter(SQLModel, table=True):
    """A running count that pages read instead of counting rows."""

    __tablename__ = "counter"
    __table_args__ = (UniqueConstraint("project_id", "name"),)

    id: int | None = primary_id()
    project_id: int = ref("project")
    name: str
    value: int = big(0)
