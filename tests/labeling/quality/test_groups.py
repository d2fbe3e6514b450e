"""What people say of themselves: asked by the policy, given with consent, gone on withdrawal."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from labeling.database import Hub
from labeling.errors import InvalidInputError
from labeling.membership import leaving
from labeling.people.service import Caller
from labeling.projects import service as projects
from labeling.projects.policies.quality import QualityPolicy
from labeling.quality.groups import service
from tests.factories import Floor

GROUPS = {"age_band": ["18-29", "30-49", "50+"], "region": ["north", "south"]}
KEPT = "SELECT COUNT(*) FROM own_attribute WHERE project_id = :p"


def asking(hub: Hub) -> Floor:
    """Return a floor of two people whose project asks for two attributes."""
    return Floor.made(hub, n_people=2, quality={"groups": GROUPS})


def give(floor: Floor, who: int, **given: str) -> service.OwnAttributes:
    """Let a person say something of themselves."""
    user_id = floor.people[who].user_id
    found: service.OwnAttributes = floor.write(
        lambda tx, project: service.give(tx, project, user_id, given)
    )
    return found


class TestGive:
    """Giving and withdrawing."""

    def test_what_is_given_replaces_what_was_and_the_record_does_not_tell(self, hub: Hub) -> None:
        """One's own is shown to oneself; the record says that it happened, without a value."""
        floor = asking(hub)
        give(floor, 0, age_band="18-29", region="north")
        assert give(floor, 0, age_band="50+").given == {"age_band": "50+"}
        assert give(floor, 1).given == {}
        said = floor.rows(
            "SELECT e.action, p.content FROM audit_event e LEFT JOIN audit_payload p "
            "ON p.event_id = e.id WHERE e.project_id = :p AND e.action LIKE 'attributes.%'"
        )
        assert len(said) == 3
        assert "50+" not in json.dumps([tuple(map(str, row)) for row in said])

    @pytest.mark.parametrize("given", [{"age_band": "12"}, {"shoe": "44"}])
    def test_only_what_is_asked_can_be_said(self, hub: Hub, given: dict[str, str]) -> None:
        """Another attribute or value is refused with what can be chosen."""
        with pytest.raises(InvalidInputError, match=r"asks|Choose"):
            give(asking(hub), 0, **given)

    def test_withdrawal_leaving_and_erasure_delete_it(self, hub: Hub) -> None:
        """Nothing stays of it; the other person's does."""
        floor = asking(hub)
        for who in range(2):
            give(floor, who, age_band="18-29", region="north")
        own = [row.user_id for row in floor.people]
        floor.write(lambda tx, project: service.withdraw(tx, project.id, own[0]))
        assert floor.value(KEPT) == 2
        give(floor, 0, age_band="18-29")
        boss = Caller(own[0], "person 0", is_operator=True, credential_id=0)
        floor.write(lambda tx, project: leaving.remove_member(tx, project.id, own[1], boss))
        assert floor.value(KEPT) == 1
        floor.write(lambda tx, _: leaving.erase(tx, own[0], "person 0"))
        assert floor.value(KEPT) == 0

    def test_what_is_no_longer_asked_is_neither_shown_nor_counted(self, hub: Hub) -> None:
        """The policy drops a value: nobody is in that group any more."""
        floor = asking(hub)
        give(floor, 0, region="north")
        floor.write(
            lambda tx, project: projects.change_policy(
                tx, project, {"quality": {"groups": {"region": ["west", "east"]}}}
            )
        )
        own = floor.people[0].user_id
        assert floor.write(lambda tx, project: service.look(tx, project, own)).given == {}
        assert floor.write(service.given_by_group) == {"region": {}}


@pytest.mark.parametrize(
    "groups", [{"Age": ["a", "b"]}, {"age": ["a"]}, {"age": ["a", "a"]}, {"age": ["", "b"]}]
)
def test_the_policy_refuses_what_nobody_can_choose_from(groups: dict[str, list[str]]) -> None:
    """Names in small letters, two different values at least, none empty."""
    with pytest.raises(ValidationError):
        QualityPolicy.model_validate({"groups": groups})
