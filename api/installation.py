"""One data folder and its store, made ready: lock, schema at head, the operator's token."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import sqlite3
import time
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, ClassVar, Final

from labeling.database import Leadership, is_at_head, migrate, open_hub
from labeling.errors import LabelloopError
from labeling.people import service as people

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from api.settings import Settings
    from labeling.database import Hub, Transaction

LOCK_FILE: Final = "hub.lock"
TOKEN_FILE: Final = "operator.token"  # noqa: S105 - a file name
OPERATOR_NAME: Final = "operator"
STAND_BY_SECONDS: Final = 1.0


class HubRunningError(LabelloopError):
    """Another process serves this data folder; talk to it, or stop it first."""

    code: ClassVar[str] = "hub-running"
    title: ClassVar[str] = "A hub runs on this data folder"
    status: ClassVar[int] = 409


class SchemaBehindError(LabelloopError):
    """The store's schema is older than this version; `labelloop migrate` brings it to head."""

    code: ClassVar[str] = "schema-behind"
    title: ClassVar[str] = "The store needs a migration"
    status: ClassVar[int] = 503


def running_url(settings: Settings) -> str | None:
    """Return the address of the hub that serves this data folder, None where none runs."""
    path = settings.data_dir / LOCK_FILE
    try:
        with path.open("r", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                url: str | None = json.loads(file.read() or "{}").get("url")
                return url
    except FileNotFoundError:
        return None
    return None


@contextmanager
def opened_installation(
    settings: Settings,
    url: str | None = None,
    waiting: Callable[[], AbstractContextManager[None]] | None = None,
) -> Iterator[None]:
    """Hold a data folder, its schema at head, with a token for its operator.

    Only one process writes a SQLite file, and only one worker leads on a store; on PostgreSQL any
    number of processes that only answer stand beside it, and others that help it (`waiting`) until
    they take over.

    Parameters
    ----------
    settings
        Where the folder and the store are.
    url
        Where the hub listens, for the command line to find.
    waiting
        What is done while another worker leads, which is waited for; None refuses.

    Raises
    ------
    HubRunningError
        Another process holds the folder, or works on the store.
    SchemaBehindError
        PostgreSQL is not at head; SQLite migrates itself after a backup copy.

    """
    folder = settings.data_dir.resolve()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with ExitStack() as stack:
        file = stack.enter_context((folder / LOCK_FILE).open("a+", encoding="utf-8"))
        if is_sqlite(settings):
            _lock(file, url)
        elif settings.worker:
            stack.enter_context(_leading(settings, waiting))
            _lock(file, url)
        _bring_to_head(settings)
        _ensure_operator(settings)
        yield


def is_sqlite(settings: Settings) -> bool:
    """Whether the store is a file that one process writes."""
    return settings.resolved_database_url.startswith("sqlite")


@contextmanager
def _leading(
    settings: Settings, waiting: Callable[[], AbstractContextManager[None]] | None
) -> Iterator[None]:
    """Be the one worker of a PostgreSQL store; where another takes over, this process is ended."""
    lead = Leadership(settings.resolved_database_url, lambda: os.kill(os.getpid(), signal.SIGTERM))
    with closing(lead):
        if not lead.take():
            if waiting is None:
                raise HubRunningError(
                    "Another worker works on this store; add --no-worker, or run `labelloop "
                    "worker`, which waits to take over."
                )
            with waiting():
                while not lead.take():
                    time.sleep(STAND_BY_SECONDS)
        yield


def is_led(settings: Settings) -> bool:
    """Whether a worker works on a PostgreSQL store now."""
    lead = Leadership(settings.resolved_database_url, lambda: None)
    with closing(lead):
        return not lead.take()


def _lock(file: IO[str], url: str | None) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.seek(0)
        held: dict[str, Any] = json.loads(file.read() or "{}")
        raise HubRunningError(
            f"A hub runs on this data folder (process {held.get('pid')}, {held.get('url')}); "
            "use its address, stop it, or choose another LABELLOOP_DATA_DIR."
        ) from error
    file.seek(0)
    file.truncate()
    file.write(json.dumps({"pid": os.getpid(), "url": url}))
    file.flush()


def _bring_to_head(settings: Settings) -> None:
    url = settings.resolved_database_url
    if is_at_head(url):
        return
    if not is_sqlite(settings):
        raise SchemaBehindError("The store's schema is behind; run `labelloop migrate` once.")
    database = Path(url.removeprefix("sqlite:///"))
    if database.exists():
        _copy_database(database, database.with_suffix(".before-migration"))
    migrate(url)


def _copy_database(source: Path, target: Path) -> None:
    """Copy a SQLite database with what its write-ahead log still holds."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


def _ensure_operator(settings: Settings) -> None:
    """Keep a valid token of the operator in a file that only this account can read."""
    path = settings.data_dir / TOKEN_FILE
    hub: Hub = open_hub(settings.resolved_database_url)
    try:
        known = path.read_text(encoding="utf-8").strip() if path.exists() else ""
        if known and hub.read_now(lambda tx: people.caller_of(tx, known)) is not None:
            return
        secret = hub.write_now(_new_operator_token)
    finally:
        hub.close()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(secret)


def _new_operator_token(tx: Transaction) -> str:
    user_id = people.create_user(tx, OPERATOR_NAME, is_operator=True)
    return people.issue(tx, user_id, "token", name="command line").secret


def operator_token(settings: Settings) -> str:
    """Return the operator's token of this data folder."""
    return (settings.data_dir / TOKEN_FILE).read_text(encoding="utf-8").strip()
