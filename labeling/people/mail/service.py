"""The verbs of letters: ask for one, take it up, say what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from labeling.clock import MICROS
from labeling.people.mail import store

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

FIRST_PAUSE_SECONDS: Final = 60
MOST_TRIES: Final = 6
"""One, two, four … minutes apart; a link would have expired after that."""
KEPT_SECONDS: Final = 30 * 86_400


def ask(
    tx: Transaction, kind: str, *, user_id: int | None = None, invitation_id: int | None = None
) -> None:
    """Ask for a letter; to nobody is asked for too, so that nothing tells the difference."""
    store.add(tx, kind, user_id=user_id, invitation_id=invitation_id)


def take_up(tx: Transaction) -> Row | None:
    """Return the letter that is due first, its try counted; None where none is."""
    found = store.claim(tx)
    if found is not None:
        pause = FIRST_PAUSE_SECONDS * 2**found.tries
        store.begin_try(tx, found.id, tx.now + pause * MICROS)
    return found


def close(tx: Transaction, mail_id: int, *, sent: bool, error: str | None = None) -> None:
    """Have done with a letter."""
    store.end(tx, mail_id, sent=sent, error=error)


def note_failure(tx: Transaction, letter: Row, error: str) -> None:
    """Keep why a try failed; after the last one the letter is given up."""
    if letter.tries + 1 >= MOST_TRIES:
        store.end(tx, letter.id, sent=False, error=error)
    else:
        store.fail(tx, letter.id, error)


def forget_letters(tx: Transaction) -> int:
    """Remove letters that ended long ago; returns how many."""
    return store.forget(tx, tx.now - KEPT_SECONDS * MICROS)
