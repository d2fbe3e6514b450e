"""Which known item somebody gets next: hidden gold among real work, or training and the test.

Decided when a lease is given, from counters alone: the stock's size moves no cost. Whether gold is
drawn or not, the same statements run, so that no time tells (rule 4).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from labeling.clock import MICROS
from labeling.gold import store
from labeling.gold.draws import store as draw_store
from labeling.gold.records import store as records
from labeling.gold.results import decide_test, judged
from labeling.gold.scoring import bucket_of, difficulty_of, gold_rate
from labeling.projects import store as projects
from labeling.workforces import service as workforces

if TYPE_CHECKING:
    from labeling.database import Row, Transaction
    from labeling.projects.policies.gold import GoldPolicy

WINDOW: Final = 6
"""How many unmet gold items are looked at for one whose difficulty fits."""
FEW_SEEN: Final = 20
"""Settled items after which the queue's difficulty counts as known."""
PLACES: Final = 2**62
HOUR: Final = 3_600


@dataclass(frozen=True, slots=True)
class Known:
    """A known item as the lease takes it; the names are those of a task of the queue."""

    id: int
    item_id: int
    kind: str
    family: str = "answer"
    pass_n: int = 1
    previous_id: int | None = None
    shadow_task_id: int | None = None


@dataclass(frozen=True, slots=True)
class Shut:
    """Why somebody gets no real work yet, and when to ask again."""

    code: str
    text: str
    retry_after_s: int


@dataclass(slots=True)
class Desk:
    """What is known of one person's known items when a lease is given."""

    policy: GoldPolicy
    row: Row | None
    is_qualifying: bool


def open_desk(tx: Transaction, project: Row, annotator: Row, row: Row | None) -> Desk:
    """Return a person's desk; the first time, their record begins, and the test where there is one.

    `row` is stock and record as `store.desk` returns them, read in this transaction. A project
    without a single truth serves neither gold nor a test.
    """
    policy = projects.policy_of(project).gold
    if projects.policy_of(project).quality.subjective:
        return Desk(policy, None, is_qualifying=False)
    qualifying = annotator.state == "qualifying"
    needs_record = row is None and (policy.qualification_items > 0 or qualifying)
    if needs_record:
        store.add_stock(tx, project.id, hashlib.sha256(project.split_salt.encode()).hexdigest())
        row = draw_store.desk(tx, project.id, annotator.id)
    if row is not None and row.annotator_id is None:
        place = int(_unit(row.seed, annotator.id, -1) * PLACES)
        records.add_record(tx, project.id, annotator.id, place)
        row = draw_store.desk(tx, project.id, annotator.id)
        if policy.qualification_items and annotator.state == "active" and not annotator.answers:
            workforces.set_state(
                tx, annotator, "qualifying", "the test before real work", "qualification"
            )
            qualifying = True
    return Desk(policy, row, qualifying)


def school(
    tx: Transaction, project: Row, annotator: Row, desk: Desk, count: int
) -> tuple[list[Known], Shut | None]:
    """Return training and test questions that come before real work, and what keeps from it."""
    row, policy = desk.row, desk.policy
    if row is None:
        return [], None
    found: list[Known] = []
    if row.has_returned:
        kinds = ("training", "qualification")
        slots = projects.policy_of(project).overlap_least
        back = [
            each
            for each in draw_store.returned(tx, annotator.id, slots, WINDOW)
            if each.kind in kinds
        ]
        found = [_known(tx, project, each, each.kind, each.previous_id) for each in back[:count]]
    if row.training_given < policy.training_items and len(found) < count:
        most = min(policy.training_items - row.training_given, count - len(found))
        given = draw_store.pick(tx, annotator, "training", place=0, limit=most, in_order=True)
        found += [_known(tx, project, each, "training") for each in given]
        draw_store.give(tx, annotator.id, training=len(given))
    if not desk.is_qualifying:
        return found, None
    asked, shut = _test(tx, project, annotator, desk, count - len(found))
    return [*found, *asked], shut


def _test(
    tx: Transaction, project: Row, annotator: Row, desk: Desk, count: int
) -> tuple[list[Known], Shut]:
    """Return the next questions of the test before real work; it may end with them."""
    row, policy = desk.row, desk.policy
    assert row is not None, "whoever qualifies has a record"  # noqa: S101
    again = _retry(tx, row, policy)
    if again is not None:
        return [], again
    begins = row.test_size == 0 or row.test_failed_at is not None
    size = policy.qualification_items if begins else row.test_size
    missing = size - (0 if begins else row.test_given)
    found = _test_items(tx, project, annotator, missing if begins else min(missing, count))
    if begins:
        if not size or len(found) < size:
            text = "The test has too few questions for you; the project's manager sees it."
            return [], Shut("not_qualified", text, 300)
        records.begin_test(tx, annotator.id, size)
    elif len(found) < min(missing, count):
        draw_store.give(tx, annotator.id, test=len(found))
        records.cut_test(tx, annotator.id)
        decide_test(tx, policy, annotator)
        return found, Shut("not_qualified", "Answer what you hold to end the test.", 5)
    found = found[: max(count, 0)]
    draw_store.give(tx, annotator.id, test=len(found))
    return found, Shut("not_qualified", "Real work begins when the test is passed.", 5)


def _retry(tx: Transaction, row: Row, policy: GoldPolicy) -> Shut | None:
    """Return what keeps somebody who failed from trying again, None where nothing does."""
    if row.test_failed_at is None:
        return None
    if row.test_tries >= policy.qualification_tries:
        text = "The test was not passed, and there is no further try; you may appeal."
        return Shut("not_qualified", text, 86_400)
    again_at = row.test_failed_at + policy.qualification_retry_hours * HOUR * MICROS
    if again_at <= tx.now:
        return None
    return Shut(
        "not_qualified",
        "The test was not passed this time; you can try again later.",
        max((again_at - tx.now) // MICROS, 1),
    )


def _test_items(tx: Transaction, project: Row, annotator: Row, n: int) -> list[Known]:
    """Return test questions that this person has never met: made for it first, then from gold."""
    found = draw_store.pick(tx, annotator, "qualification", place=0, limit=n) if n > 0 else []
    if len(found) < n:
        found += draw_store.pick(tx, annotator, "gold", place=0, limit=n - len(found))
    return [_known(tx, project, row, "qualification") for row in found]


def mixed(
    tx: Transaction, project: Row, annotator: Row, desk: Desk, queued: list[Row], first: int = 0
) -> list[Row | Known]:
    """Return the queue's next questions with gold in the place of some, none before `first`.

    Each place is drawn by itself, from a number that nobody outside can know. What was given back
    or has expired comes again where a question of its place would.
    """
    row, n = desk.row, len(queued)
    if row is None or n == 0:
        return list(queued)
    known = _back(tx, project, annotator, row, queued, first)
    rate = gold_rate(
        *judged(row),
        first=desk.policy.rate_first,
        least=desk.policy.rate_least,
        firm_width=desk.policy.firm_width,
        urgency=row.urgency,
    )
    drawn = [
        at
        for at in range(first, n)
        if at not in known and _unit(row.seed, annotator.id, row.draws + at) < rate
    ]
    chosen = _choose(tx, project, annotator, row, draws=n, wanted=len(drawn))
    known |= dict(zip(drawn, chosen, strict=False))
    found: list[Row | Known] = []
    rest = iter(queued)
    following = next(rest)
    for at in range(n):
        if at in known:
            shadow = known[at].shadow_task_id or following.id
            found.append(replace(known[at], shadow_task_id=shadow))
        else:
            found.append(following)
            following = next(rest, following)
    return found


def _back(
    tx: Transaction, project: Row, annotator: Row, row: Row, queued: list[Row], first: int
) -> dict[int, Known]:
    """Return gold that was given back or has expired by the place it takes in the queue again.

    What others would have taken meanwhile does not come again; it is theirs to meet, as all gold.
    """
    found: dict[int, Known] = {}
    slots = projects.policy_of(project).overlap_least
    back = draw_store.returned(tx, annotator.id, slots, WINDOW) if row.has_returned else []
    order = [(getattr(each, "priority", 0), each.id) for each in queued[first:]]
    for each in sorted(back, key=lambda one: (one.priority, one.shadow_task_id or 0), reverse=True):
        stood = (each.priority, each.shadow_task_id or 0)
        place = first + sum(ahead > stood for ahead in order) + len(found)
        if each.kind == "gold" and place < len(queued):
            again = _known(tx, project, each, "gold", each.previous_id)
            found[place] = replace(again, shadow_task_id=each.shadow_task_id)
    return found


def _choose(
    tx: Transaction, project: Row, annotator: Row, row: Row, *, draws: int, wanted: int
) -> list[Known]:
    """Return up to `wanted` gold items that fit the queue, and move on in the stock."""
    if row.out_revision == row.revision:
        return []
    limit = max(WINDOW, wanted)
    window = draw_store.pick(tx, annotator, "gold", place=row.place, limit=limit)
    place, out = row.place, None
    if len(window) < limit:  # the end of the stock: from its beginning again
        window += draw_store.pick(tx, annotator, "gold", place=0, limit=limit - len(window))
        if not window and draw_store.is_out(tx, annotator):
            out = row.revision
    window = list({each.gold_id: each for each in window}.values())
    chosen = []
    for n in range(min(wanted, len(window))):
        left = [each for each in window if each not in chosen]
        bucket = _bucket(row, annotator.id, n)
        chosen.append(next((each for each in left if _bucket_of(each) == bucket), left[0]))
    for each in window:
        if each not in chosen:
            break
        place = each.shuffle
    draw_store.move(tx, annotator.id, draws=draws, place=place, out_revision=out)
    return [_known(tx, project, each, "gold") for each in chosen]


def _bucket(row: Row, annotator_id: int, n: int) -> str | None:
    """Draw how hard the gold is to be from how hard the queue's items have been of late."""
    counts: dict[str, float] = json.loads(row.queue_mix).get("counts", {})
    total = sum(counts.values())
    if total < FEW_SEEN:
        return None
    at = _unit(row.seed, annotator_id, -2 - row.draws - n) * total
    for name, count in counts.items():
        at -= count
        if at < 0:
            return name
    return None


def _bucket_of(row: Row) -> str:
    return bucket_of(difficulty_of(row.n_missed, row.n_answers, row.difficulty))


def _known(
    tx: Transaction, project: Row, row: Row, kind: str, previous_id: int | None = None
) -> Known:
    """Return a known item as a lease takes it, under the schema version that is current."""
    task_id = row.id
    if row.schema_version != project.schema_version:
        store.retire_task(tx, row.id, "the schema has a new version")
        task_id = store.add_task(tx, project, row.item_id, kind)
        store.set_task(tx, row.gold_id, task_id)
    return Known(task_id, row.item_id, kind, previous_id=previous_id)


def _unit(seed: str, annotator_id: int, number: int) -> float:
    """Return a number in [0, 1) that is fixed, and unknown to whoever lacks the seed."""
    digest = hashlib.blake2b(f"{seed}:{annotator_id}:{number}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64
