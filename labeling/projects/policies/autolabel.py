"""When a model's answers may stand as labels."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Open = Annotated[float, Field(gt=0, lt=1)]


class AutolabelPolicy(BaseModel):
    """When a model's answers may stand as labels: never without an audit by people."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = Field(
        default=False, description="Whether audits for auto-labels may be opened here."
    )
    by_itself: bool = Field(
        default=False,
        description="In `learning.scheduler: act`: whether the hub previews each new model, and "
        "opens the audit where that is expected to save more questions than it asks. To accept "
        "stays with a person who has looked at the labels.",
    )
    precision: Open = Field(
        default=0.95, description="Least share of right labels among those accepted."
    )
    delta: Open = Field(
        default=0.05, description="Chance of a broken promise that is tolerated, per certificate."
    )
    scope: Literal["pooled", "class"] = Field(
        default="pooled",
        description="pooled: the precision holds of all labels together; class: of each class.",
    )
    audit_items: int = Field(
        default=400, ge=20, le=20_000, description="Random items that people answer first."
    )
    audit_overlap: int = Field(
        default=2, ge=1, le=20, description="Judgments an audited item gets at least."
    )
    look_items: int = Field(
        default=20, ge=1, le=200, description="Would-be labels per class that are looked at first."
    )
    running_share: Annotated[float, Field(ge=0, le=1)] = Field(
        default=0.05,
        description="Share of the accepted labels that people check afterwards, drawn at random.",
    )
    running_open: int = Field(
        default=10, ge=0, le=1_000, description="Such checks that are open at once."
    )
