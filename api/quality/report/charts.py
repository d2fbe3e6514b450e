"""The report's pictures as SVG: each has a text alternative, and a table beside it on the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from api.quality.report.markup import Markup, el
from labeling.quality.figures.confidence import ConfidenceBin
from labeling.quality.figures.confusions import ConfusionMap

WIDTH: Final = 720.0
HEIGHT: Final = 260.0
LEFT: Final = 48.0
RIGHT: Final = 16.0
TOP: Final = 12.0
BOTTOM: Final = 28.0
ROW: Final = 26.0
NAMES: Final = 150.0
CELL_MOST: Final = 44.0
CELL_LEAST: Final = 16.0
LETTER: Final = 6.0
"""Height that a letter of a slanted name takes."""
LONG_NAME: Final = 18
DARK: Final = 0.45
"""Share from which a cell's number is written in the colour of the ground."""


@dataclass(frozen=True)
class Whisker:
    """A value with its interval, and where it is written."""

    name: str
    value: float | None
    low: float | None
    high: float | None


def short(name: str) -> str:
    """Return a name that fits beside a picture."""
    return name if len(name) <= LONG_NAME else name[: LONG_NAME - 1] + "…"


def over_time(points: Sequence[Whisker], label: str, lowest: float = 0.0) -> Markup:
    """Draw values over time with their intervals as a band; gaps where there is no value."""
    inner, tall = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    lowest = min([lowest, *(one.low for one in points if one.low is not None)])
    step = inner / max(len(points) - 1, 1)

    def x(place: int) -> float:
        return LEFT + place * step

    def y(value: float) -> float:
        return TOP + tall * (1.0 - (value - lowest) / (1.0 - lowest))

    ticks = sorted({lowest if lowest < 0 else 0.0, 0.0, 0.5, 1.0})
    drawn = [_grid(y(tick), f"{tick:.1f}") for tick in ticks]
    known = [(place, one) for place, one in enumerate(points) if one.value is not None]
    banded = [(n, o.low, o.high) for n, o in known if o.low is not None and o.high is not None]
    if len(banded) > 1:
        upper = [f"{x(place):.1f},{y(high):.1f}" for place, _, high in banded]
        lower = [f"{x(place):.1f},{y(low):.1f}" for place, low, _ in reversed(banded)]
        drawn.append(el("polygon", points=" ".join(upper + lower), class_="band"))
    line = " ".join(f"{x(place):.1f},{y(one.value or 0.0):.1f}" for place, one in known)
    drawn.append(el("polyline", points=line, class_="curve"))
    for place, one in known:
        drawn.append(el("circle", cx=x(place), cy=y(one.value or 0.0), r=3, class_="dot"))
    for place in {0, len(points) // 2, len(points) - 1} if points else ():
        anchor = "start" if place == 0 else "end" if place == len(points) - 1 else "middle"
        drawn.append(el("text", points[place].name, x=x(place), y=HEIGHT - 8, text_anchor=anchor))
    return _svg(drawn, WIDTH, HEIGHT, label)


def whiskers(rows: Sequence[Whisker], mean: float | None, label: str) -> Markup:
    """Draw a value with its interval for each row on one scale from 0 to 1, and the mean."""
    height, inner = TOP + ROW * len(rows) + BOTTOM, WIDTH - NAMES - RIGHT

    def x(value: float) -> float:
        return NAMES + inner * value

    drawn = []
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        drawn.append(el("line", x1=x(tick), x2=x(tick), y1=TOP, y2=height - BOTTOM, class_="grid"))
        drawn.append(el("text", f"{tick:.0%}", x=x(tick), y=height - 8, text_anchor="middle"))
    if mean is not None:
        drawn.append(el("line", x1=x(mean), x2=x(mean), y1=TOP, y2=height - BOTTOM, class_="mean"))
    for place, row in enumerate(rows):
        y = TOP + ROW * (place + 0.5)
        drawn.append(
            el("text", short(row.name), x=NAMES - 10, y=y + 4, text_anchor="end", class_="name")
        )
        if row.low is not None and row.high is not None:
            drawn.append(el("line", x1=x(row.low), x2=x(row.high), y1=y, y2=y, class_="whisker"))
        if row.value is not None:
            drawn.append(el("circle", cx=x(row.value), cy=y, r=4, class_="dot"))
        else:
            drawn.append(el("text", "–", x=x(0.0) + 6, y=y + 4))
    return _svg(drawn, WIDTH, height, label)


def heat_map(found: ConfusionMap, label: str) -> Markup:
    """Draw the share of each true class (row) that was given each class (column)."""
    n = max(len(found.classes), 1)
    cell = max(CELL_LEAST, min(CELL_MOST, (WIDTH - NAMES - RIGHT) / n))
    size = cell * n
    top = TOP + LETTER * max((len(short(key)) for key in found.classes), default=1) + LETTER
    width, height = NAMES + size + RIGHT, top + size + TOP
    place = {key: number for number, key in enumerate(found.classes)}
    drawn = []
    for key, number in place.items():
        middle = (number + 0.5) * cell
        drawn.append(
            el(
                "text",
                short(key),
                x=NAMES - 8,
                y=top + middle + 4,
                text_anchor="end",
                class_="name",
            )
        )
        drawn.append(
            el(
                "text",
                short(key),
                transform=f"translate({NAMES + middle + 4:.1f} {top - 8:.1f}) rotate(-50)",
                class_="name",
            )
        )
        drawn += [
            el(
                "rect",
                x=NAMES + other * cell,
                y=top + number * cell,
                width=cell - 1,
                height=cell - 1,
                class_="empty",
            )
            for other in range(n)
        ]
    for one in found.cells:
        x, y = NAMES + place[one.given] * cell, top + place[one.true] * cell
        wrong = one.true != one.given
        drawn.append(
            el(
                "rect",
                x=x,
                y=y,
                width=cell - 1,
                height=cell - 1,
                fill_opacity=one.share,
                class_="wrong" if wrong else "right",
            )
        )
        if cell >= 28:  # noqa: PLR2004 - where a number fits
            drawn.append(
                el(
                    "text",
                    f"{one.share * 100:.0f}",
                    x=x + cell / 2,
                    y=y + cell / 2 + 4,
                    text_anchor="middle",
                    class_="on" if one.share > DARK else None,
                )
            )
    return _svg(drawn, width, height, label)


def reliability(bins: Sequence[ConfidenceBin], label: str) -> Markup:
    """Draw how often answers were right over what they promised; the diagonal is honesty."""
    size = HEIGHT + 60
    inner = size - LEFT - RIGHT

    def x(value: float) -> float:
        return LEFT + inner * value

    def y(value: float) -> float:
        return TOP + inner * (1.0 - value)

    drawn = []
    for tick in (0.0, 0.5, 1.0):
        drawn.append(el("line", x1=x(0), x2=x(1), y1=y(tick), y2=y(tick), class_="grid"))
        drawn.append(el("text", f"{tick:.0%}", x=LEFT - 6, y=y(tick) + 4, text_anchor="end"))
        drawn.append(el("text", f"{tick:.0%}", x=x(tick), y=y(0) + 18, text_anchor="middle"))
    drawn.append(el("line", x1=x(0), y1=y(0), x2=x(1), y2=y(1), class_="mean"))
    for one in bins:
        at = x(one.promised)
        drawn.append(el("line", x1=at, x2=at, y1=y(one.low), y2=y(one.high), class_="whisker"))
        drawn.append(el("circle", cx=at, cy=y(one.right), r=4, class_="dot"))
    return _svg(drawn, size, size, label)


def _grid(y: float, name: str) -> Markup:
    line = el("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_="grid")
    return Markup(line + el("text", name, x=LEFT - 6, y=y + 4, text_anchor="end"))


def _svg(drawn: Sequence[Markup], width: float, height: float, label: str) -> Markup:
    picture = el(
        "svg",
        *drawn,
        viewBox=f"0 0 {width:.0f} {height:.0f}",
        width=f"{width:.0f}",
        height=f"{height:.0f}",
        role="img",
        aria_label=label,
    )
    return el("div", picture, class_="scroll", tabindex="0")
