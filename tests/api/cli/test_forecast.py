"""`labelloop forecast`, `data-request` and `autolabel` on a project that has just begun."""

from __future__ import annotations

from tests.api.cli.conftest import Terminal


class TestForecast:
    """What is not known yet is said to be unknown, and why."""

    def test_a_new_project_has_no_forecast(self, labelloop: Terminal, project: str) -> None:
        """Words and JSON say how many points are missing; no baseline is made up."""
        told = labelloop("forecast", project)
        assert told.code == 0, told.err
        assert "0 of the 6 points" in told.out
        found = labelloop("forecast", project, "--json").json
        assert (found["ahead"], found["to_target"], found["stop"]) == ([], None, False)
        assert "unknown" in found["baseline"]["reason"]

    def test_random_choice_without_a_round_is_unknown(
        self, labelloop: Terminal, project: str
    ) -> None:
        """Asked to replay it, the command says why nothing can be replayed; it makes nothing up."""
        told = labelloop("forecast", project, "--random")
        assert told.code == 0, told.err
        assert "Random choice: unknown: " in told.out
        assert "no round has trained a model yet" in told.out

    def test_a_rule_is_overruled_with_a_reason(self, labelloop: Terminal, project: str) -> None:
        """Without one it is wrong use; with one it stands beside the rule."""
        assert labelloop("forecast", project, "--overrule", "budget").code == 2
        asked = ("--overrule", "budget", "--reason", "more money comes", "--json")
        rules = labelloop("forecast", project, *asked).json["rules"]
        (budget,) = [rule for rule in rules if rule["rule"] == "budget"]
        assert budget["overruled"]["reason"] == "more money comes"

    def test_a_data_request_says_what_it_lacks_itself(
        self, labelloop: Terminal, project: str
    ) -> None:
        """Without a target nothing is asked for."""
        told = labelloop("data-request", project)
        assert told.code == 0, told.err
        assert told.out.startswith("# Data request")
        assert labelloop("data-request", project, "--json").json["is_needed"] is False


class TestAutolabel:
    """Labels from a model need one first."""

    def test_without_a_model_nothing_begins(self, labelloop: Terminal, project: str) -> None:
        """The error says what to do; the list is empty; a run that is none is not found."""
        told = labelloop("autolabel", "preview", project)
        assert (told.code, "labelloop train" in told.err) == (1, True)
        assert labelloop("autolabel", "status", project, "--json").json == []
        for verb in ("audit", "certify", "cancel", "sample"):
            assert labelloop("autolabel", verb, project, "1").code == 1
