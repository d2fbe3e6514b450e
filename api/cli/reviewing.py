"""`labelloop review`: the disagreements that matter, one after the other, in a terminal."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Final

import typer

from api.cli.client import HubClient, connected
from api.cli.output import AsJson, ProjectName, money, share, show, table
from api.cli.problems import CommandFailedError
from labeling.schema.answers import SKIP_REASONS

app = typer.Typer(
    help="Judge what others answered: take the next one, answer it first, give the verdict.",
    no_args_is_help=True,
)
BASIS: Final = {"random_sample": "on a random sample", "chosen_items": "on chosen items"}

Token = Annotated[
    str | None,
    typer.Option(
        "--token", envvar="LABELLOOP_TOKEN", help="Token of the reviewer in whose name it is done."
    ),
]
Handle = Annotated[str, typer.Argument(metavar="REVIEW", help="The review's handle.")]


@contextmanager
def reviewing(token: str | None) -> Iterator[HubClient]:
    """Yield a client in a reviewer's name; whoever runs the hub reviews nothing by that."""
    with connected() as hub:
        if token is None:
            yield hub
            return
        own = HubClient(hub.url, token)
        try:
            yield own
        finally:
            own.close()


@app.command("list")
def list_reviews(project: ProjectName, token: Token = None, as_json: AsJson = False) -> None:
    """List the reviews that took effect, and say how many wait."""
    found: list[dict[str, Any]] = []
    with reviewing(token) as client:
        for page in client.pages(f"/v1/projects/{project}/reviews"):
            found += page["items"]
    rows = [
        [row["key"], row["why"], row["present"], row["verdict"], row["decided"], row["reviewer"]]
        for row in found
    ]
    header = ["item", "why", "answer before", "verdict", "answer now", "reviewer"]
    lines = table(header, rows) if rows else ["Nothing was reviewed yet."]
    lines.append(f"{page['open_reviews']:,} wait for a reviewer.")
    show({"items": found, "open_reviews": page["open_reviews"]}, lines, as_json=as_json)


@app.command("next")
def next_review(project: ProjectName, token: Token = None, as_json: AsJson = False) -> None:
    """Take the most valuable review that you may do and show its item."""
    with reviewing(token) as client:
        held = client.post(f"/v1/projects/{project}/reviews/lease", {"count": 1})
    if not held["reviews"]:
        show(held, held["reason"]["text"], as_json=as_json)
        return
    (review,) = held["reviews"]
    show(review, _lines(review), as_json=as_json)


@app.command("answer")
def answer_first(
    handle: Handle,
    label: Annotated[str, typer.Argument(help="Your own answer, or a reason to give none.")],
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Answer by yourself; then you see what the others answered."""
    with reviewing(token) as client:
        review = client.get(f"/v1/reviews/{handle}")
        body = {"lease_n": review["lease_n"], "client_key": str(uuid.uuid4())}
        if label in SKIP_REASONS:
            body["reason"] = label
        else:
            body["result"] = _result(review, label)
        review = client.post(f"/v1/reviews/{handle}/answer", body)
    show(review, _lines(review), as_json=as_json)


@app.command("verdict")
def give_verdict(
    handle: Handle,
    verdict: Annotated[str, typer.Argument(help="accept, correct, reject, send_back or reopen.")],
    label: Annotated[str | None, typer.Option("--label", help="correct: the right answer.")] = None,
    answer: Annotated[
        list[int] | None,
        typer.Option("--answer", help="reject, send_back: number of the answer; may be repeated."),
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Why; its author sees it.")] = None,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Give the verdict on what you were shown."""
    with reviewing(token) as client:
        review = client.get(f"/v1/reviews/{handle}")
        if review["shown"] is None:
            text = f"Answer first: labelloop review answer {handle} LABEL."
            raise CommandFailedError(text, is_wrong_use=True)
        body = {
            "lease_n": review["lease_n"],
            "client_key": str(uuid.uuid4()),
            "verdict": verdict,
            "seen": review["shown"]["seen"],
            "result": [] if label is None else _result(review, label),
            "targets": [{"answer": n, "reason": reason or ""} for n in answer or []],
            "reason": reason,
        }
        done = client.post(f"/v1/reviews/{handle}/verdict", body)
    note = done["note"] or "counted"
    line = f"{done['verdict']}: {note}, {money(done['paid_micros'])} earned."
    show(done, line, as_json=as_json)


@app.command("figures")
def show_figures(project: ProjectName, as_json: AsJson = False) -> None:
    """Say how many accepted answers are wrong, and how far reviewers agree."""
    with connected() as client:
        found = client.get(f"/v1/projects/{project}/review-figures")
    verdicts = ", ".join(f"{name} {n:,}" for name, n in found["verdicts"].items())
    counted, excused = found["rejections_counted"], found["rejections_excused"]
    lines = [
        _rate("Wrong among the accepted answers", found["error_rate"]),
        _rate("Disputed answers that were right", found["disputed_kept"]),
        _rate("Two reviewers agreed", found["second_agreement"]),
        f"{found['decided']:,} decided ({verdicts}); {found['open_reviews']:,} wait",
        f"Rejected answers: {counted:,} count against their authors, {excused:,} do not",
    ]
    show(found, lines, as_json=as_json)


def _result(review: dict[str, Any], label: str) -> list[dict[str, Any]]:
    """Return the result that gives a label to the review's question."""
    question = review["question"]
    value = {"choices": [label]}
    return [
        {
            "from_name": question["name"],
            "to_name": question["to_name"],
            "type": "choices",
            "value": value,
        }
    ]


def _label(result: list[dict[str, Any]]) -> str:
    return ", ".join(str(choice) for part in result for choice in part["value"]["choices"])


def _lines(review: dict[str, Any]) -> list[str]:
    """Return a review as a reviewer reads it."""
    keys = [found["key"] for found in review["question"]["classes"]]
    lines = [
        f"Review {review['handle']}",
        *(f"  {name}: {value}" for name, value in review["data"].items()),
        f"Answers: {', '.join(keys)}",
    ]
    shown = review["shown"]
    if shown is None:
        return [*lines, f"Answer first: labelloop review answer {review['handle']} LABEL"]
    present = f"{shown['present']} ({share(shown['confidence'])}, {shown['why']})"
    lines.append(f"The answer now: {present}")
    lines += [f"  {row['answer']}. {_label(row['result'])}" for row in shown["answers"]]
    lines += [
        f"  a reviewer: {row['verdict']} {row['decided'] or ''} {row['reason'] or ''}".rstrip()
        for row in shown["verdicts"]
    ]
    return [*lines, f"Then: labelloop review verdict {review['handle']} accept"]


def _rate(name: str, found: dict[str, Any]) -> str:
    if found["value"] is None:
        return f"{name}: undefined, because {found['reason']}"
    interval = f"{share(found['low'])} to {share(found['high'])}"
    return (
        f"{name}: {share(found['value'])} ({interval}, {BASIS[found['basis']]}, {found['n']:.0f})"
    )
