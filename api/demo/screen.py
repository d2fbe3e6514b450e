"""What the terminal shows: the invitation, a live table, and at the end what came out."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final, Self

from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from api.demo.curves import draw_text
from api.demo.setup import ACTIVE, PROJECTS, RANDOM

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from api.demo.curves import Curve

MICROS: Final = 1_000_000
LINE_SECONDS: Final = 5.0
"""Where the terminal is none, a line so often instead of the table."""
VERDICTS: Final = {"pass": "green", "fail": "red", "inconclusive": "yellow"}
TITLES: Final = {ACTIVE: "active learning", RANDOM: "at random"}
SIMULATED: Final = "simulated people, real pictures"


class Screen:
    """The terminal during a demo; a context manager around its live table."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console()
        self._live = Live(console=self.console, auto_refresh=False, transient=True)
        self._next_line = 0.0
        self._began = time.monotonic()

    def __enter__(self) -> Self:
        """Begin the live table."""
        if self.console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the live table."""
        self._live.stop()

    def say(self, text: str) -> None:
        """Print a line."""
        self.console.print(text, highlight=False)

    def invite(self, url: str, link: str) -> None:
        """Print the address and the one-time link."""
        body = Text.assemble(
            ("Take a seat: ", "bold"),
            "open the link below, once, and press 0–9.\n",
            f"The project page: {url}/projects/{ACTIVE}\n",
            ("Simulated: ", "bold yellow"),
            "the people of the three workforces are programs; the pictures are real.",
        )
        self.console.print(Panel(body, title="labelloop demo", border_style="yellow"))
        self.console.print(f"  {link}\n", style="cyan", soft_wrap=True, highlight=False)

    def show(self, found: dict[str, dict[str, Any]]) -> None:
        """Show the progress of both projects, by slug."""
        if self.console.is_terminal:
            self._live.update(self._table(found), refresh=True)
        elif time.monotonic() > self._next_line:
            self._next_line = time.monotonic() + LINE_SECONDS
            for project, progress in found.items():
                self.say(f"{self._elapsed()} {TITLES[project]} (simulated): {_line(progress)}")

    def _elapsed(self) -> str:
        return f"{time.monotonic() - self._began:4.0f} s"

    def _table(self, found: dict[str, dict[str, Any]]) -> Group:
        table = Table(title=f"{self._elapsed()}   {SIMULATED}", title_style="yellow")
        table.add_column("")
        for project in found:
            table.add_column(TITLES[project], min_width=34)
        for name, cell in ROWS.items():
            table.add_row(name, *(cell(progress) for progress in found.values()))
        return Group(table)

    def report(self, figures: dict[str, Any], curves: Sequence[Curve]) -> None:
        """Print the two curves and what came out."""
        self.say("\n[bold]Accuracy against money[/], by the hub's own random test sample")
        self.console.print(draw_text(curves), highlight=False, markup=False)
        table = Table(title=f"What came out ({SIMULATED})", title_style="yellow")
        table.add_column("")
        for project in PROJECTS:
            table.add_column(TITLES[project], justify="right")
        for name, cells in _report_rows(figures):
            table.add_row(name, *cells)
        self.console.print(table)
        self.say(_closing(figures))


def _line(progress: dict[str, Any]) -> str:
    return (
        f"{progress['answers']} answers, {_money(progress)}, accuracy {_accuracy(progress)}, "
        f"{progress['queue']['open_tasks']} tasks open, releases {_releases(progress)}"
    )


def _money(progress: dict[str, Any]) -> str:
    money = progress["money"]
    spent, cap = money["spent_micros"] / MICROS, (money["cap_micros"] or 0) / MICROS
    return f"${spent:.2f} of ${cap:.2f}"


def _accuracy(progress: dict[str, Any]) -> str:
    if not progress["curve"]:
        return "–"
    last = progress["curve"][-1]
    return f"{last['accuracy']:.3f} ({last['low']:.2f}–{last['high']:.2f}, n {last['n']})"


def _labels(progress: dict[str, Any]) -> str:
    items = progress["items"]
    return f"{items['accepted']} accepted, {items['disputed']} disputed of {items['total']}"


def _queue(progress: dict[str, Any]) -> str:
    queue = progress["queue"]
    text = f"{queue['open_tasks']} open, {queue['live_leases']} held"
    last = queue["last_round"]
    return text if last is None else f"{text}; round {last['n']}: {last['strategy']}"


def _releases(progress: dict[str, Any]) -> str:
    if not progress["models"]:
        return "none yet"
    shown = [_release(model) for model in reversed(progress["models"])]
    return ", ".join(shown[-5:])


def _release(model: dict[str, Any]) -> str:
    verdict = model["verdict"]
    live = " live" if model["live"] else ""
    return f"v{model['n']} [{VERDICTS.get(verdict, 'default')}]{verdict}[/]{live}"


def _workforces(progress: dict[str, Any]) -> str:
    return "\n".join(
        f"{row['name']}{' (simulated)' if row['simulated'] else ''}: {row['answers']} answers, "
        f"${row['spent_micros'] / MICROS:.2f}"
        for row in progress["money"]["by_workforce"]
    )


ROWS: Final = {
    "answers": lambda progress: str(progress["answers"]),
    "spent": _money,
    "labels": _labels,
    "accuracy": _accuracy,
    "queue": _queue,
    "releases": _releases,
    "workforces": _workforces,
}


def _report_rows(figures: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """Return the lines of the closing table, the active project first."""
    detail = figures["projects"]
    both = [detail[ACTIVE], detail[RANDOM]]

    def shares(name: str) -> list[str]:
        return ["–" if each[name] is None else f"{each[name]:.1%}" for each in both]

    return [
        ("spent", [f"${each['spend']:.2f}" for each in both]),
        ("answers", [str(each["answers"]) for each in both]),
        ("test items asked about", [str(each["test_items"]) for each in both]),
        ("labels accepted", [str(each["labels"]) for each in both]),
        ("labels right, by consensus", shares("consensus_accuracy")),
        ("labels right, by majority", shares("majority_accuracy")),
        ("model right, on all 1,797", shares("accuracy")),
        ("model right, on held-out items", shares("accuracy_held_out")),
        ("verdicts", [", ".join(each["verdicts"]) for each in both]),
    ]


def _closing(figures: dict[str, Any]) -> str:
    wait = figures["next_p95_ms"]
    return (
        f"Asked twice: {figures['duplicate_assignments']}   Answers lost: "
        f"{figures['lost_answers']}   Deployments: {figures['deployments']}\n"
        f"From the last answer to new tasks: median {figures['loop_seconds_median']} s, "
        f"at most {figures['loop_seconds']} s\n"
        f"Answer and next question, 95 %: {wait['idle']} ms idle, {wait['training']} ms while a "
        f"model trains\nAll by the bundled truth, which never entered the hub; "
        f"{figures['seconds']:.0f} s in all."
    )
