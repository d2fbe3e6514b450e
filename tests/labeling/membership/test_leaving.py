"""Who leaves: removed, deactivated, erased; what ends with them and what stays."""

from __future__ import annotations

import json
from typing import Any

import pytest

from labeling.audit import store as audit
from labeling.database import Hub, Row, Transaction
from labeling.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    UnauthenticatedError,
)
from labeling.membership import leaving, service, store
from labeling.people import service as people
from labeling.people import store as people_store
from labeling.people.service import Caller, Issued, Kind
from labeling.people.sign_in import service as sign_in
from labeling.tasks import holding
from labeling.workforces import store as workforces
from tests.books import check_books
from tests.factories import CREW, Floor, answer

LEASED = "SELECT COUNT(*) FROM assignment WHERE project_id = :p AND state = 'leased'"
NAME, EMAIL = "Wilhelmina Unmistakable", "wilhelmina@unmistakable.example"


def member(floor: Floor, role: str, name: str = "somebody") -> Caller:
    """Create a member with a role and return them as a caller."""

    def make(tx: Transaction, project: Row) -> int:
        user_id = people.create_user(tx, name)
        people.give_role(tx, project.id, user_id, role)
        return user_id

    return Caller(floor.write(make), name, is_operator=False, credential_id=0)


def issue(hub: Hub, user_id: int, kind: Kind) -> Issued:
    """Issue a secret to a user."""
    return hub.write_now(lambda tx: people.issue(tx, user_id, kind))


def caller(hub: Hub, key: Issued) -> Caller | None:
    """Return who a secret lets in."""
    return hub.read_now(lambda tx: people.caller_of(tx, key.secret))


def help_in(floor: Floor, user_id: int, helper: Caller) -> None:
    """Make a link for somebody."""
    floor.write(lambda tx, project: leaving.help_in(tx, project.id, user_id, helper))


def deactivate(hub: Hub, user_id: int) -> None:
    """Deactivate a user."""
    hub.write_now(lambda tx: leaving.deactivate(tx, user_id))


def whole_store(hub: Hub) -> str:
    """Return everything that the store holds, as one text."""

    def read(tx: Transaction) -> str:
        names = [
            row.name
            for row in tx.rows(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
                if tx.dialect == "sqlite"
                else "SELECT table_name AS name FROM information_schema.tables "
                "WHERE table_schema = 'public'"
            )
        ]
        return "\n".join(str(tx.rows(f"SELECT * FROM {name}")) for name in names)  # noqa: S608

    return hub.read_now(read)


class TestRemoval:
    """`remove_member`."""

    def test_seat_role_and_leases_go_answers_stay(self, hub: Hub) -> None:
        """Shows that slots and money come back, and that what was answered and paid is kept."""
        floor = Floor.made(hub, n_items=4, budget_micros=1_000_000)
        owner = member(floor, "owner")
        first, *_ = floor.lease(0, 3)
        floor.submit(0, first)
        leaver = floor.people[0].user_id
        floor.write(lambda tx, p: leaving.remove_member(tx, p.id, leaver, owner))
        seat = hub.read_now(lambda tx: workforces.get_annotator(tx, floor.people[0].id))
        assert (seat.state, seat.answers) == ("retired", 1)
        assert (
            floor.value(
                "SELECT COUNT(*) FROM assignment WHERE project_id = :p AND state = 'leased'"
            )
            == 0
        )
        assert floor.value("SELECT COUNT(*) FROM annotation WHERE project_id = :p") == 1
        assert floor.value("SELECT committed_micros FROM budget WHERE project_id = :p") == 10_000
        check_books(hub, floor.project_id)

    def test_every_door_of_the_work_is_shut_at_once(self, hub: Hub) -> None:
        """Shows that a lease held before opens nothing after."""
        floor = Floor.made(hub, n_items=2)
        owner = member(floor, "owner")
        (held,) = floor.lease(0)
        floor.write(lambda tx, p: leaving.remove_member(tx, p.id, floor.people[0].user_id, owner))
        for door in (
            lambda: floor.submit(0, held),
            lambda: floor.heartbeat(0, held),
            lambda: floor.release(0, held),
            lambda: floor.undo(0, held),
        ):
            with pytest.raises(NotFoundError):
                door()

    @pytest.mark.parametrize(
        ("remover", "role"),
        [("manager", "owner"), ("manager", "manager"), ("reviewer", "annotator")],
    )
    def test_nobody_removes_an_equal_or_better(self, hub: Hub, remover: str, role: str) -> None:
        """Shows that only those below one can be removed."""
        floor = Floor.made(hub)
        by, gone = member(floor, remover), member(floor, role)
        with pytest.raises(ForbiddenError):
            floor.write(lambda tx, p: leaving.remove_member(tx, p.id, gone.user_id, by))

    def test_one_may_leave_but_not_as_the_last_owner(self, hub: Hub) -> None:
        """Shows that anybody may go, unless nobody would be left to answer for the project."""
        floor = Floor.made(hub)
        owner, viewer = member(floor, "owner"), member(floor, "viewer")
        floor.write(lambda tx, p: leaving.remove_member(tx, p.id, viewer.user_id, viewer))
        with pytest.raises(ConflictError):
            floor.write(lambda tx, p: leaving.remove_member(tx, p.id, owner.user_id, owner))

    def test_who_comes_back_has_the_old_seat(self, hub: Hub) -> None:
        """Shows that nobody gets the same question again by leaving and coming back."""
        floor = Floor.made(hub, n_items=1, overlap_least=2)
        owner = member(floor, "owner")
        (held,) = floor.lease(0)
        floor.submit(0, held)
        leaver = floor.people[0].user_id
        floor.write(lambda tx, p: leaving.remove_member(tx, p.id, leaver, owner))
        seat = floor.write(
            lambda tx, p: service.set_member(
                tx, p.id, leaver, "annotator", workforce=CREW, giver=owner
            )
        )
        assert seat == floor.people[0].id
        assert floor.lease(0) == []


class TestHelp:
    """`help_in`: whoever holds the link signs in as that person."""

    def test_a_manager_helps_those_below(self, hub: Hub) -> None:
        """Shows that the link sets a password."""
        floor = Floor.made(hub)
        manager = member(floor, "manager")
        link = floor.write(
            lambda tx, p: leaving.help_in(tx, p.id, floor.people[0].user_id, manager)
        )
        hub.write_now(lambda tx: sign_in.reset_password(tx, link.secret, "scrypt$x"))

    def test_nobody_becomes_more_by_helping(self, hub: Hub) -> None:
        """Shows that an annotator here who owns another project, or operates the hub, is safe."""
        floor = Floor.made(hub)
        owner, other = member(floor, "owner"), member(floor, "annotator")
        operator = hub.write_now(lambda tx: people.create_user(tx, "root", is_operator=True))
        floor.write(lambda tx, p: people.give_role(tx, p.id, operator, "annotator"))
        second = Floor.made(hub, slug="second")
        second.write(lambda tx, p: people.give_role(tx, p.id, other.user_id, "owner"))
        for victim in (other.user_id, operator, owner.user_id):
            with pytest.raises(ForbiddenError):
                help_in(floor, victim, owner)


class TestDeactivation:
    """`deactivate` and `reactivate`."""

    def test_everything_that_lets_in_ends_the_name_stays(self, hub: Hub) -> None:
        """Shows sessions, tokens, links and leases gone at once, and the name still there."""
        floor = Floor.made(hub, n_items=3)
        ann = floor.people[0].user_id
        kinds: tuple[Kind, ...] = ("session", "token", "link", "reset")
        keys = [issue(hub, ann, kind) for kind in kinds]
        floor.lease(0, 3)
        hub.write_now(lambda tx: leaving.deactivate(tx, ann))
        for key in keys[:2]:
            assert caller(hub, key) is None
        with pytest.raises(UnauthenticatedError):
            hub.write_now(lambda tx: people.sign_in_by_link(tx, keys[2].secret))
        with pytest.raises(UnauthenticatedError):
            hub.write_now(lambda tx: sign_in.reset_password(tx, keys[3].secret, "scrypt$x"))
        assert (
            floor.value(
                "SELECT COUNT(*) FROM assignment WHERE project_id = :p AND state = 'leased'"
            )
            == 0
        )
        assert hub.read_now(lambda tx: people_store.get_user_or_raise(tx, ann)).name == "person 0"

    def test_who_is_let_in_again_has_none_of_the_old_keys(self, hub: Hub) -> None:
        """Shows that a stolen token does not come back with its owner."""
        ann = hub.write_now(lambda tx: people.create_user(tx, "ann"))
        token = hub.write_now(lambda tx: people.issue(tx, ann, "token"))
        hub.write_now(lambda tx: leaving.deactivate(tx, ann))
        hub.write_now(lambda tx: leaving.reactivate(tx, ann))
        assert hub.read_now(lambda tx: people.caller_of(tx, token.secret)) is None
        hub.write_now(lambda tx: people.issue(tx, ann, "token"))

    def test_the_last_owner_and_the_last_operator_stay(self, hub: Hub) -> None:
        """Shows that nobody locks everybody out."""
        floor = Floor.made(hub)
        owner = member(floor, "owner")
        operator = hub.write_now(lambda tx: people.create_user(tx, "root", is_operator=True))
        for last in (owner.user_id, operator):
            with pytest.raises(ConflictError):
                deactivate(hub, last)


class TestErasure:
    """`erase` and `erase_worker`."""

    def erased(self, hub: Hub) -> Floor:
        """Have a person work, be written about, and be erased."""
        floor = Floor.made(hub, n_items=2)
        ann = floor.people[0].user_id
        owner = member(floor, "owner")
        (held,) = floor.lease(0)
        floor.submit(0, held)

        def write(tx: Transaction, project: Row) -> None:
            people.rename_user(tx, ann, name=NAME, email=EMAIL)
            people.issue(tx, ann, "token", name=f"{NAME}'s laptop")
            wish = service.Wish("viewer", name=NAME, email=EMAIL)
            service.invite(tx, project, wish, owner)
            seat = floor.people[0].id
            audit.record(tx, project.id, "annotator.note", "annotator", seat, f"{NAME} was ill")

        floor.write(write)
        assert NAME in whole_store(hub)
        hub.write_now(lambda tx: leaving.erase(tx, ann, NAME))
        while hub.write_now(lambda tx: leaving.erase_record(tx, ann)):
            pass
        return floor

    def test_nothing_says_who_it_was_the_answer_stays(self, hub: Hub) -> None:
        """Looks through the whole store for name and address; the answer is under the pseudonym."""
        floor = self.erased(hub)
        text = whole_store(hub)
        for trace in (NAME, EMAIL, NAME.casefold(), "Unmistakable", "unmistakable"):
            assert trace not in text
        (row,) = floor.rows(
            "SELECT n.result, a.pseudonym FROM annotation n "
            "JOIN annotator a ON a.id = n.annotator_id WHERE n.project_id = :p"
        )
        assert json.loads(row.result) == answer("a")
        assert row.pseudonym == "crew-01"

    def test_it_is_recorded_and_final(self, hub: Hub) -> None:
        """Shows that the record says who erased, and that nobody brings the person back."""
        floor = self.erased(hub)
        ann = floor.people[0].user_id
        found, _ = hub.read_now(
            lambda tx: audit.search(tx, None, audit.Search(action="user.erase"), 2**62, 10)
        )
        assert [(event.object_kind, event.object_id) for event in found] == [("user", ann)]
        with pytest.raises(ConflictError):
            hub.write_now(lambda tx: leaving.reactivate(tx, ann))

    def test_it_wants_the_name_typed(self, hub: Hub) -> None:
        """Shows that a wrong number erases nobody."""
        ann = hub.write_now(lambda tx: people.create_user(tx, NAME))
        with pytest.raises(InvalidInputError):
            hub.write_now(lambda tx: leaving.erase(tx, ann, "Wilhelm"))
        assert hub.read_now(lambda tx: people_store.get_user_or_raise(tx, ann)).name == NAME

    def test_a_vendors_worker_is_unknown_again(self, hub: Hub) -> None:
        """Shows that the vendor's name for a worker goes, and their answers stay."""
        floor = Floor.made(hub)

        def hire(tx: Transaction, project: Row) -> Any:
            workforce = workforces.get_workforce(tx, project.id, CREW)
            return workforces.add_annotator(tx, workforce, external_ref=NAME)

        worker = floor.write(hire)
        seat = hub.read_now(lambda tx: store.get_seat(tx, floor.project_id, worker))
        assert seat is not None
        pseudonym = seat.pseudonym
        hub.write_now(lambda tx: leaving.erase_worker(tx, floor.project_id, worker, pseudonym))
        assert NAME not in whole_store(hub)


class TestOthersAnswers:
    """Nobody alters another's answer."""

    def test_no_door_of_the_work_takes_another_persons_handle(self, hub: Hub) -> None:
        """Tries every verb that changes an answer with a handle that is somebody else's."""
        floor = Floor.made(hub, n_people=2, n_items=2)
        (held,) = floor.lease(0)
        floor.submit(0, held)
        before = floor.rows("SELECT * FROM annotation WHERE project_id = :p")
        with pytest.raises(NotFoundError):
            hub.write_now(
                lambda tx: holding.own_assignment(tx, held.handle, floor.people[1].user_id)
            )
        for verb in (floor.submit, floor.undo, floor.skip, floor.heartbeat, floor.release):
            with pytest.raises(NotFoundError):
                verb(1, held)
        assert floor.rows("SELECT * FROM annotation WHERE project_id = :p") == before
