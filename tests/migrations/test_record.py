"""Migration 0009: what events held moves to where it can be erased, and their digests stay."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import command

from labeling.audit import store
from labeling.audit.seals.sealing import seal_next
from labeling.audit.seals.verification import verify
from labeling.database import Actor, migrate, open_hub
from labeling.database.schema import _alembic

OLD = """
INSERT INTO audit_event
    (project_id, created_at, actor_kind, actor_id, action, object_kind, object_id, change, reason)
VALUES (NULL, 5, 'user', 7, 'user.rename', 'user', 3, :change, :reason)
"""


class TestUpgrade:
    """From events that hold everything to events with a payload apart."""

    def test_old_events_read_the_same_and_can_be_sealed(self, blank_store_url: str) -> None:
        """Shows was, now, other words and the reason of events from before."""
        command.upgrade(_alembic(blank_store_url), "0008")
        engine = sa.create_engine(blank_store_url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            for change, reason in (
                ('{"was": {"name": "a"}, "now": {"name": "b"}, "how": "by hand"}', "asked"),
                ("{}", None),
            ):
                connection.execute(sa.text(OLD), {"change": change, "reason": reason})
        engine.dispose()
        migrate(blank_store_url)
        hub = open_hub(blank_store_url)
        try:
            seal_next(hub, Actor("job"))
            empty, full = hub.read_now(
                lambda tx: store.search(tx, None, store.Search(actor_id=7), 2**62, 10)
            )[0]
            report = verify(hub.read_now)
        finally:
            hub.close()
        assert (full.was, full.reason) == ({"name": "a"}, "asked")
        assert full.now == {"name": "b", "how": "by hand"}
        assert (empty.was, empty.now, empty.reason, empty.is_erased) == (None, None, None, False)
        assert (report.findings, report.n_events, report.n_unsealed) == ([], 2, 0)
