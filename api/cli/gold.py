"""`labelloop gold`: known answers from a file, the stock, scores, appeals."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import typer

from api.cli.client import HubClient, connected
from api.cli.output import AsJson, ProjectName, share, show, table
from api.cli.problems import CommandFailedError

app = typer.Typer(
    help="Known answers: hidden gold, training, the test before real work; scores and appeals.",
    no_args_is_help=True,
)
A_REQUEST: Final = 500
REFUSED_SHOWN: Final = 5
SEPARATOR: Final = "|"


@app.command("import")
def import_gold(
    project: ProjectName,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A .jsonl or .csv file; see the help's text.")
    ],
    use: Annotated[
        str, typer.Option("--use", help="gold, training or qualification, where a row says none.")
    ] = "gold",
    reason: Annotated[
        str, typer.Option("--reason", help="Why it is right, where a row says nothing.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Take known answers into service. Doing it again changes nothing: items are known by key.

    Each row names an item by `key` and its right class as `label` (several: a|b), with `reason`,
    and if wanted `use` and `difficulty` (easy, middle, hard). With several questions a JSONL row
    has `answers` instead: {"question": ["class", ...]}. A row that does not fit is refused by line
    and stops no other.
    """
    rows = _rows_of(file)
    total: dict[str, Any] = {"added": 0, "replaced": 0, "unchanged": 0, "refused": []}
    with connected() as client:
        question = client.get(f"/v1/projects/{project}")["target_question"]
        known = [_known(row, line, question, use, reason) for line, row in rows]
        for start in range(0, len(known), A_REQUEST):
            body = {"source": "imported", "items": known[start : start + A_REQUEST]}
            report = client.post(f"/v1/projects/{project}/gold", body)
            for name, value in report.items():
                total[name] += value
    text = (
        f"{total['added']} added, {total['replaced']} replaced, {total['unchanged']} unchanged, "
        f"{len(total['refused'])} refused."
    )
    show(total, text, as_json=as_json)
    for refused in total["refused"][:REFUSED_SHOWN]:
        typer.echo(f"line {refused['line']}, {refused['key']}: {refused['reason']}", err=True)
    if total["refused"] and len(total["refused"]) == len(known):
        raise typer.Exit(1)


def _rows_of(file: Path) -> list[tuple[int, dict[str, Any]]]:
    """Return the rows of a file with their lines."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandFailedError(f"{file} cannot be read as UTF-8: {error}.") from error
    if file.suffix.lower() == ".csv":
        return [(n, dict(row)) for n, row in enumerate(csv.DictReader(text.splitlines()), start=2)]
    found = []
    for line, row in enumerate(text.splitlines(), start=1):
        if not row.strip():
            continue
        try:
            value = json.loads(row)
        except ValueError as error:
            raise CommandFailedError(f"{file}, line {line} is no JSON: {error}.") from error
        if not isinstance(value, dict):
            raise CommandFailedError(f"{file}, line {line} is no JSON object.")
        found.append((line, value))
    return found


def _known(row: dict[str, Any], line: int, question: str, use: str, reason: str) -> dict[str, Any]:
    """Return a row as the hub takes it.

    Raises
    ------
    CommandFailedError
        The row lacks its key or its right answers.

    """
    answers = row.get("answers")
    if not isinstance(answers, dict):
        label = row.get("label")
        if not isinstance(label, str) or not label.strip():
            message = f"Line {line} says no right class: fill `label`, or `answers` in JSONL."
            raise CommandFailedError(message)
        answers = {question: [each.strip() for each in label.split(SEPARATOR)]}
    if not row.get("key"):
        raise CommandFailedError(f"Line {line} names no item: fill `key`.")
    return {
        "key": str(row["key"]),
        "answers": answers,
        "reason": row.get("reason") or reason or "Given with the file.",
        "use": row.get("use") or use,
        "difficulty": row.get("difficulty") or None,
        "line": line,
    }


@app.command("list")
def list_gold(project: ProjectName, as_json: AsJson = False) -> None:
    """List the known items, and say what is wrong with the stock."""
    with connected() as client:
        found = client.rows(f"/v1/projects/{project}/gold", limit=1_000)
        stock = client.get(f"/v1/projects/{project}/gold-stock")
    rows = [
        [
            one["id"],
            one["key"],
            one["use"],
            one["state"],
            " ".join(SEPARATOR.join(keys) for keys in one["answers"].values()),
            f"{one['missed']} of {one['answers_given']}",
        ]
        for one in found
    ]
    header = ["number", "key", "use", "state", "right", "missed"]
    lines = table(header, rows) if rows else ["There is no known item."]
    alerts = [f"! {each['text']}" for each in stock["alerts"]]
    show({"items": found, "stock": stock}, [*lines, *alerts], as_json=as_json)


@app.command("retire")
def retire_gold(
    project: ProjectName,
    key: Annotated[str, typer.Argument(metavar="KEY", help="The item's key.")],
    as_json: AsJson = False,
) -> None:
    """Take a known item out of service for good; scores are counted without it."""
    with connected() as client:
        one = _one(client, project, key)
        client.request("DELETE", f"/v1/projects/{project}/gold/{one['id']}")
    show({"key": key, "state": "retired"}, f"{key} is retired.", as_json=as_json)


@app.command("activate")
def activate_gold(
    project: ProjectName,
    key: Annotated[str, typer.Argument(metavar="KEY", help="The item's key.")],
    as_json: AsJson = False,
) -> None:
    """Take a known item that was proposed into service."""
    with connected() as client:
        one = _one(client, project, key)
        found = client.post(f"/v1/projects/{project}/gold/{one['id']}/activate")
    show(found, f"{key} is active.", as_json=as_json)


def _one(client: HubClient, project: str, key: str) -> dict[str, Any]:
    found = client.get(f"/v1/projects/{project}/gold", key=key)["items"]
    if not found:
        raise CommandFailedError(f"{key!r} is no known item.")
    one: dict[str, Any] = found[0]
    return one


@app.command("scores")
def show_scores(project: ProjectName, as_json: AsJson = False) -> None:
    """Show everybody's accuracy on gold, with the interval that decides over a pause."""
    with connected() as client:
        found = client.rows(f"/v1/projects/{project}/gold-scores", limit=1_000)
    rows = [
        [
            one["name"],
            one["state"],
            f"{one['right']} of {one['n']}",
            f"{share(one['low'])} to {share(one['high'])}",
            share(one["rate"]),
        ]
        for one in found
    ]
    header = ["who", "state", "right", "accuracy", "gold among questions"]
    show(found, table(header, rows) if rows else "Nobody has met gold yet.", as_json=as_json)


@app.command("appeals")
def list_appeals(project: ProjectName, as_json: AsJson = False) -> None:
    """List the appeals of people who were paused or did not pass the test."""
    with connected() as client:
        found = client.rows(f"/v1/projects/{project}/gold-appeals", limit=1_000)
    rows = [[one["id"], one["name"], one["decision"] or "open", one["text"]] for one in found]
    header = ["number", "who", "decision", "text"]
    show(found, table(header, rows) if rows else "Nobody appeals.", as_json=as_json)


@app.command("decide")
def decide_appeal(
    project: ProjectName,
    appeal: Annotated[int, typer.Argument(metavar="APPEAL", help="The appeal's number.")],
    decision: Annotated[
        Literal["reinstate", "keep"], typer.Argument(metavar="DECISION", help="reinstate or keep.")
    ],
    note: Annotated[str | None, typer.Option("--note", help="What the person is told.")] = None,
    as_json: AsJson = False,
) -> None:
    """Reinstate somebody, whose misses so far then count no more, or keep it as it is."""
    with connected() as client:
        body = {"decision": decision, "note": note}
        found = client.post(f"/v1/projects/{project}/gold-appeals/{appeal}", body)
    show(found, f"{found['name']} is {found['state']}.", as_json=as_json)
