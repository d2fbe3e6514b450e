"""Chunks on a real Ray, started on this machine, where the extra is installed.

Not among what `make test` installs: 250 MB. `pip install 'labelloop[ray]'`, then run this file.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from labeling.errors import InvalidInputError
from tests.training.engines.parts import refuse, square
from training.engines import Chunk, Chunks, ChunksFailedError
from training.engines.on_ray import OnRay

CHUNKS = [Chunk(f"s1/{n}", (n,)) for n in range(6)]


class TestWithoutRay:
    """The extra is optional."""

    def test_it_says_what_to_install(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """An address alone does not bring Ray."""
        monkeypatch.setitem(sys.modules, "ray", None)
        engine = OnRay("local", tmp_path, {"square": square}, threading.Event())
        with pytest.raises(InvalidInputError, match=r"labelloop\[ray\]"):
            engine.run(Chunks(1, "pool", "s1", "square", CHUNKS))
        engine.close()


if find_spec("ray") is not None:

    @pytest.mark.filterwarnings("ignore")
    class TestOnRay:
        """Many processes, none of which is the hub's."""

        @pytest.fixture
        def engine(self, tmp_path: Path) -> Iterator[OnRay]:
            """Return an engine on a cluster of this machine alone."""
            functions = {"square": square, "refuse": refuse}
            made = OnRay("local", tmp_path, functions, threading.Event())
            yield made
            made.close()

        def test_every_part_is_computed_and_a_failure_is_named(
            self, engine: OnRay, tmp_path: Path
        ) -> None:
            """The files are there when it returns; what one host could not read is said here."""
            engine.run(Chunks(1, "pool", "s1", "square", CHUNKS))
            assert [(tmp_path / f"{n}.txt").read_text() for n in range(6)] == [
                str(n * n) for n in range(6)
            ]
            with pytest.raises(ChunksFailedError, match=r"ValueError: .*part \d cannot be read"):
                engine.run(Chunks(1, "pool", "s2", "refuse", CHUNKS))
