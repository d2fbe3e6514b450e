"""What follows from scores, a moment after the answer: doubt, pauses, reinstatement, refill.

A background turn of small writes, each of which can be killed and run again: what there is to do
stands in marks on the rows. A submit never waits for it, so gold costs what any question costs.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from labeling.clock import MICROS
from labeling.gold import service, store
from labeling.gold.pauses import service as pauses
from labeling.gold.records import store as records
from labeling.gold.results import is_overruled, judged
from labeling.gold.scoring import BUCKETS, bucket_of, is_doubtful
from labeling.items import store as items
from labeling.projects import store as projects
from labeling.quality import store as quality
from labeling.quality.service import believe, load_truth

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

A_TURN: Final = 20
GOLD_A_TURN: Final = 5
MOST_RESULTS: Final = 200
"""Answers by which a gold item is doubted: more change nothing."""
OTHER_GOLD: Final = 5
"""Answers on other gold before somebody can count as good."""
STOCK_SECONDS: Final = 30
READ_A_TURN: Final = 100
FADE: Final = 0.9
"""Per turn of the stock, what counts of how hard the queue's items were before."""


def turn(tx: Transaction) -> int:
    """Do a little of everything that waits; returns how much that was.

    Gold in doubt goes first, so that nobody is paused by an item that is wrong.
    """
    done = correct_records(tx)
    doubted = doubt_gold(tx)
    judged_now = judge_people(tx) if doubted < GOLD_A_TURN else 0
    return done + doubted + judged_now + look_after_stock(tx)


def correct_records(tx: Transaction) -> int:
    """Take a known item that left service out of some more records."""
    found = store.recounts(tx, 1)
    for gold in found:
        service.recount(tx, gold.id, gold.recount_after)
    return len(found)


def doubt_gold(tx: Transaction) -> int:
    """Quarantine gold that many good people miss."""
    found = store.dirty_gold(tx, GOLD_A_TURN)
    for each in found:
        doubt(tx, projects.get_or_raise(tx, each.project_id), each.id)
    return len(found)


def doubt(tx: Transaction, project: Row, gold_id: int) -> bool:
    """Quarantine one gold item if a review or many good people say otherwise; whether it was.

    Good is who is at or above the bar on their *other* gold.
    """
    gold = service.get_locked(tx, project, gold_id)
    store.clean_gold(tx, gold.id)
    if gold.state != "active":
        return False
    question = load_truth(tx, project.id, project.target_question)
    votes = records.votes(tx, gold.id, question.question, MOST_RESULTS)
    store.set_said(tx, gold.id, json.dumps(believe(question, votes).posterior))
    if is_overruled(project, gold, quality.get(tx, gold.item_id, question.question)):
        service.quarantine(tx, project, gold, "a review decided otherwise")
        return True
    policy = projects.policy_of(project).gold
    good = [
        row.outcome
        for row in records.results_of_gold(tx, gold.id, 0, MOST_RESULTS)
        if _is_good(row, policy.bar)
    ]
    missed = good.count("wrong")
    doubtful = is_doubtful(
        missed,
        len(good),
        miss=policy.quarantine_miss,
        least=policy.quarantine_least,
        confidence=policy.confidence,
    )
    if doubtful:
        service.quarantine(tx, project, gold, f"{missed} of {len(good)} good people missed it")
    return doubtful


def _is_good(row: Row, bar: float) -> bool:
    n, right = row.n - 1, row.n_right - int(row.outcome == "right")
    return bool(n >= OTHER_GOLD and right >= bar * n)


def judge_people(tx: Transaction) -> int:
    """Pause whose accuracy is certainly below the bar, reinstate whose no longer is."""
    found = records.dirty_records(tx, A_TURN)
    for annotator_id in found:
        _judge(tx, annotator_id)
        records.clean_record(tx, annotator_id)
    return len(found)


def _judge(tx: Transaction, annotator_id: int) -> None:
    record = records.record(tx, annotator_id)
    if record is None:
        return
    project = projects.get_or_raise(tx, record.project_id)
    policy = projects.policy_of(project).gold
    if record.state == "active" and pauses.end_resumed(tx, record):
        return
    subjective = projects.policy_of(project).quality.subjective
    if not subjective and pauses.is_due(policy, *judged(record)):
        pauses.pause_person(tx, policy, record)
    else:
        pauses.reinstate_if_paused(tx, record, "scores were counted anew")


def look_after_stock(tx: Transaction) -> int:
    """Refill a stock that runs low, and learn how hard the queue's items are."""
    due = store.stocks_due(tx, tx.now - STOCK_SECONDS * MICROS, 1)
    for stock in due:
        project = projects.get_or_raise(tx, stock.project_id)
        store.mark_checked(
            tx,
            project.id,
            refill_after=_refill(tx, project, stock),
            queue_mix=_mix(tx, project, stock),
        )
    return len(due)


def _mix(tx: Transaction, project: Row, stock: Row) -> dict[str, Any]:
    """Return how many items of each difficulty were settled of late, older ones fading."""
    known = json.loads(stock.queue_mix)
    after, counts = known.get("after", 0), known.get("counts", dict.fromkeys(BUCKETS, 0.0))
    events = store.settled_since(tx, project.id, after, READ_A_TURN)
    seen = [_disagreement(tx, project, event.item_id, event.class_id) for event in events]
    shares = [share for share in seen if share is not None]
    if shares:
        counts = {name: count * FADE for name, count in counts.items()}
    for share in shares:
        counts[bucket_of(share)] += 1
    return {"after": events[-1].id if events else after, "counts": counts}


def _disagreement(
    tx: Transaction, project: Row, item_id: int, class_id: int | None
) -> float | None:
    """Return the share of an item's answers that differ from its class; None for a single one."""
    votes = quality.votes(tx, project.id, project.target_question, item_id)
    if len(votes) < 2:  # noqa: PLR2004 - one answer has nothing to differ from
        return None
    return sum(given != class_id for _, given in votes) / len(votes)


def _refill(tx: Transaction, project: Row, stock: Row) -> int:
    """Propose or activate settled items where the stock is low; return how far it has read."""
    policy = projects.policy_of(project).gold
    counts = projects.counters(tx, project.id)
    there = counts.get("gold.gold.active", 0) + counts.get("gold.gold.proposed", 0)
    missing = policy.stock_least - there
    if policy.refill == "off" or missing <= 0:
        return int(stock.refill_after)
    truth = load_truth(tx, project.id, project.target_question)
    if truth.is_fused:
        return 0  # of answers that are combined none is right or wrong
    rows = store.accepted_after(tx, project.id, truth.question, stock.refill_after, READ_A_TURN)
    for row in rows:
        if missing and _is_fit(tx, project, row, policy.refill_answers):
            missing -= 1
            gold_id = service.add_gold(
                tx,
                project,
                row.item_id,
                {
                    "use": "gold",
                    "answers": json.dumps({truth.question: [row.class_id]}),
                    "reason": "A review decided this."
                    if row.pinned
                    else f"{row.n_answers} people agree on this.",
                    "source": "reviewed",
                    "difficulty": _disagreement(tx, project, row.item_id, row.class_id),
                },
            )
            if policy.refill == "activate":
                service.activate(tx, project, gold_id, truth)
    # At the end it begins anew: items settle in no order.
    return int(rows[-1].item_id) if len(rows) == READ_A_TURN else 0


def _is_fit(tx: Transaction, project: Row, row: Row, least: int) -> bool:
    """Return whether an accepted training item can be gold.

    A review has decided it, however hard it was, or its many answers all agree.
    """
    if row.split != "train" or store.of_item(tx, row.item_id) is not None:
        return False
    if items.get_or_raise(tx, row.item_id).state != "settled":
        return False
    if row.pinned:
        return True
    return row.n_answers >= least and _disagreement(tx, project, row.item_id, row.class_id) == 0
