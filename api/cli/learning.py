"""What the loop does and why: `labelloop advice`, `labelloop rounds`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from api.cli.client import connected
from api.cli.output import MICROS, AsJson, ProjectName, money, share, show, table
from api.cli.problems import CommandFailedError

NAMES = {
    "new": "a new item",
    "relabel": "one more answer",
    "review": "a review",
    "gold": "a gold question",
    "accept": "nothing",
}


def show_advice(project: ProjectName, as_json: AsJson = False) -> None:
    """Compare what could be asked next for the money: what it gains, costs, and would save."""
    with connected() as client:
        found = client.get(f"/v1/projects/{project}/advice")
    show(found, _advice_lines(found), as_json=as_json)


def _advice_lines(found: dict[str, Any]) -> list[str]:
    lines = [found["summary"]]
    rows = [
        [
            NAMES[one["action"]],
            one["workforce"],
            f"{one['n']:,}",
            f"{one['gain']:.3f}",
            money(round(one["cost_micros"])),
            None if one["per_unit"] is None else f"{one['per_unit']:,.1f}",
            one["why"],
        ]
        for one in found["options"]
    ]
    if rows:
        header = ["ask", "whom", "there are", "errors avoided", "costs", "per unit", "why"]
        lines += ["", *table(header, rows), "", _assumptions(found["assumptions"])]
    lines += _route_lines(found)
    if found["mode"] == "advise" and (found["relabels"] or found["routes"]):
        lines.append("To let rounds do it: set `learning.scheduler` to `act` in the policy.")
    return lines


def _route_lines(found: dict[str, Any]) -> list[str]:
    """Say for whom the new items are, with the reason of the first of each workforce."""
    n: dict[str, int] = {}
    why: dict[str, str] = {}
    for one in found["routes"]:
        n[one["workforce"]] = n.get(one["workforce"], 0) + 1
        why.setdefault(one["workforce"], one["why"])
    did = "are" if found["mode"] == "act" else "would be"
    return [f"{n[name]:,} new items {did} for {name}, such as: {why[name]}." for name in n]


def _assumptions(found: dict[str, Any]) -> str:
    if not found:
        return ""
    return (
        f"Taken for granted: the model errs on {share(found['error'])} of the "
        f"{found['rest']:,} items nobody was asked about ({found['error_from']}), and its error "
        f"falls with the labels to the power {found['exponent']:g} ({found['exponent_from']})."
    )


def show_rounds(
    project: ProjectName,
    replay: Annotated[
        int | None,
        typer.Option("--replay", metavar="N", help="Choose again what round N chose, and compare."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the rounds of selection, or replay one: it must come to the same choice."""
    with connected() as client:
        if replay is None:
            found = client.get(f"/v1/projects/{project}/rounds")
            show(found, _round_lines(found), as_json=as_json)
            return
        again = client.get(f"/v1/projects/{project}/rounds/{replay}/replay")
    show(again, _replay_lines(again), as_json=as_json)
    if not again["is_same"]:
        raise CommandFailedError(f"The replay of round {replay} chose otherwise.")


def _round_lines(found: list[dict[str, Any]]) -> list[str]:
    if not found:
        return ["No round yet."]
    rows = [
        [
            row["n"],
            datetime.fromtimestamp(row["created_at"] / MICROS, UTC).strftime("%Y-%m-%d %H:%M:%S"),
            row["strategy"],
            f"{row['answers']:,}",
            f"{row['n_candidates']:,}",
            share(row["accuracy"]),
            f"{row['seconds']:.1f} s",
            row["fallback_reason"],
        ]
        for row in found
    ]
    header = [
        "n",
        "at (UTC)",
        "strategy",
        "answers",
        "of",
        "accuracy",
        "took",
        "fell back, because",
    ]
    return table(header, rows)


def _replay_lines(found: dict[str, Any]) -> list[str]:
    if found["is_same"]:
        return [f"Round {found['n']} replays to the same {found['n_chosen']:,} items."]
    return [f"Round {found['n']} does not replay:", *found["differences"]]
