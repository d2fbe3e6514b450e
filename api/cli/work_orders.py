"""`labelloop work-order`: files to a vendor and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from api.cli.client import connected
from api.cli.exporting import write_whole
from api.cli.output import AsJson, ProjectName, money, show, table
from api.cli.problems import CommandFailedError

app = typer.Typer(
    help="Vendors by file: place an order, send its file, take the return, close.",
    no_args_is_help=True,
)
KINDS: Final = (
    "accepted",
    "repeated",
    "changed",
    "surplus",
    "unknown_line",
    "unknown_label",
    "malformed",
)
PROBLEMS_SHOWN: Final = 5

OrderNumber = Annotated[int, typer.Argument(metavar="ORDER", help="The order's number.")]


@app.command("place")
def place_order(
    project: ProjectName,
    workforce: Annotated[str, typer.Argument(metavar="VENDOR", help="The vendor's workforce.")],
    n_items: Annotated[int, typer.Argument(metavar="ITEMS", help="How many items.")],
    judgments: Annotated[
        int, typer.Option("--judgments", help="Judgments on each item, by different workers.")
    ] = 1,
    test_share: Annotated[
        float, typer.Option("--test-share", help="Share of items of the random test sample.")
    ] = 0.0,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the vendor's file at once.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Order judgments from a vendor; their price is reserved at once."""
    body = {
        "workforce": workforce,
        "n_items": n_items,
        "judgments_per_item": judgments,
        "test_share": test_share,
    }
    with connected() as client:
        order = client.post(f"/v1/projects/{project}/work-orders", body)
        if output is not None:
            path = f"/v1/projects/{project}/work-orders/{order['n']}/file"
            write_whole(output, client.stream(path))
    reserved = order["n_items"] * order["judgments_per_item"] * order["price_micros"]
    line = f"Order {order['n']}: {order['n_items']:,} items, {money(reserved)} reserved."
    show(order, line, as_json=as_json)


@app.command("list")
def list_orders(project: ProjectName, as_json: AsJson = False) -> None:
    """List the orders of a project."""
    with connected() as client:
        found = client.rows(f"/v1/projects/{project}/work-orders")
    rows = [
        [o["n"], o["workforce"], o["n_items"], o["judgments_per_item"], o["accepted"], o["state"]]
        for o in found
    ]
    header = ["order", "vendor", "items", "judgments each", "accepted", "state"]
    show(found, table(header, rows) if rows else "No order yet.", as_json=as_json)


@app.command("file")
def write_file(
    project: ProjectName,
    order: OrderNumber,
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")],
) -> None:
    """Write an order's CSV file for the vendor: order, line, and what an annotator may see."""
    with connected() as client:
        write_whole(output, client.stream(f"/v1/projects/{project}/work-orders/{order}/file"))


@app.command("return")
def bring_return(
    project: ProjectName,
    order: OrderNumber,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="CSV with line, worker, label, judgment_id."),
    ],
    as_json: AsJson = False,
) -> None:
    """Import what a vendor returned. The same file or judgment again counts, and costs, nothing."""
    if not file.is_file():
        raise CommandFailedError(f"There is no file {str(file)!r}.")
    with connected() as client:
        path = f"/v1/projects/{project}/work-orders/{order}/returns"
        report = client.request("POST", path, content=file.read_bytes())
    show(report, _report_lines(report), as_json=as_json)
    for problem in report["problems"][:PROBLEMS_SHOWN]:
        text = f"line {problem['line']:,}: {problem['kind']}: {problem['reason']}"
        typer.echo(f"labelloop: {text}", err=True)


def _report_lines(report: dict[str, Any]) -> list[str]:
    counts = [f"{report[k]['count']:,} {k.replace('_', ' ')}" for k in KINDS if report[k]["count"]]
    again = " (this file was imported before)" if report["repeated_file"] else ""
    line = f"{report['rows']:,} rows: {', '.join(counts) or 'nothing'}{again}"
    return [f"{line}; {money(report['paid_micros'])} earned"]


@app.command("close")
def close_order(project: ProjectName, order: OrderNumber, as_json: AsJson = False) -> None:
    """Close an order: what did not come back is released, in work and in money."""
    with connected() as client:
        found = client.post(f"/v1/projects/{project}/work-orders/{order}/close")
    show(found, f"Order {order} is closed.", as_json=as_json)
