"""Free text: how alike two people's words are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Final, Literal, get_args

import numpy as np

from labeling.quality.agreement.answers import Answers, mean_similarity
from labeling.quality.agreement.result import Agreement

TextSimilarity = Literal["edit", "token"]
TOKEN: Final = re.compile(r"[\u3400-\u9fff\u3040-\u30ff]|\w+")
"""A word; a character alone in scripts that are written without spaces."""


def edit_distance(one: str, other: str) -> int:
    """Least number of characters to insert, delete or replace (Levenshtein).

    References
    ----------
    Hyyrö, "Explaining and extending the bit-parallel approximate string matching algorithm of
    Myers", 2001; one integer holds a column of the table.
    """
    if len(one) < len(other):
        one, other = other, one
    if not other:
        return len(one)
    places: dict[str, int] = {}
    for place, character in enumerate(other):
        places[character] = places.get(character, 0) | 1 << place
    full, last = (1 << len(other)) - 1, 1 << (len(other) - 1)
    up, down, distance = full, 0, len(other)
    for character in one:
        here = places.get(character, 0)
        diagonal = (((here & up) + up) ^ up) | here | down
        right, left = down | ~(diagonal | up) & full, diagonal & up
        distance += bool(right & last) - bool(left & last)
        right = (right << 1 | 1) & full
        left = left << 1 & full
        up, down = left | ~(diagonal | right) & full, right & diagonal
    return distance


def edit_similarity(one: str, other: str) -> float:
    """1 - edit distance / length of the longer text; 1 for two empty ones."""
    longer = max(len(one), len(other))
    return 1.0 - edit_distance(one, other) / longer if longer else 1.0


def token_similarity(one: str, other: str) -> float:
    """F1 of the words of two texts, in any order and letter case; 1 for two without words."""
    first, second = (Counter(TOKEN.findall(text.casefold())) for text in (one, other))
    total = first.total() + second.total()
    return 2.0 * (first & second).total() / total if total else 1.0


SIMILARITIES: Final[dict[TextSimilarity, Callable[[str, str], float]]] = {
    "edit": edit_similarity,
    "token": token_similarity,
}


def text_agreement(
    answers: Answers[str],
    similarity: TextSimilarity = "edit",
    *,
    rng: np.random.Generator | None = None,
) -> Agreement:
    """Mean pairwise similarity of two people's texts; nothing is allowed for chance.

    Parameters
    ----------
    answers
        (n_annotators, n_items) texts, None where missing.
    similarity
        "edit" by characters, or "token" by words.
    rng
        For a bootstrap interval; jackknife when None.

    Raises
    ------
    ValueError
        An unknown similarity, or rows that are not equally long.
    """
    if similarity not in SIMILARITIES:
        known = ", ".join(get_args(TextSimilarity))
        message = f"similarity must be one of {known}, not {similarity!r}"
        raise ValueError(message)
    return mean_similarity(answers, SIMILARITIES[similarity], rng)
