"""The true spans of a text: every position is put to the vote, weighted by skill."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from itertools import pairwise

import numpy.typing as npt

from labeling.quality.agreement.spans import Span, Spans, partial_f1
from labeling.quality.arrays import FloatArray
from labeling.quality.truth.fusing import FusedEstimate, Kind, fuse

HALF = 0.5


def infer_spans(
    items: npt.ArrayLike, annotators: npt.ArrayLike, answers: Sequence[Spans]
) -> FusedEstimate[Spans]:
    """Infer the spans of every text.

    For each label the positions that more than half of the weight marked become spans; an
    annotator weighs by the positions that they share with the result. Two spans of one label that
    touch are one. The confidence is the mean over the marked positions of the share that marked
    them; where nothing is marked, the share of answers without spans.

    Parameters
    ----------
    items, annotators
        (n_answers,) integers, as for `infer_truth`.
    answers
        (n_answers,) frozensets of `Span`.

    Raises
    ------
    ValueError
        Arrays of different lengths.
    """
    return fuse(items, annotators, answers, Kind(combine_spans, partial_f1))


def combine_spans(answers: Sequence[Spans], weights: FloatArray) -> tuple[Spans, float]:
    """Vote on every position of one text: (spans, confidence)."""
    total = float(weights.sum())
    found: set[Span] = set()
    marked = agreed = 0.0
    for label in sorted({span.label for spans in answers for span in spans}, key=str):
        for start, end, share in _shares(answers, weights, label, total):
            if share > HALF:
                _extend(found, Span(start, end, label))
                marked, agreed = marked + end - start, agreed + (end - start) * share
    if found:
        return frozenset(found), agreed / marked
    empty = sum(float(weight) for spans, weight in zip(answers, weights, strict=True) if not spans)
    return frozenset(), empty / total


def _shares(
    answers: Sequence[Spans], weights: FloatArray, label: Hashable, total: float
) -> list[tuple[int, int, float]]:
    """Share of the weight that put a label on each stretch between two ends of spans."""
    ours = [[span for span in spans if span.label == label] for spans in answers]
    cuts = sorted({end for spans in ours for span in spans for end in span[:2]})
    return [
        (
            start,
            end,
            sum(
                float(weight)
                for spans, weight in zip(ours, weights, strict=True)
                if any(span.start <= start and end <= span.end for span in spans)
            )
            / total,
        )
        for start, end in pairwise(cuts)
    ]


def _extend(found: set[Span], new: Span) -> None:
    """Add a span, joined to one that ends where it begins."""
    for old in found:
        if old.label == new.label and old.end == new.start:
            found.remove(old)
            found.add(Span(old.start, new.end, new.label))
            return
    found.add(new)
