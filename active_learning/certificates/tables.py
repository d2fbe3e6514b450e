"""Tables of auto-labels and what they rest on."""

from __future__ import annotations

from sqlmodel import Index, SQLModel, UniqueConstraint

from labeling.columns import big, primary_id, ref, text


class AutolabelRun(SQLModel, table=True):
    """One way from a model's scores to labels; its state and position say how far it is."""

    __tablename__ = "autolabel_run"
    __table_args__ = (UniqueConstraint("project_id", "n"),)

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    n: int
    user_id: int = big()
    state: str
    policy_version: int
    question: str
    model_version_id: int = ref("model_version")
    precision: float
    delta: float
    scope: str
    audit_items: int
    seed: int = big()
    scores_digest: str | None = None
    n_pool: int = big(0, sa_column_kwargs={"server_default": "0"})
    position: int = big(0, sa_column_kwargs={"server_default": "0"})
    figures: str = text()
    error: str | None = text(None)
    updated_at: int = big()


class AutolabelCheck(SQLModel, table=True):
    """An item drawn at random for people to answer, beside what the model says; append-only."""

    __tablename__ = "autolabel_check"
    __table_args__ = (
        UniqueConstraint("run_id", "purpose", "item_id"),
        Index("ix_autolabel_check_project_id", "project_id"),
    )

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    run_id: int = ref("autolabel_run")
    item_id: int = ref("item")
    purpose: str
    inclusion_probability: float
    class_id: int = ref("label_class")
    score: float


class AutolabelCertificate(SQLModel, table=True):
    """What an audit has shown of a model's answers; append-only."""

    __tablename__ = "autolabel_certificate"
    __table_args__ = (
        UniqueConstraint("run_id"),
        Index("ix_autolabel_certificate_project_id", "project_id"),
    )

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    run_id: int = ref("autolabel_run")
    precision: float
    delta: float
    scope: str
    thresholds: str = text()
    n_audited: int = big()
    n_errors: int = big()
    coverage: float
    model_version_id: int = ref("model_version")
    scores_digest: str
    policy_version: int
    reason: str | None = text(None)
    digest: str


class AutolabelLook(SQLModel, table=True):
    """A person looked at would-be labels before they were accepted; append-only."""

    __tablename__ = "autolabel_look"
    __table_args__ = (
        Index("ix_autolabel_look_project_id", "project_id"),
        Index("ix_autolabel_look_certificate", "certificate_id"),
    )

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    user_id: int = big()
    certificate_id: int = ref("autolabel_certificate")
    item_ids: str = text()


class Autolabel(SQLModel, table=True):
    """An item whose label a certified model gave; append-only, whatever becomes of it."""

    __tablename__ = "autolabel"
    __table_args__ = (
        UniqueConstraint("certificate_id", "item_id"),
        Index("ix_autolabel_project_id", "project_id"),
    )

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    certificate_id: int = ref("autolabel_certificate")
    item_id: int = ref("item")
    class_id: int = ref("label_class")
    score: float


class AutolabelVerdict(SQLModel, table=True):
    """A certificate was accepted, renewed by the running audit, or revoked; append-only."""

    __tablename__ = "autolabel_verdict"
    __table_args__ = (
        Index("ix_autolabel_verdict_project_id", "project_id"),
        Index("ix_autolabel_verdict_certificate", "certificate_id"),
    )

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    certificate_id: int = ref("autolabel_certificate")
    user_id: int | None = big(None)
    verdict: str
    n_checked: int = big()
    n_errors: int = big()
    against: float
    towards: float
    reason: str = text()
