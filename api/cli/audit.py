"""`labelloop audit`: look the record up, verify it, write its head outside."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.client import connected, load_settings
from api.cli.output import AsJson, show, table
from api.cli.problems import CommandFailedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.settings import Settings
    from labeling.audit.seals.anchors import Anchor
    from labeling.database.reading import Read

app = typer.Typer(
    name="audit",
    help="The record of who changed what: look it up, verify its seals, write its head outside.",
    no_args_is_help=True,
)
MICROS = 1_000_000
Project = Annotated[str | None, typer.Option("--project", help="Only this project.")]


@app.command("verify")
def verify_record(
    project: Project = None,
    anchor: Annotated[
        list[Path] | None,
        typer.Option(
            "--anchor",
            help="File or git folder with heads written outside. [default: those of the settings]",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Verify the seals: names every row that was changed, removed or put in; exit code 1 then.

    Reads the store itself and changes nothing, so it works while a hub runs, and on a backup
    (`labelloop --data-dir BACKUP audit verify`).
    """
    from labeling.audit.seals.report import json_of, lines_of
    from labeling.audit.seals.verification import verify
    from labeling.database import opened_for_reading

    settings = load_settings()
    known = list(_anchors(settings, anchor or []))
    with opened_for_reading(settings.resolved_database_url) as read:
        report = verify(read, project_id=_project_id(read, project), anchors=known)
    show(json_of(report), lines_of(report), as_json=as_json)
    if not report.is_whole:
        raise typer.Exit(1)


def _anchors(settings: Settings, given: list[Path]) -> Iterator[Anchor]:
    from labeling.audit.seals.anchors import read_anchors

    places = given or [
        place
        for place in (settings.audit_anchor_file, settings.audit_anchor_git)
        if place is not None and place.exists()
    ]
    for place in places:
        yield from read_anchors(place)


def _project_id(read: Read, slug: str | None) -> int | None:
    from labeling.projects import store as projects

    if slug is None:
        return None
    found = read(lambda tx: projects.get_by_slug(tx, slug))
    if found is None:
        raise CommandFailedError(f"There is no project {slug!r}.", is_wrong_use=True)
    return int(found.id)


@app.command("anchor")
def anchor_head(
    file: Annotated[
        Path | None, typer.Option("--file", help="Append the head to this file.")
    ] = None,
    git: Annotated[
        Path | None, typer.Option("--git", help="Commit the head in this git repository.")
    ] = None,
    mail: Annotated[
        str | None, typer.Option("--mail", help="Send the head to this address.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write the head of the chain outside, where nobody who rewrites the store can reach it.

    Without an option it is printed, for a notebook or a mail of your own.
    """
    from api.anchoring import write_anchor
    from labeling.audit.seals.anchors import head_now
    from labeling.database import opened_for_reading

    settings = load_settings()
    with opened_for_reading(settings.resolved_database_url) as read:
        found: Anchor = read(head_now)
    places = write_anchor(found, settings, file=file, git=git, mail=mail)
    text = f"Seal {found.n} went to {', '.join(places)}." if places else found.line
    value = {"n": found.n, "digest": found.digest, "at": found.at, "places": places}
    show(value, text, as_json=as_json)


@app.command("list")
def list_events(
    project: Annotated[
        str | None,
        typer.Argument(
            metavar="[PROJECT]", help="The project; without it, the installation's own."
        ),
    ] = None,
    actor: Annotated[
        int | None, typer.Option("--actor", min=0, help="Only what this user did.")
    ] = None,
    action: Annotated[
        str | None, typer.Option("--action", help="Only this action; `member.` takes a family.")
    ] = None,
    of: Annotated[
        str | None, typer.Option("--object", help="Only what was done to one object: `user:7`.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Most events.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show the record, newest first: who, when, what, from, to, why."""
    address = f"/v1/projects/{project}/audit" if project else "/v1/audit"
    wanted = {"actor": actor, "action": action, "object": of}
    given: dict[str, Any] = {name: value for name, value in wanted.items() if value is not None}
    found: list[dict[str, Any]] = []
    with connected() as client:
        page: dict[str, Any] = {"next": ""}
        while page["next"] is not None and len(found) < limit:
            if page["next"]:
                given["cursor"] = page["next"]
            page = client.get(address, **given, limit=min(limit - len(found), 1_000))
            found += page["items"]
    rows = [_row(event) for event in found]
    header = ["when (UTC)", "who", "action", "object", "from", "to", "why"]
    show(found, table(header, rows) if rows else ["Nothing is recorded."], as_json=as_json)


def _row(event: dict[str, Any]) -> list[Any]:
    at = datetime.fromtimestamp(event["created_at"] / MICROS, UTC)
    who = event["actor_name"] or event["actor_kind"]
    erased = "erased" if event["is_erased"] else None
    return [
        at.isoformat(sep=" ", timespec="seconds").removesuffix("+00:00"),
        f"{who} ({event['actor_id']})" if event["actor_kind"] == "user" else who,
        event["action"],
        f"{event['object_kind']}:{event['object_id']}",
        _words(event["was"]) or erased,
        _words(event["now"]) or erased,
        event["reason"],
    ]


def _words(change: dict[str, Any] | None) -> str | None:
    return ", ".join(f"{name}={value}" for name, value in change.items()) if change else None
