"""A hub inside this process: real HTTP on a socket, stopped in order."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NoReturn

from api.cli.problems import CommandFailedError

if TYPE_CHECKING:
    from types import FrameType

    import uvicorn

    from api.settings import Settings

START_SECONDS: Final = 120.0
LOG: Final = logging.getLogger(__name__)
LEAVE_SECONDS: Final = 3
"""How long open connections may keep a hub that was told to stop."""
END_SECONDS: Final = 45.0
"""How long a hub may take to end: more than all steps of `Runtime.close` usually take together."""
GC_THRESHOLD: Final = 20_000
"""New objects before the collector looks for cycles among them. A hub makes rows, which have none:
to look at each 700 of them costs a fifth of an export."""
ANYWHERE: Final = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 - compared, not bound


def listen(host: str, port: int, *, may_move: bool = False) -> socket.socket:
    """Return a socket bound to an address; where the port is taken, `may_move` takes a free one.

    Raises
    ------
    CommandFailedError
        The port is taken, or the host is not this machine's.

    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
    except OSError as error:
        found.close()
        if may_move:
            return listen(host, 0)
        text = f"Cannot listen on {host}:{port} ({error.strerror}); choose another with --port."
        raise CommandFailedError(text) from error
    return found


def address_of(door: socket.socket) -> str:
    """Return the URL at which a browser on this machine finds a socket."""
    host, port = door.getsockname()[:2]
    shown = "127.0.0.1" if host in ANYWHERE else f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}"


@contextmanager
def served(settings: Settings, door: socket.socket, *, is_announced: bool) -> Iterator[str]:
    """Run a hub on a socket in a thread of its own and yield its address.

    Parameters
    ----------
    settings
        Where everything lies.
    door
        A bound socket; closed at the end.
    is_announced
        Whether other commands may find this hub: not for one that ends with its command.

    Raises
    ------
    HubRunningError
        Another process serves the data folder.
    CommandFailedError
        The hub did not start.

    """
    # Slow to import, and most commands only talk to a hub.
    import uvicorn

    from api.app import create_app
    from api.installation import opened_installation

    url = address_of(door)
    with door, opened_installation(settings, url if is_announced else None):
        config = uvicorn.Config(
            create_app(settings),
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=LEAVE_SECONDS,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, name="hub")
        thread.start()
        try:
            _wait_until_started(server, thread)
            yield url
        finally:
            server.should_exit = True
            thread.join(END_SECONDS)
            if thread.is_alive():
                LOG.warning("the hub did not end within %.0f s; it is left behind", END_SECONDS)


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    until = time.monotonic() + START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > until:
            text = "The hub did not start; the lines above say why."
            raise CommandFailedError(text)
        time.sleep(0.01)


def wait_for_the_end() -> None:
    """Return when somebody presses Ctrl-C or the process is told to end."""
    ended = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        ended.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def rarely_collect() -> None:
    """Let the collector pass over what is there by now, and look seldom at what comes."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD)


def told_on_loop() -> asyncio.Event:
    """Return what is set on the running loop by Ctrl-C, or when the process is told to end."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    return ended


@contextmanager
def told_to_end() -> Iterator[None]:
    """Turn SIGTERM into an orderly end, as Ctrl-C is one."""

    def end(_number: int, _frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
