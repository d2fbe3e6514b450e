"""The record's head goes outside: where the settings say, or where a command says."""

from __future__ import annotations

import smtplib
from typing import TYPE_CHECKING

from api.postman import message_of, send_message
from labeling.audit.seals import anchors
from labeling.audit.seals import store as seals
from labeling.errors import InvalidInputError

if TYPE_CHECKING:
    from pathlib import Path

    from api.settings import Settings
    from labeling.audit.seals.anchors import Anchor
    from labeling.database import Hub


class Anchoring:
    """The background turn that writes the head outside, whenever it has moved.

    Parameters
    ----------
    hub, settings
        The store, and where its head goes.

    """

    def __init__(self, hub: Hub, settings: Settings) -> None:
        self._hub = hub
        self._settings = settings
        self._last = 0

    @property
    def is_wanted(self) -> bool:
        """Whether the settings name a place."""
        wanted = self._settings
        return any((wanted.audit_anchor_file, wanted.audit_anchor_git, wanted.audit_anchor_mail))

    def turn(self) -> int:
        """Write the head outside if it has moved; returns 0: the next turn comes by the clock."""
        head = self._hub.read_now(seals.head)
        if head is None or head.n == self._last:
            return 0
        anchor = self._hub.read_now(anchors.head_now)
        wanted = self._settings
        write_anchor(
            anchor,
            wanted,
            file=wanted.audit_anchor_file,
            git=wanted.audit_anchor_git,
            mail=wanted.audit_anchor_mail,
        )
        self._last = anchor.n
        return 0


def write_anchor(
    anchor: Anchor, settings: Settings, *, file: Path | None, git: Path | None, mail: str | None
) -> list[str]:
    """Write an anchor to each place that is given and return where it went.

    Raises
    ------
    InvalidInputError
        git refuses, or the letter could not be sent.

    """
    if file is not None:
        anchors.append_to_file(anchor, file)
    if git is not None:
        anchors.commit_to_git(anchor, git)
    if mail is not None:
        _mail(anchor, settings, mail)
    return [str(place) for place in (file, git, mail) if place is not None]


def _mail(anchor: Anchor, settings: Settings, to: str) -> None:
    if not settings.smtp_url:
        raise InvalidInputError("This hub sends no mail; LABELLOOP_SMTP_URL is unset.")
    letter = message_of(settings, to, f"seal {anchor.n} of the record", f"{anchor.line}\n")
    try:
        send_message(settings, letter)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise InvalidInputError(f"The letter to {to} could not be sent: {error}.") from error
