"""A purge on PostgreSQL by a role that owns the tables and may do nothing beyond."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from benchmarks.postgres import PostgresServer
from labeling.audit.seals import verification
from labeling.audit.seals.sealing import seal_next
from labeling.database import Hub, Transaction, migrate, open_hub
from tests.labeling.deletion.test_deletion import (
    DAY,
    GRACE_DAYS,
    JOB,
    STAY,
    delete,
    purge,
    rows_of,
    worked,
)
from tests.support.hubs import HandClock

ROLE = "plain_owner"


@pytest.fixture
def plain_hub(postgresql_server: PostgresServer, clock: HandClock) -> Iterator[Hub]:
    """Open a hub as a role without privileges, in a database that it owns and migrated itself."""
    with postgresql_server.database() as url:
        conninfo = url.replace("postgresql+psycopg", "postgresql")
        with psycopg.connect(conninfo, autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (ROLE,))
            if found.fetchone() is None:
                connection.execute(f"CREATE ROLE {ROLE} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE")
            connection.execute(f'ALTER DATABASE "{connection.info.dbname}" OWNER TO {ROLE}')
        mine = url.replace("postgres@", f"{ROLE}@")
        migrate(mine)
        opened = open_hub(mine, clock=clock)
        yield opened
        opened.close()


class TestPlainRole:
    """An owner of the tables who may not set `session_replication_role`."""

    def test_a_project_is_purged_to_its_stone(
        self, plain_hub: Hub, clock: HandClock, tmp_path: Path
    ) -> None:
        """Shows every row gone through the door alone, another project whole, the chain sound."""
        hub = plain_hub

        def force(tx: Transaction) -> None:
            tx.run("SET LOCAL session_replication_role = replica")

        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            hub.write_now(force)
        gone, stays = worked(hub, "gone"), worked(hub, "stays")
        while seal_next(hub, JOB):
            pass
        kept = rows_of(hub, stays.project_id)
        with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
            hub.write_unchecked_now(lambda tx: tx.run("DELETE FROM annotation"))
        delete(gone)
        clock.wait(GRACE_DAYS * DAY)
        purge(hub, tmp_path)
        assert set(rows_of(hub, gone.project_id)) <= STAY
        assert rows_of(hub, stays.project_id) == kept
        while seal_next(hub, JOB):
            pass
        assert verification.verify(hub.read_now).findings == []
