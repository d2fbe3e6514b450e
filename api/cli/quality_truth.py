"""`labelloop quality confidence`, `fits` and `changes`: what is believed, how surely, and why."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from api.cli.client import connected
from api.cli.output import AsJson, ProjectName, share, show, table

KINDS = {
    "calibrated": "calibrated confidence",
    "stop_score": "stop score",
    "share": "share of answers",
}
BIN_HEADER = ["promised", "right", "interval", "checked"]


def show_confidence(project: ProjectName, as_json: AsJson = False) -> None:
    """Show what the confidence is worth: what was promised, and how often it was right."""
    with connected() as client:
        found = client.get(f"/v1/projects/{project}/quality/confidence")
    show(found, _confidence_lines(found), as_json=as_json)


def _confidence_lines(found: dict[str, Any]) -> list[str]:
    lines = [f"{KINDS[found['kind']].capitalize()}: {found['reason']}"]
    if found["n_checked"]:
        sources = f"{found['n_gold']:,} gold, {found['n_reviewed']:,} reviewed"
        lines.append(f"Checked: {sources}; {found['basis']}.")
    for name in ("stop_score", "calibrated"):
        if found[name]:
            rows = [
                [share(b["promised"]), share(b["right"]), _interval(b), f"{b['n']:,}"]
                for b in found[name]
            ]
            lines += ["", KINDS[name].capitalize(), *table(BIN_HEADER, rows)]
    if found["error"] is not None:
        floor = f"honest figures of this number: {found['floor']:.3f}"
        lines += ["", f"Calibration error {found['error']:.3f} ({floor})"]
    return lines


def _interval(found: dict[str, Any]) -> str:
    return f"{share(found['low'])} to {share(found['high'])}"


def show_fits(
    project: ProjectName,
    fit: Annotated[
        int | None, typer.Option("--fit", min=1, help="Show what this full fit changed.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the full fits, or what one of them changed and why."""
    with connected() as client:
        address = f"/v1/projects/{project}/quality/fits"
        if fit is None:
            found = client.rows(address, limit=1_000)
            header = ["fit", "when", "answers", "items", "changed", "of them accepted", "why"]
            header += ["own model"]
            rows = [_fit_row(one) for one in found]
        else:
            found = client.rows(f"{address}/{fit}/flips", limit=1_000)
            header = ["item", "state", "was", "now", "why"]
            rows = [[f["key"], f["state"], f["was"], f["now"], f["why"]] for f in found]
    nothing = "No full fit yet." if fit is None else f"Fit {fit} changed no item."
    show(found, table(header, rows) if rows else nothing, as_json=as_json)


def _fit_row(found: dict[str, Any]) -> list[Any]:
    at = datetime.fromtimestamp(found["at"] / 1e6, UTC).strftime("%Y-%m-%d %H:%M")
    why = ", ".join(f"{n} by {cause}" for cause, n in found["causes"].items())
    numbers = (found["answers"], found["items"], found["changed"], found["accepted_flipped"])
    counts = (None if n is None else f"{n:,}" for n in numbers)
    return [found["n"], at, *counts, why or None, _own_model(found["own_model"])]


def _own_model(found: dict[str, Any] | None) -> str:
    if found is None:
        return "not asked"
    if not found["used"]:
        return f"no say: {found['reason']}"
    return f"weight {found['weight']:.2f} on {found['n_items']:,} items"


def show_changes(
    project: ProjectName,
    since_snapshot: Annotated[
        int, typer.Option("--since-snapshot", min=1, help="The snapshot's number.")
    ],
    as_json: AsJson = False,
) -> None:
    """Show which accepted items are no longer what a snapshot says, and why."""
    with connected() as client:
        address = f"/v1/projects/{project}/quality/changes"
        pages = list(client.pages(address, since_snapshot=since_snapshot, limit=1_000))
    found = pages[0] | {"items": [one for page in pages for one in page["items"]], "next": None}
    rows = [
        [one["key"], one["was"], one["now"] or one["state"], one["why"]] for one in found["items"]
    ]
    lines = [found["summary"], *(table(["item", "was", "now", "why"], rows) if rows else [])]
    show(found, lines, as_json=as_json)
