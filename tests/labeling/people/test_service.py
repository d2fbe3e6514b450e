"""Links, sessions and tokens: how long they last, and that a link opens once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from labeling.database import SYSTEM, Hub, Transaction
from labeling.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    UnauthenticatedError,
)
from labeling.people import service as people
from labeling.people.roles import ROLES, may_give
from labeling.people.service import LIFETIME_SECONDS, Issued, Kind
from tests.factories import Floor
from tests.support.hubs import HandClock

PATIENCE_SECONDS = 30


def user(hub: Hub, name: str = "ann") -> int:
    """Create a user."""
    return hub.write_now(lambda tx: people.create_user(tx, name))


def issue(hub: Hub, user_id: int, kind: Kind) -> Issued:
    """Issue a secret to a user."""
    return hub.write_now(lambda tx: people.issue(tx, user_id, kind))


class TestSignIn:
    """`sign_in_by_link`."""

    def test_a_link_becomes_a_session(self, hub: Hub) -> None:
        """Shows that the session belongs to the link's user."""
        ann = user(hub)
        link = issue(hub, ann, "link")
        session, _ = hub.write_now(lambda tx: people.sign_in_by_link(tx, link.secret))
        caller = hub.read_now(lambda tx: people.caller_of(tx, session.secret))
        assert caller is not None
        assert (caller.user_id, caller.is_operator) == (ann, False)

    def test_a_link_that_many_use_at_once_opens_once(self, hub: Hub) -> None:
        """Shows that two browsers cannot share one link, on either store."""
        link = issue(hub, user(hub), "link")
        futures = [
            hub.submit_write(
                lambda tx: people.sign_in_by_link(tx, link.secret), SYSTEM, urgent=True
            )
            for _ in range(8)
        ]
        errors = [future.exception(PATIENCE_SECONDS) for future in futures]
        assert sum(error is None for error in errors) == 1
        assert sum(isinstance(error, UnauthenticatedError) for error in errors) == 7

    @pytest.mark.parametrize("kind", ["session", "token"])
    def test_only_a_link_signs_in(self, hub: Hub, kind: Kind) -> None:
        """Shows that a stolen token cannot be turned into a session."""
        other = issue(hub, user(hub), kind)
        with pytest.raises(UnauthenticatedError):
            hub.write_now(lambda tx: people.sign_in_by_link(tx, other.secret))

    def test_a_link_lasts_a_day(self, hub: Hub, clock: HandClock) -> None:
        """Shows that a forgotten link closes by itself."""
        link = issue(hub, user(hub), "link")
        clock.wait(LIFETIME_SECONDS["link"])
        with pytest.raises(UnauthenticatedError):
            hub.write_now(lambda tx: people.sign_in_by_link(tx, link.secret))


class TestCaller:
    """`caller_of`."""

    @pytest.mark.parametrize("kind", ["session", "token"])
    def test_it_lasts_its_time_and_no_longer(self, hub: Hub, clock: HandClock, kind: Kind) -> None:
        """Shows the last valid moment and the first that is not."""
        issued = issue(hub, user(hub), kind)
        clock.wait(LIFETIME_SECONDS[kind] - 1)
        assert hub.read_now(lambda tx: people.caller_of(tx, issued.secret)) is not None
        clock.wait(1)
        assert hub.read_now(lambda tx: people.caller_of(tx, issued.secret)) is None

    def test_an_ended_one_is_nobody(self, hub: Hub) -> None:
        """Shows that ending takes effect in the store at once."""
        issued = issue(hub, user(hub), "token")
        hub.write_now(lambda tx: people.end(tx, issued.id))
        assert hub.read_now(lambda tx: people.caller_of(tx, issued.secret)) is None

    def test_a_link_is_no_session(self, hub: Hub) -> None:
        """Shows that a link must be exchanged first."""
        link = issue(hub, user(hub), "link")
        assert hub.read_now(lambda tx: people.caller_of(tx, link.secret)) is None

    def test_no_secret_is_kept(self, hub: Hub) -> None:
        """Shows that whoever reads the table can sign in as nobody."""
        issued = issue(hub, user(hub), "token")
        (row,) = hub.read_now(lambda tx: tx.rows("SELECT * FROM credential"))
        assert issued.secret not in str(row)


class TestRoles:
    """`create_user` and `give_role`."""

    @pytest.mark.parametrize("name", ["", "  ", "x" * 201])
    def test_a_user_has_a_name(self, hub: Hub, name: str) -> None:
        """Shows that the mistake is named."""
        with pytest.raises(InvalidInputError):
            user(hub, name)

    def test_an_unknown_role_or_user_is_refused(self, hub: Hub) -> None:
        """Shows that no role is given to nobody."""
        with pytest.raises(InvalidInputError):
            hub.write_now(lambda tx: people.give_role(tx, 1, 1, "emperor"))
        with pytest.raises(NotFoundError):
            hub.write_now(lambda tx: people.give_role(tx, 1, 999, "owner"))

    def test_a_manager_gives_and_takes_only_roles_below(self) -> None:
        """Shows that only an owner makes an equal, and that nobody gives what they lack."""
        given = {giver: [role for role in ROLES if may_give(giver, role)] for giver in ROLES}
        assert given == {
            "owner": list(ROLES),
            "manager": ["reviewer", "annotator", "viewer"],
            "reviewer": [],
            "annotator": [],
            "operator": [],
            "viewer": [],
        }

    def test_the_last_owner_stays_whoever_asks_at_once(self, hub: Hub) -> None:
        """Two owners step down at the same time, again and again: one is always left."""
        project = Floor.made(hub).project_id
        owners = [user(hub, name) for name in ("ann", "bob")]

        def give(owner: int, role: str) -> Callable[[Transaction], None]:
            return lambda tx: people.give_role(tx, project, owner, role)

        for _ in range(10):
            for owner in owners:
                hub.write_now(give(owner, "owner"))
            futures = [
                hub.submit_write(give(owner, "viewer"), SYSTEM, urgent=True) for owner in owners
            ]
            errors = [future.exception(PATIENCE_SECONDS) for future in futures]
            assert [type(error) for error in errors if error] == [ConflictError]
