"""`labelloop simulate`: what a setting would have saved on data that is labelled already."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from api.cli.importing import FilePath, ShowColumn
from api.cli.output import MICROS, AsJson, show
from api.cli.problems import CommandFailedError

if TYPE_CHECKING:
    from active_learning.simulation.study import People, Plan, Study

MOST_ANSWERS: Final = 600
"""Answers of each campaign where no budget is named."""


def simulate(
    file: FilePath,
    label_column: Annotated[
        str,
        typer.Option(
            "--label-column",
            help="The column with the right labels; `folder` for pictures in a folder each.",
        ),
    ],
    show_column: ShowColumn = None,
    crowd: Annotated[
        list[str] | None,
        typer.Option(
            "--crowd",
            metavar="NOISE:PRICE",
            help="People who could be hired: share of wrong answers and price of one, 0.15:0.02. "
            "More than once to compare. [default: 0.15:0.02]",
        ),
    ] = None,
    strategies: Annotated[
        str, typer.Option("--strategies", help="Further strategies, with commas: margin,badge")
    ] = "",
    budget: Annotated[
        float | None, typer.Option("--budget", min=0.0, help="Money of each campaign.")
    ] = None,
    seeds: Annotated[int, typer.Option("--seeds", min=2, max=100, help="Repeats.")] = 5,
    seconds: Annotated[
        float, typer.Option("--seconds", min=1.0, help="No further repeat is begun after so long.")
    ] = 120.0,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of all that is drawn.")] = 0,
    svg: Annotated[
        Path | None, typer.Option("--svg", metavar="FILE", help="Draw the curves there.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Replay your own labelled data under strategies, noise and prices, and recommend a setting.

    Runs offline, without a hub, and changes nothing. The people are simulated; labels, features
    and model are as a project's would be.
    """
    from active_learning.simulation.study import run_study
    from api.cli.simulated_curves import draw_svg
    from api.cli.simulated_data import read_labelled

    data = read_labelled(file, label_column, show_column, seed)
    plan = _plan(crowd or ["0.15:0.02"], strategies, budget, seeds, seconds, len(data.truth))
    try:
        study = run_study(data.features, data.truth, plan, seed=seed)
    except ValueError as error:
        raise CommandFailedError(f"{file.name}: {error}.") from error
    document = study.document()
    document["notes"] = [*data.notes, *study.notes]
    document["classes"] = data.classes
    if svg is not None:
        svg.write_text(draw_svg(document), encoding="utf-8")
    show(document, _lines(document, study), as_json=as_json)


def _plan(
    crowds: list[str], strategies: str, budget: float | None, seeds: int, seconds: float, n: int
) -> Plan:
    from active_learning.simulation import SETTINGS
    from active_learning.simulation.study import Plan, settings_of
    from active_learning.strategies import STRATEGIES

    names = [name.strip() for name in strategies.split(",") if name.strip()]
    for name in names:
        if name not in STRATEGIES:
            known = ", ".join(STRATEGIES)
            text = f"--strategies: {name!r} is unknown; known are {known}."
            raise CommandFailedError(text, is_wrong_use=True)
    people = [_people(text) for text in crowds]
    answers = min(MOST_ANSWERS, n)
    micros = answers * people[0].price_micros if budget is None else budget * MICROS
    return Plan(settings_of(names, SETTINGS), people, micros, seeds, seconds=seconds)


def _people(text: str) -> People:
    from active_learning.simulation.study import People

    noise, _, price = text.partition(":")
    try:
        found = People(float(noise), float(price) * MICROS)
    except ValueError:
        found = People(-1.0, 0.0)
    if not 0.0 <= found.noise < 1.0 or found.price_micros < 1.0:
        wrong = f"--crowd: {text!r} is no share of wrong answers and price, such as 0.15:0.02."
        raise CommandFailedError(wrong, is_wrong_use=True)
    return found


def _lines(document: dict[str, Any], study: Study) -> list[str]:
    from api.cli.simulated_curves import curve_lines

    head = (
        f"Simulated people, {study.seeds} repeats, on {study.n_items:,} of your rows in "
        f"{study.n_classes} classes; {study.n_test:,} of them held out to judge the model. With "
        f"all labels right it reaches {study.full_accuracy:.3f}; the target is "
        f"{study.target_accuracy:.3f}."
    )
    return [
        head,
        *[f"Note: {note}." for note in document["notes"]],
        "",
        *curve_lines(document),
        "",
        study.recommendation,
        "",
        "As a project's policy:",
        json.dumps(study.policy, indent=2),
    ]
