"""Which coefficients of agreement fit which kind of question; the first is the headline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from labeling.quality.agreement import (
    Agreement,
    krippendorff_alpha,
    percent_agreement,
    region_agreement,
    set_alpha,
    span_alpha,
    span_f1,
    text_agreement,
)

if TYPE_CHECKING:
    from labeling.quality.agreement.krippendorff import Level
    from labeling.schema.questions import QuestionKind

Table = Sequence[Sequence[Any]]
"""(n_answers of the item with most, n_items) values, None where there is none."""
Coefficient = Callable[[Table], Agreement]


def _numbers(table: Table, level: Level) -> Agreement:
    return krippendorff_alpha(_floats(table), level=level)


def _floats(table: Table) -> Any:
    return np.array([[np.nan if one is None else one for one in row] for row in table], dtype=float)


def _coded(table: Table) -> Any:
    """Return answers as codes, equal where they are the same."""
    codes: dict[Any, int] = {}
    return _floats(
        [
            [None if one is None else codes.setdefault(one, len(codes)) for one in row]
            for row in table
        ]
    )


def _same(table: Table) -> Agreement:
    return percent_agreement(_coded(table))


def _nominal(table: Table) -> Agreement:
    return krippendorff_alpha(_coded(table))


def _positions(table: Table) -> Agreement:
    """Return the alpha over the characters of each text, up to the last that anybody marked.

    An export of answers does not hold the texts: what lies behind is left out.
    """
    spans: Any = table
    marked = [
        max((span.end for given in column if given is not None for span in given), default=0)
        for column in zip(*table, strict=True)
    ]
    return span_alpha(spans, marked)


SAME: Final = ("percent_agreement", _same)
IOU: Final[tuple[tuple[str, Coefficient], ...]] = (
    ("region_iou", region_agreement),
    ("region_f1", partial(region_agreement, measure="f1")),
)
COEFFICIENTS: Final[dict[QuestionKind, tuple[tuple[str, Coefficient], ...]]] = {
    "choice": (("krippendorff_alpha", _nominal), SAME),
    "choices": (
        ("set_alpha_masi", set_alpha),
        ("set_alpha_jaccard", partial(set_alpha, distance="jaccard")),
        SAME,
    ),
    "rating": (
        ("krippendorff_alpha_ordinal", partial(_numbers, level="ordinal")),
        ("krippendorff_alpha_interval", partial(_numbers, level="interval")),
        SAME,
    ),
    "number": (("krippendorff_alpha_interval", partial(_numbers, level="interval")), SAME),
    "text": (
        ("text_edit_similarity", text_agreement),
        ("text_token_similarity", partial(text_agreement, similarity="token")),
        SAME,
    ),
    "spans": (
        ("span_f1_partial", partial(span_f1, match="partial")),
        ("span_f1_exact", span_f1),
        ("span_position_alpha", _positions),
        SAME,
    ),
    "boxes": IOU,
    "polygons": IOU,
    "pair": (("krippendorff_alpha", _nominal), SAME),
}
