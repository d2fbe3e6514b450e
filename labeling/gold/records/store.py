"""SQL of what annotators have shown on known items: scores, tests, results, votes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

RECORD_OF = """
SELECT
    r.annotator_id, r.n, r.n_right, r.forgiven_n, r.forgiven_right, r.training_done,
    r.training_right, r.test_n, r.test_right, r.test_tries, r.test_failed_at, c.draws, c.place,
    c.out_revision, c.training_given, c.test_size, c.test_given, c.urgency, r.project_id, n.state,
    n.pseudonym
FROM gold_record r JOIN gold_place c ON c.annotator_id = r.annotator_id
    JOIN annotator n ON n.id = r.annotator_id
"""
RECORD = RECORD_OF + "WHERE r.annotator_id = :annotator_id"
RECORDS = (
    RECORD_OF
    + "WHERE r.project_id = :project_id AND r.annotator_id > :after "
    + "ORDER BY r.annotator_id LIMIT :limit"
)
URGENT = """
SELECT annotator_id, urgency FROM gold_place
WHERE project_id = :project_id AND urgency IS NOT NULL
"""
SET_URGENCY = """
UPDATE gold_place SET urgency = :urgency
WHERE annotator_id = :annotator_id AND project_id = :project_id
"""
ADD_PLACE = """
INSERT INTO gold_place (annotator_id, project_id, draws, place, training_given, test_size,
    test_given)
VALUES (:annotator_id, :project_id, 0, :place, 0, 0, 0) ON CONFLICT (annotator_id) DO NOTHING
"""
ADD_RECORD = """
INSERT INTO gold_record (annotator_id, project_id, n, n_right, forgiven_n, forgiven_right,
    is_dirty, training_done, training_right, test_n, test_right, test_tries)
VALUES (:annotator_id, :project_id, 0, 0, 0, 0, (1 = 0), 0, 0, 0, 0, 0)
ON CONFLICT (annotator_id) DO NOTHING
"""
COUNT_PAUSED = """
SELECT COUNT(*) AS people,
    (SELECT COUNT(*) FROM gold_pause p
        WHERE p.project_id = :project_id AND p.ended_at IS NULL) AS paused
FROM gold_record WHERE project_id = :project_id AND n > 0
"""
STEP = """
UPDATE gold_record SET training_done = training_done + :training_done,
    training_right = training_right + :training_right, test_n = test_n + :test_n,
    test_right = test_right + :test_right
WHERE annotator_id = :annotator_id
"""
BEGIN_TEST = """
UPDATE gold_place SET test_size = :size, test_given = 0 WHERE annotator_id = :annotator_id
"""
CLEAR_TEST = """
UPDATE gold_record SET test_n = 0, test_right = 0, test_failed_at = NULL
WHERE annotator_id = :annotator_id
"""
CUT_TEST = "UPDATE gold_place SET test_size = test_given WHERE annotator_id = :annotator_id"
END_TEST = """
UPDATE gold_record SET test_tries = test_tries + 1, test_failed_at = :failed_at
WHERE annotator_id = :annotator_id
"""
FORGIVE = """
UPDATE gold_record SET forgiven_n = n, forgiven_right = n_right WHERE annotator_id = :annotator_id
"""
ADD_RESULT = """
INSERT INTO gold_result (project_id, created_at, gold_id, assignment_id, annotator_id,
    annotation_id, n, use, outcome, corrects_id)
SELECT :project_id, :now, :gold_id, :assignment_id, :annotator_id, :annotation_id,
    COALESCE(MAX(r.n), 0) + 1, :use, :outcome, MAX(r.id)
FROM gold_result r WHERE r.assignment_id = :assignment_id
"""
CURRENT_RESULT = """
SELECT id, gold_id, annotator_id, annotation_id, use, outcome FROM gold_result
WHERE assignment_id = :assignment_id ORDER BY n DESC LIMIT 1
"""
ADD_VOTE = """
INSERT INTO gold_vote (annotation_id, question, class_id, gold_id, annotator_id)
VALUES (:annotation_id, :question, :class_id, :gold_id, :annotator_id)
"""
DROP_VOTES = "DELETE FROM gold_vote WHERE annotation_id = :annotation_id"
VOTES = """
SELECT annotator_id, class_id FROM gold_vote WHERE gold_id = :gold_id AND question = :question
ORDER BY annotation_id LIMIT :limit
"""
SCORE = """
UPDATE gold_record SET n = n + :n, n_right = n_right + :right, is_dirty = (1 = 1)
WHERE annotator_id = :annotator_id
"""
RESULTS_OF_GOLD = """
SELECT r.annotator_id, r.outcome, k.n, k.n_right FROM gold_result r
    JOIN gold_record k ON k.annotator_id = r.annotator_id
WHERE r.gold_id = :gold_id AND r.use = 'gold' AND r.annotator_id > :after
    AND NOT EXISTS (SELECT 1 FROM gold_result s
        WHERE s.assignment_id = r.assignment_id AND s.n > r.n)
    AND r.outcome IN ('right', 'wrong')
ORDER BY r.annotator_id LIMIT :limit
"""
DIRTY_RECORDS = """
SELECT annotator_id FROM gold_record WHERE is_dirty ORDER BY annotator_id LIMIT :limit
FOR NO KEY UPDATE SKIP LOCKED
"""
CLEAN_RECORD = "UPDATE gold_record SET is_dirty = (1 = 0) WHERE annotator_id = :annotator_id"


def set_urgency(tx: Transaction, project_id: int, urgency: dict[int, float]) -> int:
    """Write who is to be shown how much gold, of nobody else any more; return how many changed."""
    known = {row.annotator_id: row.urgency for row in tx.rows(URGENT, project_id=project_id)}
    changed = {who: urgency.get(who) for who in sorted(known) if known[who] != urgency.get(who)}
    changed |= {who: urgency[who] for who in sorted(set(urgency) - set(known))}
    rows = [
        {"annotator_id": who, "project_id": project_id, "urgency": value}
        for who, value in sorted(changed.items())
    ]
    tx.run_many(SET_URGENCY, rows)
    return len(rows)


def record(tx: Transaction, annotator_id: int) -> Row | None:
    """Return an annotator's record with state and pseudonym."""
    return tx.row(RECORD, annotator_id=annotator_id)


def records_after(tx: Transaction, project_id: int, after: int, limit: int) -> list[Row]:
    """Return the records of a project's annotators with an id above `after`."""
    return tx.rows(RECORDS, project_id=project_id, after=after, limit=limit)


def add_record(tx: Transaction, project_id: int, annotator_id: int, place: int) -> None:
    """Begin an annotator's record at a place of the stock; a second time changes nothing."""
    tx.run(ADD_PLACE, project_id=project_id, annotator_id=annotator_id, place=place)
    tx.run(ADD_RECORD, project_id=project_id, annotator_id=annotator_id)


def step(tx: Transaction, annotator_id: int, **steps: int) -> None:
    """Move counters of training and test by the given steps."""
    zeros = dict.fromkeys(("training_done", "training_right", "test_n", "test_right"), 0)
    tx.run(STEP, annotator_id=annotator_id, **(zeros | steps))


def begin_test(tx: Transaction, annotator_id: int, size: int) -> None:
    """Begin a test of so many questions."""
    tx.run(BEGIN_TEST, annotator_id=annotator_id, size=size)
    tx.run(CLEAR_TEST, annotator_id=annotator_id)


def cut_test(tx: Transaction, annotator_id: int) -> None:
    """Let a test end with the questions that were given: the stock has no more."""
    tx.run(CUT_TEST, annotator_id=annotator_id)


def end_test(tx: Transaction, annotator_id: int, failed_at: int | None) -> None:
    """Count a finished try at the test; `failed_at` where it was not passed."""
    tx.run(END_TEST, annotator_id=annotator_id, failed_at=failed_at)


def forgive(tx: Transaction, annotator_id: int) -> None:
    """Let an annotator's score so far count towards no later judgment."""
    tx.run(FORGIVE, annotator_id=annotator_id)


def add_result(tx: Transaction, values: dict[str, Any]) -> None:
    """Add the next result of an assignment; `values` holds the columns of `ADD_RESULT`."""
    tx.later(ADD_RESULT, now=tx.now, **values)


def current_result(tx: Transaction, assignment_id: int) -> Row | None:
    """Return the newest result of an assignment."""
    return tx.row(CURRENT_RESULT, assignment_id=assignment_id)


def add_votes(
    tx: Transaction, gold: Row, annotation_id: int, annotator_id: int, classes: dict[str, int]
) -> None:
    """Add what an answer says of a known item: a class id for each question."""
    for question, class_id in classes.items():
        tx.later(
            ADD_VOTE,
            annotation_id=annotation_id,
            question=question,
            class_id=class_id,
            gold_id=gold.id,
            annotator_id=annotator_id,
        )


def drop_votes(tx: Transaction, annotation_id: int) -> None:
    """Take away what an answer said of a known item."""
    tx.run(DROP_VOTES, annotation_id=annotation_id)


def votes(tx: Transaction, gold_id: int, question: str, limit: int) -> list[tuple[int, int]]:
    """Return what people said of a known item as (annotator, class id), oldest first."""
    found = tx.rows(VOTES, gold_id=gold_id, question=question, limit=limit)
    return [(row.annotator_id, row.class_id) for row in found]


def score(tx: Transaction, annotator_id: int, *, n: int, right: int) -> None:
    """Move an annotator's score; it is looked at by the next turn."""
    tx.later(SCORE, annotator_id=annotator_id, n=n, right=right)


def results_of_gold(tx: Transaction, gold_id: int, after: int, limit: int) -> list[Row]:
    """Return who answered a gold item, how, and their present score, by annotator."""
    return tx.rows(RESULTS_OF_GOLD, gold_id=gold_id, after=after, limit=limit)


def dirty_records(tx: Transaction, limit: int) -> list[int]:
    """Return annotators whose score has moved, their records locked."""
    return [row.annotator_id for row in tx.rows(DIRTY_RECORDS, limit=limit)]


def clean_record(tx: Transaction, annotator_id: int) -> None:
    """Note that an annotator's score has been looked at."""
    tx.run(CLEAN_RECORD, annotator_id=annotator_id)


def count_paused(tx: Transaction, project_id: int) -> tuple[int, int]:
    """Return how many are paused for their score now, of how many who have one."""
    row = tx.rows(COUNT_PAUSED, project_id=project_id)[0]
    return int(row.paused), int(row.people)
