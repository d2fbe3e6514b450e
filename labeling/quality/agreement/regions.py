"""Boxes and polygons on a picture: how much of two people's regions is the same area."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Final, Literal, NamedTuple, get_args

import numpy as np
from PIL import Image, ImageDraw
from scipy.optimize import linear_sum_assignment

from labeling.quality.agreement.answers import Answers, mean_similarity
from labeling.quality.agreement.result import Agreement
from labeling.quality.arrays import BoolArray, FloatArray


class Box(NamedTuple):
    """A labelled rectangle, in any unit that both axes share within one picture."""

    x: float
    y: float
    width: float
    height: float
    label: Hashable


class Polygon(NamedTuple):
    """A labelled polygon: its corners in order."""

    points: tuple[tuple[float, float], ...]
    label: Hashable


Region = Box | Polygon
Regions = frozenset[Region]
RegionMeasure = Literal["iou", "f1"]
GRID: Final = 512
"""Polygons are compared on a grid of so many cells across both; to about 1 %."""
LEAST_CORNERS: Final = 3
MATCHED: Final = 0.5
"""Least overlap at which "f1" calls two regions the same, as in PASCAL VOC."""


def region_agreement(
    answers: Answers[Regions],
    measure: RegionMeasure = "iou",
    *,
    least_iou: float = MATCHED,
    rng: np.random.Generator | None = None,
) -> Agreement:
    """Mean pairwise agreement of two people's regions; 1 where neither drew anything.

    Regions of one label are matched one to one so that their overlap is largest.

    Parameters
    ----------
    answers
        (n_annotators, n_items) frozensets of `Box` or `Polygon`, None where missing.
    measure
        "iou": sum of the matched regions' intersection over union, over the larger number of
        regions; "f1": share of regions matched with at least `least_iou`.
    least_iou
        In (0, 1]; for "f1" only.
    rng
        For a bootstrap interval; jackknife when None.

    Raises
    ------
    ValueError
        An unknown measure, a threshold out of range, a region without area, or rows that are not
        equally long.
    """
    if measure not in get_args(RegionMeasure):
        message = f"measure must be one of {', '.join(get_args(RegionMeasure))}, not {measure!r}"
        raise ValueError(message)
    if not 0.0 < least_iou <= 1.0:
        message = f"least_iou must be in (0, 1], not {least_iou}"
        raise ValueError(message)
    for regions in (regions for row in answers for regions in row):
        for region in regions or ():
            _check(region)
    return mean_similarity(answers, mean_overlap if measure == "iou" else _f1(least_iou), rng)


def matched_overlaps(
    one: Sequence[Region], other: Sequence[Region]
) -> list[tuple[int, int, float]]:
    """Match two people's regions of equal labels: (place in one, place in other, overlap > 0)."""
    overlaps = np.array([[overlap(a, b) for b in other] for a in one]).reshape(len(one), len(other))
    rows, columns = linear_sum_assignment(overlaps, maximize=True)
    found = zip(rows.tolist(), columns.tolist(), overlaps[rows, columns].tolist(), strict=True)
    return [(row, column, shared) for row, column, shared in found if shared > 0]


def overlap(one: Region, other: Region) -> float:
    """Intersection over union of two regions; 0 where their labels differ."""
    if one.label != other.label:
        return 0.0
    if isinstance(one, Box) and isinstance(other, Box):
        return _box_overlap(one, other)
    first, second = _on_grid(_corners(one), _corners(other))
    return float((first & second).sum() / max((first | second).sum(), 1))


def _box_overlap(one: Box, other: Box) -> float:
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    shared = max(width, 0.0) * max(height, 0.0)
    return shared / (one.width * one.height + other.width * other.height - shared)


def mean_overlap(one: Regions, other: Regions) -> float:
    """Overlap of the matched regions over the larger number of regions; 1 for two empty answers."""
    larger = max(len(one), len(other))
    found = matched_overlaps(list(one), list(other))
    return sum(iou for *_, iou in found) / larger if larger else 1.0


def _f1(least_iou: float) -> Callable[[Regions, Regions], float]:
    def f1(one: Regions, other: Regions) -> float:
        total = len(one) + len(other)
        hits = sum(iou >= least_iou for *_, iou in matched_overlaps(list(one), list(other)))
        return 2.0 * hits / total if total else 1.0

    return f1


def _corners(region: Region) -> FloatArray:
    if isinstance(region, Polygon):
        return np.array(region.points, dtype=np.float64)
    left, top, right, bottom = region.x, region.y, region.x + region.width, region.y + region.height
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]])


def _on_grid(one: FloatArray, other: FloatArray) -> tuple[BoolArray, BoolArray]:
    """Draw two polygons on one grid that spans both."""
    both = np.concatenate([one, other])
    low = both.min(axis=0)
    scale = (GRID - 1) / np.maximum(np.ptp(both, axis=0), np.finfo(np.float64).tiny)
    drawn = []
    for corners in (one, other):
        picture = Image.new("1", (GRID, GRID))
        flat = ((corners - low) * scale).ravel().tolist()
        ImageDraw.Draw(picture).polygon(flat, fill=1)
        drawn.append(np.asarray(picture, dtype=np.bool_))
    return drawn[0], drawn[1]


def _check(region: Region) -> None:
    if isinstance(region, Polygon):
        if len(region.points) < LEAST_CORNERS:
            message = f"a polygon needs three corners, not {len(region.points)}"
            raise ValueError(message)
        return
    if not (region.width > 0 and region.height > 0):
        message = f"a box needs width and height above 0, not {region.width} and {region.height}"
        raise ValueError(message)
