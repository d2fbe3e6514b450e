"""What every featurizer can do, and how its identity is written down."""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Self, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")
Row: TypeAlias = Mapping[str, Any]
"""One item's data."""
ReadBytes: TypeAlias = Callable[[str], bytes]
"""Reads a picture by what the item's field holds: a digest or a path."""
Matrix: TypeAlias = Any
"""(n_rows, n_features) float32: a numpy array, or a scipy CSR array where most entries are zero."""


class Featurizer(ABC):
    """Turns rows of data into rows of numbers, after learning what it must from training rows.

    Parameters
    ----------
    fields : the data fields it reads, in this order.
    """

    name: ClassVar[str]
    memory: ClassVar[str]
    """Numbers (float32) an item, and what else lies in memory, in words."""
    speed: ClassVar[str]
    """What an item costs on one core, in words."""
    sparse: ClassVar[bool] = False

    def __init__(self, fields: Sequence[str]) -> None:
        if not fields:
            msg = f"fields: {self.name} needs at least one field to read"
            raise ValueError(msg)
        self.fields = tuple(fields)
        self._state: dict[str, Any] | None = None

    @abstractmethod
    def fit(self, rows: Sequence[Row], read_bytes: ReadBytes | None = None) -> Self:
        """Learn from rows of the training split only: test rows must not shape the features."""

    @abstractmethod
    def transform(self, rows: Sequence[Row], read_bytes: ReadBytes | None = None) -> Matrix:
        """Return (n_rows, n_features) float32, each row by itself."""

    def state(self) -> dict[str, Any]:
        """Return what `fit` learned, as JSON can hold it: what it kept as `_state`.

        Raises
        ------
        ValueError
            It has not been fitted.
        """
        return dict(self.fitted(self._state))

    def restore(self, state: Mapping[str, Any]) -> Self:
        """Take up what `state` returned."""
        self._state = dict(state)
        return self

    def fitted(self, learned: T | None) -> T:
        """Return what `fit` learned, or refuse before it did."""
        if learned is None:
            msg = f"{self.name}: fit it on the training rows first"
            raise ValueError(msg)
        return learned

    def document(self) -> dict[str, Any]:
        """Return name, fields and fitted state: all that `transform` depends on."""
        return {"name": self.name, "fields": list(self.fields), "state": self.state()}

    def canonical(self) -> bytes:
        """Return the document as canonical JSON (sorted keys, no spaces, UTF-8)."""
        text = json.dumps(
            self.document(), sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        return text.encode()

    def digest(self) -> str:
        """Return the SHA-256 of the canonical document."""
        return hashlib.sha256(self.canonical()).hexdigest()


def empty(n_features: int) -> NDArray[np.float32]:
    """Return no rows of so many features."""
    return np.empty((0, n_features), dtype=np.float32)
