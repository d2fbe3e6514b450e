"""`labelloop near-duplicates`: find near-copies, see them, undo a search."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from api.cli.client import HubClient, connected
from api.cli.importing import follow_job
from api.cli.output import AsJson, ProjectName, show, table
from api.cli.problems import CommandFailedError

PAIRS_SHOWN: Final = 20


def near_duplicates(
    project: ProjectName,
    threshold: Annotated[
        float | None,
        typer.Option(help="The least score of a pair, in (0, 1]. [default: the policy's]"),
    ] = None,
    undo: Annotated[int | None, typer.Option("--undo", help="Undo the search of a number.")] = None,
    restore: Annotated[
        int | None, typer.Option("--restore", help="Put an undone search in force again.")
    ] = None,
    list_all: Annotated[bool, typer.Option("--list", help="List the searches.")] = False,
    as_json: AsJson = False,
) -> None:
    """Find items that are nearly the same, and keep their training side out of what models learn.

    Texts are compared by their n-grams, pictures by a hash of their light and dark. Splits stay;
    a training item that hangs together with a validation or test item is kept out of snapshots.
    """
    if sum((undo is not None, restore is not None, list_all, threshold is not None)) > 1:
        text = "--undo, --restore, --list and --threshold exclude each other."
        raise CommandFailedError(text, is_wrong_use=True)
    address = f"/v1/projects/{project}/near-duplicates"
    with connected() as client:
        if list_all:
            _list(client, address, as_json=as_json)
        elif undo is not None:
            found = client.delete(f"{address}/{undo}")
            show(found, f"Search {undo} holds nothing back any more.", as_json=as_json)
        elif restore is not None:
            found = client.post(f"{address}/{restore}/restore")
            show(
                found, f"Search {restore} holds {found['held_out']:,} items back.", as_json=as_json
            )
        else:
            _search(client, address, threshold, as_json=as_json)


def _search(client: HubClient, address: str, threshold: float | None, *, as_json: bool) -> None:
    body = {} if threshold is None else {"threshold": threshold}
    job = follow_job(client, address, client.post(address, body))
    pairs = client.get(f"{address}/{job['id']}/pairs", limit=PAIRS_SHOWN)["items"]
    names = ("first", "first_split", "second", "second_split")
    rows = [[f"{pair['score']:.2f}", *(pair[name] for name in names)] for pair in pairs]
    lines = table(["score", "item", "split", "near", "split"], rows) if rows else []
    summary = (
        f"Search {job['id']}: {job['items']:,} items, {job['pairs']:,} pairs, "
        f"{job['held_out']:,} training items kept out of snapshots."
    )
    show({**job, "first_pairs": pairs}, [*lines, summary], as_json=as_json)


def _list(client: HubClient, address: str, *, as_json: bool) -> None:
    found: list[dict[str, Any]] = client.get(address)
    names = ("id", "state", "method", "threshold", "pairs", "held_out")
    rows = [[*(row[name] for name in names), "yes" if row["in_force"] else "no"] for row in found]
    header = ["search", "state", "method", "threshold", "pairs", "kept out", "in force"]
    show(found, table(header, rows) if rows else "No search yet.", as_json=as_json)
