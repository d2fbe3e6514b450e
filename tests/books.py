"""The books of a project: what must hold between its tables at every moment (rules 1, 2, 14)."""

from __future__ import annotations

import json

from labeling.database import Hub, Row, Transaction
from labeling.gold.results import KNOWN_KINDS
from labeling.projects.store import SPENT_BY
from labeling.schema.questions import GIVEN

TASKS = """
SELECT t.id, t.wanted, t.wanted_most, t.open_slots, t.is_open, t.state, t.skips_counted,
    (SELECT COUNT(*) FROM assignment a WHERE a.task_id = t.id AND a.state = 'leased') AS live,
    (SELECT COUNT(*) FROM assignment a JOIN annotation n ON n.id = a.current_annotation_id
     WHERE a.task_id = t.id AND a.state = 'submitted' AND NOT n.is_surplus
        AND a.discount_id IS NULL) AS counted,
    (SELECT COUNT(*) FROM assignment a JOIN annotation n ON n.id = a.current_annotation_id
     WHERE a.task_id = t.id AND a.state = 'skipped' AND n.consequence = 'counts') AS skips,
    (SELECT COUNT(*) FROM personal_task p WHERE p.task_id = t.id AND p.state = 'waiting') AS kept
FROM task t WHERE t.project_id = :p AND t.state <> 'withdrawn' AND t.family = 'answer'
"""
REVIEW_TASKS = """
SELECT t.id, t.wanted, t.open_slots, t.is_open, t.state,
    (SELECT COUNT(*) FROM assignment a WHERE a.task_id = t.id AND a.state = 'leased') AS live,
    (SELECT COUNT(*) FROM review r WHERE r.task_id = t.id AND NOT r.is_surplus) AS counted,
    (SELECT COUNT(*) FROM review_decision d WHERE d.task_id = t.id) AS decided
FROM task t WHERE t.project_id = :p AND t.state <> 'withdrawn' AND t.family = 'review'
"""
OWN_REVIEWS = """
SELECT COUNT(*) FROM review r JOIN assignment a
    ON a.item_id = r.item_id AND a.annotator_id = r.annotator_id AND a.family = 'answer'
    AND a.submitted_at < r.created_at
WHERE r.project_id = :p
"""
REVIEWS = "SELECT id, annotator_id, paid_micros, is_surplus FROM review WHERE project_id = :p"
REJECTIONS = """
SELECT j.annotation_id, j.annotator_id, j.reversed_micros, a.state FROM review_rejection j
JOIN assignment a ON a.id = j.assignment_id WHERE j.project_id = :p
"""
PINNED = """
SELECT c.item_id, c.state, c.class_id, r.class_id AS decided, c.confidence FROM consensus c
LEFT JOIN review r ON r.id = c.review_id WHERE c.project_id = :p AND c.pinned
"""
ANNOTATIONS = """
SELECT n.id, n.assignment_id, n.revision, n.kind, n.reason, n.result, n.is_surplus, n.paid_micros,
    n.item_id, n.annotator_id, n.source, a.state, a.discount_id, a.current_annotation_id, a.pass_n,
    a.kind AS asked_as
FROM annotation n JOIN assignment a ON a.id = n.assignment_id
WHERE n.project_id = :p ORDER BY n.id
"""
VOTES = """
SELECT v.annotation_id, v.item_id, v.annotator_id, c.key FROM vote v
JOIN label_class c ON c.id = v.class_id WHERE v.project_id = :p
"""
LEDGER = """
SELECT id, kind, amount_micros, annotator_id, dedupe_key, corrects_id FROM ledger_entry
WHERE project_id = :p ORDER BY id
"""
TWICE = """
SELECT COUNT(*) FROM (SELECT annotator_id, item_id, family, pass_n FROM assignment
WHERE project_id = :p GROUP BY annotator_id, item_id, family, pass_n HAVING COUNT(*) > 1) AS found
"""
RESULTS = """
SELECT r.assignment_id, r.annotator_id, r.use, r.outcome, g.state FROM gold_result r
JOIN gold g ON g.id = r.gold_id WHERE r.project_id = :p ORDER BY r.assignment_id, r.n
"""
RECORDS = "SELECT annotator_id, n, n_right FROM gold_record WHERE project_id = :p"
RESERVED = "SELECT COALESCE(SUM(reserved_micros), 0) FROM assignment WHERE project_id = :p"
BUDGET = "SELECT cap_micros, committed_micros FROM budget WHERE project_id = :p"
SETTLED = """
SELECT t.id, t.state AS task_state, c.state FROM task t
LEFT JOIN consensus c ON c.item_id = t.item_id
WHERE t.project_id = :p AND t.state IN ('open', 'closed') AND t.pass_n = 1
    AND t.family = 'answer' AND (c.pinned IS NULL OR NOT c.pinned)
"""
ASIDE = """
SELECT i.id, i.state, CASE WHEN c.pinned THEN 'pending' ELSE c.state END AS believed,
    (SELECT COUNT(*) FROM task t WHERE t.item_id = i.id AND t.state = 'set_aside') AS aside
FROM item i LEFT JOIN consensus c ON c.item_id = i.id
WHERE i.project_id = :p AND (i.state = 'set_aside' OR EXISTS (
    SELECT 1 FROM task t WHERE t.item_id = i.id AND t.state = 'set_aside'))
"""
SELF_CHECKS = """
SELECT s.annotator_id, s.n, s.n_same, COUNT(c.assignment_id) AS pairs,
    SUM(CASE WHEN c.class_id = c.first_class_id THEN 1 ELSE 0 END) AS same
FROM self_agreement s LEFT JOIN self_check c ON c.annotator_id = s.annotator_id
WHERE s.project_id = :p GROUP BY s.annotator_id, s.n, s.n_same
"""
OTHERS_KEPT = """
SELECT COUNT(*) FROM personal_task p JOIN assignment a ON a.id = p.assignment_id
WHERE p.project_id = :p AND (a.annotator_id <> p.annotator_id OR a.item_id <> p.item_id)
"""
CONSENSUS = "SELECT item_id, state, n_answers FROM consensus WHERE project_id = :p"
COUNTERS = "SELECT name, value FROM counter WHERE project_id = :p"
PEOPLE = "SELECT id, workforce_id, answers, counted FROM annotator WHERE project_id = :p"
UNANSWERED = """
SELECT COUNT(*) FROM assignment a LEFT JOIN annotation n ON n.id = a.current_annotation_id
WHERE a.project_id = :p AND a.state IN ('submitted', 'skipped') AND a.family = 'answer'
    AND n.id IS NULL
"""


def check_books(hub: Hub, project_id: int) -> None:
    """Raise AssertionError where the tables of a project contradict each other."""
    hub.read_now(lambda tx: _check(tx, project_id))


def _check(tx: Transaction, project_id: int) -> None:
    revisions = tx.rows(ANNOTATIONS, p=project_id)
    _check_tasks(tx.rows(TASKS, p=project_id))
    assert tx.value(TWICE, p=project_id) == 0, "somebody was given an item's question twice"
    assert tx.value(UNANSWERED, p=project_id) == 0, "an answered assignment has no answer"
    for row in tx.rows(SETTLED, p=project_id):
        is_settled = row.state in {"accepted", "disputed"}
        assert is_settled == (row.task_state == "closed"), f"task and consensus differ: {row}"
    assert tx.value(OTHERS_KEPT, p=project_id) == 0, "a kept slot went to somebody else"
    for row in tx.rows(SELF_CHECKS, p=project_id):
        assert (row.n, row.n_same) == (row.pairs, row.same), (
            f"self-agreement is not its pairs: {row}"
        )
    aside = tx.rows(ASIDE, p=project_id)
    for row in aside:
        assert (row.state, row.believed, row.aside) == ("set_aside", "pending", 1), f"aside {row}"
    counters = {row.name: row.value for row in tx.rows(COUNTERS, p=project_id)}
    assert counters.get("items.set_aside", 0) == len(aside), "the counter of those aside is wrong"
    _check_reviews(tx, project_id)
    _check_votes(tx, project_id, revisions)
    _check_gold(tx, project_id, revisions)
    _check_money(tx, project_id, revisions)


def _check_tasks(tasks: list[Row]) -> None:
    for task in tasks:
        said = f"task {task}"
        opinions = task.counted + task.skips
        assert task.live + opinions + task.kept + task.open_slots == task.wanted, said
        assert task.skips == task.skips_counted, said
        assert 0 <= task.open_slots <= task.wanted <= task.wanted_most, said
        assert bool(task.is_open) == (task.state == "open" and task.open_slots > 0), said
        if task.state == "closed":
            assert (task.live, task.kept, task.open_slots) == (0, 0, 0), said


def _check_reviews(tx: Transaction, project_id: int) -> None:
    for task in tx.rows(REVIEW_TASKS, p=project_id):
        said = f"review {task}"
        assert task.live + task.counted + task.open_slots == task.wanted, said
        assert not task.is_open, f"an annotator could take it: {said}"
        assert task.decided == (task.state == "closed"), f"decided once, when closed: {said}"
    assert tx.value(OWN_REVIEWS, p=project_id) == 0, "somebody reviewed their own answer"
    for row in tx.rows(PINNED, p=project_id):
        assert (row.state, row.class_id) == ("accepted", row.decided), f"overwritten: {row}"
        assert row.confidence == 1.0, f"overwritten: {row}"
    for row in tx.rows(REJECTIONS, p=project_id):
        assert row.state == "rejected", f"a rejected answer is {row}"


def _counted(revisions: list[Row]) -> list[Row]:
    """Return the answers that count now: current, not surplus, not taken back, no re-ask."""
    return [
        row
        for row in revisions
        if row.kind == "answer"
        and not row.is_surplus
        and row.state == "submitted"
        and row.current_annotation_id == row.id
        and row.pass_n == 1
    ]


def _check_votes(tx: Transaction, project_id: int, revisions: list[Row]) -> None:
    counted = [
        row for row in _counted(revisions) if row.asked_as == "label" and row.discount_id is None
    ]
    is_choice = tx.value("SELECT COUNT(*) FROM label_class WHERE project_id = :p", p=project_id) > 1
    expected = {
        (
            row.id,
            row.item_id,
            row.annotator_id,
            json.loads(row.result)[0]["value"]["choices"][0] if is_choice else GIVEN,
        )
        for row in counted
    }
    votes = {tuple(row) for row in tx.rows(VOTES, p=project_id)}
    assert votes == expected, "votes are not the counted annotations"
    per_item: dict[int, int] = {}
    for row in counted:
        per_item[row.item_id] = per_item.get(row.item_id, 0) + 1
    consensus = tx.rows(CONSENSUS, p=project_id)
    assert {row.item_id: row.n_answers for row in consensus if row.n_answers} == per_item
    counters = {row.name: row.value for row in tx.rows(COUNTERS, p=project_id)}
    assert counters.get("answers", 0) == len(counted), "the counter of answers is wrong"
    _check_counted(tx, project_id, counted, counters)
    for state in ("accepted", "pending", "disputed"):
        n = sum(row.state == state for row in consensus)
        assert counters.get(f"consensus.{state}", 0) == n, f"the counter of {state} is wrong"


def _check_counted(
    tx: Transaction, project_id: int, counted: list[Row], counters: dict[str, int]
) -> None:
    """What routing goes by: the votes of each person and of each workforce."""
    people = tx.rows(PEOPLE, p=project_id)
    by_workforce = dict.fromkeys((row.workforce_id for row in people), 0)
    for person in people:
        n = sum(row.annotator_id == person.id for row in counted)
        assert person.counted == n, "a person's count of votes is wrong"
        by_workforce[person.workforce_id] += n
    for workforce_id, n in by_workforce.items():
        found = counters.get(f"answers.workforce.{workforce_id}", 0)
        assert found == n, "the counter of a workforce's answers is wrong"


def _check_gold(tx: Transaction, project_id: int, revisions: list[Row]) -> None:
    """Each counted answer on a known item has one current score, and the records are their sum."""
    answered = {row.assignment_id for row in _counted(revisions) if row.asked_as in KNOWN_KINDS}
    results = tx.rows(RESULTS, p=project_id)
    current = {row.assignment_id: row for row in results}
    scored = {who for who, row in current.items() if row.outcome in {"right", "wrong"}}
    assert scored == answered, "an answer on a known item has no score, or a score no answer"
    sums: dict[int, list[int]] = {}
    for row in current.values():
        if row.use == "gold" and row.state == "active" and row.outcome in {"right", "wrong"}:
            total = sums.setdefault(row.annotator_id, [0, 0])
            total[0] += 1
            total[1] += row.outcome == "right"
    for record in tx.rows(RECORDS, p=project_id):
        expected = sums.get(record.annotator_id, [0, 0])
        assert [record.n, record.n_right] == expected, f"a record is not its results: {record}"


def _check_money(tx: Transaction, project_id: int, revisions: list[Row]) -> None:
    retracted = {
        (row.assignment_id, row.reason)
        for row in revisions
        if row.kind == "retract" or row.source == "edit"
    }
    owed: dict[int, int] = {}
    for row in revisions:
        taken_back = (row.assignment_id, f"revision {row.revision}") in retracted
        if row.paid_micros and not taken_back:
            owed[row.annotator_id] = owed.get(row.annotator_id, 0) + row.paid_micros
    for row in tx.rows(REJECTIONS, p=project_id):
        owed[row.annotator_id] -= row.reversed_micros
    for row in tx.rows(REVIEWS, p=project_id):
        owed[row.annotator_id] = owed.get(row.annotator_id, 0) + row.paid_micros
    owed = {who: sum_ for who, sum_ in owed.items() if sum_}
    entries = tx.rows(LEDGER, p=project_id)
    earned: dict[int, int] = {}
    for entry in entries:
        earned[entry.annotator_id] = earned.get(entry.annotator_id, 0) + entry.amount_micros
    assert {who: sum_ for who, sum_ in earned.items() if sum_} == owed, "ledger is not the figure"
    counters = tx.rows(COUNTERS, p=project_id)
    counted = sum(row.value for row in counters if row.name.startswith(SPENT_BY))
    assert counted == sum(earned.values()), "the counts of what was spent are not the ledger"
    assert all((entry.kind == "reversed") == (entry.corrects_id is not None) for entry in entries)
    budget = tx.rows(BUDGET, p=project_id)[0]
    reserved = int(tx.value(RESERVED, p=project_id))
    assert budget.committed_micros == sum(earned.values()) + reserved, "committed is not the sum"
    assert budget.cap_micros is None or budget.committed_micros <= budget.cap_micros, "overspent"
    _check_totals(tx, project_id, revisions)


def _check_totals(tx: Transaction, project_id: int, revisions: list[Row]) -> None:
    totals = {row.id: row.answers for row in tx.rows(PEOPLE, p=project_id)}
    given = dict.fromkeys(totals, 0)
    for row in revisions:
        if row.kind == "answer" and row.current_annotation_id == row.id:
            given[row.annotator_id] += row.state in {"submitted", "rejected"}
    assert totals == given, "a person's figure is not what they answered"
