"""What goes out of advice, reasons and replays; money in micro-units, times in UTC microseconds."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

Action = Literal["new", "relabel", "review", "gold", "accept"]


class OptionOut(BaseModel):
    """One thing that could be asked next, at its price."""

    action: Action
    workforce: str | None = Field(description="Who would be asked; null where nobody is.")
    n: int = Field(description="How many such questions there are now.")
    gain: float = Field(description="Wrong labels that one of them is expected to avoid.")
    cost_micros: float = Field(description="Of one, its time included.")
    per_unit: float | None = Field(description="Wrong labels avoided per unit of money.")
    why: str


class SavingOut(BaseModel):
    """Share of the money that the plan saves against new items only, with a 90 % range."""

    value: float | None
    low: float | None
    high: float | None
    reason: str | None = Field(description="Why it is undefined, in words.")


class AgainOut(BaseModel):
    """An answered item that is worth another answer."""

    item_id: int
    gain: float
    why: str


class GoldOut(BaseModel):
    """Whether somebody is to be shown more gold, or as little as the policy allows."""

    annotator_id: int
    more: bool
    why: str


class RouteOut(BaseModel):
    """A new item that one workforce is to answer, as its answer is worth most for its price."""

    item_id: int
    workforce: str
    why: str


class AdviceOut(BaseModel):
    """What to ask next for the money, as the newest round compared it."""

    mode: Literal["off", "advise", "act"]
    round: int | None = Field(description="The round that compared; null where none has.")
    at: int | None
    summary: str
    reason: str | None = Field(description="Why nothing was compared, in words.")
    n: int = Field(description="Questions that the plan is for.")
    acted: bool = Field(description="Whether that round asked again by itself.")
    saving: SavingOut
    saved_micros: int | None = Field(description="Of the money for those questions.")
    options: list[OptionOut] = Field(description="Best for the money first.")
    relabels: list[AgainOut]
    reviews: list[AgainOut] = Field(
        description="Answered items on which a verdict is worth more than another answer."
    )
    gold: list[GoldOut]
    routes: list[RouteOut] = Field(
        description="New items that are worth most when a certain workforce is asked; in act they "
        "are opened for it, as the policy's `learning.route` says."
    )
    assumptions: dict[str, Any]


class TaskReasonOut(BaseModel):
    """One task on an item, and why it was opened."""

    task_id: int
    created_at: int
    kind: str
    family: str
    state: str
    close_reason: str | None
    wanted: int
    reason: dict[str, Any]


class ReplayedOut(BaseModel):
    """An item as a replay chose it."""

    item_id: int
    action: str
    score: float | None
    reason: str


class ReplayOut(BaseModel):
    """A round that was chosen anew from what it left, beside what is on record."""

    n: int
    is_same: bool
    n_chosen: int
    differences: list[str] = Field(description="Where the two differ, in words; at most 20.")
    picks: list[ReplayedOut]
