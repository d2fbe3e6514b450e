"""What a round reads of people and money, so that what could be asked can be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from active_learning.rounds import store
from labeling.clock import MICROS
from labeling.gold import results as gold_results
from labeling.gold.records import store as record_store
from labeling.projects import store as projects
from labeling.tasks import tiers
from labeling.workforces import store as workforces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labeling.database import Row, Transaction

SECONDS_ASSUMED: Final = 10.0
"""Time of an answer until somebody has given one."""
ACTIVE_SECONDS: Final = 300
"""Who was seen within so long is at work, and takes what is meant for them."""
PRESENT_SECONDS: Final = 86_400
"""Who was seen within a day can be asked again."""
MOST_RECORDS: Final = 1_000
MOST_ROUNDS: Final = 200


def read_situation(
    tx: Transaction,
    project: Row,
    labelled: Sequence[Row],
    place: dict[int, int],
    untaken: frozenset[int],
) -> dict[str, Any]:
    """Return the fields of a `compared.Situation`, with item ids in place of rows.

    Parameters
    ----------
    labelled : as `rounds.store.labelled` returns them.
    place : class id to class index.
    untaken : items that were asked again and nobody has taken.

    """
    policy = projects.policy_of(project)
    annotators = workforces.list_annotators(tx, project.id)
    voices = _voices(tx, project, annotators)
    present = sum(
        (row.last_seen_at or 0) >= tx.now - PRESENT_SECONDS * MICROS and row.state == "active"
        for row in annotators
    )
    most = min(policy.learning.relabel_most, present)
    counts = projects.counters(tx, project.id)
    known = sum(counts.get(f"consensus.{state}", 0) for state in ("accepted", "disputed"))
    rest = max(counts.get("items", 0) - known - counts.get("consensus.pending", 0), 0)
    return {
        "votes": [
            (row.item_id, row.annotator_id, place[row.class_id]) for row in store.votes(tx, project)
        ],
        "open_again": [
            row.item_id
            for row in labelled
            if not row.pinned
            and row.n_answers < most
            and (row.item_state == "settled" or row.item_id in untaken)
        ],
        "reviewable": _reviewable(tx, project, labelled),
        "review_share": policy.learning.review_share,
        "voices": voices,
        "reviewer": _reviewer(tx, project, policy.learning.review_seconds),
        "gold": _gold(tx, project.id),
        "bar": policy.gold.bar,
        "answers_left": _answers_left(tx, project.id, voices, rest),
        "rest": rest,
        "history": store.curve(tx, project.id, MOST_ROUNDS),
        "hour_worth": policy.learning.hour_micros,
        "relabel_share": policy.learning.relabel_share,
        "route": _route(project),
        "overlap_least": policy.overlap_least,
    }


def _reviewable(tx: Transaction, project: Row, labelled: Sequence[Row]) -> list[int]:
    """Return the accepted items that no review has decided or is open for."""
    if projects.policy_of(project).quality.subjective:
        return []
    busy = store.in_review(tx, project.id)
    return [
        row.item_id
        for row in labelled
        if row.state == "accepted" and not row.pinned and row.item_id not in busy
    ]


def _voices(tx: Transaction, project: Row, annotators: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the workforces whose people can be given a question now.

    Where somebody was seen of late, those of whom nobody was are left out, and where nobody was,
    those of whom nobody ever answered: a seat that nobody takes is the cheapest of all, and answers
    nothing.
    """
    found: list[dict[str, Any]] = []
    seen, known = [], []
    for workforce in workforces.list_workforces(tx, project.id):
        people = [row for row in annotators if row.workforce_id == workforce.id]
        seated = [row for row in people if row.user_id is not None and row.state == "active"]
        if workforce.kind == "model" or workforce.is_blocked or workforce.paused_at or not seated:
            continue
        answers = sum(row.answers for row in people)
        seconds = sum(row.active_ms for row in people) / 1_000
        found.append(
            {
                "name": workforce.name,
                "id": workforce.id,
                "overlap_least": workforce.overlap_least,
                "present": _present(seated, tx.now - ACTIVE_SECONDS * MICROS),
                "annotators": [row.id for row in people],
                "price": workforce.price_micros,
                "seconds": seconds / answers if answers and seconds else SECONDS_ASSUMED,
            }
        )
        seen.append(_present(seated, tx.now - PRESENT_SECONDS * MICROS) > 0)
        known.append(answers > 0)
    present = [one for one, is_here in zip(found, seen, strict=True) if is_here]
    proven = [one for one, has_answered in zip(found, known, strict=True) if has_answered]
    return present or proven or found


def _present(seated: Sequence[Row], since: int) -> int:
    """Return how many of some people were seen since then."""
    return sum((row.last_seen_at or 0) >= since for row in seated)


def _route(project: Row) -> str:
    """Return how new items are to be routed; where the owner routes by other rules, not at all."""
    policy = projects.policy_of(project)
    is_own = policy.routing.tiers or tiers.has_needs(policy.routing)
    return "off" if is_own else policy.learning.route


def _reviewer(tx: Transaction, project: Row, seconds: float) -> dict[str, Any] | None:
    """Return who judges what others answered: the most expert workforce, at its price."""
    people = [one for one in workforces.list_workforces(tx, project.id) if one.kind != "model"]
    if not people:
        return None
    best = max(people, key=lambda one: (one.rank, one.price_micros, -one.id))
    return {"name": f"reviewers at the price of {best.name}", "price": best.price_micros,
            "seconds": seconds}  # fmt: skip


def _gold(tx: Transaction, project_id: int) -> list[tuple[int, int, int]]:
    records = record_store.records_after(tx, project_id, 0, MOST_RECORDS)
    judged = [(row.annotator_id, *gold_results.judged(row)) for row in records]
    return [(annotator, right, n) for annotator, right, n in judged]


def _answers_left(
    tx: Transaction, project_id: int, voices: Sequence[dict[str, Any]], rest: int
) -> float:
    """Return how many answers the budget has room for, at the cheapest price; else the pool."""
    budget = projects.get_budget(tx, project_id)
    price = min((voice["price"] for voice in voices), default=0)
    if budget.cap_micros is None or not price:
        return float(rest)
    return min(float(rest), float(budget.cap_micros - budget.committed_micros) / price)
