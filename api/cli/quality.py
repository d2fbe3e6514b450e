"""`labelloop quality`: how good the answers are, and whose."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from api.cli import quality_figures, quality_truth
from api.cli.client import connected
from api.cli.output import AsJson, ProjectName, money, share, show, table
from api.cli.quality_figures import BASIS


class _SummaryByDefault(TyperGroup):
    """`labelloop quality PROJECT` is `labelloop quality show PROJECT`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Take a word that names no command for a project."""
        known = args[0] in self.commands or args[0].startswith("-")
        return super().resolve_command(ctx, args if known else ["show", *args])


app = typer.Typer(
    cls=_SummaryByDefault,
    help="How good the answers are, and whose. `labelloop quality PROJECT` shows the summary.",
    no_args_is_help=True,
)
app.command("agreement")(quality_figures.show_agreement)
app.command("annotators")(quality_figures.show_annotators)
app.command("evidence")(quality_figures.show_evidence)
app.command("guideline")(quality_figures.show_guideline)
app.command("items")(quality_figures.show_items)
app.command("likely-errors")(quality_figures.show_likely_errors)
app.command("report")(quality_figures.make_report)
app.command("confidence")(quality_truth.show_confidence)
app.command("fits")(quality_truth.show_fits)
app.command("changes")(quality_truth.show_changes)


@app.command("show")
def show_quality(project: ProjectName, as_json: AsJson = False) -> None:
    """Show agreement, annotators and money: how good the answers are, whose, and what they cost."""
    with connected() as client:
        found = client.get(f"/v1/projects/{project}/progress")
    parts = ("items", "answers", "agreement", "annotators", "money")
    show({name: found[name] for name in parts}, _lines(found), as_json=as_json)


def _lines(found: dict[str, Any]) -> list[str]:
    items, spent = found["items"], found["money"]["spent_micros"]
    currency = found["project"]["currency"]
    accepted = f"{items['accepted']:,} of {items['total']:,} items accepted"
    paid = f"{found['answers']:,} answers for {money(spent, currency)}"
    lines = [
        f"{accepted}, {items['disputed']:,} disputed, {items['set_aside']:,} set aside; {paid}",
        _agreement(found["agreement"]),
    ]
    rows = [
        [
            who["name"],
            who["workforce"],
            f"{who['answers']:,}",
            _skill(who["agreement"]),
            _again(who),
        ]
        for who in found["annotators"]
    ]
    header = [
        "annotator",
        "workforce",
        "answers",
        "agreement with the consensus",
        "with themselves",
    ]
    return lines + (table(header, rows) if rows else ["Nobody has answered yet."])


def _agreement(found: dict[str, Any]) -> str:
    if found["value"] is None:
        return f"Krippendorff's alpha: undefined, because {found['reason']}"
    interval = f"{found['low']:.2f} to {found['high']:.2f}"
    where = f"{BASIS[found['basis']]}, {found['n_items']:,} items"
    return f"Krippendorff's alpha: {found['value']:.2f} ({interval}, {where})"


def _again(who: dict[str, Any]) -> str:
    found = who["self_agreement"]
    if found["value"] is None:
        return f"undefined ({found['reason']})"
    return f"{share(found['value'])} of {found['n']:,}"


def _skill(found: dict[str, Any] | None) -> str | None:
    if found is None:
        return None
    return f"{share(found['value'])} ({share(found['low'])} to {share(found['high'])})"
