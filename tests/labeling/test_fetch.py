"""The only way out: what is open, what never is, and what a server may send."""

from __future__ import annotations

import io
import ipaddress
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import fsspec
import pytest

from labeling import fetch as fetch_module
from labeling.errors import TooLargeError
from labeling.fetch import ClosedReferenceError, Doors, check_url, fetch, local_path, open_address

CONTENT: Final = b"id,text\n1,one\n"
HERE: Final = (ipaddress.ip_network("127.0.0.0/8"),)
WEB: Final = frozenset({"http"})


class Handler(BaseHTTPRequestHandler):
    """A server that sends a file, or leads elsewhere."""

    def do_GET(self) -> None:
        """Answer by the path."""
        if self.path.startswith("/to?"):
            self.send_response(302)
            self.send_header("location", self.path.removeprefix("/to?"))
            self.end_headers()
        elif self.path == "/none":
            self.send_error(404)
        else:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(CONTENT)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    """Serve on this machine."""
    found = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=found.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{found.server_port}"
    found.shutdown()
    thread.join()
    found.server_close()


def take(reference: str, doors: Doors) -> bytes:
    """Fetch into memory."""
    target = io.BytesIO()
    fetch(reference, target, doors, lambda: None)
    return target.getvalue()


class TestWeb:
    """http and https."""

    def test_a_private_network_is_closed_unless_opened(self, server: str) -> None:
        """Shows that this machine itself is not asked, and that an operator can open it."""
        with pytest.raises(ClosedReferenceError, match="private network"):
            take(server + "/a.csv", Doors(schemes=WEB))
        assert take(server + "/a.csv", Doors(schemes=WEB, networks=HERE)) == CONTENT

    @pytest.mark.parametrize(
        "address",
        [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",  # noqa: S104 - asked for, not bound
            "100.64.0.1",
            "224.0.0.1",
            "::1",
            "::ffff:10.0.0.1",
            "fd00::1",
            "fe80::1%eth0",
            "64:ff9b::a00:1",
            "2002:a00:1::1",
        ],
    )
    def test_no_private_address_is_asked(
        self, address: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Shows every kind of address that is not the open internet's."""
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", (address, 80))])
        with pytest.raises(ClosedReferenceError, match="private network"):
            open_address("host.example", 80, Doors())

    def test_one_private_address_among_others_closes_the_host(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Shows that a name with a public and a private address is not asked at all."""
        found = [(0, 0, 0, "", ("93.184.216.34", 80)), (0, 0, 0, "", ("10.0.0.1", 80))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        with pytest.raises(ClosedReferenceError, match="private network"):
            open_address("host.example", 80, Doors())

    def test_a_name_is_looked_up_once(self, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Shows that the connection goes to the address that was checked (no rebinding)."""
        port = int(server.rpartition(":")[2])
        asked: list[str] = []
        real = socket.getaddrinfo

        def lookup(host: str, *rest: Any, **options: Any) -> Any:
            if host != "host.example":
                return real(host, *rest, **options)
            asked.append(host)
            return [(0, 0, 0, "", ("127.0.0.1", port))]

        monkeypatch.setattr(socket, "getaddrinfo", lookup)
        doors = Doors(schemes=WEB, networks=HERE)
        assert take(f"http://host.example:{port}/a.csv", doors) == CONTENT
        assert asked == ["host.example"]

    def test_a_redirect_is_checked_like_the_first(self, server: str) -> None:
        """Shows that a server cannot lead into a closed network, another scheme, or a circle."""
        doors = Doors(schemes=WEB, networks=HERE)
        assert take(f"{server}/to?/a.csv", doors) == CONTENT
        with pytest.raises(ClosedReferenceError, match="private network"):
            take(f"{server}/to?http://10.0.0.1/", doors)
        with pytest.raises(ClosedReferenceError, match="scheme 'file'"):
            take(f"{server}/to?file:///etc/passwd", doors)
        with pytest.raises(ClosedReferenceError, match="more than 5 times"):
            take(f"{server}/to?" + "/to?" * 8 + "/a.csv", doors)

    def test_limits_and_failures_are_told(self, server: str) -> None:
        """Shows a file past its limit, a missing one, a host that is not there."""
        doors = Doors(schemes=WEB, networks=HERE, most_bytes=5)
        with pytest.raises(TooLargeError, match="more than 5 bytes"):
            take(server, doors)
        with pytest.raises(ClosedReferenceError, match="answers 404"):
            take(server + "/none", Doors(schemes=WEB, networks=HERE))
        with pytest.raises(ClosedReferenceError, match="not known"):
            take("http://no-such-host.invalid/", doors)
        with pytest.raises(ClosedReferenceError, match="cannot be read"):
            take("http://127.0.0.1:1/", doors)

    def test_it_can_be_stopped(self, server: str) -> None:
        """Shows that a cancelled import ends in the middle of a file."""

        def stop() -> None:
            message = "stopped"
            raise InterruptedError(message)

        with pytest.raises(ClosedReferenceError):
            fetch(server, io.BytesIO(), Doors(schemes=frozenset(), networks=HERE), stop)
        with pytest.raises(InterruptedError, match="stopped"):
            fetch(server, io.BytesIO(), Doors(schemes=WEB, networks=HERE), stop)


class TestSchemes:
    """What a reference may begin with."""

    @pytest.mark.parametrize(
        "reference",
        [
            "s3://bucket/a.csv",
            "http://host.example/a.csv",
            "ftp://host.example/a.csv",
            "sftp://host.example/a.csv",
            "zip://a.zip",
            "github://o:r@/a.csv",
        ],
    )
    def test_nothing_is_open_by_itself(self, reference: str) -> None:
        """Shows that an operator opens schemes by name."""
        with pytest.raises(ClosedReferenceError, match="not open"):
            check_url(reference, Doors())

    @pytest.mark.parametrize("scheme", ["ftp", "sftp", "smb", "file", "git", "reference"])
    def test_some_are_never_open(self, scheme: str) -> None:
        """Shows that schemes with a host that cannot be pinned stay closed whatever is set."""
        with pytest.raises(ClosedReferenceError, match="not open"):
            check_url(f"{scheme}://host/a.csv", Doors(schemes=frozenset({scheme})))

    @pytest.mark.parametrize(
        "reference", ["s3://key:secret@bucket/a", "s3://bucket:9000/a", "http://u:p@host.example/"]
    )
    def test_a_reference_holds_no_endpoint_and_no_secret(self, reference: str) -> None:
        """Shows that where a bucket lies is the operator's to say."""
        with pytest.raises(ClosedReferenceError, match="no password"):
            check_url(reference, Doors(schemes=frozenset({"s3", "http"})))

    def test_a_bucket_is_read_through_fsspec(self) -> None:
        """Shows a file of fsspec's own memory, and one that is not there."""
        with fsspec.open("memory://folder/a.csv", "wb") as file:
            file.write(CONTENT)
        doors = Doors(schemes=frozenset({"memory"}))
        assert take("memory://folder/a.csv", doors) == CONTENT
        with pytest.raises(ClosedReferenceError, match="cannot be read"):
            take("memory://folder/none.csv", doors)


class TestPaths:
    """Files of this machine."""

    def test_only_what_lies_below_an_open_folder(self, tmp_path: Path) -> None:
        """Shows paths inside, outside, through `..` and through a link."""
        inside = tmp_path / "open"
        inside.mkdir()
        (inside / "a.csv").write_bytes(CONTENT)
        (tmp_path / "secret.csv").write_bytes(CONTENT)
        (inside / "link.csv").symlink_to(tmp_path / "secret.csv")
        doors = Doors(roots=(inside,))
        assert local_path(str(inside / "a.csv"), doors) == inside / "a.csv"
        assert local_path(f"file://{inside}/a.csv", doors) == inside / "a.csv"
        assert local_path("s3://bucket/a.csv", doors) is None
        for reference in (
            str(tmp_path / "secret.csv"),
            str(inside / ".." / "secret.csv"),
            str(inside / "link.csv"),
            "a.csv",
            "/etc/passwd",
            "a\0b",
        ):
            with pytest.raises(ClosedReferenceError):
                local_path(reference, doors)
        with pytest.raises(ClosedReferenceError, match="There is no"):
            local_path(str(inside / "none.csv"), doors)

    def test_nothing_is_open_by_itself(self, tmp_path: Path) -> None:
        """Shows that without a folder no path is read."""
        with pytest.raises(ClosedReferenceError, match=r"open for imports \(none\)"):
            local_path(str(tmp_path), Doors())


def test_blocks_are_counted_not_believed(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shows that the limit holds for what comes, not for what a header says."""
    monkeypatch.setattr(fetch_module, "BLOCK", 4)
    with pytest.raises(TooLargeError):
        take(server, Doors(schemes=WEB, networks=HERE, most_bytes=8))
