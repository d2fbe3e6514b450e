"""Letters on their way out: one-time links by SMTP, made when the letter is."""

from __future__ import annotations

import smtplib
import ssl
import time
from email.message import EmailMessage
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from labeling.database import Actor
from labeling.membership import service as membership
from labeling.people import service as people
from labeling.people.mail import service as mail
from labeling.people.mail import store as letters
from labeling.people.sign_in import service as sign_in

if TYPE_CHECKING:
    from api.settings import Settings
    from labeling.database import Hub, Row, Transaction

JOB: Final = Actor("job")
TIDY_SECONDS: Final = 600.0
TIMEOUT_SECONDS: Final = 30.0
SUBMISSION_PORT: Final = 587
RESET: Final = """Hello {name},

somebody, probably you, asked for a new password at {url}.
Choose one here within a day; the link works once:

{link}

If it was not you, do nothing: your password stays as it is.
"""
INVITATION: Final = """Hello {name},

you are invited to "{title}" at {url}, as {role}.
Accept here; the link is for you alone:

{link}
"""


class Postman:
    """Sends what is due, one letter a turn; what fails is tried again, later each time."""

    def __init__(self, hub: Hub, settings: Settings) -> None:
        self._hub, self._settings = hub, settings
        self._tidy_at = 0.0
        self._url = settings.public_url or f"http://{settings.host}:{settings.port}"

    def turn(self) -> int:
        """Send the letter that is due first, and tidy up; returns how many there were."""
        if time.monotonic() > self._tidy_at:
            self._tidy_at = time.monotonic() + TIDY_SECONDS
            self._hub.write_now(mail.forget_letters, JOB)
            self._hub.write_now(sign_in.forget_attempts, JOB)
        if not self._hub.read_now(letters.is_due):
            return 0
        letter, message = self._hub.write_now(self._written, JOB)
        if letter is None or message is None:
            return 1
        try:
            self._send(message)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            text = f"{type(error).__name__}: {error}"
            self._hub.write_now(lambda tx: mail.note_failure(tx, letter, text), JOB)
        else:
            self._hub.write_now(lambda tx: mail.close(tx, letter.id, sent=True), JOB)
        return 1

    def _written(self, tx: Transaction) -> tuple[Row | None, EmailMessage | None]:
        """Take up a letter and write it; one that has nobody to go to is closed."""
        letter = mail.take_up(tx)
        if letter is None:
            return None, None
        message = None
        if self._settings.smtp_url:
            message = self._reset(tx, letter) or self._invitation(tx, letter)
        if message is None:
            mail.close(tx, letter.id, sent=False)
        return letter, message

    def _reset(self, tx: Transaction, letter: Row) -> EmailMessage | None:
        if letter.kind != "reset" or not letter.email or not letter.is_active:
            return None
        secret = people.issue(tx, letter.user_id, "reset").secret
        link = f"{self._url}/reset#{secret}"
        text = RESET.format(name=letter.name, url=self._url, link=link)
        return self._message(letter.email, "A new password", text)

    def _invitation(self, tx: Transaction, letter: Row) -> EmailMessage | None:
        made = None
        if letter.kind == "invitation":
            made = membership.renew_secret(tx, letter.invitation_id)
        if made is None:
            return None
        found, secret = made
        link = f"{self._url}/join#{secret}"
        text = INVITATION.format(
            name=found.name, title=found.title, url=self._url, role=found.role, link=link
        )
        return self._message(found.email, "An invitation", text)

    def _message(self, to: str, subject: str, text: str) -> EmailMessage:
        return message_of(self._settings, to, subject, text)

    def _send(self, message: EmailMessage) -> None:
        send_message(self._settings, message)


def message_of(settings: Settings, to: str, subject: str, text: str) -> EmailMessage:
    """Return a letter of this hub."""
    message = EmailMessage()
    message["From"], message["To"] = settings.mail_from, to
    message["Subject"] = f"labelloop: {subject}"
    message.set_content(text)
    return message


def send_message(settings: Settings, message: EmailMessage) -> None:
    """Send a letter by the server of the settings; no password goes over a line without TLS."""
    where = urlsplit(settings.smtp_url or "")
    host, context = where.hostname or "localhost", ssl.create_default_context()
    server: smtplib.SMTP
    if where.scheme == "smtps":
        server = smtplib.SMTP_SSL(host, where.port or 0, timeout=TIMEOUT_SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, where.port or SUBMISSION_PORT, timeout=TIMEOUT_SECONDS)
    with server:
        server.ehlo_or_helo_if_needed()
        is_private = where.scheme == "smtps"
        if not is_private and server.has_extn("starttls"):
            server.starttls(context=context)
            is_private = True
        if where.username and not is_private:
            message_text = "the server offers no TLS, so no password is sent to it"
            raise ValueError(message_text)
        if where.username:
            server.login(unquote(where.username), unquote(where.password or ""))
        server.send_message(message)
