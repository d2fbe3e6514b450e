"""What the answers are taken to mean: one truth or a distribution, and from when to be believed."""

from __future__ import annotations

import re
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

NO_TRUTH: Final = "there is no single truth in this project (policy quality.subjective)"
"""Why what needs one is undefined there."""
MOST_GROUPS: Final = 10
MOST_VALUES: Final = 20
MOST_LETTERS: Final = 60
LEAST_VALUES: Final = 2
NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")


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
    groups: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="What people may say of themselves, if they consent: attribute to the values "
        "to choose from, such as age_band to 18-29, 30-49, 50+. Agreement is shown by group.",
    )
    group_least_n: int = Field(
        default=5,
        ge=3,
        le=1_000,
        description="Groups of fewer people who answered are shown to nobody.",
    )
    annotator_figures: Literal["person", "workforce"] = Field(
        default="person",
        description="person: what each annotator's answers are worth is shown by pseudonym; "
        "workforce: figures are of workforces only, and no person's are shown to anybody.",
    )

    @field_validator("groups")
    @classmethod
    def _declared_well(cls, groups: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        """Refuse names and values that nobody can choose from."""
        if len(groups) > MOST_GROUPS:
            message = f"at most {MOST_GROUPS} attributes"
            raise ValueError(message)
        for name, values in groups.items():
            if not NAME.fullmatch(name):
                message = f"{name!r}: use small letters, digits and _, such as age_band"
                raise ValueError(message)
            if not LEAST_VALUES <= len(set(values)) == len(values) <= MOST_VALUES:
                message = f"{name!r}: give {LEAST_VALUES} to {MOST_VALUES} different values"
                raise ValueError(message)
            if not all(0 < len(value.strip()) == len(value) <= MOST_LETTERS for value in values):
                message = f"{name!r}: values have 1 to {MOST_LETTERS} letters"
                raise ValueError(message)
        return groups
