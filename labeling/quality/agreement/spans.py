"""Spans of a text: agreement of whole spans, of their overlap, and position by position."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt
from scipy import sparse

from labeling.quality.agreement.answers import Answers, mean_similarity
from labeling.quality.agreement.interval import Terms, estimate
from labeling.quality.agreement.krippendorff import NO_VARIATION, nominal_coefficient
from labeling.quality.agreement.ratings import PAIR
from labeling.quality.agreement.result import Agreement, undefined


class Span(NamedTuple):
    """A labelled part of a text: positions `start` up to, not including, `end`."""

    start: int
    end: int
    label: Hashable


Spans = frozenset[Span]
Match = Literal["exact", "partial"]


def span_f1(
    answers: Answers[Spans], match: Match = "exact", *, rng: np.random.Generator | None = None
) -> Agreement:
    """Mean pairwise F1 of two people's spans, item by item; 1 where neither marked anything.

    F1 needs no true negatives, which spans do not have; nothing is allowed for chance.

    Parameters
    ----------
    answers
        (n_annotators, n_items) frozensets of `Span`, None where missing.
    match
        "exact": both ends and the label are equal; "partial": positions under the same label
        count, so half an overlap is half a hit.
    rng
        For a bootstrap interval; jackknife when None.

    Raises
    ------
    ValueError
        An unknown match, an empty or backward span, or rows that are not equally long.

    References
    ----------
    Hripcsak and Rothschild, "Agreement, the F-measure, and reliability in information retrieval",
    JAMIA 12(3), 2005.
    """
    if match not in get_args(Match):
        message = f"match must be one of {', '.join(get_args(Match))}, not {match!r}"
        raise ValueError(message)
    _check(answers)
    return mean_similarity(answers, _exact_f1 if match == "exact" else partial_f1, rng)


def span_alpha(
    answers: Answers[Spans], lengths: npt.ArrayLike, *, rng: np.random.Generator | None = None
) -> Agreement:
    """Krippendorff's nominal alpha over positions: which labels lie on each, "none" included.

    Parameters
    ----------
    answers
        (n_annotators, n_items) frozensets of `Span`, None where missing.
    lengths
        (n_items,) positions of each text: characters or tokens, as the spans count.
    rng
        For a bootstrap interval over items; jackknife when None.

    Raises
    ------
    ValueError
        A span that is empty, backward or beyond its text; lengths of another number.
    """
    sizes = np.asarray(lengths, dtype=np.int64)
    columns = list(zip(*answers, strict=True))
    if sizes.shape != (len(columns),):
        message = f"lengths must be ({len(columns)},), one per item, not {sizes.shape}"
        raise ValueError(message)
    _check(answers, sizes)
    items = [
        (_segments([spans for spans in column if spans is not None], int(size)))
        for column, size in zip(columns, sizes, strict=True)
        if size > 0 and sum(spans is not None for spans in column) >= PAIR
    ]
    if not items:
        return undefined(0, "no text was answered by two people")
    places: dict[Hashable, int] = {}
    entries: list[tuple[int, int, float]] = []
    scalars = np.zeros((len(items), 2))
    for row, segments in enumerate(items):
        for length, labels in segments:
            counts = Counter(labels)
            apart = len(labels) ** 2 - sum(n * n for n in counts.values())
            scalars[row] += length * len(labels), length * apart / (len(labels) - 1)
            entries += [
                (row, places.setdefault(label, len(places)), length * n)
                for label, n in counts.items()
            ]
    rows, columns_of, counts_of = (np.array(part) for part in zip(*entries, strict=True))
    shape = (len(items), len(places))
    classes = sparse.csr_array((counts_of.astype(np.float64), (rows, columns_of)), shape=shape)
    terms = Terms(np.ones(len(items), dtype=np.int64), scalars, classes)
    return estimate(terms, nominal_coefficient(), len(items), rng, NO_VARIATION)


def _segments(given: Sequence[Spans], length: int) -> list[tuple[int, list[frozenset[Hashable]]]]:
    """Cut a text where any span begins or ends: (positions, each annotator's labels there)."""
    cuts = sorted({0, length} | {end for spans in given for span in spans for end in span[:2]})
    return [
        (
            end - start,
            [
                frozenset(span.label for span in spans if span.start <= start and end <= span.end)
                for spans in given
            ],
        )
        for start, end in pairwise(cuts)
    ]


def _exact_f1(one: Spans, other: Spans) -> float:
    total = len(one) + len(other)
    return 2.0 * len(one & other) / total if total else 1.0


def partial_f1(one: Spans, other: Spans) -> float:
    """F1 of the labelled positions of two answers; 1 where neither has any."""
    first, second = _positions(one), _positions(other)
    total = len(first) + len(second)
    return 2.0 * len(first & second) / total if total else 1.0


def _positions(spans: Spans) -> set[tuple[int, Hashable]]:
    return {(place, span.label) for span in spans for place in range(span.start, span.end)}


def _check(answers: Answers[Spans], sizes: npt.NDArray[np.int64] | None = None) -> None:
    for row in answers:
        for place, spans in enumerate(row):
            most = None if sizes is None else int(sizes[place])
            for start, end, _ in spans or ():
                if not 0 <= start < end or (most is not None and end > most):
                    message = f"a span must lie within its text, not from {start} to {end}"
                    raise ValueError(message)
