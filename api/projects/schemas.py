"""What goes in and out of projects, policies and budgets."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

Reader = Literal["annotator", "reviewer", "owner"]


class FieldIn(BaseModel):
    """A field of the items' data and who may see it."""

    kind: Literal["text", "picture", "number", "category"] = "text"
    visible_to: list[Reader] = ["owner"]


class NewProjectIn(BaseModel):
    """A project to be made; money in micro-units, null for no cap."""

    slug: str
    title: str = Field(min_length=1, max_length=200)
    label_config: str
    fields: dict[str, FieldIn]
    policy: dict[str, Any] = Field(default_factory=dict)
    budget_micros: int | None = Field(None, ge=0)
    guideline: str = Field("", max_length=100_000)
    simulated: bool = False
    split_salt: str | None = Field(None, max_length=100)


class ProjectOut(BaseModel):
    """A project."""

    id: int
    slug: str
    title: str
    state: str
    policy_version: int
    schema_version: int
    target_question: str
    currency: str
    simulated: bool
    created_at: int


class PolicyOut(BaseModel):
    """A policy and its version."""

    version: int
    policy: dict[str, Any]


class GuidelineIn(BaseModel):
    """What annotators are told from now on.

    `meaning_changed` says that an answer given before may mean something else now.
    """

    text: str = Field(max_length=100_000)
    changes: str = Field("", max_length=2_000)
    meaning_changed: bool = False


class GuidelineVersionOut(BaseModel):
    """The number of a guideline's version."""

    version: int


class BudgetIn(BaseModel):
    """A cap in micro-units."""

    cap_micros: int = Field(ge=0)


class BudgetOut(BaseModel):
    """Cap and committed amount in micro-units; null where there is no cap."""

    cap_micros: int | None
    committed_micros: int
