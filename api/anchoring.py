"""The record's head goes outside: where the settings say, or where a command says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labeling.audit.seals import anchors
from labeling.audit.seals import store as seals

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
        return any((self._settings.audit_anchor_file, self._settings.audit_anchor_git))

    def turn(self) -> int:
        """Write the head outside if it has moved; returns 0: the next turn comes by the clock."""
        head = self._hub.read_now(seals.head)
        if head is None or head.n == self._last:
            return 0
        anchor = self._hub.read_now(anchors.head_now)
        write_anchor(anchor, self._settings.audit_anchor_file, self._settings.audit_anchor_git)
        self._last = anchor.n
        return 0


def write_anchor(anchor: Anchor, file: Path | None, git: Path | None) -> list[str]:
    """Write an anchor to each place that is given and return where it went."""
    if file is not None:
        anchors.append_to_file(anchor, file)
    if git is not None:
        anchors.commit_to_git(anchor, git)
    return [str(place) for place in (file, git) if place is not None]
