"""Small pictures as vectors of brightness; larger ones are shrunk to at most 32 × 32."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.features.featurizer import Featurizer, ReadBytes, Row, empty

LARGEST_SIDE = 32
"""Pixels beyond this help no linear model; 32 × 32 × 3 float32 are 12 KiB an item already."""
MOST_PIXELS = 50_000_000
"""A picture that would unpack to more is refused before it is unpacked."""
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")
_SAMPLE = 256


class Pixels(Featurizer):
    """Each picture scaled to one size, grey or colour, as numbers between 0 and 1.

    The size is the median of the training pictures' sizes, at most 32 on a side, so that tiny
    pictures keep every pixel; colour is kept when any of the pictures looked at has it. Several
    fields are put side by side. An item without a picture is grey all over (.5).
    """

    name: ClassVar[str] = "pixels"
    memory: ClassVar[str] = "up to 3,072 numbers"
    speed: ClassVar[str] = "0.2 ms a picture"

    def __init__(self, fields: Sequence[str]) -> None:
        super().__init__(fields)
        self._shape: tuple[int, int, str] | None = None

    def fit(self, rows: Sequence[Row], read_bytes: ReadBytes | None = None) -> Self:
        """Decide on size and colour from the first 256 training rows.

        Raises
        ------
        ValueError
            A picture cannot be read (names row and field), or there is none at all.
        """
        pictures = [
            picture
            for place, row in enumerate(rows[:_SAMPLE])
            for field in self.fields
            if (picture := open_picture(row, field, place, read_bytes)) is not None
        ]
        if not pictures:
            msg = f"rows: no picture in field {self.fields[0]!r}"
            raise ValueError(msg)
        sizes = np.array([picture.size for picture in pictures])
        width, height = np.minimum(LARGEST_SIDE, np.median(sizes, axis=0)).astype(int).tolist()
        colour = any(_has_colour(picture) for picture in pictures)
        self._shape = (width, height, "RGB" if colour else "L")
        return self

    def transform(
        self, rows: Sequence[Row], read_bytes: ReadBytes | None = None
    ) -> NDArray[np.float32]:
        """Return (n_rows, n_fields · height · width · channels) float32.

        Raises
        ------
        ValueError
            A picture cannot be read (names row and field), or `fit` has not been called.
        """
        width, height, mode = self._fitted()
        n_values = width * height * len(mode)
        result = empty(n_values * len(self.fields))
        if rows:
            result = np.full((len(rows), n_values * len(self.fields)), 0.5, dtype=np.float32)
        for place, row in enumerate(rows):
            for column, field in enumerate(self.fields):
                picture = open_picture(row, field, place, read_bytes)
                if picture is not None:
                    scaled = picture.convert(mode).resize((width, height), Image.Resampling.BOX)
                    values = np.asarray(scaled, dtype=np.float32).ravel() / 255
                    result[place, column * n_values : (column + 1) * n_values] = values
        return result

    def state(self) -> dict[str, Any]:
        """Return width, height and mode."""
        width, height, mode = self._fitted()
        return {"width": width, "height": height, "mode": mode}

    def restore(self, state: Mapping[str, Any]) -> Self:
        """Take up width, height and mode."""
        self._shape = (int(state["width"]), int(state["height"]), str(state["mode"]))
        return self

    def _fitted(self) -> tuple[int, int, str]:
        """Return the shape, or refuse before `fit`."""
        return self.fitted(self._shape)


def open_picture(
    row: Row, field: str, place: int, read_bytes: ReadBytes | None
) -> Image.Image | None:
    """Return a row's picture, unpacked; None where the field is empty."""
    name = row.get(field)
    if name is None or name == "":
        return None
    if read_bytes is None:
        msg = "read_bytes: pictures need a way to read them"
        raise ValueError(msg)
    try:
        return _unpack(read_bytes(str(name)))
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        msg = f"rows: row {place}, field {field!r}: the picture cannot be read: {error}"
        raise ValueError(msg) from error


def _unpack(content: bytes) -> Image.Image:
    """Return a picture, read whole, of a format that no outside program is started for."""
    picture = Image.open(io.BytesIO(content), formats=FORMATS)
    if picture.size[0] * picture.size[1] > MOST_PIXELS:
        msg = f"it has more than {MOST_PIXELS:,} pixels"
        raise ValueError(msg)
    picture.load()
    return picture


def _has_colour(picture: Image.Image) -> bool:
    """Tell whether the channels differ anywhere: many grey pictures are stored as RGB."""
    if picture.mode in ("1", "L", "LA", "I", "F", "I;16"):
        return False
    values = np.asarray(picture.convert("RGB"), dtype=np.int16)
    return bool((values != values[..., :1]).any())
