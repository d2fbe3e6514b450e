"""No file names the machine it was written on, nor where packages are fetched from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.sources import ROOT, own_files, place

# Written in pieces, so that this file does not name what it looks for.
MACHINE_PATH: Final = re.compile(
    r"(?<![\w.:/~$}-])/(?:home|root|Users|work)/[\w.-]|(?<![\w.:/-])/opt/(?:py" + r"pi|wheels)"
)
REGISTRY_HOST: Final = re.compile(
    r"\b(?:"
    + "|".join(
        re.escape(name + domain)
        for name, domain in (
            ("py", "pi.org"),
            ("python", "hosted.org"),
            ("registry.", "npmjs.org"),
            ("registry.", "npmmirror.com"),
            ("registry.", "yarnpkg.com"),
            ("download.", "pytorch.org"),
        )
    )
    + r")\b"
)


def places_named(text: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the words of each machine path and registry host in a text."""
    for number, line in enumerate(text.splitlines(), start=1):
        for pattern in (MACHINE_PATH, REGISTRY_HOST):
            yield from ((number, found.group()) for found in pattern.finditer(line))


def text_of(path: Path) -> str:
    """Return what a file says; pictures and other binary files say nothing."""
    content = path.read_bytes()
    return "" if b"\0" in content else content.decode("utf-8", errors="replace")


class TestPlaces:
    """A clone works on any machine, with any mirror of the registries."""

    def test_no_file_names_a_machine_or_a_registry(self) -> None:
        """Neither sources, locks nor documents hold such a name."""
        found = [
            f"{place(path, line)} {words}"
            for path in own_files()
            for line, words in places_named(text_of(path))
        ]
        assert found == []

    @pytest.mark.parametrize(
        "sample",
        [
            'DATA = "/' + 'home/ann/data"',
            "open('/" + "root/.cache/x')",
            "resolved: https://registry." + "npmjs.org/react/-/react-19.tgz",
            "--index-url https://files.python" + "hosted.org/simple",
        ],
    )
    def test_a_bad_sample_is_found(self, sample: str) -> None:
        """The rule can fail: home folders and registries are seen wherever they stand."""
        assert list(places_named(sample))

    @pytest.mark.parametrize(
        "sample",
        ["GET /v1/work/1", "./work/main.py", "{base}/" + "home/x", "Path(__file__).parents[2]"],
    )
    def test_an_innocent_sample_is_not(self, sample: str) -> None:
        """Addresses of our own pages and relative paths are left alone."""
        assert list(places_named(sample)) == []

    def test_the_walk_sees_this_very_file(self) -> None:
        """The list of files that is searched is not empty by mistake."""
        files = set(own_files())
        assert {Path(__file__), ROOT / "pyproject.toml", ROOT / ".ci" / "run"} <= files
