"""Letters through a real SMTP server: what arrives, once, and what happens when it is down."""

from __future__ import annotations

import asyncio
import email
import re
import threading
from collections.abc import Iterator
from email.message import Message
from pathlib import Path

import pytest

from api.postman import Postman
from api.settings import Settings
from labeling.database import Hub, Row, Transaction
from labeling.membership import leaving
from labeling.membership import service as membership
from labeling.people import service as people
from labeling.people.mail.service import FIRST_PAUSE_SECONDS
from labeling.people.service import Caller
from labeling.people.sign_in import service as sign_in
from tests.factories import Floor
from tests.support.hubs import HandClock

PATIENCE_SECONDS = 20.0


class MailServer:
    """A small SMTP server (RFC 5321) on a free port of this machine."""

    def __init__(self) -> None:
        self.letters: list[Message] = []
        self.refuses = False
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Listen."""
        self._thread.start()
        assert self._ready.wait(PATIENCE_SECONDS)

    def stop(self) -> None:
        """Stop listening."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_SECONDS)

    def _run(self) -> None:
        server = self._loop.run_until_complete(asyncio.start_server(self._talk, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(server.wait_closed())
        self._loop.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hold one conversation."""

        def say(line: str) -> None:
            writer.write(f"{line}\r\n".encode())

        say("220 a server of the test")
        while line := (await reader.readline()).decode().strip():
            verb = line[:4].upper()
            if verb == "QUIT":
                say("221 bye")
                break
            if verb == "DATA":
                say("354 go on")
                content = await reader.readuntil(b"\r\n.\r\n")
                self.letters.append(email.message_from_bytes(content[:-5]))
            say("451 try later" if self.refuses and verb == "RCPT" else "250 fine")
        await writer.drain()
        writer.close()
        await writer.wait_closed()


@pytest.fixture
def server() -> Iterator[MailServer]:
    """Run a mail server of the test's own."""
    found = MailServer()
    found.start()
    yield found
    found.stop()


def postman_of(hub: Hub, server: MailServer, folder: Path) -> Postman:
    """Return a postman of the server."""
    settings = Settings(
        data_dir=folder,
        smtp_url=f"smtp://127.0.0.1:{server.port}",
        mail_from="hub@example.org",
        public_url="https://hub.example.org",
    )
    return Postman(hub, settings)


def ask(hub: Hub, address: str) -> None:
    """Ask for a new password."""
    hub.write_now(lambda tx: sign_in.ask_reset(tx, address, "1.2.3.4"))


def secret_in(letter: Message, page: str) -> str:
    """Return the secret of the link in a letter."""
    payload = letter.get_payload(decode=True)
    assert isinstance(payload, bytes)
    found = re.search(rf"https://hub\.example\.org/{page}#(\S+)", payload.decode())
    assert found is not None
    return found.group(1)


class TestReset:
    """A forgotten password."""

    def test_the_link_in_the_letter_sets_a_password(
        self, hub: Hub, server: MailServer, tmp_path: Path
    ) -> None:
        """Shows one letter, to the account's own address, with a link that works."""
        ann = hub.write_now(lambda tx: people.create_user(tx, "Ann", email="ann@example.org"))
        postman = postman_of(hub, server, tmp_path)
        ask(hub, "ANN@example.org")
        while postman.turn():
            pass
        (letter,) = server.letters
        assert (letter["To"], letter["From"]) == ("ann@example.org", "hub@example.org")
        secret = secret_in(letter, "reset")
        _, account = hub.write_now(lambda tx: sign_in.reset_password(tx, secret, "scrypt$x"))
        assert account.id == ann

    def test_nobody_gets_nothing(self, hub: Hub, server: MailServer, tmp_path: Path) -> None:
        """Shows that an unknown address and a deactivated account are written to in no case."""
        bob = hub.write_now(lambda tx: people.create_user(tx, "Bob", email="bob@example.org"))
        ask(hub, "bob@example.org")
        ask(hub, "unknown@example.org")
        hub.write_now(lambda tx: people_off(tx, bob))
        postman = postman_of(hub, server, tmp_path)
        assert [postman.turn() for _ in range(3)] == [1, 1, 0]
        assert server.letters == []

    def test_a_server_that_is_down_is_tried_again(
        self, hub: Hub, server: MailServer, tmp_path: Path, clock: HandClock
    ) -> None:
        """Shows that a letter waits, goes out once the server is back, and only once."""
        hub.write_now(lambda tx: people.create_user(tx, "Ann", email="ann@example.org"))
        ask(hub, "ann@example.org")
        postman = postman_of(hub, server, tmp_path)
        server.refuses = True
        assert [postman.turn() for _ in range(2)] == [1, 0]
        server.refuses = False
        clock.wait(FIRST_PAUSE_SECONDS)
        assert [postman.turn() for _ in range(2)] == [1, 0]
        assert len(server.letters) == 1

    def test_no_secret_waits_in_the_store(
        self, hub: Hub, server: MailServer, tmp_path: Path
    ) -> None:
        """Shows that the link exists in the letter alone."""
        hub.write_now(lambda tx: people.create_user(tx, "Ann", email="ann@example.org"))
        ask(hub, "ann@example.org")
        postman_of(hub, server, tmp_path).turn()
        secret = secret_in(server.letters[0], "reset")
        tables = ("mail", "credential", "audit_payload")
        rows = hub.read_now(
            lambda tx: [tx.rows(f"SELECT * FROM {table}") for table in tables]  # noqa: S608
        )
        assert secret not in str(rows)

    def test_a_password_is_sent_to_no_server_without_tls(
        self, hub: Hub, server: MailServer, tmp_path: Path
    ) -> None:
        """Shows that a wrong setting does not give the mail account away."""
        hub.write_now(lambda tx: people.create_user(tx, "Ann", email="ann@example.org"))
        ask(hub, "ann@example.org")
        settings = Settings(data_dir=tmp_path, smtp_url=f"smtp://u:p@127.0.0.1:{server.port}")
        Postman(hub, settings).turn()
        (row,) = hub.read_now(lambda tx: tx.rows("SELECT error FROM mail"))
        assert "no TLS" in row.error
        assert server.letters == []


class TestInvitation:
    """An invitation by mail."""

    def test_its_reader_joins(self, hub: Hub, server: MailServer, tmp_path: Path) -> None:
        """Shows that the letter's link, the only one there is, makes a member."""
        floor = Floor.made(hub)

        def invite(tx: Transaction, project: Row) -> None:
            owner = people.create_user(tx, "owner")
            people.give_role(tx, project.id, owner, "owner")
            giver = Caller(owner, "owner", is_operator=False, credential_id=0)
            wish = membership.Wish("viewer", name="Bob", email="bob@example.org")
            membership.invite(tx, project, wish, giver, by_mail=True)

        floor.write(invite)
        postman_of(hub, server, tmp_path).turn()
        secret = secret_in(server.letters[0], "join")
        person = membership.Person("Bob")
        joined = hub.write_now(lambda tx: membership.accept_as_new(tx, secret, person))
        assert joined.role == "viewer"


def people_off(tx: Transaction, user_id: int) -> None:
    """Deactivate a user."""
    leaving.deactivate(tx, user_id)
