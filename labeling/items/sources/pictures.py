"""A folder of pictures: every file is opened once, what cannot be read is refused by name."""

from __future__ import annotations

import hashlib
import io
import warnings
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar, Final

from PIL import Image, UnidentifiedImageError

from labeling.items.prepare import RefusedRow
from labeling.items.sources.source import KeepPicture, Limits, RawRow, Source

ENDINGS: Final = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp"})
FORMATS: Final = ("PNG", "JPEG", "GIF", "WEBP", "BMP")


class UnreadablePictureError(ValueError):
    """Bytes that are no picture, or one past its limits; says why."""


def read_picture(payload: bytes, limits: Limits, keep: KeepPicture) -> dict[str, Any]:
    """Check a picture, keep its bytes and return what an item's data says of it.

    Returns
    -------
    dict
        `blob` (SHA-256), `mime`, `width` and `height` in pixels.

    Raises
    ------
    UnreadablePictureError
        Not a PNG, JPEG, GIF, WebP or BMP, cut off, damaged, or too large.

    """
    if len(payload) > limits.picture_bytes:
        message = f"{len(payload):,} bytes, at most {limits.picture_bytes:,}"
        raise UnreadablePictureError(message)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            mime, width, height = _open(payload, limits)
    except UnreadablePictureError:
        raise
    except UnidentifiedImageError as error:
        message = "not a picture"
        raise UnreadablePictureError(message) from error
    except Exception as error:
        # Decoders raise whatever a damaged file leads them to; each means the same here.
        message = f"damaged: {error}"
        raise UnreadablePictureError(message) from error
    return {"blob": keep(payload), "mime": mime, "width": width, "height": height}


def _open(payload: bytes, limits: Limits) -> tuple[str, int, int]:
    with Image.open(io.BytesIO(payload), formats=FORMATS) as image:
        width, height = image.size
        if width * height > limits.picture_pixels:
            message = f"{width:,} × {height:,} pixels, at most {limits.picture_pixels:,} in all"
            raise UnreadablePictureError(message)
        image.draft("L", (1, 1))  # a JPEG is decoded at an eighth: enough to find it cut off
        image.load()
        return str(Image.MIME[str(image.format)]), width, height


class PictureFolderSource(Source):
    """Pictures below a folder, in order of their paths; the path is the key."""

    format: ClassVar[str] = "pictures"

    def check(self) -> None:
        """List the pictures; other files are left alone."""
        self.files = sorted(pictures_below(self.path))
        if not self.files:
            endings = ", ".join(sorted(ENDINGS))
            raise self.fail(f"there is no picture in this folder ({endings}).")
        self.n_rows = len(self.files)

    def content_digest(self) -> str:
        """Return a SHA-256 of the names and sizes of the pictures."""
        digest = hashlib.sha256()
        for file in self.files:
            digest.update(f"{self._relative(file)}:{file.stat().st_size};".encode())
        return digest.hexdigest()

    def rows(self) -> Iterator[RawRow | RefusedRow]:
        """Yield each picture with its path; one that cannot be read is refused by its path."""
        return self.rows_behind(0)

    def rows_behind(self, n: int) -> Iterator[RawRow | RefusedRow]:
        """Yield the pictures behind the first `n`; those are not opened again."""
        for line, file in enumerate(self.files[n:], start=n + 1):
            key = self._relative(file)
            try:
                picture = read_picture(self._payload(file), self.limits, self.keep)
            except (UnreadablePictureError, OSError) as error:
                yield RefusedRow(line, key, f"{key}: {error}")
            else:
                yield RawRow(line, {"file": key, "picture": picture}, key=key)

    def sample(self, most: int) -> Iterator[RawRow | RefusedRow]:
        """Yield rows up to the first picture that can be read: all rows look alike."""
        for row in islice(self.rows(), most):
            yield row
            if isinstance(row, RawRow):
                return

    def _payload(self, file: Path) -> bytes:
        with file.open("rb") as opened:
            return opened.read(self.limits.picture_bytes + 1)

    def _relative(self, file: Path) -> str:
        return file.relative_to(self.path).as_posix()


def pictures_below(folder: Path) -> Iterator[Path]:
    """Yield picture files below a folder; hidden ones and links that lead out are passed over."""
    root = folder.resolve()
    for file in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
        if hidden or file.suffix.lower() not in ENDINGS or not file.is_file():
            continue
        if file.resolve().is_relative_to(root):
            yield file
