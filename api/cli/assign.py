"""`labelloop assign`: these items to this person, by Friday."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Final

import typer

from api.cli.client import connected
from api.cli.output import MICROS, AsJson, ProjectName, show, table
from api.cli.problems import CommandFailedError

app = typer.Typer(
    help="Give items to one person until a day: they come first there, and to nobody else.",
    no_args_is_help=True,
)
MOST_KEYS: Final = 200
DATE_CHARACTERS: Final = len("2026-01-31")


def due_micros(text: str) -> int:
    """Return the end of a day, or a moment, in UTC microseconds; local time where no zone is said.

    Raises
    ------
    CommandFailedError
        The text is no date.

    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        message = f"{text!r} is no date; write 2026-01-31 or 2026-01-31T17:00."
        raise CommandFailedError(message, is_wrong_use=True) from error
    if len(text) == DATE_CHARACTERS:
        found += timedelta(days=1)
    return round(found.astimezone().timestamp() * MICROS)


@app.command("add")
def assign_items(
    project: ProjectName,
    keys: Annotated[list[str], typer.Argument(metavar="KEY…", help="The items' keys.")],
    to: Annotated[str, typer.Option("--to", help="The annotator's name in the project.")],
    due: Annotated[str, typer.Option("--due", help="A day (to its end) or a moment.")],
    note: Annotated[str, typer.Option("--note", help="Shown beside the items.")] = "",
    as_json: AsJson = False,
) -> None:
    """Assign items to a person; what cannot be assigned is listed with the reason."""
    due_at = due_micros(due)
    found: dict[str, Any] = {"assigned": [], "refused": {}}
    with connected() as client:
        for start in range(0, len(keys), MOST_KEYS):
            part = keys[start : start + MOST_KEYS]
            body = {"annotator": to, "keys": part, "due_at": due_at, "note": note}
            report = client.post(f"/v1/projects/{project}/assignments", body)
            found["assigned"] += report["assigned"]
            found["refused"] |= report["refused"]
    lines = [f"{len(found['assigned'])} assigned to {to}."]
    lines += [f"{key}: {reason}" for key, reason in found["refused"].items()]
    show(found, lines, as_json=as_json)
    if not found["assigned"]:
        raise typer.Exit(1)


@app.command("list")
def list_assignments(project: ProjectName, as_json: AsJson = False) -> None:
    """List what was assigned, to whom, and what became of it."""
    with connected() as client:
        found = client.rows(f"/v1/projects/{project}/assignments", limit=1_000)
    rows = [
        [one["id"], one["key"], one["annotator"], _day(one["due_at"]), one["state"], one["note"]]
        for one in found
    ]
    header = ["number", "key", "to", "due", "state", "note"]
    show(found, table(header, rows) if rows else "Nothing is assigned.", as_json=as_json)


def _day(micros: int) -> str:
    return f"{datetime.fromtimestamp(micros / MICROS).astimezone():%Y-%m-%d %H:%M}"


@app.command("cancel")
def cancel_assignment(
    project: ProjectName,
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="The number, as listed.")],
    as_json: AsJson = False,
) -> None:
    """Take an assignment back: what waits returns to the queue, what is held stays held."""
    with connected() as client:
        client.request("DELETE", f"/v1/projects/{project}/assignments/{number}")
    show({"cancelled": number}, f"Assignment {number} is cancelled.", as_json=as_json)
