"""What the demo's owner does over HTTP; the simulated people have their own client."""

from __future__ import annotations

import time
from typing import Any, Final

import httpx

TIMEOUT_SECONDS: Final = 60.0
READY_SECONDS: Final = 60.0
PAGE: Final = 1_000
MOST_SHOWN: Final = 500


class HubRefusedError(RuntimeError):
    """The hub answered with a problem; the text names the request and the problem.

    Attributes
    ----------
    status
        Its HTTP status.

    """

    def __init__(self, reply: httpx.Response) -> None:
        self.status = reply.status_code
        asked = reply.request
        super().__init__(
            f"{asked.method} {asked.url.path}: {self.status} {reply.text[:MOST_SHOWN]}"
        )


class Owner:
    """The owner's client: one method for each thing done at the hub.

    Parameters
    ----------
    url, token
        Where the hub is, and a token of its operator.

    """

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self.http = httpx.Client(
            base_url=f"{url}/v1",
            headers={"authorization": f"Bearer {token}"},
            timeout=TIMEOUT_SECONDS,
            trust_env=False,
        )

    def call(self, method: str, path: str, body: Any = None, **params: Any) -> Any:
        """Return the JSON that a request is answered with.

        Raises
        ------
        HubRefusedError
            The hub refused.

        """
        given = {"content": body} if isinstance(body, bytes) else {"json": body}
        reply = self.http.request(method, path, params=params, **given)
        if reply.is_error:
            raise HubRefusedError(reply)
        return reply.json() if reply.content else None

    def wait_until_ready(self) -> None:
        """Wait until the hub answers."""
        until = time.monotonic() + READY_SECONDS
        while True:
            try:
                if httpx.get(f"{self.url}/readyz", trust_env=False).is_success:
                    return
            except httpx.TransportError:
                if time.monotonic() > until:
                    raise
            time.sleep(0.1)

    def text(self, path: str, **params: Any) -> str:
        """Return a file's text."""
        reply = self.http.get(path, params=params)
        if reply.is_error:
            raise HubRefusedError(reply)
        return reply.text

    def all_items(self, project: str) -> list[dict[str, Any]]:
        """Return every item of a project."""
        found: list[dict[str, Any]] = []
        cursor: dict[str, Any] = {}
        while True:
            page = self.call("GET", f"/projects/{project}/items", limit=PAGE, **cursor)
            found += page["items"]
            if page["next"] is None:
                return found
            cursor = {"cursor": page["next"]}

    def close(self) -> None:
        """Close the connections."""
        self.http.close()
