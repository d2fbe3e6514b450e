"""The only way out: files by reference; resolved once, pinned, limited, into no private network.

The operator says which folders, which schemes and which private networks are open; nobody else can.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, ClassVar, Final
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from labeling.errors import LabelloopError, TooLargeError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
BUCKET_SCHEMES: Final = frozenset(
    {"s3", "s3a", "gs", "gcs", "az", "abfs", "adl", "oss", "oci", "tos", "memory"}
)
"""Schemes of fsspec whose host is a bucket's name: where they lead, the operator's settings say."""
WEB_SCHEMES: Final = frozenset({"http", "https"})
BLOCK: Final = 1_048_576
MOST_REDIRECTS: Final = 5
TIMEOUT_SECONDS: Final = 30.0
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
OK: Final = 200
SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
TUNNELS: Final = tuple(
    ipaddress.ip_network(found) for found in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16")
)
"""IPv6 addresses that carry an IPv4 address of any kind."""


class ClosedReferenceError(LabelloopError):
    """The reference is not open to this hub, or cannot be read; the text says why."""

    code: ClassVar[str] = "invalid-reference"
    title: ClassVar[str] = "The reference cannot be used"
    status: ClassVar[int] = 422


@dataclass(frozen=True, slots=True)
class Doors:
    """What the operator opened.

    Attributes
    ----------
    roots
        Folders below which paths may be read.
    schemes
        Of `BUCKET_SCHEMES` and `WEB_SCHEMES`.
    networks
        Private networks that may be asked nevertheless.
    most_bytes
        What a file may have.

    """

    roots: tuple[Path, ...] = ()
    schemes: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()
    most_bytes: int = 2 * 1024**3


def local_path(reference: str, doors: Doors) -> Path | None:
    """Return the path that a reference names, None where it is a URL.

    Raises
    ------
    ClosedReferenceError
        It is not below an open folder; links are followed first.

    """
    if reference.startswith("file://"):
        reference = unquote(urlsplit(reference).path)
    elif SCHEME.match(reference):
        return None
    if "\0" in reference:
        message = "A path holds no NUL."
        raise ClosedReferenceError(message, place="reference")
    path = Path(reference)
    found = path.resolve()
    if not path.is_absolute() or not any(
        found.is_relative_to(root.resolve()) for root in doors.roots
    ):
        roots = ", ".join(str(root) for root in doors.roots) or "none"
        message = f"{reference!r} is not below a folder that is open for imports ({roots})."
        raise ClosedReferenceError(message, place="reference")
    if not found.exists():
        message = f"There is no {reference!r}."
        raise ClosedReferenceError(message, place="reference")
    return found


def check_url(reference: str, doors: Doors) -> SplitResult:
    """Return the parts of a URL whose scheme is open.

    Raises
    ------
    ClosedReferenceError
        It is not; or it holds a name and a password.

    """
    try:
        parts = urlsplit(reference)
        has_port = parts.port is not None
    except ValueError as error:
        message = f"{reference!r} is no URL: {error}."
        raise ClosedReferenceError(message, place="reference") from error
    scheme = parts.scheme.lower()
    if scheme not in doors.schemes or scheme not in BUCKET_SCHEMES | WEB_SCHEMES:
        known = ", ".join(sorted(doors.schemes & (BUCKET_SCHEMES | WEB_SCHEMES))) or "none"
        message = f"The scheme {scheme!r} is not open for imports (open: {known})."
        raise ClosedReferenceError(message, place="reference")
    if "@" in parts.netloc or (has_port and scheme in BUCKET_SCHEMES):
        message = "A reference holds no name, no password and no endpoint."
        raise ClosedReferenceError(message, place="reference")
    return parts


def fetch(reference: str, target: IO[bytes], doors: Doors, beat: Callable[[], None]) -> int:
    """Write what a URL names into a file and return how many bytes it has.

    Parameters
    ----------
    reference
        A URL; see `check_url`.
    target
        Takes the bytes.
    doors
        What is open.
    beat
        Called with every block: it may raise, to stop.

    Raises
    ------
    ClosedReferenceError
        It is not open, not there, or leads into a private network.
    TooLargeError
        It has more bytes than may be.

    """
    parts = check_url(reference, doors)
    blocks = _web(reference, doors) if parts.scheme.lower() in WEB_SCHEMES else _bucket(reference)
    size = 0
    for block in blocks:
        size += len(block)
        if size > doors.most_bytes:
            message = f"{reference!r} has more than {doors.most_bytes:,} bytes."
            raise TooLargeError(message, limit=doors.most_bytes)
        target.write(block)
        beat()
    return size


def _bucket(reference: str) -> Iterator[bytes]:
    try:
        import fsspec
    except ImportError as error:
        message = "Buckets need fsspec: pip install 'labelloop[remote]'."
        raise ClosedReferenceError(message, place="reference") from error
    try:
        with fsspec.open(reference, "rb") as file:
            while block := file.read(BLOCK):
                yield block
    except Exception as error:
        # Each store raises errors of its own; a missing driver says which package it needs.
        message = f"{reference!r} cannot be read: {error}."
        raise ClosedReferenceError(message, place="reference") from error


def _web(reference: str, doors: Doors) -> Iterator[bytes]:
    url = reference
    for _ in range(MOST_REDIRECTS + 1):
        parts = check_url(url, doors)
        try:
            with closing(_connection(parts, doors)) as connection:
                path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                headers = {"accept-encoding": "identity", "user-agent": "labelloop"}
                connection.request("GET", path, headers=headers)
                answer = connection.getresponse()
                if answer.status not in REDIRECTS:
                    yield from _body(answer, url)
                    return
                url = urljoin(url, answer.getheader("location") or "")
        except (OSError, http.client.HTTPException, UnicodeError) as error:
            message = f"{url!r} cannot be read: {error}."
            raise ClosedReferenceError(message, place="reference") from error
    message = f"{reference!r} leads on more than {MOST_REDIRECTS} times."
    raise ClosedReferenceError(message, place="reference")


def _body(answer: http.client.HTTPResponse, url: str) -> Iterator[bytes]:
    if answer.status != OK:
        message = f"{url!r} answers {answer.status} {answer.reason}."
        raise ClosedReferenceError(message, place="reference")
    while block := answer.read(BLOCK):
        yield block


class _PinnedConnection(http.client.HTTPConnection):
    """A connection to an address that was checked before; the name stays the host's."""

    def __init__(self, host: str, port: int, address: Address, context: ssl.SSLContext | None):
        super().__init__(host, port, timeout=TIMEOUT_SECONDS)
        self._address, self._context = address, context

    def connect(self) -> None:
        """Connect to the address, not to what the name means by now."""
        found: Any = socket.create_connection((str(self._address), self.port), self.timeout)
        if self._context is not None:
            found = self._context.wrap_socket(found, server_hostname=self.host)
        self.sock = found


def _connection(parts: SplitResult, doors: Doors) -> _PinnedConnection:
    host, is_secure = parts.hostname or "", parts.scheme.lower() == "https"
    port = parts.port or (443 if is_secure else 80)
    context = ssl.create_default_context() if is_secure else None
    return _PinnedConnection(host, port, open_address(host, port, doors), context)


def open_address(host: str, port: int, doors: Doors) -> Address:
    """Return the address of a host, looked up once and checked.

    Raises
    ------
    ClosedReferenceError
        The name means nothing, or any of its addresses lies in a private network that is not open.

    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        message = f"The host {host!r} is not known: {error}."
        raise ClosedReferenceError(message, place="reference") from error
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not addresses or not all(_is_open(address, doors) for address in addresses):
        message = f"The host {host!r} lies in a private network that is not open for imports."
        raise ClosedReferenceError(message, place="reference")
    return addresses[0]


def _is_open(address: Address, doors: Doors) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if any(address in network for network in doors.networks):
        return True
    is_tunnel = any(address in network for network in TUNNELS)
    return address.is_global and not address.is_multicast and not is_tunnel
