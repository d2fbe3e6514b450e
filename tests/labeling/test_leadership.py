"""One worker at a time on a PostgreSQL store."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from sqlalchemy.engine import make_url

from labeling.database import Leadership
from labeling.database.leadership import KEY, TRY

PATIENCE_SECONDS = 20.0
HOLDER = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objid = %s"
TAKE = "SELECT pg_advisory_lock(%s)"


@contextmanager
def connection(url: str) -> Iterator[psycopg.Connection[tuple[int]]]:
    """Open a connection to the store beside the workers' own."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as found:
        yield found


@contextmanager
def leader(url: str, lost: Callable[[], None] = lambda: None) -> Iterator[Leadership]:
    """Yield somebody who may take the lead."""
    found = Leadership(url, lost)
    try:
        yield found
    finally:
        found.close()


def holder(beside: psycopg.Connection[tuple[int]]) -> int | None:
    """Return the server process whose client leads, None where nobody does."""
    row = beside.execute(HOLDER, (KEY & 0xFFFFFFFF,)).fetchone()
    return None if row is None else row[0]


@pytest.mark.postgresql
class TestLeadership:
    """Who works."""

    def test_one_leads_and_the_next_may_when_it_ends(self, postgresql_url: str) -> None:
        """Shows the second refused, then taking over."""
        with leader(postgresql_url) as second:
            with leader(postgresql_url) as first:
                assert first.take()
                assert not second.take()
            assert second.take()

    def test_a_lost_connection_is_made_anew(self, postgresql_url: str) -> None:
        """Shows the same worker leading on another connection, and not told to end."""
        lost = threading.Event()
        with leader(postgresql_url, lost.set) as first, connection(postgresql_url) as beside:
            assert first.take()
            before = holder(beside)
            beside.execute("SELECT pg_terminate_backend(%s)", (before,))
            until = time.monotonic() + PATIENCE_SECONDS
            while holder(beside) in {None, before} and time.monotonic() < until:
                time.sleep(0.05)
            assert holder(beside) not in {None, before}
            assert not lost.is_set()

    def test_one_that_was_overtaken_is_told_to_end(self, postgresql_url: str) -> None:
        """Shows that nobody works on who lost the lock to another."""
        lost = threading.Event()
        with (
            leader(postgresql_url, lost.set) as first,
            connection(postgresql_url) as beside,
            connection(postgresql_url) as other,
        ):
            assert first.take()
            waits = threading.Thread(target=other.execute, args=(TAKE, (KEY,)))
            waits.start()
            beside.execute("SELECT pg_terminate_backend(%s)", (holder(beside),))
            waits.join(PATIENCE_SECONDS)
            assert lost.wait(PATIENCE_SECONDS)
            assert other.execute(TRY, (KEY,)).fetchone() == (True,)
