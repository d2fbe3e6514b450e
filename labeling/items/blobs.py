"""Big payloads as files by digest: written, synced, renamed, then named by a row."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import Final

from labeling.errors import NotFoundError
from labeling.files import write_durably

DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class BlobStore:
    """Content-addressed files below one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, digest: str) -> Path:
        """Return where a digest's bytes lie; refuses what is no SHA-256."""
        if not DIGEST.fullmatch(digest):
            raise NotFoundError("That is no digest.")
        return self.root / digest[:2] / digest

    def read(self, digest: str) -> bytes:
        """Return the bytes of a digest."""
        try:
            return self.path(digest).read_bytes()
        except FileNotFoundError as error:
            raise NotFoundError(f"The payload {digest[:12]}… is not in the data folder.") from error

    def write(self, payload: bytes) -> str:
        """Keep bytes durably and return their SHA-256; a second write of the same bytes is free.

        It touches the file, so that a purge of another project leaves it alone.
        """
        digest = hashlib.sha256(payload).hexdigest()
        target = self.path(digest)
        try:
            os.utime(target)
        except FileNotFoundError:
            write_durably(target, payload)
        return digest
