"""Durable files: whole or not there."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from labeling.files import write_durably


class TestWriteDurably:
    """Write, flush, rename."""

    def test_returns_the_digest_of_what_it_wrote(self, tmp_path: Path) -> None:
        """Into a folder that it makes where it is missing."""
        path = tmp_path / "models" / "a"
        assert write_durably(path, b"abc") == hashlib.sha256(b"abc").hexdigest()
        assert path.read_bytes() == b"abc"

    def test_replaces_what_is_there(self, tmp_path: Path) -> None:
        """In one step, leaving nothing else in the folder."""
        write_durably(tmp_path / "a", b"old")
        write_durably(tmp_path / "a", b"new")
        assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a", b"new")]

    def test_a_failure_leaves_nothing_behind(self, tmp_path: Path) -> None:
        """A target that cannot be replaced raises, and the partial file is gone."""
        (tmp_path / "a" / "inside").mkdir(parents=True)
        with pytest.raises(OSError, match="a"):
            write_durably(tmp_path / "a", b"abc")
        assert [p.name for p in tmp_path.iterdir()] == ["a"]
