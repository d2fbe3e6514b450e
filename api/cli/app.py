"""The commands in the order that a newcomer meets them."""

from __future__ import annotations

import os
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from api.cli import (
    assign,
    audit,
    autolabel,
    backup,
    demo,
    exporting,
    flags,
    forecast,
    gold,
    importing,
    invitations,
    learning,
    maintenance,
    models,
    near_duplicates,
    people,
    projects,
    quality,
    reviewing,
    serve,
    simulate,
    start,
    work_orders,
    worker,
    workforces,
)

app = typer.Typer(
    name="labelloop",
    help="A labeling hub that learns: it asks, infers the truth, retrains, gates and deploys.",
    epilog="Begin with `labelloop demo`, or with your own file: "
    "`labelloop start reviews.csv --labels good,bad`.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _print_version(value: bool) -> None:
    if value:
        typer.echo(version("labelloop"))
        raise typer.Exit


@app.callback()
def choose_folder(
    data_dir: Annotated[
        Path | None,
        typer.Option(
            "--data-dir",
            help="Folder of the database and all files. "
            "[default: LABELLOOP_DATA_DIR, else ./labelloop-data]",
        ),
    ] = None,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Choose the data folder that a command works on."""
    if data_dir is not None:
        os.environ["LABELLOOP_DATA_DIR"] = str(data_dir)


app.command("demo")(demo.run_demo)
app.command("start")(start.start_labeling)
app.command("serve")(serve.serve_hub)
app.command("worker")(worker.run_worker)
app.command("import")(importing.import_file)
app.command("export")(exporting.export_project)
app.command("near-duplicates")(near_duplicates.near_duplicates)
app.command("forecast")(forecast.show_forecast)
app.command("data-request")(forecast.show_data_request)
app.add_typer(quality.app, name="quality")
app.command("advice")(learning.show_advice)
app.command("rounds")(learning.show_rounds)
app.command("simulate")(simulate.simulate)
app.command("snapshot")(models.list_snapshots)
app.command("train")(models.train_model)
app.command("deploy")(models.deploy_model)
app.command("rollback")(models.roll_back)
app.command("predict")(models.predict_rows)
app.add_typer(work_orders.app, name="work-order")
app.add_typer(assign.app, name="assign")
app.add_typer(autolabel.app, name="autolabel")
app.add_typer(flags.app, name="flags")
app.add_typer(gold.app, name="gold")
people.app.command("invite")(invitations.invite)
people.app.command("invitations")(invitations.list_invitations)
people.app.command("revoke")(invitations.revoke_invitation)
app.add_typer(people.app, name="user")
app.add_typer(projects.app, name="project")
app.add_typer(audit.app, name="audit")
app.add_typer(reviewing.app, name="review")
app.add_typer(workforces.workforces, name="workforce")
app.add_typer(workforces.annotators, name="annotator")
app.command("backup")(backup.back_up)
app.command("restore")(backup.restore)
app.command("migrate")(maintenance.migrate_store)
app.command("doctor")(maintenance.check_health)
app.command("openapi")(maintenance.print_openapi)
