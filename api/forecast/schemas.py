"""The forecast and the stop rules; times in UTC microseconds, money in micro-units."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from active_learning.forecast import CONFIDENCE
from api.progress.schemas import CurvePoint

if TYPE_CHECKING:
    from active_learning.data_request import Lack
    from active_learning.forecast import Range
    from active_learning.outlook.replaying import Replayed
    from active_learning.outlook.requesting import Request
    from active_learning.outlook.service import Advised, Outlook, Point, ToTarget

Rule = Literal["target", "plateau", "stabilised", "budget"]


class RangeOut(BaseModel):
    """A figure between `low` and `high`; `high` null: without end; both null: see `reason`."""

    low: float | None
    high: float | None
    reason: str | None


class AheadPoint(BaseModel):
    """Between which accuracies plausible curves lie after so many answers."""

    answers: int
    low: float
    high: float


class ToTargetOut(BaseModel):
    """What the target would still cost, each as a range."""

    target: float
    answers: RangeOut = Field(description="Further answers.")
    money_micros: RangeOut
    days: RangeOut = Field(description="At the pace so far.")


class OverruleOut(BaseModel):
    """Who went on although a rule advised otherwise, and why."""

    id: int
    at: int
    user_id: int
    reason: str
    until_answers: int | None


class RuleOut(BaseModel):
    """What one stop rule says; `fires` null: it cannot tell."""

    rule: Rule
    fires: bool | None
    reason: str
    overruled: OverruleOut | None


class BaselineOut(BaseModel):
    """The curve of random choice, or why none is known."""

    curve: list[CurvePoint]
    reason: str | None
    source: Literal["project", "replayed"] | None = Field(
        description="A project that was labelled by random choice, or this one's random labels."
    )


class RandomPointOut(CurvePoint):
    """A point of random choice; answers, money and time as so many labels have cost here."""

    labels: int


class RandomOut(BaseModel):
    """Random choice replayed on a project's labels on random items; or why it is unknown."""

    basis: Literal["random_sample"] = "random_sample"
    round: int = Field(description="The round whose labels and test items it rests on.")
    n_random: int = Field(description="Items with answers that were drawn at random.")
    n_draws: int
    curve: list[RandomPointOut] = Field(
        description="Mean of the draws, and in which interval one of them would have lain."
    )
    reason: str | None


def random_out(found: Replayed) -> RandomOut:
    """Return a replay of random choice."""
    return RandomOut(
        round=found.round,
        n_random=found.n_random,
        n_draws=found.n_draws,
        curve=[RandomPointOut.model_validate(asdict(point)) for point in found.points],
        reason=found.reason,
    )


class ForecastOut(BaseModel):
    """Where the project is heading; ranges hold with the probability `confidence`."""

    basis: Literal["random_sample"] = "random_sample"
    confidence: float
    curve: list[CurvePoint]
    reason: str | None = Field(description="Why there is no forecast; null where there is one.")
    ahead: list[AheadPoint]
    to_target: ToTargetOut | None = Field(description="Null: the policy names no target.")
    batch: int = Field(description="Answers of the next batch.")
    next_batch: RangeOut = Field(description="Accuracy that the next batch would add.")
    as_many_again: RangeOut = Field(description="Accuracy that as many answers again would add.")
    stop: bool = Field(description="Whether a rule fires that nobody has overruled.")
    rules: list[RuleOut]
    baseline: BaselineOut


class OverruleIn(BaseModel):
    """Go on although a rule advises to stop."""

    model_config = ConfigDict(extra="forbid")

    rule: Rule
    reason: Annotated[str, Field(min_length=1, max_length=2_000)]
    until_answers: Annotated[int, Field(ge=0, le=2**53)] | None = Field(
        default=None, description="It holds until there are so many answers; null: for good."
    )


def forecast_out(found: Outlook) -> ForecastOut:
    """Return the outlook as the page shows it."""
    return ForecastOut(
        confidence=CONFIDENCE,
        curve=[_point(point) for point in found.points],
        reason=found.reason,
        ahead=[
            AheadPoint(answers=point.answers, low=point.low, high=point.high)
            for point in found.ahead
        ],
        to_target=None if found.to_target is None else _to_target(found.to_target),
        batch=found.batch,
        next_batch=_range(found.next_batch),
        as_many_again=_range(found.as_many_again),
        stop=found.stops,
        rules=[_rule(rule) for rule in found.rules],
        baseline=BaselineOut(
            curve=[_point(point) for point in found.baseline],
            reason=found.baseline_reason,
            source=found.baseline_source,
        ),
    )


def _point(point: Point) -> CurvePoint:
    return CurvePoint(
        answers=point.answers,
        spend_micros=point.spend_micros,
        accuracy=point.accuracy,
        low=point.low,
        high=point.high,
        n=point.n,
        at=point.at,
    )


def _range(found: Range) -> RangeOut:
    return RangeOut(low=found.low, high=found.high, reason=found.reason)


def _to_target(found: ToTarget) -> ToTargetOut:
    return ToTargetOut(
        target=found.target,
        answers=_range(found.answers),
        money_micros=_range(found.money_micros),
        days=_range(found.days),
    )


def _rule(found: Advised) -> RuleOut:
    by = found.overruled
    return RuleOut.model_validate(
        {
            "rule": found.said.rule,
            "fires": found.said.fires,
            "reason": found.said.reason,
            "overruled": None
            if by is None
            else {
                "id": by.id,
                "at": by.created_at,
                "user_id": by.user_id,
                "reason": by.reason,
                "until_answers": by.until_answers,
            },
        }
    )


class LackOut(BaseModel):
    """A class or a slice on the random test sample, and what it lacks to reach the target."""

    kind: Literal["class", "slice"]
    name: str
    verdict: Literal["below", "unclear", "reached"]
    n_test: int
    accuracy: float | None
    low: float | None
    high: float | None
    labelled: int
    in_pool: RangeOut = Field(description="Untouched items of it that the pool may hold.")
    wanted: RangeOut = Field(description="Further labelled items that would reach the target.")
    lacking: RangeOut = Field(description="What of them the pool does not hold.")
    days: RangeOut = Field(description="To label what is wanted, at the pace so far.")
    reason: str


class DataRequestOut(BaseModel):
    """What the pool lacks; asked for where more labels of it would not help."""

    basis: Literal["random_sample"] = "random_sample"
    target: float | None
    is_needed: bool
    reason: str
    lacks: list[LackOut]
    markdown: str = Field(description="The same, to be sent to whoever collects data.")


def data_request_out(found: Request, markdown: str) -> DataRequestOut:
    """Return a data request."""
    return DataRequestOut(
        target=found.target,
        is_needed=found.is_needed,
        reason=found.reason,
        lacks=[_lack(one) for one in found.lacks],
        markdown=markdown,
    )


def _lack(one: Lack) -> LackOut:
    return LackOut(
        kind=one.group.kind,
        name=one.group.name,
        verdict=one.verdict,
        n_test=one.group.n_test,
        accuracy=one.accuracy,
        low=one.low,
        high=one.high,
        labelled=one.labelled,
        in_pool=_range(one.in_pool),
        wanted=_range(one.wanted),
        lacking=_range(one.lacking),
        days=_range(one.days),
        reason=one.reason,
    )
