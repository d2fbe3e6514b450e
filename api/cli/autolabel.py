"""`labelloop autolabel`: labels from a model, under a certificate that people's audit gave it."""

from __future__ import annotations

import time
from typing import Annotated, Any, Final

import typer

from api.cli.client import HubClient, connected
from api.cli.output import AsJson, ProjectName, money, share, show, table
from api.cli.problems import CommandFailedError

app = typer.Typer(
    help="Let a model label what people's audit has shown it to label well enough: "
    "preview, audit, certify, sample, accept, revoke, cancel, status.",
    no_args_is_help=True,
)
Number = Annotated[int, typer.Argument(metavar="N", help="The run's number, from `preview`.")]
POLL_SECONDS: Final = 0.5
BUSY: Final = frozenset({"scoring", "certifying", "accepting", "revoking", "cancelling"})


@app.command("preview")
def preview(
    project: ProjectName,
    precision: Annotated[float | None, typer.Option(help="Least share of right labels.")] = None,
    delta: Annotated[float | None, typer.Option(help="Tolerated chance of a miss.")] = None,
    scope: Annotated[str | None, typer.Option(help="pooled, or class: each for itself.")] = None,
    audit_items: Annotated[int | None, typer.Option(help="Items that people would check.")] = None,
    model: Annotated[int | None, typer.Option(help="Model version. [default: the newest]")] = None,
    as_json: AsJson = False,
) -> None:
    """Show which share of the pool could be labelled, and what the audit costs; spends nothing."""
    body = {
        "precision": precision,
        "delta": delta,
        "scope": scope,
        "audit_items": audit_items,
        "model_version": model,
    }
    given = {name: value for name, value in body.items() if value is not None}
    with connected(with_worker=True) as client:
        run = client.post(f"/v1/projects/{project}/autolabels/preview", given)
        _show(_settled(client, project, run), as_json=as_json)


@app.command("audit")
def audit(project: ProjectName, n: Number, as_json: AsJson = False) -> None:
    """Let people answer a random sample of the pool; costs what the preview said."""
    _do(project, n, "audit", {}, as_json=as_json)


@app.command("certify")
def certify(project: ProjectName, n: Number, as_json: AsJson = False) -> None:
    """Certify now that all audited items are settled; the hub does so by itself too."""
    _do(project, n, "certify", {}, as_json=as_json)


@app.command("sample")
def sample(
    project: ProjectName,
    n: Number,
    label: Annotated[str | None, typer.Option("--class", help="Only of this class.")] = None,
    as_json: AsJson = False,
) -> None:
    """Look at would-be labels of each class; without it nothing can be accepted."""
    query = {} if label is None else {"class": label}
    with connected() as client:
        found = client.get(f"/v1/projects/{project}/autolabels/{n}/sample", **query)
    rows = [[one["label"], one["key"], str(one["data"])[:80]] for one in found["labels"]]
    lines = table(["label", "item", "data"], rows) if rows else ["Nothing would be labelled."]
    accepts = f"To accept: labelloop autolabel accept {project} {n} {found['certificate_id']}"
    show(found, [*lines, accepts], as_json=as_json)


@app.command("accept")
def accept(
    project: ProjectName,
    n: Number,
    certificate: Annotated[
        int, typer.Argument(metavar="CERTIFICATE", help="Its number, as `sample` shows it.")
    ],
    as_json: AsJson = False,
) -> None:
    """Let the certified answers stand as labels; a running audit goes on from here."""
    _do(project, n, "accept", {"certificate_id": certificate}, as_json=as_json)


@app.command("revoke")
def revoke(
    project: ProjectName,
    n: Number,
    reason: Annotated[str, typer.Option("--reason", help="Why; the record keeps it.")],
    as_json: AsJson = False,
) -> None:
    """Take the labels back: their items return to people."""
    _do(project, n, "revoke", {"reason": reason}, as_json=as_json)


@app.command("cancel")
def cancel(project: ProjectName, n: Number, as_json: AsJson = False) -> None:
    """Give a run up before anything is certified."""
    _do(project, n, "cancel", {}, as_json=as_json)


@app.command("status")
def status(project: ProjectName, as_json: AsJson = False) -> None:
    """List the runs of a project with their certificates, newest first."""
    with connected() as client:
        found = client.get(f"/v1/projects/{project}/autolabels")
    lines = [line for run in found for line in _lines(run)]
    show(found, lines or ["No auto-labels yet; begin with `preview`."], as_json=as_json)


def _do(project: str, n: int, verb: str, body: dict[str, Any], *, as_json: bool) -> None:
    with connected(with_worker=True) as client:
        run = client.post(f"/v1/projects/{project}/autolabels/{n}/{verb}", body)
        _show(_settled(client, project, run), as_json=as_json)


def _settled(client: HubClient, project: str, run: dict[str, Any]) -> dict[str, Any]:
    """Return a run once the hub has done what can be done without people."""
    while run["state"] in BUSY:
        time.sleep(POLL_SECONDS)
        run = client.get(f"/v1/projects/{project}/autolabels/{run['n']}")
    return run


def _show(run: dict[str, Any], *, as_json: bool) -> None:
    if run["state"] == "failed":
        raise CommandFailedError(f"Run {run['n']} failed: {run['error']}")
    show(run, _lines(run), as_json=as_json)


def _lines(run: dict[str, Any]) -> list[str]:
    promise = f"precision {run['precision']:g}, delta {run['delta']:g}, {run['scope']}"
    lines = [f"Run {run['n']} ({run['state']}): model {run['model_version']}, {promise}"]
    lines.append(f"  pool: {run['n_pool']:,} untouched items")
    if run["preview"] is not None and run["certificate"] is None:
        lines += _preview_lines(run["preview"])
    for name, title in (("audit", "audit"), ("running", "checks since")):
        found = run[name]
        if found is not None:
            said = (
                f"{found['right']:,} right, {found['wrong']:,} wrong, {found['waiting']:,} waiting"
            )
            lines.append(f"  {title}: {said}")
    if run["certificate"] is not None:
        lines += _certificate_lines(run["certificate"])
    return lines


def _preview_lines(preview: dict[str, Any]) -> list[str]:
    lines = []
    for one in preview["expected"]:
        what = one["class"] or "all classes"
        if one["value"] is None:
            lines.append(f"  {what}: unknown, because {one['reason']}")
            continue
        span = f"{share(one['low'])} to {share(one['high'])}"
        lines.append(f"  {what}: about {share(one['value'])} of {one['n_pool']:,} items ({span})")
    price = preview["price"]
    known = f"{money(price['micros_low'])} to {money(price['micros_high'])}"
    cost = price["reason"] or known
    lines.append(f"  the audit: {price['judgments_low']:,} judgments or more, {cost}")
    return lines


def _certificate_lines(found: dict[str, Any]) -> list[str]:
    if found["reason"]:
        return [f"  nothing certified: {found['reason']}"]
    checked = f"{found['n_errors']:,} errors in {found['n_audited']:,} audited items"
    lines = [f"  certificate {found['id']}: {share(found['coverage'])} of the pool, {checked}"]
    if found["accepted"]:
        lines.append(f"  {found['accepted']:,} labels accepted under it")
    lines += [f"  {one['verdict']}: {one['reason']}" for one in found["verdicts"]]
    return lines
