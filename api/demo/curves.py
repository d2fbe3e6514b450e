"""The two curves of accuracy against money, with their intervals, as text and as SVG."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

MICROS: Final = 1_000_000
WIDTH: Final = 66
HEIGHT: Final = 15
LEAST_ACCURACY: Final = 0.4
"""What lies below is cut off: the first model of ten labels is of no interest."""
SVG_WIDTH: Final = 720
SVG_HEIGHT: Final = 400
MARGIN: Final = 50
COLOURS: Final = ("#0072b2", "#d55e00")
"""Told apart by the colour-blind too (Okabe and Ito)."""


@dataclass(frozen=True, slots=True)
class Point:
    """One measured point: dollars, and accuracy with its 95 % interval."""

    spend: float
    accuracy: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Curve:
    """A named curve; `mark` draws its points in text, `bar` their intervals."""

    title: str
    mark: str
    bar: str
    points: tuple[Point, ...]


def curve_of(progress: dict[str, Any], title: str, mark: str, bar: str) -> Curve:
    """Return the curve that the hub's progress shows."""
    points = [
        Point(row["spend_micros"] / MICROS, row["accuracy"], row["low"], row["high"])
        for row in progress["curve"]
        if row["low"] is not None
    ]
    return Curve(title, mark, bar, tuple(points))


def draw_text(curves: Sequence[Curve], width: int = WIDTH, height: int = HEIGHT) -> str:
    """Return the curves as lines of text; where points meet, the first curve is on top."""
    most = max((point.spend for curve in curves for point in curve.points), default=0.0)
    if most == 0:
        return "(no curve yet)"
    grid = [[" "] * width for _ in range(height)]
    for curve in reversed(curves):
        for column, point in _by_column(curve, most, width).items():
            for row in range(_row(point.high, height), _row(point.low, height) + 1):
                if grid[row][column] == " ":
                    grid[row][column] = curve.bar
        for column, point in _by_column(curve, most, width).items():
            grid[_row(point.accuracy, height)][column] = curve.mark
    lines = [f"{_label(row, height)} │{''.join(cells)}" for row, cells in enumerate(grid)]
    right = f"${most:.0f}"
    lines.append(f"{'':>5} └{'─' * width}")
    lines.append(f"{'':>7}$0{right:>{width - 2}}")
    legend = "   ".join(f"{curve.mark} {curve.title}" for curve in curves)
    lines.append(f"{'':>7}{legend}   {' '.join(c.bar for c in curves)} 95 % interval")
    return "\n".join(lines)


def _by_column(curve: Curve, most: float, width: int) -> dict[int, Point]:
    """Return the last point that falls into each column."""
    return {min(int(p.spend / most * (width - 1)), width - 1): p for p in curve.points}


def _row(accuracy: float, height: int) -> int:
    share = (max(accuracy, LEAST_ACCURACY) - LEAST_ACCURACY) / (1 - LEAST_ACCURACY)
    return round((1 - share) * (height - 1))


def _label(row: int, height: int) -> str:
    accuracy = 1 - row / (height - 1) * (1 - LEAST_ACCURACY)
    return f"{accuracy:5.0%}" if row % 2 == 0 else " " * 5


def draw_svg(curves: Sequence[Curve], title: str) -> str:
    """Return the curves as an SVG document of its own."""
    most = max((point.spend for curve in curves for point in curve.points), default=1.0)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SVG_WIDTH} {SVG_HEIGHT}"',
        f'font-family="sans-serif" font-size="13" role="img"><title>{escape(title)}</title>',
        f'<rect width="{SVG_WIDTH}" height="{SVG_HEIGHT}" fill="#fff"/>',
        f'<text x="{MARGIN}" y="24" font-size="15">{escape(title)}</text>',
    ]
    parts += [_gridline(accuracy / 10) for accuracy in range(4, 11)]
    for colour, curve in zip(COLOURS, curves, strict=False):
        parts += _curve_parts(curve, colour, most)
    for place, (colour, curve) in enumerate(zip(COLOURS, curves, strict=False)):
        y = SVG_HEIGHT - MARGIN - 14 - 20 * place
        parts.append(
            f'<text x="{SVG_WIDTH - MARGIN}" y="{y}" text-anchor="end" fill="{colour}">'
            f"{escape(curve.title)}</text>"
        )
    bottom = SVG_HEIGHT - MARGIN + 20
    parts.append(f'<text x="{MARGIN}" y="{bottom}">$0</text>')
    parts.append(
        f'<text x="{SVG_WIDTH - MARGIN}" y="{bottom}" text-anchor="end">${most:.0f}</text></svg>'
    )
    return "\n".join(parts)


def _gridline(accuracy: float) -> str:
    y = _y(accuracy)
    return (
        f'<line x1="{MARGIN}" x2="{SVG_WIDTH - MARGIN}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>'
        f'<text x="{MARGIN - 6}" y="{y + 4:.1f}" text-anchor="end">{accuracy:.0%}</text>'
    )


def _curve_parts(curve: Curve, colour: str, most: float) -> list[str]:
    """Return the band of the intervals and the line through the points."""
    xs = [MARGIN + (SVG_WIDTH - 2 * MARGIN) * point.spend / most for point in curve.points]
    upper = [f"{x:.1f},{_y(p.high):.1f}" for x, p in zip(xs, curve.points, strict=True)]
    lower = [f"{x:.1f},{_y(p.low):.1f}" for x, p in zip(xs, curve.points, strict=True)]
    middle = [f"{x:.1f},{_y(p.accuracy):.1f}" for x, p in zip(xs, curve.points, strict=True)]
    return [
        f'<polygon points="{" ".join(upper + lower[::-1])}" fill="{colour}" opacity=".15"/>',
        f'<polyline points="{" ".join(middle)}" fill="none" stroke="{colour}" stroke-width="2"/>',
    ]


def _y(accuracy: float) -> float:
    share = (max(accuracy, LEAST_ACCURACY) - LEAST_ACCURACY) / (1 - LEAST_ACCURACY)
    return SVG_HEIGHT - MARGIN - share * (SVG_HEIGHT - 2 * MARGIN)
