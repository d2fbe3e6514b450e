"""The outlook of a project on a real store."""

from __future__ import annotations

from functools import partial

import pytest

from active_learning.outlook import service
from active_learning.outlook.service import Outlook
from labeling.audit import store as audit
from labeling.database import Actor, Hub, Row, Transaction
from labeling.errors import InvalidInputError
from labeling.projects import store as projects
from tests.factories import Floor
from tests.support.hubs import HandClock
from training.registry import store as registry

DAY = 86_400


def add_point(tx: Transaction, project: Row, n: int, accuracy: float) -> None:
    """Record a selector as a round does: 20 answers and .20 of money for each number."""
    registry.add_run(
        tx,
        project_id=project.id,
        purpose="selector",
        snapshot_id=None,
        data_digest="",
        trainer="logistic_regression",
        featurizer_digest="f",
        seed=0,
        metrics={"kappa": 0.99},
        answers=20 * n,
        spend_micros=200_000 * n,
        accuracy=accuracy,
        low=accuracy - 0.04,
        high=min(accuracy + 0.04, 1.0),
        n_test=200,
        seconds=0.1,
        workflow_key=f"point {n}",
    )


def curve(floor: Floor, clock: HandClock, n: int, top: float = 0.95) -> None:
    """Make a learning curve of `n` points, one a day."""
    for number in range(1, n + 1):
        clock.wait(DAY)
        accuracy = top - 2.0 * (20 * number) ** -0.8
        floor.write(partial(add_point, n=number, accuracy=accuracy))


def look(floor: Floor) -> Outlook:
    """Return the outlook."""
    found: Outlook = floor.write(service.outlook_of)
    return found


class TestOutlook:
    """What is known, and what is said to be unknown."""

    def test_a_project_without_points_is_unknown_because(self, floor: Floor) -> None:
        """No range, no line, no advice to stop; and no invented baseline."""
        found = look(floor)
        assert "points" in str(found.reason)
        assert found.ahead == []
        assert found.to_target is not None
        assert found.to_target.answers.low is None
        assert found.stops is False
        assert found.baseline == []
        assert "unknown" in str(found.baseline_reason)

    def test_the_target_has_its_price(self, floor: Floor, clock: HandClock) -> None:
        """Answers, money and days are ranges that follow from the curve, prices and pace."""
        curve(floor, clock, 12)
        to_target = look(floor).to_target
        assert to_target is not None
        assert to_target.answers.low is not None
        assert to_target.money_micros.low == pytest.approx(10_000 * to_target.answers.low)
        assert to_target.days.low == pytest.approx(to_target.answers.low / 20)

    def test_stable_predictions_advise_to_stop_until_overruled(
        self, floor: Floor, clock: HandClock
    ) -> None:
        """The rule fires; a person goes on with a reason, which holds as long as they said."""
        curve(floor, clock, 4)
        assert look(floor).stops is True
        actor = Actor("user", floor.people[0].user_id)
        floor.hub.write_now(
            lambda tx: service.overrule(
                tx,
                projects.get_or_raise(tx, floor.project_id),
                "stabilised",
                "one class is new",
                50,
            ),
            actor,
        )
        assert look(floor).stops is False
        floor.write(lambda tx, project: projects.count(tx, project.id, "answers", 50))
        assert look(floor).stops is True
        events = floor.hub.read_now(lambda tx: audit.list_by_project(tx, floor.project_id, 0, 100))
        assert "forecast.overrule" in {event.action for event in events}

    def test_a_rule_that_is_none_is_refused(self, floor: Floor) -> None:
        """The error names the rules there are."""
        with pytest.raises(InvalidInputError, match="plateau"):
            floor.write(lambda tx, project: service.overrule(tx, project, "mood", "why", None))


@pytest.fixture
def floor(hub: Hub) -> Floor:
    """Return a project with a target."""
    return Floor.made(hub, target={"accuracy": 0.94})
