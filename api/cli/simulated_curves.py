"""The curves of a simulation as lines of text and as SVG."""

from __future__ import annotations

from html import escape
from typing import Any, Final

from api.cli.output import money, table

COLOURS: Final = ("#000000", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
"""Told apart by the colour-blind too (Okabe and Ito)."""
WIDTH: Final = 760
HEIGHT: Final = 420
MARGIN: Final = 60
LEGEND: Final = 18


def curve_lines(study: dict[str, Any], currency: str = "") -> list[str]:
    """Return the mean accuracy of every arm at steps of the money, best first."""
    arms = sorted(study["arms"], key=lambda arm: -arm["ahead"])
    steps = arms[0]["money"]
    shown = [place for place in range(len(steps)) if place % 2 == 1]
    header = ["setting", "people", *[money(round(steps[place]), currency) for place in shown]]
    header += ["labels right", "to target"]
    rows = [
        [
            arm["setting"],
            arm["crowd"],
            *[_cell(arm, place) for place in shown],
            f"{arm['label_accuracy']:.3f}",
            None
            if arm["to_target_micros"] is None
            else money(round(arm["to_target_micros"]), currency),
        ]
        for arm in arms
    ]
    return table(header, rows)


def _cell(arm: dict[str, Any], place: int) -> str:
    half = (arm["high"][place] - arm["low"][place]) / 2
    return f"{arm['accuracy'][place]:.3f} ±{half:.3f}"


def draw_svg(study: dict[str, Any]) -> str:
    """Return all curves with their intervals as one SVG picture."""
    arms = study["arms"]
    most = max(arms[0]["money"][-1], 1.0)
    lowest = min(value for arm in arms for value in arm["low"])
    bottom = HEIGHT - MARGIN

    def at(spend: float, accuracy: float) -> str:
        x = MARGIN + (WIDTH - 2 * MARGIN) * spend / most
        y = bottom - (bottom - MARGIN) * (accuracy - lowest) / max(1.0 - lowest, 1e-9)
        return f"{x:.1f},{y:.1f}"

    height = HEIGHT + LEGEND * (len(arms) + 1)
    parts = [
        _opening(height),
        "<title>Simulated: accuracy against money</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        _axes(most, lowest, bottom),
    ]
    for place, arm in enumerate(arms):
        colour = COLOURS[place % len(COLOURS)]
        dash = "" if place < len(COLOURS) else ' stroke-dasharray="5 3"'
        upper = [at(*pair) for pair in zip(arm["money"], arm["high"], strict=True)]
        lower = [at(*pair) for pair in zip(arm["money"], arm["low"], strict=True)]
        line = [at(*pair) for pair in zip(arm["money"], arm["accuracy"], strict=True)]
        band = " ".join(upper + lower[::-1])
        parts.append(f'<polygon points="{band}" fill="{colour}" opacity="0.1"/>')
        parts.append(
            f'<polyline points="{" ".join(line)}" fill="none" stroke="{colour}" '
            f'stroke-width="2"{dash}/>'
        )
        y = HEIGHT + LEGEND * place
        name = escape(f"{arm['setting']} ({arm['crowd']})")
        parts.append(
            f'<line x1="{MARGIN}" x2="{MARGIN + 24}" y1="{y}" y2="{y}" stroke="{colour}" '
            f'stroke-width="2"{dash}/><text x="{MARGIN + 32}" y="{y + 4}">{name}</text>'
        )
    return "\n".join([*parts, "</svg>"])


def _opening(height: int) -> str:
    box = f'viewBox="0 0 {WIDTH} {height}"'
    font = 'font-family="sans-serif" font-size="12"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box} role="img" {font}>'


def _axes(most: float, lowest: float, bottom: int) -> str:
    right = WIDTH - MARGIN
    return (
        f'<path d="M{MARGIN},{MARGIN} V{bottom} H{right}" fill="none" stroke="#555"/>'
        f'<text x="{MARGIN - 8}" y="{bottom}" text-anchor="end">{lowest:.2f}</text>'
        f'<text x="{MARGIN - 8}" y="{MARGIN + 4}" text-anchor="end">1.00</text>'
        f'<text x="{MARGIN}" y="{MARGIN - 12}">accuracy on held-out rows (simulated people)</text>'
        f'<text x="{right}" y="{bottom + 18}" text-anchor="end">{money(round(most))} spent</text>'
    )
