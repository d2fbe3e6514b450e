"""`labelloop quality agreement` to `report`: each figure by itself, from the hub or a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from api.cli.client import connected
from api.cli.exporting import write_whole
from api.cli.output import AsJson, ProjectName, share, show, table
from api.cli.problems import CommandFailedError

if TYPE_CHECKING:
    from labeling.schema import questions

BASIS: Final = {"random_sample": "on a random sample", "chosen_items": "on chosen items"}
Question = Annotated[
    str | None, typer.Option("--question", help="Another question than the project's target.")
]
MOST_ROWS: Final = 20
NAMES: Final = {"classes": "class", "slices": "slice", "pairs": "pair", "periods": "time"}
SEPARATOR: Final = ","


def show_agreement(
    project: ProjectName,
    question: Question = None,
    by_group: Annotated[
        str | None,
        typer.Option(
            "--by-group",
            help="Instead: within and between the groups of an attribute that the project asks.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show how far people agree: coefficients, classes, slices, pairs of people, over time."""
    if by_group is not None:
        _show_groups(project, by_group, question, as_json=as_json)
        return
    found = _get(project, "agreement", question)
    lines = [found["scope"]["words"].capitalize() + "."]
    lines += [f"{one['coefficient']}: {_measure(one)}" for one in found["measures"]]
    parts = [
        ("class", [[one["key"], _measure(one["measure"])] for one in found["classes"]]),
        (
            "slice",
            [
                [f"{one['attribute']}={one['value']}", _measure(one["measure"])]
                for one in found["slices"]
            ],
        ),
        (
            "pair",
            [
                [f"{one['first']}, {one['second']}", _measure(one["measure"])]
                for one in found["pairs"][:MOST_ROWS]
            ],
        ),
    ]
    for name, rows in parts:
        lines += ["", *table([name, "agreement"], rows)] if rows else []
    lines += [
        f"By {NAMES[part]}: undefined, because {why}." for part, why in found["why_empty"].items()
    ]
    show(found, lines, as_json=as_json)


def _show_groups(project: str, by: str, question: str | None, *, as_json: bool) -> None:
    """Show agreement within groups and between them; no group too small, and no person."""
    asked = {} if question is None else {"question": question}
    with connected() as client:
        found = client.get(f"/v1/projects/{project}/quality/agreement/groups", by=by, **asked)
    figures = found["by"]
    within = [
        [one["value"], f"{one['n_people']:,}", _measure(measure)]
        for one in figures["groups"]
        for measure in one["measures"]
    ]
    between = [
        [f"{one['first']}, {one['second']}", _measure(measure)]
        for one in figures["between"]
        for measure in one["measures"]
    ]
    lines = [f"{figures['words'].capitalize()}."]
    lines += ["", *table(["within", "people", "krippendorff_alpha"], within)] if within else []
    lines += ["", *table(["between", "agreement beyond chance"], between)] if between else []
    show(found, lines, as_json=as_json)


def show_annotators(
    project: ProjectName, question: Question = None, as_json: AsJson = False
) -> None:
    """Show what each annotator's answers are worth, by pseudonym: this is no ranking."""
    found = _get(project, "annotators", question)
    rows = [
        [
            one["name"],
            one["workforce"],
            f"{one['n_answers']:,}",
            _share(one["gold"]),
            _share(one["agreement"]),
            "; ".join(told["words"] for told in one["confusions"]),
        ]
        for one in found["annotators"]
    ]
    header = ["annotator", "workforce", "answers", "right on gold", "agrees with others", "habits"]
    show(found, table(header, rows) if rows else "Nobody has answered yet.", as_json=as_json)


def show_evidence(project: ProjectName, question: Question = None, as_json: AsJson = False) -> None:
    """Show what deserves a look at somebody's answers, and what to do next; nothing happens."""
    found = _get(project, "evidence", question)
    rows = [[one["annotator"], one["words"], one["action"]] for one in found["findings"]]
    lines = [f"{found['words']}."]
    lines += table(["annotator", "finding", "next step"], rows) if rows else []
    show(found, lines, as_json=as_json)


def show_guideline(
    project: ProjectName, question: Question = None, as_json: AsJson = False
) -> None:
    """Show the classes that good annotators confuse, and what a change of rule would do."""
    found = _get(project, "guideline", question)
    rows = [
        [
            f"{one['first']} / {one['second']}",
            one["n_split"],
            *(_number(one[name]["value"]) for name in ("merged", "ruled", "split")),
            ", ".join(case["item"] for case in one["examples"][:3]),
        ]
        for one in found["pairs"]
    ]
    lines = [f"{found['words']}.", f"Agreement now: {_measure(found['agreement'])}"]
    header = ["classes", "split items", "merged", "with a rule", "class between", "examples"]
    lines += table(header, rows) if rows else []
    show(found, lines, as_json=as_json)


def show_items(project: ProjectName, question: Question = None, as_json: AsJson = False) -> None:
    """Show the items on which people differ most."""
    found = _get(project, "hard-items", question)
    rows = [
        [
            one["item"],
            f"{one['difficulty']:.2f}",
            ", ".join(f"{said['key']} x {said['n']}" for said in one["answers"]),
            one["believed"],
        ]
        for one in found["hardest"][:MOST_ROWS]
    ]
    lines = [f"{found['words']}.", f"All said the same: {_share(found['unanimous'])}"]
    lines += table(["item", "difficulty", "answers", "believed"], rows) if rows else []
    show(found, lines, as_json=as_json)


def make_report(
    project: Annotated[
        str | None,
        typer.Argument(metavar="[PROJECT]", help="The project's name, as in its address."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The HTML file to write. [default: standard output]"),
    ] = None,
    from_export: Annotated[
        Path | None,
        typer.Option("--from-export", help="Instead: a file of `labelloop export --answers`."),
    ] = None,
    labels: Annotated[
        str, typer.Option("--labels", help="With --from-export: the declared classes, a,b,c.")
    ] = "",
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            help="With --from-export, where no single choice is asked: the project's label config.",
        ),
    ] = None,
    lang: Annotated[str, typer.Option("--lang", help="Of the words: en or zh.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Write all figures as one HTML file that needs no network, or as JSON.

    With --from-export no hub is asked: whoever has the answers computes the same figures.
    """
    if (project is None) == (from_export is None):
        text = "Give a PROJECT, or a file with --from-export."
        raise CommandFailedError(text, is_wrong_use=True)
    if lang not in {"en", "zh"}:
        raise CommandFailedError("--lang is en or zh.", is_wrong_use=True)
    if from_export is not None:
        asked = None if config is None else _question_of(config)
        words: Literal["en", "zh"] = "zh" if lang == "zh" else "en"
        page, figures = _from_export(from_export, labels, asked, words)
    else:
        with connected() as client:
            address = f"/v1/projects/{project}/quality/report"
            figures = client.get(address) if as_json else None
            page = b"" if as_json else b"".join(client.stream(f"{address}.html", lang=lang))
    if as_json:
        show(figures, "", as_json=True)
    elif output is None:
        typer.echo(page.decode())
    else:
        write_whole(output, iter([page]))
        typer.echo(f"The report is in {output}.", err=True)


def _question_of(config: Path) -> questions.Question:
    """Return the target question of a label config."""
    from labeling.schema.label_config import parse_label_config

    if not config.is_file():
        raise CommandFailedError(f"There is no file {str(config)!r}.")
    return parse_label_config(config.read_text(encoding="utf-8")).target()


def _from_export(
    file: Path, labels: str, asked: questions.Question | None, lang: Literal["en", "zh"]
) -> tuple[bytes, Any]:
    """Compute the figures of a file, as page and as JSON."""
    from api.quality.report.page import report_page
    from labeling.quality.figures import read_answers, read_structured, rows_of
    from labeling.quality.figures.report import REPORT, quality_report, structured_report

    if not file.is_file():
        raise CommandFailedError(f"There is no file {str(file)!r}.")
    classes = [key.strip() for key in labels.split(SEPARATOR) if key.strip()]
    if asked is None or asked.is_choice:
        classes = classes or ([] if asked is None else list(asked.class_keys()))
        report = quality_report(read_answers(rows_of(file), classes=classes))
    else:
        report = structured_report(read_structured(rows_of(file), asked))
    return report_page(report, file.stem, lang).encode(), REPORT.dump_python(report, mode="json")


def _get(project: str, part: str, question: str | None) -> Any:
    asked = {} if question is None else {"question": question}
    with connected() as client:
        return client.get(f"/v1/projects/{project}/quality/{part}", **asked)


def _measure(one: dict[str, Any]) -> str:
    if one["value"] is None:
        return f"undefined, because {one['reason']} ({BASIS[one['basis']]})"
    interval = "" if one["low"] is None else f"{one['low']:.2f} to {one['high']:.2f}, "
    return f"{one['value']:.2f} ({interval}{BASIS[one['basis']]}, {one['n_items']:,} items)"


def _share(one: dict[str, Any]) -> str:
    if one["value"] is None:
        return f"undefined ({one['reason']})"
    interval = "" if one["low"] is None else f"{share(one['low'])} to {share(one['high'])}, "
    return f"{share(one['value'])} ({interval}{one['n']:.0f})"


def _number(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.2f}"


def show_likely_errors(
    project: ProjectName,
    review: Annotated[
        int | None,
        typer.Option("--review", min=1, max=100, help="Send so many, the first, to review."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show accepted answers that a model and the neighbours are against; send some to review."""
    address = f"/v1/projects/{project}/quality/likely-errors"
    with connected() as client:
        if review is not None:
            sent = client.post(f"{address}/review", {"most": review})
            show(sent, f"{sent['words']}.", as_json=as_json)
            return
        found = client.get(address)
    rows = [
        [
            one["item"],
            one["label"],
            one["suggested"],
            f"{one['doubt']:.2f}",
            "yes" if one["in_review"] else None,
        ]
        for one in found["items"][:MOST_ROWS]
    ]
    lines = [f"{found['words']}."]
    lines += table(["item", "accepted as", "likely", "doubt", "in review"], rows) if rows else []
    show(found, lines, as_json=as_json)
