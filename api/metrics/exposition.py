"""Prometheus' text format 0.0.4."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from labeling.database.figures import Histogram

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
PREFIX: Final = "labelloop_"
Labels = Mapping[str, str]
Kind = Literal["counter", "gauge"]


def family(
    name: str, kind: Kind, text: str, values: Mapping[tuple[tuple[str, str], ...], float]
) -> Iterator[str]:
    """Yield the lines of one metric: a value for each set of labels."""
    yield f"# HELP {PREFIX}{name} {text}"
    yield f"# TYPE {PREFIX}{name} {kind}"
    for labels, value in values.items():
        yield f"{PREFIX}{name}{_braced(labels)} {_number(value)}"


def histogram(
    name: str, text: str, values: Mapping[tuple[tuple[str, str], ...], Histogram]
) -> Iterator[str]:
    """Yield the lines of a histogram for each set of labels."""
    yield f"# HELP {PREFIX}{name} {text}"
    yield f"# TYPE {PREFIX}{name} histogram"
    for labels, found in values.items():
        seen = 0
        for bound, count in zip((*found.bounds, float("inf")), found.counts, strict=True):
            seen += count
            limit = (*labels, ("le", "+Inf" if bound == float("inf") else _number(bound)))
            yield f"{PREFIX}{name}_bucket{_braced(limit)} {seen}"
        yield f"{PREFIX}{name}_sum{_braced(labels)} {_number(found.total)}"
        yield f"{PREFIX}{name}_count{_braced(labels)} {seen}"


def _braced(labels: tuple[tuple[str, str], ...]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)
