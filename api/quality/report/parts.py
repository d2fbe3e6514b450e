"""Parts of the report: sections, tables, and how a figure is written in a cell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from api.quality.report.charts import Whisker
from api.quality.report.markup import Child, Markup, el
from api.quality.report.words import Words
from labeling.clock import MICROS
from labeling.quality.figures.annotators import PeerFigure
from labeling.quality.figures.measures import Measure, ShareFigure


def section(kind: str, title: str, words: Words, *children: Child) -> Markup:
    """Return a section: its kind in small, its finding as title."""
    return el(
        "section",
        el("p", words(kind), class_="kind"),
        el("h2", title, id=kind),
        *children,
        aria_labelledby=kind,
    )


def table(words: Words, header: Sequence[str], rows: Sequence[Sequence[Child]]) -> Markup:
    """Return a table; a dash where there is nothing."""
    head = el("tr", [el("th", words(name), scope="col") for name in header])
    body = [el("tr", [el("td", "–" if cell is None else cell) for cell in row]) for row in rows]
    whole = el("table", el("thead", head), el("tbody", body))
    return el("div", whole, class_="scroll", tabindex="0")


def details(words: Words, table: Markup) -> Markup:
    """Return a table that opens on demand."""
    return el("details", el("summary", words("table")), table)


def measure_cells(one: Measure, words: Words) -> list[Child]:
    """Return value, interval, items and basis of a coefficient."""
    if one.value is None:
        return [
            words("undefined", reason=words.reason(one.reason)),
            None,
            one.n_items,
            words(one.basis),
        ]
    interval = None if one.low is None else f"{number(one.low)} – {number(one.high)}"
    return [number(one.value), interval, one.n_items, words(one.basis)]


def share_cell(one: ShareFigure | PeerFigure, words: Words) -> Child:
    """Return a share with its interval and n, or why there is none."""
    if one.value is None:
        return words("undefined", reason=words.reason(one.reason))
    interval = "" if one.low is None else f"{percent(one.low)} – {percent(one.high)}, "
    return f"{percent(one.value)} ({interval}n = {one.n:.0f})"


def whisker(name: str, one: Measure) -> Whisker:
    """Return a coefficient as it is drawn."""
    return Whisker(name, one.value, one.low, one.high)


def number(value: float | None) -> str:
    """Return a number with two digits."""
    return "–" if value is None else f"{value:.2f}"


def percent(value: float | None) -> str:
    """Return a share in per cent."""
    return "–" if value is None else f"{100 * value:.0f} %"


def day(at: int) -> str:
    """Return the day of a time in UTC microseconds."""
    return datetime.fromtimestamp(at / MICROS, UTC).date().isoformat()
