"""How questions are handed out: skips, flags, re-asks, overlap, groups."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from typing import Self

Few = Annotated[int, Field(ge=1, le=20)]


class SkipConsequence(StrEnum):
    """What a skip does to its question."""

    SOMEONE_ELSE = "someone_else"
    """The slot returns: somebody else is asked."""
    COUNTS = "counts"
    """It takes its slot as an opinion that names no class."""
    ESCALATE = "escalate"
    """The slot returns, and the task goes up to the next tier; without tiers: somebody else."""
    SET_ASIDE = "set_aside"
    """The item leaves the queue at once, until a manager restores it."""


class SkipRule(BaseModel):
    """What becomes of one kind of skip."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    consequence: SkipConsequence = SkipConsequence.SOMEONE_ELSE
    set_aside_after: Few | None = Field(
        default=None,
        description="So many people who say the same set the item aside as unanswerable; null: "
        "never.",
    )
    paid: bool = Field(default=False, description="Whether this skip earns what an answer does.")

    @classmethod
    def after(cls, people: int) -> Self:
        """Return the rule that asks somebody else until so many have said the same."""
        return cls(set_aside_after=people)


class QueuePolicy(BaseModel):
    """How questions are handed out: skips, flags, re-asks, overlap, groups."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    unsure: SkipRule = Field(
        default=SkipRule.after(3), description="What becomes of *I am not sure*."
    )
    none_fits: SkipRule = Field(
        default=SkipRule.after(3), description="What becomes of *none of the answers fits*."
    )
    cannot_see: SkipRule = Field(
        default=SkipRule.after(2), description="What becomes of *cannot be read or seen*."
    )
    rather_not: SkipRule = Field(
        default=SkipRule(), description="What becomes of *I would rather not*."
    )
    flags_set_aside_after: Few = Field(
        default=2, description="So many people who flag an item set it aside for the owner."
    )
    flags_paid: bool = Field(default=False, description="Whether a flag earns what an answer does.")
    validation_overlap: Few | None = Field(
        default=None, description="Judgments every validation item gets; null: as a training item."
    )
    reopen_doubted: bool = Field(
        default=True,
        description="Whether an accepted item that a full fit doubts is asked once more, where "
        "its overlap leaves room.",
    )
    reask_share: float = Field(
        default=0.0, ge=0, le=1, description="Share of an annotator's questions that are re-asks."
    )
    reask_after_answers: int = Field(
        default=50,
        ge=1,
        le=1_000,
        description="Own answers that lie between an answer and its re-ask.",
    )
    reask_after_seconds: int = Field(
        default=3_600, ge=0, description="Time that lies between an answer and its re-ask."
    )
    reask_least_n: int = Field(
        default=20, ge=1, description="Re-asks below which self-agreement is undefined."
    )
    keep_groups_together: bool = Field(
        default=False,
        description="Whether the items of a group go to one person, in their order.",
    )
    group_idle_seconds: int = Field(
        default=1_800, ge=1, description="Idle for so long, a group's reader gives it up."
    )

    def skip_rule(self, reason: str) -> SkipRule:
        """Return the rule of one kind of skip."""
        rule: SkipRule = getattr(self, reason)
        return rule
