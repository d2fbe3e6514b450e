"""Pictures as 256 bits of what is brighter than its neighbour: alike pictures differ in few bits.

References
----------
Krawetz, "Kind of like that" (the difference hash), 2013; here 16 by 16 instead of 8 by 8.
"""

from __future__ import annotations

import io
import warnings
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE: Final = 16
BITS: Final = SIDE * SIDE
BANDS: Final = 16
"""Bands of 16 bits: two pictures that differ in fewer than 16 bits share at least one."""


def difference_hash(payload: bytes) -> NDArray[np.uint16]:
    """Return a picture's hash as BANDS numbers of 16 bits.

    Raises
    ------
    OSError
        The bytes are no picture.

    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Image.open(io.BytesIO(payload)) as image:
            image.draft("L", (4 * SIDE, 4 * SIDE))
            small = image.convert("L").resize((SIDE + 1, SIDE), Image.Resampling.BOX)
    grey = np.asarray(small, dtype=np.int16)
    bits = (grey[:, 1:] > grey[:, :-1]).reshape(-1)
    return np.packbits(bits).view(np.uint16)


def distance(first: NDArray[np.uint16], second: NDArray[np.uint16]) -> int:
    """Return in how many bits two hashes differ."""
    return int(np.bitwise_count(first ^ second).sum())


def similarity(first: NDArray[np.uint16], second: NDArray[np.uint16]) -> float:
    """Return the share of bits that two hashes have in common."""
    return 1 - distance(first, second) / BITS
