"""The built page's files, as a browser asks for them."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Final

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from api.page import FOR_GOOD, PageFiles, accepts

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT: Final = b"console.log('page');" * 20


async def ask(folder: Path, path: str, **headers: str) -> httpx.Response:
    """Ask for a file of the page; no coding is asked for unless named."""
    app = Starlette(routes=[Mount("/assets", PageFiles(directory=folder))])
    door = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=door, base_url="http://hub") as client:
        return await client.get(f"/assets/{path}", headers={"accept-encoding": "", **headers})


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """Return a folder with one script and its compressed twin, and one without."""
    (tmp_path / "page-1a2b.js").write_bytes(SCRIPT)
    (tmp_path / "page-1a2b.js.gz").write_bytes(gzip.compress(SCRIPT))
    (tmp_path / "sign.svg").write_bytes(b"<svg/>")
    return tmp_path


class TestPageFiles:
    """What travels, under which name and for how long."""

    async def test_the_twin_travels_where_the_browser_takes_it(self, built: Path) -> None:
        """It arrives as the script itself, smaller on the way, and is kept for good."""
        found = await ask(built, "page-1a2b.js", **{"accept-encoding": "br;q=0, gzip"})
        assert found.content == SCRIPT
        assert found.headers["content-encoding"] == "gzip"
        assert found.headers["content-type"].startswith("text/javascript")
        assert int(found.headers["content-length"]) < len(SCRIPT)
        assert found.headers["cache-control"] == FOR_GOOD
        assert found.headers["vary"] == "accept-encoding"

    async def test_a_client_that_takes_none_gets_the_file(self, built: Path) -> None:
        """Without a coding the file comes as it is."""
        found = await ask(built, "page-1a2b.js")
        assert found.content == SCRIPT
        assert "content-encoding" not in found.headers

    async def test_a_file_without_a_twin_comes_as_it_is(self, built: Path) -> None:
        """Pictures are not compressed twice."""
        found = await ask(built, "sign.svg", **{"accept-encoding": "gzip, br"})
        assert found.content == b"<svg/>"
        assert "content-encoding" not in found.headers

    async def test_what_the_browser_has_does_not_travel(self, built: Path) -> None:
        """A matching tag is answered by 304 in each coding."""
        coding = {"accept-encoding": "gzip"}
        tag = (await ask(built, "page-1a2b.js", **coding)).headers["etag"]
        again = await ask(built, "page-1a2b.js", **coding, **{"if-none-match": tag})
        assert (again.status_code, again.content) == (304, b"")

    async def test_nothing_is_404(self, built: Path) -> None:
        """A name that is not there is no file, and nobody keeps that for good."""
        found = await ask(built, "gone.js", **{"accept-encoding": "gzip"})
        assert found.status_code == 404
        assert "cache-control" not in found.headers

    @pytest.mark.parametrize(
        ("header", "taken"),
        [("gzip, br", True), ("br;q=0.5", True), ("br;q=0", False), ("gzip", False), ("", False)],
    )
    def test_accept_encoding_is_read(self, header: str, *, taken: bool) -> None:
        """A weight of zero says no."""
        assert accepts(header, "br") is taken
