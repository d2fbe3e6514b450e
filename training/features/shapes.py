"""Pictures by the directions of their edges, and where their colours lie; tiny ones by pixels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.features.featurizer import ReadBytes, Row, empty
from training.features.pixels import Pixels, open_picture

SIDE = 64
CELL = 8
DIRECTIONS = 9
COLOUR_SIDE = 4
TINY = 24
"""A picture of fewer pixels a side is all edge: its pixels tell as much."""
_FLAT = 1e-2
_BATCH = 256
_CELLS = SIDE // CELL
_EDGES = (_CELLS - 1) ** 2 * 4 * DIRECTIONS


class Shapes(Pixels):
    """Histograms of oriented gradients (1,764 numbers), and 4 × 4 mean colours (48).

    Every picture is scaled to 64 × 64. Where the training pictures are smaller than 24 a side
    (median) it gives what ``pixels`` gives. An item without a picture has no edges and is grey.
    On hand signs 100 labels tell as much as 400 do on pixels.

    References
    ----------
    Dalal and Triggs, "Histograms of oriented gradients for human detection", CVPR 2005.
    """

    name: ClassVar[str] = "shapes"
    memory: ClassVar[str] = "1,764 numbers, with colour 1,812"
    speed: ClassVar[str] = "about 1 ms a picture"

    def transform(
        self, rows: Sequence[Row], read_bytes: ReadBytes | None = None
    ) -> NDArray[np.float32]:
        """Return (n_rows, n_fields · (1,764 + 48 if colour)) float32, or pixels of tiny ones.

        Raises
        ------
        ValueError
            A picture cannot be read (names row and field), or `fit` has not been called.
        """
        shape = self.state()
        if min(shape["width"], shape["height"]) < TINY:
            return super().transform(rows, read_bytes)
        colour = shape["mode"] == "RGB"
        width = _EDGES + 3 * COLOUR_SIDE**2 * colour
        result = empty(width * len(self.fields))
        if rows:
            result = np.zeros((len(rows), width * len(self.fields)), dtype=np.float32)
        for start in range(0, len(rows), _BATCH):
            part = rows[start : start + _BATCH]
            for column, field in enumerate(self.fields):
                into = result[start : start + len(part), column * width : (column + 1) * width]
                _describe(part, field, start, read_bytes, into)
        return result


def _describe(
    rows: Sequence[Row],
    field: str,
    start: int,
    read_bytes: ReadBytes | None,
    into: NDArray[np.float32],
) -> None:
    """Write the features of one field of some rows."""
    grey = np.zeros((len(rows), SIDE, SIDE), dtype=np.float32)
    into[:, _EDGES:] = 0.5
    for place, row in enumerate(rows):
        picture = open_picture(row, field, start + place, read_bytes)
        if picture is None:
            continue
        scaled = picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX)
        grey[place] = np.asarray(scaled.convert("L"), dtype=np.float32) / 255
        if into.shape[1] > _EDGES:
            small = scaled.resize((COLOUR_SIDE, COLOUR_SIDE), Image.Resampling.BOX)
            into[place, _EDGES:] = np.asarray(small, dtype=np.float32).ravel() / 255
    into[:, :_EDGES] = oriented_gradients(grey)


def oriented_gradients(pictures: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return (n, 1764): in each block of 2 × 2 cells, how strong edges of each direction are.

    Parameters
    ----------
    pictures : (n, 64, 64) brightness between 0 and 1.
    """
    n = len(pictures)
    down, right = np.gradient(pictures, axis=(1, 2))
    strength = np.hypot(down, right)
    angle = (np.arctan2(down, right) % np.pi) / np.pi * DIRECTIONS
    lower = np.floor(angle).astype(np.int64) % DIRECTIONS
    share = angle - np.floor(angle)
    cells = np.empty((n, DIRECTIONS, _CELLS, _CELLS), dtype=np.float32)
    for direction in range(DIRECTIONS):
        mine = np.where(lower == direction, strength * (1 - share), 0)
        mine += np.where((lower + 1) % DIRECTIONS == direction, strength * share, 0)
        cells[:, direction] = mine.reshape(n, _CELLS, CELL, _CELLS, CELL).sum(axis=(2, 4))
    corners = [cells[:, :, i : i + _CELLS - 1, j : j + _CELLS - 1] for i in (0, 1) for j in (0, 1)]
    blocks = np.stack(corners, axis=1).reshape(n, 4 * DIRECTIONS, -1)
    lengths = np.sqrt((blocks**2).sum(axis=1, keepdims=True) + _FLAT)
    return np.asarray(blocks / lengths, dtype=np.float32).reshape(n, -1)
