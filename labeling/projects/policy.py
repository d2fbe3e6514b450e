"""What a project allows: overlap, thresholds, selection, gates; versioned and validated as one."""

from __future__ import annotations

from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from labeling.errors import InvalidInputError
from labeling.projects.policies.autolabel import AutolabelPolicy
from labeling.projects.policies.gold import GoldPolicy
from labeling.projects.policies.items import ItemsPolicy
from labeling.projects.policies.learning import LearningPolicy
from labeling.projects.policies.quality import QualityPolicy
from labeling.projects.policies.queue import QueuePolicy
from labeling.projects.policies.review import ReviewPolicy
from labeling.projects.policies.routing import RoutingPolicy
from labeling.projects.policies.target import TargetPolicy

Share = Annotated[float, Field(ge=0, le=1)]


SECTIONS: Final = (
    "queue",
    "routing",
    "gold",
    "review",
    "items",
    "target",
    "autolabel",
    "quality",
    "learning",
)
"""Parts of the document that are documents of their own."""


class Policy(BaseModel):
    """One validated document per project; what was accepted or deployed names its version.

    Times are seconds, shares lie in [0, 1], money is not here: prices belong to workforces.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    overlap_least: int = Field(
        1, ge=1, le=20, description="Judgments a training item gets at least."
    )
    overlap_most: int = Field(3, ge=1, le=20, description="Judgments a training item gets at most.")
    test_overlap: int = Field(3, ge=1, le=20, description="Judgments every test item gets.")
    test_overlap_least: int | None = Field(
        None,
        ge=2,
        le=20,
        description="Judgments every test item gets at least: the others, up to `test_overlap`, "
        "are asked only while it is not sure; null: always `test_overlap`.",
    )
    accept_posterior: Share = Field(
        0.9, description="Posterior at which an item is accepted early."
    )
    overlap_gain: Share = Field(
        0.002,
        description="Between least and most an item is asked on only while further answers are "
        "expected to raise the probability of being right by so much each; 0: by "
        "accept_posterior alone.",
    )
    lease_seconds: int = Field(600, ge=1, le=86_400)
    late_window_seconds: int = Field(
        86_400,
        ge=0,
        description="How long an expired lease keeps its reservation for a late answer.",
    )
    pay_late: bool = Field(default=True, description="Whether late and surplus answers are paid.")
    undo_last: int = Field(20, ge=0, le=100)
    undo_seconds: int = Field(900, ge=0)
    queue_cap: int = Field(2_000, ge=1, le=10_000, description="Most open tasks.")
    strategy: str = Field(
        "auto", description="A strategy's name, or modal:modAL.NAME for one of modAL's."
    )
    strategy_params: dict[str, Any] = Field(default_factory=dict)
    random_share: Share = Field(0.1, description="Share of random items in every round.")
    round_size: int = Field(40, ge=1, le=2_000, description="Tasks that one selection round opens.")
    retrain_after: int = Field(
        20, ge=1, description="New answers after which the selector is refitted."
    )
    test_items: int = Field(
        100, ge=0, description="Size of the first random test sample to be labelled."
    )
    test_items_most: int | None = Field(
        None,
        ge=0,
        description="Gates that cannot tell grow the test sample up to here; null: no end.",
    )
    test_share: Share = Field(
        0.25, description="Share of test tasks in the queue until the sample is labelled."
    )
    release_every: int = Field(
        0, ge=0, description="New accepted items that start a release; 0: never."
    )
    release_schedule: str | None = Field(None, description="Cron expression that starts releases.")
    featurizer: str | None = Field(
        None, description="What items are turned into numbers by; null: by what annotators see."
    )
    trainer: str = "blend"
    trainer_params: dict[str, Any] = Field(default_factory=dict)
    gate_margin: float = Field(
        0.02, ge=0, le=1, description="Loss against the champion that is still tolerated."
    )
    gate_alpha: float = Field(0.05, gt=0, lt=0.5)
    deploy_automatically: bool = False
    deployer_id: int | None = Field(
        None, description="The person who answers for automatic deployment."
    )
    baseline: str | None = Field(
        None, description="Slug of a project that was labelled by random choice."
    )

    queue: QueuePolicy = Field(default_factory=QueuePolicy)
    routing: RoutingPolicy = Field(default_factory=RoutingPolicy)
    gold: GoldPolicy = Field(default_factory=GoldPolicy)
    review: ReviewPolicy = Field(default_factory=ReviewPolicy)
    items: ItemsPolicy = Field(default_factory=ItemsPolicy)
    target: TargetPolicy = Field(default_factory=TargetPolicy)
    autolabel: AutolabelPolicy = Field(default_factory=AutolabelPolicy)
    quality: QualityPolicy = Field(default_factory=QualityPolicy)
    learning: LearningPolicy = Field(default_factory=LearningPolicy)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.overlap_most < self.overlap_least:
            message = "overlap_most is below overlap_least"
            raise ValueError(message)
        if self.deploy_automatically and self.deployer_id is None:
            message = "deploy_automatically needs deployer_id, the person who answers for it"
            raise ValueError(message)
        return self


def merged(policy: BaseModel, changes: dict[str, Any]) -> dict[str, Any]:
    """Return a policy document with changes applied; a section keeps what is not mentioned."""
    document = policy.model_dump()
    for name, value in changes.items():
        before: Any = getattr(policy, name, None)
        is_part = isinstance(before, BaseModel) and isinstance(value, dict)
        document[name] = merged(before, value) if is_part else value
    return document


def parse_policy(document: dict[str, Any]) -> Policy:
    """Validate a policy document.

    Raises
    ------
    InvalidInputError
        `extra["errors"]` lists each place and what is wrong there.

    """
    try:
        return Policy.model_validate(document)
    except ValidationError as error:
        places = [
            {"place": "policy." + ".".join(map(str, found["loc"])), "message": found["msg"]}
            for found in error.errors()
        ]
        raise InvalidInputError(
            f"The policy does not fit at {places[0]['place']}.", errors=places
        ) from error
