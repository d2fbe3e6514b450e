"""The answers that figures are computed from: all, or of very many a random sample of items.

Whole items, so that what people say of the same item stays together; the random sample first.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from labeling.exchange.export import store
from labeling.exchange.export.answer_files import JsonlAnswers
from labeling.exchange.export.answers import AnswerReader
from labeling.projects import store as projects
from labeling.schema import store as schema_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from labeling.database import Hub, Row
    from labeling.exchange.export.answers import Page

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
    return {
        "question": question,
        "classes": list(asked.class_keys()),
        "asked": asdict(asked),
        "n_total": total if is_sample else None,
        "is_subjective": projects.policy_of(project).quality.subjective,
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
