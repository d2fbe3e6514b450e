"""A data folder made ready: who may hold it, its schema, its operator's token."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from api.installation import (
    HubRunningError,
    SchemaBehindError,
    opened_installation,
    operator_token,
    running_url,
)
from api.settings import Settings
from labeling.database import is_at_head, open_hub
from labeling.people.service import caller_of

URL = "http://127.0.0.1:1"


def settings_for(folder: Path, database_url: str | None = None, *, worker: bool = True) -> Settings:
    """Return settings with everything in one folder."""
    return Settings(data_dir=folder, database_url=database_url, worker=worker)


class TestSqlite:
    """One folder, one process."""

    def test_a_fresh_folder_is_brought_to_head(self, tmp_path: Path) -> None:
        """The first start makes the folder, the tables and the operator's token."""
        settings = settings_for(tmp_path / "data")
        with opened_installation(settings, URL):
            assert is_at_head(settings.resolved_database_url)
            hub = open_hub(settings.resolved_database_url)
            caller = hub.read_now(lambda tx: caller_of(tx, operator_token(settings)))
            hub.close()
        assert caller is not None
        assert caller.is_operator

    def test_the_token_is_for_the_owner_of_the_account_only(self, tmp_path: Path) -> None:
        """Nobody else on the machine can read the key, nor look into the folder."""
        settings = settings_for(tmp_path / "data")
        with opened_installation(settings, URL):
            mode = stat.S_IMODE((settings.data_dir / "operator.token").stat().st_mode)
            folder = stat.S_IMODE(settings.data_dir.stat().st_mode)
        assert (mode, folder) == (0o600, 0o700)

    def test_the_token_stays_the_same(self, tmp_path: Path) -> None:
        """A restart does not change the key that scripts use."""
        settings = settings_for(tmp_path / "data")
        with opened_installation(settings, URL):
            first = operator_token(settings)
        with opened_installation(settings, URL):
            assert operator_token(settings) == first

    def test_a_second_process_is_refused_and_told_where_the_first_is(self, tmp_path: Path) -> None:
        """Two writers of one file would lose answers."""
        settings = settings_for(tmp_path / "data")
        with opened_installation(settings, URL):
            assert running_url(settings) == URL
            with pytest.raises(HubRunningError, match=URL), opened_installation(settings):
                pass
        assert running_url(settings) is None

    def test_an_older_file_is_copied_before_it_is_migrated(self, tmp_path: Path) -> None:
        """What was there before a migration can be gone back to."""
        settings = settings_for(tmp_path / "data")
        settings.data_dir.mkdir()
        with closing(sqlite3.connect(settings.data_dir / "hub.db")) as old:
            old.execute("CREATE TABLE kept (n INTEGER)")
            old.commit()
        with opened_installation(settings, URL):
            copy = settings.data_dir / "hub.before-migration"
            with closing(sqlite3.connect(copy)) as before:
                assert before.execute("SELECT COUNT(*) FROM kept").fetchone() == (0,)


class TestPostgres:
    """Many processes, one store."""

    def test_it_migrates_only_when_told_to(self, blank_store_url: str, tmp_path: Path) -> None:
        """An empty PostgreSQL is refused with the command that helps; SQLite helps itself."""
        settings = settings_for(tmp_path / "data", blank_store_url)
        if blank_store_url.startswith("sqlite"):
            with opened_installation(settings):
                assert is_at_head(blank_store_url)
            return
        refused = pytest.raises(SchemaBehindError, match="labelloop migrate")
        with refused, opened_installation(settings):
            pass

    def test_processes_that_only_answer_share_the_folder(
        self, postgresql_url: str, tmp_path: Path
    ) -> None:
        """One worker, and beside it as many others as one likes."""
        folder = tmp_path / "data"
        worker = settings_for(folder, postgresql_url)
        other = settings_for(folder, postgresql_url, worker=False)
        with opened_installation(worker, URL):
            with opened_installation(other), opened_installation(other):
                assert running_url(worker) == URL
            with pytest.raises(HubRunningError), opened_installation(worker):
                pass
