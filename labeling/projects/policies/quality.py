"""What the answers are taken to mean: one truth or a distribution, and from when to be believed."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class QualityPolicy(BaseModel):
    """How answers become a consensus and what its confidence may be called."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    calibrate_from: int = Field(
        default=50,
        ge=20,
        le=10_000,
        description="Checked items (gold and reviewed) from which the confidence is calibrated; "
        "until then it is called a stop score.",
    )
    accept_agreement: float = Field(
        default=0.7,
        ge=0.0,
        le=1.0,
        description="Of questions that are no single choice: how alike the answers must be to what "
        "they come to (0 to 1) for it to be accepted; below it the item is disputed.",
    )
    subjective: bool = Field(
        default=False,
        description="There is no single truth: the distribution of the answers is kept, nobody's "
        "accuracy is shown, and snapshots carry soft labels.",
    )
    own_model: Literal["off", "on"] = Field(
        default="on",
        description="on: a full fit asks models that never saw an item's label, nor its group's, "
        "what they say of it, and weighs the answers against that, as far as the answers bear the "
        "models out; never on test and audit items, and what people alone say stands beside. "
        "off: answers alone.",
    )
    annotator_figures: Literal["person", "workforce"] = Field(
        default="person",
        description="person: what each annotator's answers are worth is shown by pseudonym; "
        "workforce: figures are of workforces only, and no person's are shown to anybody.",
    )
