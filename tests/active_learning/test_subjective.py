"""What needs a single truth says that there is none, and does nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from active_learning.certificates import service as certificates
from active_learning.doubts.service import Doubts
from active_learning.outlook import requesting
from active_learning.outlook import service as outlook
from labeling.database import Hub
from labeling.errors import ConflictError
from tests.training.factories import Made, accept, make_items, make_project

REASON = "there is no single truth in this project (policy quality.subjective)"


@pytest.fixture
def opinions(hub: Hub, tmp_path: Path) -> Made:
    """Make a subjective project with a target for accuracy that was set before the switch."""
    policy: dict[str, Any] = {"quality": {"subjective": True}, "target": {"accuracy": 0.9}}
    made = make_project(hub, tmp_path, make_items(40), **policy)
    accept(made, "train")
    return made


class TestSubjective:
    """Forecast, data request, certificates and likely errors."""

    def test_no_accuracy_is_forecast(self, opinions: Made) -> None:
        """Every range is unknown with the reason, and no rule of accuracy fires."""
        project = opinions.project()
        found = opinions.hub.read_now(lambda tx: outlook.outlook_of(tx, project))
        assert str(found.reason).startswith(REASON)
        assert found.points == []
        assert found.to_target is not None
        assert found.to_target.answers.low is None
        assert {rule.said.fires for rule in found.rules if rule.said.rule == "target"} == {None}

    def test_no_class_lacks_items(self, opinions: Made) -> None:
        """A data request rests on recall, which there is none of."""
        project = opinions.project()
        assert opinions.hub.read_now(lambda tx: requesting.measured(tx, project)) is None
        found = opinions.hub.read_now(lambda tx: requesting.request_of(tx, project, None))
        assert (found.is_needed, found.lacks) == (False, [])
        assert REASON in found.reason

    def test_no_label_of_a_model_is_certified(self, opinions: Made) -> None:
        """A preview is refused before anything is scored."""
        project, asked = opinions.project(), certificates.Asked()
        with pytest.raises(ConflictError, match="no single truth"):
            opinions.hub.write_now(lambda tx: certificates.preview(tx, project, asked))

    def test_no_answer_is_a_likely_error(self, opinions: Made) -> None:
        """Undefined with the reason; no model is even fitted."""
        nothing = cast("Any", None)
        found = Doubts(opinions.hub, nothing, nothing).find(opinions.project())
        assert (found.n_looked, found.items) == (0, ())
        assert found.reason == f"{REASON}, so no answer is an error"
