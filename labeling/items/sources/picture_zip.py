"""A zip of pictures: opened where it lies, never unpacked past its limits, nor outside itself."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import PurePosixPath
from typing import ClassVar, Final

from labeling.errors import TooLargeError
from labeling.items.prepare import RefusedRow
from labeling.items.sources.pictures import ENDINGS, read_picture
from labeling.items.sources.source import RawRow, Source, check_size

MOST_MEMBERS: Final = 1_000_000
MOST_UNPACKED_BYTES: Final = 64 * 1024**3
MOST_RATIO: Final = 100
"""How many times its size a member may unpack to: pictures are packed already."""
RATIO_FROM_BYTES: Final = 1_048_576
"""Smaller members may pack as well as they like: a blank picture does."""
ENCRYPTED: Final = 0x1


class PictureZipSource(Source):
    """Pictures in a zip file, in order of their paths; the path is the key."""

    format: ClassVar[str] = "zip"

    def check(self) -> None:
        """Read the list of members; refuse the file where one of them leads out or is too much."""
        check_size(self.path, self.limits)
        try:
            with zipfile.ZipFile(self.path) as opened:
                members = opened.infolist()
        except Exception as error:
            # What a damaged file makes its reader raise: each means the same here.
            raise self.fail(f"not a zip file: {error}.") from error
        if len(members) > MOST_MEMBERS:
            detail = f"{self.name} has {len(members):,} members, at most {MOST_MEMBERS:,}."
            raise TooLargeError(detail, file=self.name, limit=MOST_MEMBERS)
        for member in members:
            self._refuse_dangerous(member)
        self._refuse_bomb(members)
        self.members = sorted(filter(_is_picture, members), key=lambda member: member.filename)
        if not self.members:
            endings = ", ".join(sorted(ENDINGS))
            raise self.fail(f"there is no picture in this zip file ({endings}).")
        self.n_rows = len(self.members)

    def _refuse_dangerous(self, member: zipfile.ZipInfo) -> None:
        name = member.filename
        path = PurePosixPath(name.replace("\\", "/"))
        mode = member.external_attr >> 16
        leads_out = path.is_absolute() or ".." in path.parts or ":" in "".join(path.parts[:1])
        if leads_out or "\0" in name:
            raise self.fail(f"the member {name!r} leads out of the file.")
        if stat.S_ISLNK(mode):
            raise self.fail(f"the member {name!r} is a link; a zip file of pictures has none.")
        if member.flag_bits & ENCRYPTED:
            raise self.fail(f"the member {name!r} is encrypted.")

    def _refuse_bomb(self, members: list[zipfile.ZipInfo]) -> None:
        total = sum(member.file_size for member in members)
        if total > MOST_UNPACKED_BYTES:
            detail = f"{self.name} unpacks to {total:,} bytes, at most {MOST_UNPACKED_BYTES:,}."
            raise TooLargeError(detail, file=self.name, limit=MOST_UNPACKED_BYTES)
        for member in members:
            is_large = member.file_size > RATIO_FROM_BYTES
            if is_large and member.file_size > MOST_RATIO * max(member.compress_size, 1):
                detail = (
                    f"{self.name}: the member {member.filename!r} unpacks to more than "
                    f"{MOST_RATIO} times its size."
                )
                raise TooLargeError(detail, file=self.name, limit=MOST_RATIO)

    def rows(self) -> Iterator[RawRow | RefusedRow]:
        """Yield each picture with its path; one that cannot be read is refused by its path."""
        return self.rows_behind(0)

    def rows_behind(self, n: int) -> Iterator[RawRow | RefusedRow]:
        """Yield the pictures behind the first `n`; those are not opened again."""
        with zipfile.ZipFile(self.path) as opened:
            for line, member in enumerate(self.members[n:], start=n + 1):
                yield self._row(opened, line, member)

    def sample(self, most: int) -> Iterator[RawRow | RefusedRow]:
        """Yield rows up to the first picture that can be read: all rows look alike."""
        for row in islice(self.rows(), most):
            yield row
            if isinstance(row, RawRow):
                return

    def _row(
        self, opened: zipfile.ZipFile, line: int, member: zipfile.ZipInfo
    ) -> RawRow | RefusedRow:
        key = member.filename
        try:
            # What a header says of the size is not believed: no more is unpacked than may be.
            with opened.open(member) as file:
                payload = file.read(self.limits.picture_bytes + 1)
            picture = read_picture(payload, self.limits, self.keep)
        except Exception as error:  # noqa: BLE001 - as in `check`
            return RefusedRow(line, key, f"{key}: {error}")
        return RawRow(line, {"file": key, "picture": picture}, key=key)


def _is_picture(member: zipfile.ZipInfo) -> bool:
    """Tell pictures from folders, other files and hidden ones (as macOS adds to its zips)."""
    path = PurePosixPath(member.filename)
    hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    # Not `is_dir`, which a damaged file's nameless member breaks.
    is_folder = member.filename.endswith("/")
    return not is_folder and not hidden and path.suffix.lower() in ENDINGS
