"""The answers that figures are computed from: all, or of very many a random sample of items.

Whole items, so that what people say of the same item stays together; the random sample first.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from labeling.exchange.export import store
from labeling.exchange.export.answer_files import JsonlAnswers
from labeling.exchange.export.answers import PAGE_ITEMS, AnswerReader, label_of
from labeling.projects import store as projects
from labeling.schema import store as schema_store
from labeling.tasks.overlap import compared_answers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from labeling.database import Hub, Row, Transaction
    from labeling.exchange.export.columns import Page
    from labeling.exchange.export.store import Columns

MOST_ANSWERS: Final = 100_000
"""Figures of more answers than this are computed from a sample of about this size."""
LAST: Final = 2**63 - 1
"""`shuffle` is drawn evenly from 0 to this."""
RANDOM_SPLITS: Final = ("test", "validation")
ANSWERED_STATES: Final = ("queued", "settled", "set_aside", "dropped")


def write_answers(hub: Hub, project: Row, path: Path, most: int = MOST_ANSWERS) -> dict[str, Any]:
    """Write answers as JSONL, as the export does; return the keywords of `write_report`'s `about`.

    In short reads, page by page; an answer that comes meanwhile is in it or not.
    """
    question = project.target_question
    newest, total, asked = hub.read_now(
        lambda tx: (
            store.newest(tx, project.id)[0],
            projects.counters(tx, project.id).get("answers", 0),
            schema_store.target(tx, project),
        )
    )
    reader = AnswerReader(hub, project)
    is_sample = total > most
    pages = _sampled(reader, most, total) if is_sample else _whole(reader, newest)
    file = JsonlAnswers()
    with path.open("wb") as out:
        for rows in pages:
            out.write(file.add(rows))
    policy = projects.policy_of(project)
    return {
        "question": question,
        "classes": list(asked.class_keys()),
        "asked": asdict(asked),
        "n_total": total if is_sample else None,
        "is_subjective": policy.quality.subjective,
        "first_n": compared_answers(policy),
    }


def random_sample(tx: Transaction, project: Row, most: int) -> Iterator[dict[str, Any]]:
    """Yield answers to the random sample, whole items, as far as agreement needs their columns.

    The page is read often: at most about `most` answers, the items in their random order.
    """
    question = project.target_question
    people: dict[int, Row] = {}
    classes = schema_store.class_ids(tx, project.id, question)
    left = 0 if len(classes.by_id) == 1 else most
    for split in RANDOM_SPLITS:
        for state in ANSWERED_STATES:
            after = -1
            while left > 0:
                place = (split, state)
                last = store.last_of_next_items(
                    tx, project.id, place, after=after, until=LAST, limit=PAGE_ITEMS
                )
                if last < 0:
                    break
                found = store.answers_of_items(
                    tx, project.id, question, place, after=after, until=last
                )
                after = last
                if not found:
                    continue
                unknown = set(found["annotator_id"]) - people.keys()
                people |= store.annotators(tx, sorted(unknown))
                yield from _compared(found, people, question)
                left -= len(found["id"])


def _compared(found: Columns, people: Mapping[int, Row], question: str) -> Iterator[dict[str, Any]]:
    """Yield of each answer the columns that agreement rests on, as the export has them."""
    names = ("key", "split", "annotator_id", "task_kind", "pass_n", "kind", "result", "source")
    for key, split, annotator_id, task_kind, pass_n, kind, result, source in zip(
        *(found[name] for name in names), strict=True
    ):
        pseudonym, workforce, workforce_kind, _ = people[annotator_id]
        yield {
            "item": key,
            "split": split,
            "annotator": pseudonym,
            "workforce": workforce,
            "workforce_kind": workforce_kind,
            "task_kind": task_kind,
            "pass": pass_n,
            "kind": kind,
            "label": label_of(result, question) if kind == "answer" else None,
            "source": source,
        }


def _whole(reader: AnswerReader, newest: int) -> Iterator[Page]:
    for _, rows in reader.pages(0, newest):
        yield rows


def _sampled(reader: AnswerReader, most: int, total: int) -> Iterator[Page]:
    """Yield the random sample's answers, at most half of all, then those to a share of the rest."""
    left = most // 2
    for split in RANDOM_SPLITS:
        for state in ANSWERED_STATES:
            for rows in reader.pages_of_items((split, state), LAST):
                left -= len(rows[0])
                yield rows
                if left <= 0:  # they come in a random order: what is left out is left out at random
                    break
    share = min(1.0, (most // 2 + max(left, 0)) / total)
    for state in ANSWERED_STATES:
        yield from reader.pages_of_items(("train", state), min(round(share * LAST), LAST))
