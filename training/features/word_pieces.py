"""BERT's word pieces: how a sentence becomes the numbers of a vocabulary."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

_ASCII_MARKS = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_UNSPACED = (("\u3400", "\u4dbf"), ("\u4e00", "\u9fff"), ("\uf900", "\ufaff"))
_LONGEST_WORD = 100
UNKNOWN, BEGIN, END = "[UNK]", "[CLS]", "[SEP]"


def words_of(text: str, *, lower: bool = True) -> list[str]:
    """Return words and marks, each Chinese character by itself; accents dropped where lowered."""
    if lower:
        text = unicodedata.normalize("NFD", text.lower())
    spaced = []
    for letter in text:
        kind = unicodedata.category(letter)
        if letter.isspace() or kind in ("Cc", "Cf"):
            spaced.append(" ")
        elif lower and kind == "Mn":
            continue
        elif kind.startswith("P") or letter in _ASCII_MARKS or _is_unspaced(letter):
            spaced.append(f" {letter} ")
        else:
            spaced.append(letter)
    return "".join(spaced).split()


def pieces_of(word: str, vocabulary: Mapping[str, int]) -> list[str]:
    """Return the longest known pieces from the left, or the unknown one."""
    if len(word) > _LONGEST_WORD:
        return [UNKNOWN]
    pieces: list[str] = []
    start = 0
    while start < len(word):
        prefix = "##" if start else ""
        end = next(
            (e for e in range(len(word), start, -1) if prefix + word[start:e] in vocabulary), start
        )
        if end == start:
            return [UNKNOWN]
        pieces.append(prefix + word[start:end])
        start = end
    return pieces


def numbers_of(
    text: str, vocabulary: Mapping[str, int], *, longest: int, lower: bool = True
) -> list[int]:
    """Return the numbers of a text's pieces between begin and end, at most ``longest``."""
    numbers: list[int] = []
    for word in words_of(text, lower=lower):
        numbers += [vocabulary[piece] for piece in pieces_of(word, vocabulary)]
        if len(numbers) >= longest - 2:
            break
    return [vocabulary[BEGIN], *numbers[: longest - 2], vocabulary[END]]


def _is_unspaced(letter: str) -> bool:
    """Whether it belongs to a script written without spaces."""
    return any(first <= letter <= last for first, last in _UNSPACED)
