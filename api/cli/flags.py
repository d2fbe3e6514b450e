"""`labelloop flags`: items that annotators report, and the way back into the queue."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.client import connected
from api.cli.output import AsJson, ProjectName, Reason, show, table

app = typer.Typer(
    help="Items that annotators flag or cannot answer: see them, ask them again.",
    no_args_is_help=True,
)


@app.command("list")
def list_flags(
    project: ProjectName,
    kind: Annotated[
        str, typer.Option("--kind", help="flag, unsure, none_fits, cannot_see or rather_not.")
    ] = "flag",
    everything: Annotated[
        bool, typer.Option("--all", help="Also those taken back or dealt with.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List what annotators report of items, oldest first."""
    asked = {"kind": kind, "state": "all" if everything else "open", "limit": 1_000}
    with connected() as client:
        found = client.rows(f"/v1/projects/{project}/flags", **asked)
    rows = [
        [one["item_id"], one["key"], one["item_state"], one["annotator"], one["state"], one["text"]]
        for one in found
    ]
    header = ["item", "key", "item is", "by", "report is", "text"]
    show(found, table(header, rows) if rows else "Nobody reports anything.", as_json=as_json)


@app.command("restore")
def restore_item(
    project: ProjectName,
    item: Annotated[int, typer.Argument(metavar="ITEM", help="The item's number, as listed.")],
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Put an item that was set aside back into the queue."""
    with connected() as client:
        found = client.post(f"/v1/projects/{project}/items/{item}/restore", {"reason": reason})
    show(
        found,
        f"Item {item} is asked again; {found['ended_reports']} reports ended.",
        as_json=as_json,
    )
