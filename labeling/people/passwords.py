"""Passwords as they are kept: scrypt with a salt each, parameters beside them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import unicodedata
from typing import Final

from labeling.errors import InvalidInputError

LOG_N: Final = 15
BLOCK: Final = 8
LANES: Final = 3
"""N = 2^15, r = 8, p = 3: OWASP's choice for 32 MiB; about a third of a second of one core."""
SALT_BYTES: Final = 16
LEAST_LENGTH: Final = 10
MOST_LENGTH: Final = 200
LEAST_DISTINCT: Final = 5
NOBODY: Final = f"scrypt${LOG_N}${BLOCK}${LANES}${'A' * 24}${'A' * 44}"
"""Compared with where there is no such account, so that the answer takes as long."""


def check_password(password: str, *names: str | None) -> None:
    """Refuse a password that is too short, too plain, or that holds the person's own name."""
    plain = password.casefold()
    if not LEAST_LENGTH <= len(password) <= MOST_LENGTH:
        problem = f"A password has {LEAST_LENGTH} to {MOST_LENGTH} characters."
    elif len(set(plain)) < LEAST_DISTINCT:
        problem = f"A password has at least {LEAST_DISTINCT} different characters."
    elif any(name and len(name) >= LEAST_DISTINCT and name.casefold() in plain for name in names):
        problem = "A password does not hold one's own name or address."
    else:
        return
    raise InvalidInputError(problem, place="password")


def hash_password(password: str) -> str:
    """Return what is kept of a password; slow by design."""
    salt = os.urandom(SALT_BYTES)
    digest = _scrypt(password, salt, LOG_N, BLOCK, LANES)
    parts = (base64.b64encode(part).decode() for part in (salt, digest))
    return "$".join(("scrypt", str(LOG_N), str(BLOCK), str(LANES), *parts))


def is_password(password: str, kept: str | None) -> bool:
    """Return whether a password is the one that is kept; takes as long where none is kept."""
    _, log_n, block, lanes, salt, digest = (kept or NOBODY).split("$")
    found = _scrypt(password, base64.b64decode(salt), int(log_n), int(block), int(lanes))
    return hmac.compare_digest(found, base64.b64decode(digest)) and kept is not None


def is_outdated(kept: str) -> bool:
    """Return whether a kept password has older parameters than new ones get."""
    return kept.split("$")[:4] != ["scrypt", str(LOG_N), str(BLOCK), str(LANES)]


def _scrypt(password: str, salt: bytes, log_n: int, block: int, lanes: int) -> bytes:
    return hashlib.scrypt(
        unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass"),
        salt=salt,
        n=1 << log_n,
        r=block,
        p=lanes,
        maxmem=256 * block * (1 << log_n),
        dklen=32,
    )
