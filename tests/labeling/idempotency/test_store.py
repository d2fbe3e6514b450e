"""Kept replies: one effect per key, whatever is repeated or comes at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from labeling.database import Hub, Transaction
from labeling.idempotency import store
from labeling.idempotency.store import KEPT_SECONDS, KeyReusedError, Request
from labeling.people import service as people
from tests.support.hubs import HandClock

ASKED = Request(7, "a key", "digest")


def act(tx: Transaction) -> str:
    """Make a user and return a reply that names it."""
    return str(people.create_user(tx, "somebody"))


def once(hub: Hub, asked: Request = ASKED) -> tuple[str, bool]:
    """Send a request under a key."""
    return hub.write_now(lambda tx: store.once(tx, asked, act))


def users(hub: Hub) -> int:
    """Return how many users there are."""
    return int(hub.read_now(lambda tx: tx.value("SELECT COUNT(*) FROM user_account")))


class TestOnce:
    """`once`."""

    def test_a_repeat_gets_the_first_reply(self, hub: Hub) -> None:
        """Shows one effect, and that the repeat is told from the first."""
        first, again = once(hub), once(hub)
        assert (first[1], again) == (False, (first[0], True))
        assert users(hub) == 1

    def test_requests_at_once_have_one_effect(self, hub: Hub) -> None:
        """Shows that of many with one key the first acts and the others read its reply."""
        with ThreadPoolExecutor(6) as pool:
            found = list(pool.map(lambda _: once(hub), range(12)))
        assert len({reply for reply, _ in found}) == 1
        assert sum(not is_kept for _, is_kept in found) == 1
        assert users(hub) == 1

    def test_another_request_under_the_key_is_refused(self, hub: Hub) -> None:
        """Shows that a key means one request, and that somebody else's key is their own."""
        once(hub)
        with pytest.raises(KeyReusedError):
            once(hub, Request(7, "a key", "another digest"))
        assert once(hub, Request(8, "a key", "another digest"))[1] is False

    def test_a_refused_request_keeps_no_key(self, hub: Hub) -> None:
        """Shows that effect and reply share their fate: after a failure the key is free."""

        def fail(tx: Transaction) -> str:
            act(tx)
            message = "refused"
            raise ValueError(message)

        with pytest.raises(ValueError, match="refused"):
            hub.write_now(lambda tx: store.once(tx, ASKED, fail))
        assert users(hub) == 0
        assert once(hub)[1] is False

    def test_a_key_means_nothing_after_a_day(self, hub: Hub, clock: HandClock) -> None:
        """Shows that an old key acts again, and that old replies are dropped."""
        once(hub)
        once(hub, Request(7, "another key", "digest"))
        clock.wait(KEPT_SECONDS + 1)
        assert once(hub)[1] is False
        assert hub.write_now(store.drop_expired) == 1
        assert hub.write_now(store.drop_expired) == 0
