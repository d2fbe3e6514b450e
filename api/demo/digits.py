"""The bundled digits: 1,797 real pictures of 8 × 8 pixels, and their truth.

The pictures go into the hub as PNG files. The truth does not: it teaches the simulated people to
read, as all of us were taught, and judges the result from outside.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]
SIDE: Final = 8
BRIGHTEST: Final = 16
"""Ink of scikit-learn's digits counts from 0 to 16."""
WHITE: Final = 255
CLASSES: Final = tuple(str(digit) for digit in range(10))


@dataclass(frozen=True, eq=False)
class Digits:
    """The pictures as ink and as files, with their truth.

    Attributes
    ----------
    ink
        (n, 64) between 0 (paper) and 1.
    truth
        (n,) digits.
    files
        PNG bytes, in the same order.

    """

    ink: FloatArray
    truth: IntArray
    files: tuple[bytes, ...]

    def keys(self) -> list[str]:
        """Return the pictures' keys in the hub; they tell nothing of the digit."""
        return [f"digit-{place:04d}" for place in range(len(self.files))]

    def key_by_digest(self) -> dict[str, str]:
        """Return each picture's key by the SHA-256 of its file."""
        return {digest_of(file): key for file, key in zip(self.files, self.keys(), strict=True)}

    def truth_by_key(self) -> dict[str, str]:
        """Return the digit of each key."""
        return {key: str(digit) for key, digit in zip(self.keys(), self.truth, strict=True)}


def load_digits(limit: int | None = None) -> Digits:
    """Return scikit-learn's bundled digits, or the first `limit` of them."""
    from sklearn.datasets import load_digits as bundled

    found = bundled()
    ink = np.asarray(found.data, dtype=np.float64)[:limit] / BRIGHTEST
    truth = np.asarray(found.target, dtype=np.int64)[:limit]
    return Digits(ink, truth, tuple(to_png(row) for row in ink))


def to_png(ink: FloatArray) -> bytes:
    """Return (64,) ink as a grey PNG, dark on light."""
    grey = np.rint(WHITE * (1 - ink)).astype(np.uint8).reshape(SIDE, SIDE)
    file = io.BytesIO()
    Image.fromarray(grey).save(file, "PNG")
    return file.getvalue()


def from_png(content: bytes) -> FloatArray:
    """Return a picture's (64,) ink, seen at the digits' size."""
    picture = Image.open(io.BytesIO(content), formats=("PNG",)).convert("L")
    seen = np.asarray(picture.resize((SIDE, SIDE), Image.Resampling.BOX), dtype=np.float64)
    return 1 - seen.ravel() / WHITE


def digest_of(content: bytes) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(content).hexdigest()


def save_lessons(digits: Digits, path: Path) -> None:
    """Write what people learned to read from, for the processes that play them."""
    with path.open("wb") as file:
        np.savez(file, ink=digits.ink, truth=digits.truth)


def load_lessons(path: Path) -> tuple[FloatArray, IntArray]:
    """Return (n, 64) ink and (n,) digits."""
    with np.load(path) as found:
        return found["ink"], found["truth"]
