"""Real hub processes for the kill tests: the whole of `labelloop serve`, forked from a warm parent.

Importing takes seconds and a kill test starts dozens of hubs; so one parent imports everything and
forks a process per start. It is run as `python -m tests.kill.hub_process` and takes a line of JSON
for each command: {"start": {environment}} answers with the process number, {"wait": number} with
how that process ended.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import signal
import sys
import traceback
from typing import Any, Final, NoReturn

import uvicorn

from api.app import create_app
from api.installation import opened_installation
from api.settings import Settings
from labeling import failpoints

PR_SET_PDEATHSIG: Final = 1
"""See prctl(2): the signal that a process gets when its parent ends."""


def main() -> None:
    """Serve commands until standard input ends."""
    for line in sys.stdin:
        command: dict[str, Any] = json.loads(line)
        if "start" in command:
            child = os.fork()
            if child == 0:
                be_hub(command["start"])
            print(child, flush=True)
        else:
            _, status = os.waitpid(command["wait"], 0)
            print(os.waitstatus_to_exitcode(status), flush=True)


def be_hub(environment: dict[str, str]) -> NoReturn:
    """Be a hub under an environment; never returns to the commands."""
    ctypes.CDLL(None).prctl(
        PR_SET_PDEATHSIG, signal.SIGKILL
    )  # leaves nothing if the test is killed
    os.environ.update(environment)
    importlib.reload(failpoints)  # it reads the environment once, as the process starts
    named: dict[str, Any] = {}  # all from the environment
    settings = Settings(**named)
    try:
        with opened_installation(settings, f"http://{settings.host}:{settings.port}"):
            uvicorn.run(
                create_app(settings),
                host=settings.host,
                port=settings.port,
                log_level="warning",
                access_log=False,
            )
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        os._exit(1)


if __name__ == "__main__":
    main()
