"""Names in a policy that only the packages above `labeling` know: strategies and trainers."""

from __future__ import annotations

from typing import Any, Final

from active_learning.strategies import STRATEGIES
from labeling.errors import InvalidInputError
from training.trainers import TRAINERS

PLUGIN: Final = "modal:modAL."
"""Query strategies of modAL's own package; a policy cannot name other code to be imported."""


def check_names(policy: dict[str, Any]) -> None:
    """Refuse a strategy or trainer that does not exist."""
    strategy, trainer = policy.get("strategy"), policy.get("trainer")
    if isinstance(strategy, str) and not (strategy in STRATEGIES or strategy.startswith(PLUGIN)):
        raise InvalidInputError(
            f"The strategy {strategy!r} is unknown; known are {', '.join(STRATEGIES)}, and "
            f"{PLUGIN}NAME.",
            place="policy.strategy",
        )
    if isinstance(trainer, str) and trainer not in TRAINERS:
        raise InvalidInputError(
            f"The trainer {trainer!r} is unknown; known are {', '.join(TRAINERS)}.",
            place="policy.trainer",
        )
