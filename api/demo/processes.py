"""The demo's other processes: each ends when its standard input does, so none outlives the demo."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

GRACE_SECONDS: Final = 15.0
LOG_CHARACTERS: Final = 4_000


class Process:
    """A module of ours that runs as ``python -m MODULE`` with one JSON line of settings.

    Parameters
    ----------
    module
        Its name.
    settings
        What it is told, as JSON.
    log
        Where its standard error goes.

    """

    def __init__(self, module: str, settings: dict[str, Any], log: Path) -> None:
        with log.open("ab") as errors:
            self._child = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        self._module, self._log = module, log
        if self._child.stdin is not None:
            self._child.stdin.write(json.dumps(settings) + "\n")
            self._child.stdin.flush()

    def read_line(self) -> dict[str, Any]:
        """Return its next JSON line.

        Raises
        ------
        RuntimeError
            It ended instead; the text quotes the end of its log.

        """
        line = self._child.stdout.readline() if self._child.stdout is not None else ""
        if not line:
            code = self._child.wait()
            raise RuntimeError(f"{self._module} ended with {code}:\n{self.log_tail()}")
        found: dict[str, Any] = json.loads(line)
        return found

    def log_tail(self) -> str:
        """Return the end of what it wrote to standard error."""
        return self._log.read_text(encoding="utf-8", errors="replace")[-LOG_CHARACTERS:]

    @property
    def is_running(self) -> bool:
        """Whether it is still there."""
        return self._child.poll() is None

    @property
    def exit_code(self) -> int | None:
        """Its exit code, None while it runs."""
        return self._child.poll()

    def close(self) -> None:
        """Ask it to end; kill it when it does not within some seconds."""
        with self._child:
            if self._child.stdin is not None:
                self._child.stdin.close()
            try:
                self._child.wait(GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                self._child.kill()


def read_settings() -> dict[str, Any]:
    """Return the settings that this process was started with."""
    found: dict[str, Any] = json.loads(sys.stdin.readline())
    return found


def when_parent_ends(call: Callable[[], None]) -> None:
    """Call a function from a thread once standard input has ended."""

    def wait() -> None:
        sys.stdin.read()
        call()

    threading.Thread(target=wait, name="parent", daemon=True).start()


def tell_parent(document: dict[str, Any]) -> None:
    """Write one JSON line to standard output."""
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()
