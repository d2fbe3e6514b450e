"""Passwords: right and wrong ones, guesses that come at once, and a forgotten one."""

from __future__ import annotations

import base64
from concurrent.futures import Future

import pytest

from labeling.database import SYSTEM, Hub, Row
from labeling.errors import ConflictError, ForbiddenError, InvalidInputError, UnauthenticatedError
from labeling.people import passwords
from labeling.people import service as people
from labeling.people import store as people_store
from labeling.people.mail import service as mail
from labeling.people.service import Issued
from labeling.people.sign_in import service as sign_in
from labeling.people.sign_in.service import Attempt, TooManyAttemptsError
from tests.support.hubs import HandClock

PATIENCE_SECONDS = 60
PHRASE = "a long enough phrase"
FREE = sign_in.FREE["account"]
HASHED = passwords.hash_password(PHRASE)


def account(hub: Hub, name: str = "Ann  Example", email: str | None = "ann@example.org") -> int:
    """Create a user whose password is the phrase."""
    user_id = hub.write_now(lambda tx: people.create_user(tx, name, email=email))
    hub.write_now(lambda tx: sign_in.set_password(tx, user_id, None, HASHED, but=None))
    return user_id


def begin(hub: Hub, login: str = "ann@example.org", address: str = "1.2.3.4") -> Attempt:
    """Begin to sign in."""
    return hub.write_now(lambda tx: sign_in.begin_attempt(tx, login, address))


def finish(hub: Hub, attempt: Attempt) -> tuple[Issued, Row]:
    """Open a session for an attempt whose password was right."""
    return hub.write_now(lambda tx: sign_in.finish_attempt(tx, attempt, None))


def submit(hub: Hub, address: str) -> Future[Attempt]:
    """Queue an attempt and do not wait for it."""
    return hub.submit_write(
        lambda tx: sign_in.begin_attempt(tx, "ann@example.org", address), SYSTEM, urgent=True
    )


def ask(hub: Hub, email: str) -> None:
    """Ask for a letter."""
    hub.write_now(lambda tx: sign_in.ask_reset(tx, email, "1.2.3.4"))


def fail(hub: Hub, letter: Row) -> None:
    """Let a letter's try fail."""
    hub.write_now(lambda tx: mail.note_failure(tx, letter, "no server"))


class TestPasswords:
    """`hash_password`, `is_password`, `check_password`."""

    def test_only_the_same_password_is_right(self) -> None:
        """Shows that another one is wrong, and that none is right where none is kept."""
        assert passwords.is_password(PHRASE, HASHED)
        assert not passwords.is_password(PHRASE + "!", HASHED)
        assert not passwords.is_password(PHRASE, None)

    def test_two_equal_passwords_are_kept_differently(self) -> None:
        """Shows the salt: one table of guesses does not serve for all."""
        assert passwords.hash_password(PHRASE) != HASHED

    def test_one_password_typed_in_two_ways_is_one(self) -> None:
        """Shows that a composed and a decomposed letter are the same."""
        kept = passwords.hash_password("cafe\u0301 noir, please")
        assert passwords.is_password("caf\u00e9 noir, please", kept)

    def test_older_parameters_are_seen_and_still_work(self) -> None:
        """Shows that raising the cost locks nobody out."""
        old = passwords._scrypt(PHRASE, b"0" * 16, 10, 8, 1)
        kept = f"scrypt$10$8$1${'MDAw' * 5}MA==${base64.b64encode(old).decode()}"
        assert passwords.is_password(PHRASE, kept)
        assert passwords.is_outdated(kept)
        assert not passwords.is_outdated(HASHED)

    @pytest.mark.parametrize("password", ["short", "x" * 201, "aaaaaaaaaaaa", "ann example 1"])
    def test_a_plain_password_is_refused(self, password: str) -> None:
        """Shows the bounds on length and variety, and that one's own name is no password."""
        with pytest.raises(InvalidInputError):
            passwords.check_password(password, "Ann Example")


class TestSignIn:
    """`begin_attempt` and `finish_attempt`."""

    @pytest.mark.parametrize("login", ["ann@example.org", " ANN@Example.org", "ann example"])
    def test_name_and_address_both_sign_in(self, hub: Hub, login: str) -> None:
        """Shows that case and spaces do not matter."""
        ann = account(hub)
        attempt = begin(hub, login)
        session, found = hub.write_now(lambda tx: sign_in.finish_attempt(tx, attempt, None))
        caller = hub.read_now(lambda tx: people.caller_of(tx, session.secret))
        assert caller is not None
        assert (caller.user_id, found.id) == (ann, ann)

    def test_a_name_that_two_have_signs_in_nobody(self, hub: Hub) -> None:
        """Shows that nobody is taken for somebody else; the address still works."""
        account(hub)
        account(hub, email="other@example.org")
        assert begin(hub, "ann example").user_id is None
        assert begin(hub, "other@example.org").user_id is not None

    def test_an_unknown_login_looks_like_a_known_one(self, hub: Hub) -> None:
        """Shows that both are counted and blocked alike."""
        account(hub)
        waits: list[tuple[str, dict[str, object]]] = []
        for login in ("ann@example.org", "nobody@example.org"):
            for n in range(FREE + 1):
                begin(hub, login, f"10.0.{len(waits)}.{n}")
            with pytest.raises(TooManyAttemptsError) as refused:
                begin(hub, login, "10.9.9.9")
            waits.append((refused.value.detail, refused.value.extra))
        assert waits[0] == waits[1]

    def test_the_wait_doubles_up_to_a_quarter_of_an_hour(self, hub: Hub, clock: HandClock) -> None:
        """Shows the waits after each failure beyond the free ones."""
        waits = []
        for n in range(FREE):
            begin(hub, address=f"10.1.0.{n}")
        for n in range(12):
            begin(hub, address=f"10.2.0.{n}")
            with pytest.raises(TooManyAttemptsError) as refused:
                begin(hub, address=f"10.3.0.{n}")
            waits.append(refused.value.extra["retry_after_s"])
            clock.wait(waits[-1])
        assert waits[:4] == [2, 4, 8, 16]
        assert waits[-1] == sign_in.LONGEST_WAIT_SECONDS

    def test_guesses_that_come_at_once_all_count(self, hub: Hub) -> None:
        """Shows on both stores that parallel guesses gain nothing: six are heard, no more."""
        account(hub)
        futures = [submit(hub, f"10.3.0.{n}") for n in range(20)]
        errors = [future.exception(PATIENCE_SECONDS) for future in futures]
        assert sum(error is None for error in errors) == FREE + 1
        assert sum(isinstance(error, TooManyAttemptsError) for error in errors) == 19 - FREE

    def test_one_address_cannot_try_many_accounts(self, hub: Hub) -> None:
        """Shows the throttle of the address, which a right password does not count against."""
        free = sign_in.FREE["address"]
        account(hub)
        for _ in range(free + 5):
            finish(hub, begin(hub))
        for n in range(free + 1):
            begin(hub, f"guess{n}@example.org")
        with pytest.raises(TooManyAttemptsError):
            begin(hub, "another@example.org")

    def test_attempts_are_forgotten_after_an_hour(self, hub: Hub, clock: HandClock) -> None:
        """Shows that yesterday's typing errors do not block today."""
        for _ in range(FREE):
            begin(hub)
        clock.wait(sign_in.FORGOTTEN_SECONDS + 1)
        for _ in range(FREE):
            begin(hub)

    def test_a_password_changed_meanwhile_opens_nothing(self, hub: Hub) -> None:
        """Shows that a slow comparison does not outlive the password it compared with."""
        ann = account(hub)
        attempt = begin(hub)
        new = passwords.hash_password("another long phrase")
        hub.write_now(lambda tx: sign_in.set_password(tx, ann, HASHED, new, but=None))
        with pytest.raises(UnauthenticatedError):
            hub.write_now(lambda tx: sign_in.finish_attempt(tx, attempt, None))

    def test_who_is_deactivated_meanwhile_stays_out(self, hub: Hub) -> None:
        """Shows that the last look is in the transaction that opens the session."""
        ann = account(hub)
        attempt = begin(hub)
        hub.write_now(lambda tx: people_store.set_active(tx, ann, is_active=False))
        with pytest.raises(UnauthenticatedError):
            hub.write_now(lambda tx: sign_in.finish_attempt(tx, attempt, None))

    def test_the_throttle_keeps_neither_names_nor_addresses(self, hub: Hub) -> None:
        """Shows that its table says nothing about who tried from where, and is tidied."""
        begin(hub, "ann@example.org", "1.2.3.4")
        rows = hub.read_now(lambda tx: tx.rows("SELECT * FROM throttle"))
        assert len(rows) == 2
        assert "ann" not in str(rows)
        assert "1.2.3.4" not in str(rows)

    def test_it_is_tidied(self, hub: Hub, clock: HandClock) -> None:
        """Shows that a day later nothing is left."""
        begin(hub)
        clock.wait(sign_in.KEPT_SECONDS + 1)
        assert hub.write_now(sign_in.forget_attempts) == 2


class TestForgotten:
    """`ask_reset` and `reset_password`."""

    def test_a_letter_is_asked_for_whoever_asks(self, hub: Hub) -> None:
        """Shows that a known and an unknown address leave the same behind, but for the reader."""
        ann = account(hub)
        for email in ("ann@example.org", "nobody@example.org"):
            ask(hub, email)
        rows = hub.read_now(lambda tx: tx.rows("SELECT kind, user_id FROM mail ORDER BY id"))
        assert [tuple(row) for row in rows] == [("reset", ann), ("reset", None)]

    def test_a_link_sets_a_password_once(self, hub: Hub) -> None:
        """Shows that of eight who use it at once one succeeds, and that all sessions end."""
        ann = account(hub)
        session = hub.write_now(lambda tx: people.issue(tx, ann, "session"))
        link = hub.write_now(lambda tx: people.issue(tx, ann, "reset"))
        futures = [
            hub.submit_write(
                lambda tx: sign_in.reset_password(tx, link.secret, "scrypt$new"),
                SYSTEM,
                urgent=True,
            )
            for _ in range(8)
        ]
        errors = [future.exception(PATIENCE_SECONDS) for future in futures]
        assert sum(error is None for error in errors) == 1
        assert sum(isinstance(error, UnauthenticatedError) for error in errors) == 7
        assert hub.read_now(lambda tx: people.caller_of(tx, session.secret)) is None

    def test_it_ends_a_block(self, hub: Hub) -> None:
        """Shows that who was locked out by guesses of others gets in by a link, and then again."""
        ann = account(hub)
        for n in range(FREE + 1):
            begin(hub, address=f"10.4.0.{n}")
        link = hub.write_now(lambda tx: people.issue(tx, ann, "reset"))
        hub.write_now(lambda tx: sign_in.reset_password(tx, link.secret, HASHED))
        assert begin(hub, address="10.5.0.1").user_id == ann

    def test_a_sign_in_link_sets_no_password(self, hub: Hub) -> None:
        """Shows that the kinds of links are kept apart, both ways."""
        ann = account(hub)
        link = hub.write_now(lambda tx: people.issue(tx, ann, "link"))
        with pytest.raises(UnauthenticatedError):
            hub.write_now(lambda tx: sign_in.reset_password(tx, link.secret, HASHED))
        reset = hub.write_now(lambda tx: people.issue(tx, ann, "reset"))
        with pytest.raises(UnauthenticatedError):
            hub.write_now(lambda tx: people.sign_in_by_link(tx, reset.secret))

    def test_a_change_against_an_old_password_is_refused(self, hub: Hub) -> None:
        """Shows that two changes at once do not overwrite each other."""
        ann = account(hub)
        hub.write_now(lambda tx: sign_in.set_password(tx, ann, HASHED, "scrypt$b", but=None))
        with pytest.raises(ForbiddenError):
            hub.write_now(lambda tx: sign_in.set_password(tx, ann, HASHED, "scrypt$c", but=None))

    def test_an_address_belongs_to_one_account(self, hub: Hub) -> None:
        """Shows that nobody takes over another's address, however it is written."""
        account(hub)
        with pytest.raises(ConflictError):
            hub.write_now(lambda tx: people.create_user(tx, "bob", email="ANN@example.org"))


class TestLetters:
    """`take_up` and what becomes of a letter."""

    def test_a_letter_is_tried_later_and_later_then_given_up(
        self, hub: Hub, clock: HandClock
    ) -> None:
        """Shows the pauses, and that a dead server is not asked for ever."""
        hub.write_now(lambda tx: mail.ask(tx, "reset"))
        pauses = []
        for _ in range(mail.MOST_TRIES):
            letter = hub.write_now(mail.take_up)
            assert letter is not None
            assert hub.write_now(mail.take_up) is None
            fail(hub, letter)
            pauses.append(mail.FIRST_PAUSE_SECONDS * 2**letter.tries)
            clock.wait(pauses[-1])
        assert pauses == [60, 120, 240, 480, 960, 1920]
        assert hub.write_now(mail.take_up) is None
        (row,) = hub.read_now(lambda tx: tx.rows("SELECT tries, sent_at, error FROM mail"))
        assert tuple(row) == (mail.MOST_TRIES, None, "no server")
