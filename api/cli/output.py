"""What a command prints: JSON for programs, lines for people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
ProjectName = Annotated[
    str, typer.Argument(metavar="PROJECT", help="The project's name, as in its address.")
]
Reason = Annotated[str, typer.Option("--reason", help="Why; the record keeps it.")]
MICROS = 1_000_000


def show(value: Any, lines: str | Sequence[str], *, as_json: bool) -> None:
    """Print a result, as JSON or as lines."""
    if as_json:
        typer.echo(json.dumps(value, ensure_ascii=False, indent=2))
        return
    for line in [lines] if isinstance(lines, str) else lines:
        typer.echo(line)


def table(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    """Return rows as aligned lines under a header."""
    texts = [list(header), *[["–" if cell is None else str(cell) for cell in row] for row in rows]]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in texts
    ]


def money(micros: int, currency: str = "") -> str:
    """Return micro-units as an amount."""
    return f"{micros / MICROS:,.2f} {currency}".rstrip()


def share(value: float | None) -> str:
    """Return a share in per cent, a dash where there is none."""
    return "–" if value is None else f"{100 * value:.1f} %"
