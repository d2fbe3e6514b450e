"""`labelloop workforce` and `labelloop annotator`: who is asked, within which limits."""

from __future__ import annotations

import json
import time
from typing import Annotated, Any, Final

import typer

from api.cli.client import HubClient, connected
from api.cli.output import AsJson, ProjectName, money, show, table
from api.cli.problems import CommandFailedError

POLL_SECONDS: Final = 0.2

workforces = typer.Typer(
    help="Workforces: their price, order, limits and hours; pause, block, resume.",
    no_args_is_help=True,
)
annotators = typer.Typer(
    help="Annotators: their skills and limits; pause, block, resume, discount.",
    no_args_is_help=True,
)

Name = Annotated[str, typer.Argument(metavar="WORKFORCE", help="The workforce's name.")]
Annotator = Annotated[
    str, typer.Argument(metavar="ANNOTATOR", help="Pseudonym or number, as `list` shows them.")
]
Why = Annotated[str | None, typer.Option("--reason", help="Why; the record keeps it.")]
Skills = Annotated[str | None, typer.Option("--skills", help="Like law,tax; empty for none.")]
Languages = Annotated[
    str | None, typer.Option("--languages", help="Tags like de,zh-hans; empty for none.")
]
Zone = Annotated[
    str | None, typer.Option("--time-zone", help="Like Europe/Berlin; none for the project's.")
]
Daily = Annotated[
    str | None, typer.Option("--daily-limit", help="Most answers of a person a day, or none.")
]


def _number(option: str, text: str | None, kind: type[int | float]) -> dict[str, Any]:
    """Return the change that an option asks for: a number, or null for ``none``."""
    if text is None:
        return {}
    name = option.replace("-", "_")
    if text == "none":
        return {name: None}
    try:
        return {name: kind(text)}
    except ValueError as error:
        message = f"--{option} takes a number or none, not {text!r}."
        raise CommandFailedError(message, is_wrong_use=True) from error


def _terms(
    skills: str | None, languages: str | None, time_zone: str | None, daily_limit: str | None
) -> dict[str, Any]:
    changes: dict[str, Any] = _number("daily-limit", daily_limit, int)
    for name, text in (("skills", skills), ("languages", languages)):
        if text is not None:
            changes[name] = [part for part in text.split(",") if part.strip()]
    if time_zone is not None:
        changes["time_zone"] = None if time_zone == "none" else time_zone
    return changes


def _calendar(text: str | None) -> dict[str, Any]:
    if text is None:
        return {}
    if text == "none":
        return {"calendar": None}
    try:
        return {"calendar": json.loads(text)}
    except ValueError as error:
        message = f"--calendar takes JSON or none ({error})."
        raise CommandFailedError(message, is_wrong_use=True) from error


def _some(changes: dict[str, Any]) -> dict[str, Any]:
    if not changes:
        raise CommandFailedError("Nothing to change: give an option.", is_wrong_use=True)
    return changes


@workforces.command("list")
def list_workforces(project: ProjectName, as_json: AsJson = False) -> None:
    """List the workforces of a project, the cheapest tier first."""
    with connected() as client:
        found = client.get(f"/v1/projects/{project}/workforces")
    found.sort(key=lambda row: (row["rank"], row["name"]))
    header = ["name", "kind", "rank", "price", "share", "a person", "a day", "hours", "state"]
    rows = [
        [
            row["name"],
            row["kind"],
            row["rank"],
            money(row["price_micros"]),
            row["share"],
            row["person_share"],
            row["daily_limit"],
            None if row["calendar"] is None else "yes",
            row["state"],
        ]
        for row in found
    ]
    show(found, table(header, rows), as_json=as_json)


@workforces.command("add")
def add_workforce(
    project: ProjectName,
    name: Name,
    kind: Annotated[str, typer.Option("--kind", help="in_house, crowd, vendor or model.")],
    price: Annotated[
        int, typer.Option("--price-micros", help="Price of a judgment in millionths.")
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Add a workforce; its kind gives it a place in the order of tiers."""
    body = {"name": name, "kind": kind, "price_micros": price}
    with connected() as client:
        found = client.post(f"/v1/projects/{project}/workforces", body)
    show(found, f"{name}: {kind}, rank {found['rank']}.", as_json=as_json)


@workforces.command("set")
def set_workforce(
    project: ProjectName,
    name: Name,
    *,
    price: Annotated[
        str | None, typer.Option("--price-micros", help="Price of a judgment in millionths.")
    ] = None,
    rank: Annotated[
        str | None, typer.Option("--rank", help="Its place in the order, the cheapest first.")
    ] = None,
    share: Annotated[
        str | None, typer.Option("--share", help="Most of all answers, like 0.5, or none.")
    ] = None,
    person_share: Annotated[
        str | None, typer.Option("--person-share", help="Most of all answers of one person.")
    ] = None,
    calendar: Annotated[
        str | None,
        typer.Option("--calendar", help='Hours as JSON, like {"monday": [["09:00", "17:00"]]}.'),
    ] = None,
    skills: Skills = None,
    languages: Languages = None,
    time_zone: Zone = None,
    daily_limit: Daily = None,
    as_json: AsJson = False,
) -> None:
    """Change some terms of a workforce."""
    changes = {
        **_number("price-micros", price, int),
        **_number("rank", rank, int),
        **_number("share", share, float),
        **_number("person-share", person_share, float),
        **_calendar(calendar),
        **_terms(skills, languages, time_zone, daily_limit),
    }
    with connected() as client:
        path = f"/v1/projects/{project}/workforces/{name}"
        found = client.request("PATCH", path, json=_some(changes))
    show(found, f"{name} has changed.", as_json=as_json)


@workforces.command("pause")
def pause_workforce(
    project: ProjectName, name: Name, reason: Why = None, as_json: AsJson = False
) -> None:
    """Give a workforce no more work and take back what it holds, at once."""
    _change_state(f"/v1/projects/{project}/workforces/{name}/pause", reason, as_json=as_json)


@workforces.command("block")
def block_workforce(
    project: ProjectName, name: Name, reason: Why = None, as_json: AsJson = False
) -> None:
    """Pause a workforce whose late answers shall not count either."""
    _change_state(f"/v1/projects/{project}/workforces/{name}/block", reason, as_json=as_json)


@workforces.command("resume")
def resume_workforce(
    project: ProjectName, name: Name, reason: Why = None, as_json: AsJson = False
) -> None:
    """Let a workforce work again."""
    _change_state(f"/v1/projects/{project}/workforces/{name}/resume", reason, as_json=as_json)


def _change_state(path: str, reason: str | None, *, as_json: bool) -> None:
    with connected() as client:
        found = client.post(path, {"reason": reason})
    line = f"{found['name']} is {found['state']}; {found['leases_returned']} leases returned."
    show(found, line, as_json=as_json)


@annotators.command("list")
def list_annotators(project: ProjectName, as_json: AsJson = False) -> None:
    """List the annotators of a project under their pseudonyms."""
    with connected() as client:
        found = client.rows(f"/v1/projects/{project}/annotators", limit=1_000)
    header = ["number", "annotator", "workforce", "state", "answers", "counted", "a day", "reason"]
    rows = [
        [
            row["id"],
            row["pseudonym"],
            row["workforce"],
            row["state"],
            row["answers"],
            row["counted"],
            row["daily_limit"],
            row["reason"],
        ]
        for row in found
    ]
    show(found, table(header, rows), as_json=as_json)


@annotators.command("set")
def set_annotator(
    project: ProjectName,
    annotator: Annotator,
    skills: Skills = None,
    languages: Languages = None,
    time_zone: Zone = None,
    daily_limit: Daily = None,
    as_json: AsJson = False,
) -> None:
    """Change some terms of a person, beside or instead of their workforce's."""
    changes = _terms(skills, languages, time_zone, daily_limit)
    with connected() as client:
        path = f"/v1/projects/{project}/annotators/{annotator}"
        found = client.request("PATCH", path, json=_some(changes))
    show(found, f"{found['pseudonym']} has changed.", as_json=as_json)


@annotators.command("pause")
def pause_annotator(
    project: ProjectName, annotator: Annotator, reason: Why = None, as_json: AsJson = False
) -> None:
    """Give a person no more work and take back what they hold, at once."""
    _change_state(f"/v1/projects/{project}/annotators/{annotator}/pause", reason, as_json=as_json)


@annotators.command("block")
def block_annotator(
    project: ProjectName, annotator: Annotator, reason: Why = None, as_json: AsJson = False
) -> None:
    """Pause a person whose late answers shall not count either."""
    _change_state(f"/v1/projects/{project}/annotators/{annotator}/block", reason, as_json=as_json)


@annotators.command("resume")
def resume_annotator(
    project: ProjectName, annotator: Annotator, reason: Why = None, as_json: AsJson = False
) -> None:
    """Let a person work again."""
    _change_state(f"/v1/projects/{project}/annotators/{annotator}/resume", reason, as_json=as_json)


@annotators.command("discount")
def discount_annotator(
    project: ProjectName,
    annotator: Annotator,
    *,
    reason: Why = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do it; without it only say what it would do.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Let a person's answers no longer count; first says what that reopens, costs and touches."""
    path = f"/v1/projects/{project}/annotators/{annotator}/discount"
    with connected(with_worker=yes) as client:
        found = client.post(f"{path}?preview=true", {"reason": reason or ""})
        if not yes:
            show(found, _would(found), as_json=as_json)
            return
        began = client.post(path, {"reason": reason or ""})
        done = _follow(client, project, began["n"])
    show(done, _did(done), as_json=as_json)


def _would(found: dict[str, Any]) -> list[str]:
    snapshots = ", ".join(str(n) for n in found["snapshots"]) or "none"
    left = found["budget_left_micros"]
    return [
        (
            f"{found['answers']:,} answers would no longer count; it reopens "
            f"{found['items_reopened']:,} items and flips {found['consensus_flips']:,}."
        ),
        f"Asking again costs at most {money(found['cost_micros'])}; "
        + ("there is no cap." if left is None else f"{money(left)} are left under the cap."),
        f"Snapshots that rest on them: {snapshots}.",
        "Nothing has been changed; give --yes to do it.",
    ]


def _did(found: dict[str, Any]) -> list[str]:
    return [
        f"Discount {found['n']} of {found['annotator']}: {found['state']}.",
        (
            f"{found['answers']:,} answers, {found['items_reopened']:,} items reopened, "
            f"{found['consensus_flips']:,} flipped, {found['restored']:,} restored."
        ),
    ]


def _follow(client: HubClient, project: str, n: int) -> dict[str, Any]:
    """Wait until a discount has come to its end and return it."""
    while True:
        found: dict[str, Any] = client.get(f"/v1/projects/{project}/discounts/{n}")
        if found["state"] in {"dropped", "restored"}:
            return found
        time.sleep(POLL_SECONDS)


@annotators.command("undo-discount")
def undo_discount(
    project: ProjectName,
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="The discount's number.")],
    as_json: AsJson = False,
) -> None:
    """Let discounted answers count again: votes and consensus come back."""
    with connected(with_worker=True) as client:
        client.post(f"/v1/projects/{project}/discounts/{number}/undo")
        done = _follow(client, project, number)
    show(done, _did(done), as_json=as_json)


@annotators.command("discounts")
def list_discounts(project: ProjectName, as_json: AsJson = False) -> None:
    """List the discounts of a project, newest first."""
    with connected() as client:
        found = client.get(f"/v1/projects/{project}/discounts")
    header = ["number", "annotator", "state", "answers", "reopened", "flipped", "reason"]
    rows = [
        [
            row["n"],
            row["annotator"],
            row["state"],
            row["answers"],
            row["items_reopened"],
            row["consensus_flips"],
            row["reason"],
        ]
        for row in found
    ]
    show(found, table(header, rows), as_json=as_json)
