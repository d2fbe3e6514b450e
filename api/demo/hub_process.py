"""``python -m api.demo.hub_process``: the hub as a server of its own on 127.0.0.1."""

from __future__ import annotations

import signal
import socket
from pathlib import Path
from typing import Any, Final

import uvicorn

from api.app import create_app
from api.demo.processes import read_settings, tell_parent, when_parent_ends
from api.installation import opened_installation, operator_token
from api.settings import Settings

HOST: Final = "127.0.0.1"
USUAL_PORT: Final = 8080


def listen(port: int | None) -> socket.socket:
    """Return a socket on a port; with None on the usual one, or a free one where that is taken."""
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((HOST, USUAL_PORT if port is None else port))
    except OSError:
        if port is not None:
            raise
        found.bind((HOST, 0))
    return found


def main() -> None:
    """Serve until the demo ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the demo's to handle
    asked = read_settings()
    folder = Path(asked["folder"])
    # Named in full: whatever the environment says, the demo touches no other hub's store.
    named: dict[str, Any] = {
        "data_dir": folder,
        "database_url": f"sqlite:///{folder / 'hub.db'}",
    }
    settings = Settings(**named)
    door = listen(asked["port"])
    url = f"http://{HOST}:{door.getsockname()[1]}"
    with opened_installation(settings, url):
        server = uvicorn.Server(
            uvicorn.Config(create_app(settings), log_level="warning", access_log=False)
        )
        when_parent_ends(lambda: setattr(server, "should_exit", True))
        tell_parent({"url": url, "token": operator_token(settings)})
        server.run(sockets=[door])


if __name__ == "__main__":
    main()
