"""How near a model is to people's answers, where there is no single truth and so no accuracy."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

if TYPE_CHECKING:
    from labeling.database import Row

UNTESTED = "no labelled test item has been seen by it"


class NearnessOut(BaseModel):
    """Half the Brier score against the distributions of answers, with its interval.

    Between 0 and 1, smaller is better. `noise` is what it would be of a model that knew how
    everybody thinks, because few answers an item are a sample themselves; `cross_entropy` in nats.
    """

    brier: float
    low: float | None
    high: float | None
    cross_entropy: float | None
    noise: float | None
    n: int


def nearness_of(row: Row) -> NearnessOut | None:
    """Return what a model version was measured by in place of accuracy, None where it was not."""
    brier: dict[str, Any] = json.loads(row.metrics).get("brier") or {}
    if brier.get("value") is None:
        return None
    metrics = json.loads(row.metrics)
    return NearnessOut(
        brier=brier["value"],
        low=brier["low"],
        high=brier["high"],
        cross_entropy=metrics["cross_entropy"]["value"],
        noise=metrics["noise"],
        n=brier["n"],
    )


def why_no_accuracy(row: Row) -> str | None:
    """Return why a model version has no accuracy, None where it has one."""
    if row.accuracy is not None:
        return None
    reason: str = json.loads(row.metrics).get("reason") or UNTESTED
    return reason
