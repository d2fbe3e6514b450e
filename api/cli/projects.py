"""`labelloop project`: a project's end, and the way back while there is time."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.client import connected
from api.cli.output import AsJson, ProjectName, show, table
from api.cli.people import day

app = typer.Typer(help="Delete a project, restore it, see what was deleted.", no_args_is_help=True)


@app.command("list")
def list_projects(as_json: AsJson = False) -> None:
    """List the projects, without those that were deleted."""
    with connected() as client:
        found = client.rows("/v1/projects")
    rows = [(row["slug"], row["title"], row["state"], day(row["created_at"])) for row in found]
    show(found, table(("project", "title", "state", "since"), rows), as_json=as_json)


@app.command("delete")
def delete_project(
    project: ProjectName,
    confirm: Annotated[str, typer.Option("--confirm", help="The project's name, typed again.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; the record keeps it.")] = "",
    as_json: AsJson = False,
) -> None:
    """Hide a project from everybody at once; it can be restored for a while, then it is gone."""
    with connected() as client:
        params = {"confirm": confirm, **({"reason": reason} if reason else {})}
        found = client.request("DELETE", f"/v1/projects/{project}", params=params)
    until = day(found["purge_at"])
    lines = [
        f"{project} is hidden, and gone for good on {until}.",
        f"Until then: labelloop project restore {project}",
    ]
    show(found, lines, as_json=as_json)


@app.command("restore")
def restore_project(
    project: ProjectName,
    reason: Annotated[str | None, typer.Option("--reason", help="Why; kept in the record.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show a deleted project again, as it was."""
    with connected() as client:
        client.post(f"/v1/projects/{project}/restoration", {"reason": reason})
    show({"project": project}, f"{project} is back.", as_json=as_json)


@app.command("deleted")
def list_deletions(as_json: AsJson = False) -> None:
    """List what was deleted, and what became of it."""
    with connected() as client:
        found = client.rows("/v1/deletions")
    rows = [
        (row["slug"], day(row["deleted_at"]), row["phase"], day(row["purge_at"])) for row in found
    ]
    show(found, table(("project", "deleted", "phase", "purged from"), rows), as_json=as_json)
