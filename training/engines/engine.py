"""The port behind which chunks are computed, and its simplest engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeAlias

from labeling.errors import LabelloopError
from training.compute import Compute

Functions: TypeAlias = Mapping[str, Callable[..., Any]]
"""Name → function at the top of a module, called with the data folder and JSON arguments."""


class ChunksFailedError(LabelloopError):
    """A chunk could not be computed; `detail` is the first one's error."""

    code: ClassVar[str] = "chunks-failed"
    title: ClassVar[str] = "A part of the computation failed"
    status: ClassVar[int] = 500


@dataclass(frozen=True, slots=True)
class Chunk:
    """One part: `key` names its effect by content, `arguments` are JSON.

    Places in the arguments are relative to the data folder: it may lie elsewhere on another host.
    """

    key: str
    arguments: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Chunks:
    """The parts of one computation.

    Attributes
    ----------
    project_id
        Whose items are computed.
    family, name
        What is computed (``pool``), and which of its states; a new state takes the old one's place.
    function
        What computes a part: one of the engine's functions.
    parts
        Those whose files are not there yet.
    """

    project_id: int
    family: str
    name: str
    function: str
    parts: Sequence[Chunk]


class Engine(Protocol):
    """Computes chunks; blocking, so call it from a thread."""

    def run(self, chunks: Chunks) -> None:
        """Return when the files of all parts are there.

        Raises
        ------
        LabelloopError
            A part failed (`ChunksFailedError`, or the compute child's own), or the process closes.

        """


class InChild:
    """Computes one part after the other in this process's compute child."""

    def __init__(self, compute: Compute, data_folder: Path, functions: Functions) -> None:
        self.compute, self.data_folder, self.functions = compute, data_folder, functions

    def run(self, chunks: Chunks) -> None:
        """Compute every part here."""
        function = self.functions[chunks.function]
        for part in chunks.parts:
            self.compute.run(function, str(self.data_folder), *part.arguments)
