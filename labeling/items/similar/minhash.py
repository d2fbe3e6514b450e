"""Texts as sets of character n-grams, and MinHash band keys of many texts at once.

References
----------
Broder, "On the resemblance and containment of documents", SEQUENCES 1997.
Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", chapter 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from labeling.items.hashing import fold_text

BANDS: Final = 16
ROWS: Final = 4
"""16 bands of 4: a pair of similarity .8 meets in a band with probability .9998, one of .3 with .12
(and is then looked at)."""
LATIN_GRAM: Final = 5
OTHER_GRAM: Final = 3
"""Characters of an n-gram: Chinese says in two characters what English says in ten."""
SEED: Final = 20_251_125

Array = NDArray[np.uint64]
_rng = np.random.default_rng(SEED)
_GRAM = _rng.integers(1, 2**63, LATIN_GRAM, dtype=np.uint64) | np.uint64(1)
_SCALE = _rng.integers(1, 2**63, BANDS * ROWS, dtype=np.uint64) | np.uint64(1)
_SHIFT = _rng.integers(0, 2**63, BANDS * ROWS, dtype=np.uint64)
_FOLD = _rng.integers(1, 2**63, ROWS, dtype=np.uint64) | np.uint64(1)
_MIX = np.uint64(0x9E3779B97F4A7C15)


def shingles(text: str) -> frozenset[str]:
    """Return the n-grams of a text, without case, width and repeated white space."""
    plain = fold_text(text)
    size = LATIN_GRAM if plain.isascii() else OTHER_GRAM
    if len(plain) <= size:
        return frozenset((plain,))
    return frozenset(plain[start : start + size] for start in range(len(plain) - size + 1))


def jaccard(first: frozenset[str], second: frozenset[str]) -> float:
    """Return the share of n-grams that two texts have in common."""
    common = len(first & second)
    return common / (len(first) + len(second) - common)


def band_keys(texts: Sequence[str]) -> Array:
    """Return (n_texts, BANDS) keys; two texts that share one are candidates.

    Parameters
    ----------
    texts
        As people see them.

    """
    hashes, starts = _gram_hashes(texts)
    keys = np.zeros((len(texts), BANDS), dtype=np.uint64)
    for band in range(BANDS):
        for row in range(ROWS):
            place = band * ROWS + row
            mixed = (hashes * _SCALE[place] + _SHIFT[place]) >> np.uint64(32)
            keys[:, band] += np.minimum.reduceat(mixed, starts) * _FOLD[row]
    return keys


def _gram_hashes(texts: Sequence[str]) -> tuple[Array, NDArray[np.int64]]:
    """Return a hash for each n-gram of all texts, and where each text's begin."""
    parts: list[Array] = []
    starts: list[int] = []
    total = 0
    for text in texts:
        found = _grams_of(fold_text(text))
        starts.append(total)
        total += len(found)
        parts.append(found)
    hashes = np.concatenate(parts) if parts else np.zeros(0, dtype=np.uint64)
    mixed = (hashes ^ (hashes >> np.uint64(33))) * _MIX
    final: Array = mixed ^ (mixed >> np.uint64(29))
    return final, np.asarray(starts, dtype=np.int64)


def _grams_of(plain: str) -> Array:
    is_latin = plain.isascii()
    size = LATIN_GRAM if is_latin else OTHER_GRAM
    if is_latin:
        codes = np.frombuffer(plain.encode("ascii"), dtype=np.uint8).astype(np.uint64)
    else:
        raw = plain.encode("utf-32-le", errors="surrogatepass")
        codes = np.frombuffer(raw, dtype=np.uint32).astype(np.uint64)
    if len(codes) < size:
        codes = np.pad(codes, (0, size - len(codes)))
    grams: Array = codes[: len(codes) - size + 1] * _GRAM[0]
    for place in range(1, size):
        grams += codes[place : len(codes) - size + 1 + place] * _GRAM[place]
    return grams
