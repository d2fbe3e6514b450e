"""From consensus to production: `snapshot`, `train`, `deploy`, `rollback`, `predict`."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from api.cli.client import HubClient, connected
from api.cli.importing import checked_source
from api.cli.output import MICROS, AsJson, ProjectName, Reason, share, show, table
from api.cli.problems import CommandFailedError

POLL_SECONDS: Final = 0.3
TAKEN_UP_SECONDS: Final = 60.0
ENDED: Final = frozenset({"done", "failed", "cancelled"})
NOT_FOUND: Final = 404
ROWS_PER_REQUEST: Final = 200


def list_snapshots(project: ProjectName, as_json: AsJson = False) -> None:
    """List the snapshots of a project: what its models were trained on, by digest."""
    with connected() as client:
        found = client.get(f"/v1/projects/{project}/snapshots")
    rows = [
        [row["n"], _time(row["created_at"]), row["digest"][:16], json.dumps(row["counts"])]
        for row in found
    ]
    lines = table(["n", "taken", "digest", "rows"], rows) if rows else "No snapshot yet."
    show(found, lines, as_json=as_json)


def train_model(
    project: ProjectName,
    reason: Reason = "by hand",
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Start it and return; a running hub goes on.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Release: snapshot, train, evaluate on the random test sample, gate, deploy where allowed."""
    with connected(with_worker=not no_wait) as client:
        body = {"reason": reason}
        workflow = client.post(f"/v1/projects/{project}/releases", body)["workflow"]
        if no_wait:
            text = f"Release {workflow} was asked for."
            show({"workflow": workflow}, text, as_json=as_json)
            return
        job = wait_for_job(client, project, workflow)
        if job["state"] != "done":
            raise CommandFailedError(f"The release {job['state']}: {job['error'] or workflow}")
        gates = client.get(f"/v1/projects/{project}/gate-reports", limit=1)
        models = client.get(f"/v1/projects/{project}/models", limit=1)
    result = {"job": job, "model": _newest(models), "gate_report": _newest(gates)}
    show(result, _release_line(result), as_json=as_json)


def _newest(rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    return rows[0] if rows else None


def _release_line(result: dict[str, Any]) -> str:
    model, gate = result["model"], result["gate_report"]
    if model is None:
        return f"Done: {json.dumps(result['job']['result'])}"
    verdict = "" if gate is None else f"; the gate says {gate['verdict']}"
    needs = f", needs {gate['needs_n']:,}" if gate and gate["needs_n"] else ""
    why = f" ({gate['evidence']['reason']})" if gate else ""
    return f"Model {model['n']}: {_measured(model)}{verdict}{needs}{why}."


def _measured(model: dict[str, Any]) -> str:
    """Return how a model did on the test sample, or why it has no accuracy."""
    on = f"on {model['n_test']:,} test items"
    if model["accuracy"] is not None:
        return f"accuracy {share(model['accuracy'])} {on}"
    near = model["nearness"]
    if near is None:
        return f"no accuracy: {model['reason']}"
    noise = "" if near["noise"] is None else f"; {near['noise']:.3f} is the noise of the answers"
    return (
        f"{near['brier']:.3f} from the distributions of the answers ({near['low']:.3f} to "
        f"{near['high']:.3f}, half Brier{noise}) {on}; no accuracy, as there is no single truth"
    )


def wait_for_job(client: HubClient, project: str, job_id: str) -> dict[str, Any]:
    """Return a job's last state once it has ended."""
    until = time.monotonic() + TAKEN_UP_SECONDS
    while True:
        try:
            job: dict[str, Any] = client.get(f"/v1/projects/{project}/jobs/{job_id}")
        except CommandFailedError as error:
            if error.status != NOT_FOUND or time.monotonic() > until:
                raise
        else:
            if job["state"] in ENDED:
                return job
        time.sleep(POLL_SECONDS)


def deploy_model(
    project: ProjectName,
    version: Annotated[int, typer.Argument(metavar="VERSION", help="The model version's number.")],
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Put a gated model version live."""
    with connected() as client:
        body = {"model_version": version, "reason": reason}
        entry = client.post(f"/v1/projects/{project}/deployments", body)
    show(entry, f"Model {entry['model_version']} is live.", as_json=as_json)


def roll_back(project: ProjectName, reason: Reason = "by hand", as_json: AsJson = False) -> None:
    """Put back the model that was live before: one step, no training."""
    with connected() as client:
        entry = client.post(f"/v1/projects/{project}/rollback", {"reason": reason})
    show(entry, f"Model {entry['model_version']} is live again.", as_json=as_json)


def predict_rows(
    project: ProjectName,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="Rows to label: a file or a folder of pictures."),
    ] = None,
    data: Annotated[
        str | None, typer.Option("--data", help='One row as JSON: {"text": "…"}')
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Ask the live model: prints a label and its probability for each row, in their order."""
    if (file is None) == (data is None):
        text = "Name a FILE, or give one row with --data."
        raise CommandFailedError(text, is_wrong_use=True)
    with connected() as client:
        found = (
            _predict_data(client, project, data) if data else _predict_file(client, project, file)
        )
    lines = [f"{row['label']}\t{row['probability']:.4f}" for row in found["predictions"]]
    show(found, lines, as_json=as_json)


def _predict_data(client: HubClient, project: str, data: str) -> dict[str, Any]:
    from labeling.items.sources.json_files import NotJsonError, read_object

    try:
        row = read_object(data)
    except NotJsonError as error:
        raise CommandFailedError(f"--data: {error}.", is_wrong_use=True) from error
    return _ask(client, project, [row])


def _predict_file(client: HubClient, project: str, file: Path | None) -> dict[str, Any]:
    from labeling.items.sources import in_chunks

    assert file is not None, "one of the two is given"  # noqa: S101
    source = checked_source(file)
    source.keep = lambda payload: client.keep_picture(project, payload)
    found: dict[str, Any] = {"model_version": None, "predictions": []}
    for items, refused in in_chunks(source, None, ROWS_PER_REQUEST):
        if refused:
            text = f"{source.name}, line {refused[0].line:,}: {refused[0].reason}"
            raise CommandFailedError(text)
        part = _ask(client, project, [item.data for item in items])
        found["model_version"] = part["model_version"]
        found["predictions"] += part["predictions"]
    return found


def _ask(client: HubClient, project: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    body = {"items": [{"data": row} for row in rows]}
    answer: dict[str, Any] = client.post(f"/v1/projects/{project}/predict", body)
    return answer


def _time(micros: int) -> str:
    return datetime.fromtimestamp(micros / MICROS, UTC).strftime("%Y-%m-%d %H:%M UTC")
