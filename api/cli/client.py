"""The HTTP client of the commands: the hub that runs on the data folder, else one of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, Final

import httpx
from pydantic import ValidationError

from api.cli.problems import CommandFailedError
from api.cli.serving import listen, served
from api.installation import is_led, is_sqlite, operator_token, running_url
from api.settings import Settings

TIMEOUT: Final = httpx.Timeout(300.0, connect=10.0)


class HubClient:
    """Requests to one hub, in the operator's name.

    Parameters
    ----------
    url, token
        Where the hub is, and the operator's token.
    later_url
        Where a hub of this data folder will be, if this one ends with its command.

    """

    def __init__(self, url: str, token: str, later_url: str | None = None) -> None:
        self.url = url
        self.lasting_url = later_url or url
        self._http = httpx.Client(
            base_url=url,
            headers={"authorization": f"Bearer {token}"} if token else {},
            timeout=TIMEOUT,
            trust_env=False,
        )
        self._kept: set[str] = set()

    def request(self, method: str, path: str, **options: Any) -> Any:
        """Send a request and return the JSON of its answer, None where it has none.

        Raises
        ------
        CommandFailedError
            The hub refused, or cannot be reached.

        """
        answer = self.answer(method, path, **options)
        if answer.is_error:
            raise problem_of(answer)
        return answer.json() if answer.content else None

    def answer(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send a request and return its answer, a refusal too.

        Raises
        ------
        CommandFailedError
            The hub cannot be reached.

        """
        try:
            return self._http.request(method, path, **options)
        except httpx.TransportError as error:
            text = f"The hub at {self.url} does not answer ({error})."
            raise CommandFailedError(text) from error

    def get(self, path: str, **params: Any) -> Any:
        """Read something."""
        return self.request("GET", path, params=params)

    def pages(self, path: str, **params: Any) -> Iterator[Any]:
        """Yield the answers of a list that comes in pages, one after another."""
        cursor: dict[str, str] = {}
        while True:
            page = self.get(path, **params, **cursor)
            yield page
            if page["next"] is None:
                return
            cursor = {"cursor": page["next"]}

    def rows(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """Return all rows of a list that comes in pages."""
        return [row for page in self.pages(path, **params) for row in page["items"]]

    def post(self, path: str, body: Any = None) -> Any:
        """Create or start something from JSON."""
        return self.request("POST", path, json={} if body is None else body)

    def put(self, path: str, body: Any) -> Any:
        """Set something."""
        return self.request("PUT", path, json=body)

    def stream(self, path: str, **params: Any) -> Iterator[bytes]:
        """Return the bytes of an answer as they come; see `stream_with_headers`."""
        return self.stream_with_headers(path, **params)[0]

    def stream_with_headers(
        self, path: str, **params: Any
    ) -> tuple[Iterator[bytes], httpx.Headers]:
        """Return the bytes of an answer as they come, and its headers.

        Raises
        ------
        CommandFailedError
            The hub refused; or, while the bytes are taken, the answer was cut off.

        """
        request = self._http.build_request("GET", path, params=params)
        try:
            answer = self._http.send(request, stream=True)
            if answer.is_error:
                answer.read()
                raise problem_of(answer)
        except httpx.TransportError as error:
            text = f"The hub at {self.url} does not answer ({error})."
            raise CommandFailedError(text) from error
        return _blocks(answer), answer.headers

    def upload(self, path: str, blocks: Iterator[bytes], **params: Any) -> Any:
        """Send a file's bytes and return the JSON of the answer."""
        return self.request("POST", path, content=blocks, params=params)

    def delete(self, path: str) -> Any:
        """End or remove something."""
        return self.request("DELETE", path)

    def keep_picture(self, project: str, payload: bytes) -> str:
        """Keep a picture's bytes at the hub and return their SHA-256; each is sent once."""
        digest = hashlib.sha256(payload).hexdigest()
        if digest not in self._kept:
            self.request("POST", f"/v1/projects/{project}/blobs", content=payload)
            self._kept.add(digest)
        return digest

    def close(self) -> None:
        """Close the connections."""
        self._http.close()


def _blocks(answer: httpx.Response) -> Iterator[bytes]:
    try:
        with closing(answer):
            yield from answer.iter_bytes()
    except httpx.TransportError as error:
        raise CommandFailedError(f"The answer was cut off ({error}); try again.") from error


def problem_of(answer: httpx.Response) -> CommandFailedError:
    """Return the error that a hub's problem document says."""
    try:
        document = answer.json()
        text = f"{document['title']}: {document['detail']}"
    except (ValueError, KeyError, TypeError):
        text = f"The hub answered {answer.status_code} {answer.reason_phrase}."
    return CommandFailedError(text, status=answer.status_code)


def load_settings(**changes: Any) -> Settings:
    """Return the settings of the environment, with changes where they are not None.

    Raises
    ------
    CommandFailedError
        A variable does not fit; the text names it.

    """
    try:
        return Settings(**{name: value for name, value in changes.items() if value is not None})
    except ValidationError as error:
        found = error.errors()[0]
        name = "LABELLOOP_" + "_".join(map(str, found["loc"])).upper()
        raise CommandFailedError(f"{name}: {found['msg']}.", is_wrong_use=True) from error


@contextmanager
def connected(*, with_worker: bool = False) -> Iterator[HubClient]:
    """Yield a client of the hub on this data folder; where none runs, one for the time being.

    Parameters
    ----------
    with_worker
        Whether a hub that is started for the time being also trains and releases; where a worker
        does that already, it is left to that one.

    """
    settings = load_settings()
    url = running_url(settings)
    if url is not None:
        with talking(url, settings) as client:
            yield client
        return
    door = listen("127.0.0.1", 0)
    works = with_worker and (is_sqlite(settings) or not is_led(settings))
    own = settings.model_copy(update={"worker": works})
    later = f"http://{settings.host}:{settings.port}"
    with served(own, door, is_announced=False) as address, talking(address, own, later) as client:
        yield client


@contextmanager
def talking(url: str, settings: Settings, later_url: str | None = None) -> Iterator[HubClient]:
    """Yield a client of the hub at an address, closed afterwards."""
    client = HubClient(url, operator_token(settings), later_url)
    try:
        yield client
    finally:
        client.close()
