"""What a command fails with, as one line."""

from __future__ import annotations


class CommandFailedError(Exception):
    """A command could not do its work; the text says why and what to do next.

    Attributes
    ----------
    is_wrong_use
        Whether the command was given something that can never work (exit code 2).
    status
        The hub's HTTP status, where the hub refused.

    """

    def __init__(self, text: str, *, is_wrong_use: bool = False, status: int | None = None) -> None:
        super().__init__(text)
        self.is_wrong_use = is_wrong_use
        self.status = status


def one_line(text: str) -> str:
    """Return a text without line ends."""
    return " ".join(text.split())
