"""Invitations: what they give, to how many, and how they end."""

from __future__ import annotations

from concurrent.futures import Future

import pytest

from labeling.database import SYSTEM, Hub, Row, Transaction
from labeling.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from labeling.membership import leaving, service, store
from labeling.membership.service import Joined, Person, Wish
from labeling.people import service as people
from labeling.people import store as people_store
from labeling.people.service import Caller
from tests.factories import CREW, Floor
from tests.support.hubs import HandClock

PATIENCE_SECONDS = 60


def member(floor: Floor, role: str, name: str = "giver") -> Caller:
    """Create a member with a role and return them as a caller."""

    def make(tx: Transaction, project: Row) -> int:
        user_id = people.create_user(tx, name)
        people.give_role(tx, project.id, user_id, role)
        return user_id

    return Caller(floor.write(make), name, is_operator=False, credential_id=0)


def invited(floor: Floor, giver: Caller, wish: Wish) -> str:
    """Make an invitation and return its secret."""
    secret = floor.write(lambda tx, project: service.invite(tx, project, wish, giver)[1])
    assert isinstance(secret, str)
    return secret


def accept(hub: Hub, secret: str, name: str) -> Future[Joined]:
    """Queue the acceptance of a new person and do not wait for it."""
    return hub.submit_write(
        lambda tx: service.accept_as_new(tx, secret, Person(name)), SYSTEM, urgent=True
    )


class TestInvite:
    """`invite`."""

    @pytest.mark.parametrize(
        ("giver", "role"),
        [
            ("owner", "owner"),
            ("owner", "operator"),
            ("manager", "reviewer"),
            ("manager", "annotator"),
            ("manager", "viewer"),
        ],
    )
    def test_one_invites_to_what_one_may_give(self, hub: Hub, giver: str, role: str) -> None:
        """Shows that who accepts has the role."""
        floor = Floor.made(hub)
        secret = invited(floor, member(floor, giver), Wish(role))
        joined = hub.write_now(lambda tx: service.accept_as_new(tx, secret, Person("Bob")))
        roles = hub.read_now(lambda tx: people_store.roles_of(tx, joined.user_id))
        assert roles == {floor.project_id: role}

    @pytest.mark.parametrize(
        ("giver", "role"),
        [
            ("manager", "owner"),
            ("manager", "manager"),
            ("manager", "operator"),
            ("reviewer", "annotator"),
            ("operator", "viewer"),
        ],
    )
    def test_and_to_nothing_else(self, hub: Hub, giver: str, role: str) -> None:
        """Shows that nobody gains by inviting themself a second time."""
        floor = Floor.made(hub)
        with pytest.raises(ForbiddenError):
            invited(floor, member(floor, giver), Wish(role))

    def test_no_secret_is_kept(self, hub: Hub) -> None:
        """Shows that whoever reads the table can accept nothing."""
        floor = Floor.made(hub)
        secret = invited(floor, member(floor, "owner"), Wish("viewer"))
        (row,) = hub.read_now(lambda tx: tx.rows("SELECT * FROM invitation"))
        assert secret not in str(row)

    def test_an_unknown_workforce_or_address_is_refused(self, hub: Hub) -> None:
        """Shows that the mistake is told to who invites, not to who accepts."""
        floor = Floor.made(hub)
        owner = member(floor, "owner")
        with pytest.raises(NotFoundError):
            invited(floor, owner, Wish("annotator", workforce="nobody"))
        with pytest.raises(InvalidInputError):
            invited(floor, owner, Wish("annotator", email="no address"))


class TestAccept:
    """`accept_as_new`, `accept_as`, `look_at`."""

    def test_a_link_for_five_lets_in_five_of_twenty_at_once(self, hub: Hub) -> None:
        """Shows the cap on both stores, and that who comes too late leaves nothing behind."""
        floor = Floor.made(hub)
        secret = invited(floor, member(floor, "owner"), Wish("annotator", CREW, uses=5))
        futures = [accept(hub, secret, f"crowd {n}") for n in range(20)]
        errors = [future.exception(PATIENCE_SECONDS) for future in futures]
        assert sum(error is None for error in errors) == 5
        assert sum(isinstance(error, NotFoundError) for error in errors) == 15
        count = "SELECT COUNT(*) FROM user_account WHERE name LIKE :pattern"
        assert hub.read_now(lambda tx: tx.value(count, pattern="crowd %")) == 5

    def test_who_is_signed_in_joins_as_themself(self, hub: Hub) -> None:
        """Shows that one person stays one person across projects."""
        floor = Floor.made(hub)
        bob = hub.write_now(lambda tx: people.create_user(tx, "Bob"))
        caller = Caller(bob, "Bob", is_operator=False, credential_id=0)
        secret = invited(floor, member(floor, "owner"), Wish("annotator", CREW))
        joined = hub.write_now(lambda tx: service.accept_as(tx, secret, caller))
        assert (joined.user_id, joined.session, joined.is_seated) == (bob, None, True)

    def test_a_member_keeps_their_role(self, hub: Hub) -> None:
        """Shows that an owner cannot be made a viewer by opening a link, nor is it used up."""
        floor = Floor.made(hub)
        owner = member(floor, "owner")
        secret = invited(floor, owner, Wish("viewer"))
        with pytest.raises(ConflictError):
            hub.write_now(lambda tx: service.accept_as(tx, secret, owner))
        hub.write_now(lambda tx: service.accept_as_new(tx, secret, Person("Bob")))

    def test_it_ends_with_its_time(self, hub: Hub, clock: HandClock) -> None:
        """Shows the last moment and the first after it."""
        floor = Floor.made(hub)
        secret = invited(floor, member(floor, "owner"), Wish("viewer", seconds=60))
        clock.wait(59)
        hub.read_now(lambda tx: service.look_at(tx, secret))
        clock.wait(1)
        with pytest.raises(NotFoundError):
            hub.read_now(lambda tx: service.look_at(tx, secret))

    def test_it_ends_when_revoked(self, hub: Hub) -> None:
        """Shows that a link sent to the wrong person can be taken back."""
        floor = Floor.made(hub)
        secret = invited(floor, member(floor, "owner"), Wish("viewer"))
        found = hub.read_now(lambda tx: service.look_at(tx, secret))
        hub.write_now(lambda tx: service.revoke(tx, floor.project_id, found.id))
        with pytest.raises(NotFoundError):
            hub.write_now(lambda tx: service.accept_as_new(tx, secret, Person("Bob")))

    @pytest.mark.parametrize("fate", ["demoted", "removed", "deactivated"])
    def test_it_ends_with_the_right_of_who_made_it(self, hub: Hub, fate: str) -> None:
        """Shows that a manager who is dismissed leaves no back door."""
        floor = Floor.made(hub)
        owner, manager = member(floor, "owner"), member(floor, "manager")
        secret = invited(floor, manager, Wish("reviewer"))
        verbs = {
            "demoted": lambda tx: people.give_role(tx, floor.project_id, manager.user_id, "viewer"),
            "removed": lambda tx: leaving.remove_member(
                tx, floor.project_id, manager.user_id, owner
            ),
            "deactivated": lambda tx: leaving.deactivate(tx, manager.user_id),
        }
        hub.write_now(verbs[fate])
        with pytest.raises(NotFoundError):
            hub.write_now(lambda tx: service.accept_as_new(tx, secret, Person("Bob")))

    def test_a_letter_has_the_only_link(self, hub: Hub) -> None:
        """Shows that one that goes by mail is known to its reader alone."""
        floor = Floor.made(hub)
        owner = member(floor, "owner")
        wish = Wish("viewer", email="bob@example.org")
        found, secret = floor.write(
            lambda tx, project: service.invite(tx, project, wish, owner, by_mail=True)
        )
        assert secret is None
        made = hub.write_now(lambda tx: service.renew_secret(tx, found))
        assert made is not None
        assert hub.read_now(lambda tx: service.look_at(tx, made[1])).id == found


class TestListing:
    """`list_by_project`."""

    def test_each_project_has_its_own(self, hub: Hub) -> None:
        """Shows that one project's invitations are unknown to another."""
        floor = Floor.made(hub)
        invited(floor, member(floor, "owner"), Wish("viewer"))
        listed = hub.read_now(lambda tx: store.list_by_project(tx, floor.project_id, 0, 10))
        assert [row.role for row in listed] == ["viewer"]
        with pytest.raises(NotFoundError):
            hub.write_now(lambda tx: service.revoke(tx, floor.project_id + 1, listed[0].id))
