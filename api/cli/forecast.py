"""`labelloop forecast` and `data-request`: what the target costs, and what the pool lacks."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from api.cli.client import connected
from api.cli.output import AsJson, ProjectName, money, show, table
from api.cli.problems import CommandFailedError

REPLAY_SECONDS: Final = 300.0
"""A replay takes a minute, and may wait for one that somebody else asked for."""


def show_forecast(
    project: ProjectName,
    overrule: Annotated[
        str | None,
        typer.Option(help="Go on although this rule advises to stop; needs --reason."),
    ] = None,
    reason: Annotated[str, typer.Option(help="Why the rule is overruled.")] = "",
    until_answers: Annotated[
        int | None, typer.Option(help="The overruling holds until there are so many answers.")
    ] = None,
    random: Annotated[
        bool,
        typer.Option(
            "--random",
            help="Replay first what random choice would have reached; up to a minute.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show what further answers would bring, what the target would cost, and the stop rules.

    Every figure is a range over plausible curves through the accuracies that were measured on the
    random test sample. Too few points are said to be too few.
    """
    if overrule is not None and not reason.strip():
        raise CommandFailedError("Say with --reason why it is overruled.", is_wrong_use=True)
    address = f"/v1/projects/{project}/forecast"
    with connected() as client:
        path = f"{address}/random"
        replayed = client.request("GET", path, timeout=REPLAY_SECONDS) if random else None
        if overrule is None:
            found = client.get(address)
        else:
            body = {"rule": overrule, "reason": reason, "until_answers": until_answers}
            found = client.post(f"{address}/overrule", body)
    if replayed is not None:
        found["random"] = replayed
    show(found, _lines(found), as_json=as_json)


def show_data_request(project: ProjectName, as_json: AsJson = False) -> None:
    """Write which classes and slices the pool lacks items of, how many, and why, as Markdown."""
    with connected() as client:
        found = client.get(f"/v1/projects/{project}/data-request")
    show(found, found["markdown"], as_json=as_json)


def _lines(found: dict[str, Any]) -> list[str]:
    lines = []
    if found["curve"]:
        last = found["curve"][-1]
        lines.append(
            f"{last['answers']:,} answers: accuracy {last['accuracy']:.3f} "
            f"({last['low']:.3f} to {last['high']:.3f}, {last['n']:,} random test items)"
        )
    if found["reason"]:
        lines.append(f"No forecast: {found['reason']}.")
    target = found["to_target"]
    if target is not None:
        lines.append(f"To {target['target']:g}: {_range(target['answers'], '{:,.0f}')} answers")
        lines.append(f"  money: {_range(target['money_micros'], money)}")
        lines.append(f"  days:  {_range(target['days'], '{:,.1f}')}")
    batch = _range(found["next_batch"], "{:+.3f}")
    unit = "" if found["reason"] else " accuracy"
    lines.append(f"The next {found['batch']:,} answers: {batch}{unit}")
    lines.append(_baseline(found["baseline"], found.get("random")))
    rows = [[rule["rule"], _verdict(rule), rule["reason"]] for rule in found["rules"]]
    lines += table(["stop rule", "says", "because"], rows)
    lines.append("Advice: stop." if found["stop"] else "Advice: go on.")
    return lines


def _baseline(found: dict[str, Any], replayed: dict[str, Any] | None) -> str:
    """Return what random choice reached, and from where that is known."""
    if not found["curve"]:
        return f"Random choice: {(replayed or found)['reason']}."
    last = found["curve"][-1]
    of = "replayed on this project's random items" if found["source"] == "replayed" else "measured"
    return (
        f"Random choice: accuracy {last['accuracy']:.3f} ({last['low']:.3f} to {last['high']:.3f}) "
        f"after {last['answers']:,} answers, {of}"
    )


def _verdict(rule: dict[str, Any]) -> str:
    if rule["fires"] is None:
        return "unknown"
    if not rule["fires"]:
        return "go on"
    return "stop" if rule["overruled"] is None else "stop (overruled)"


def _range(found: dict[str, Any], form: Any) -> str:
    if found["low"] is None:
        return f"unknown, because {found['reason']}"
    write = form if callable(form) else form.format
    if found["high"] is None:
        return f"{write(found['low'])} or more, perhaps never"
    return f"{write(found['low'])} to {write(found['high'])}"
