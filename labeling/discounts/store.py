"""SQL of the discounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labeling.errors import NotFoundError

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

DISCOUNT = """
SELECT d.id, d.project_id, d.created_at, d.n, d.annotator_id, d.state, d.reason, d.attempt,
    d.cursor, d.until, d.answers, d.items, d.reopened, d.flipped, d.restored, d.cost_micros,
    d.ended_at, a.pseudonym, a.answers AS given
FROM discount d JOIN annotator a ON a.id = d.annotator_id
"""
GET = DISCOUNT + "WHERE d.project_id = :project_id AND d.n = :n"
LOCK = DISCOUNT + "WHERE d.id = :discount_id FOR NO KEY UPDATE OF d"
UNDONE = DISCOUNT + "WHERE d.annotator_id = :annotator_id AND d.state IN ('dropping', 'restoring')"
LIST = (
    DISCOUNT + "WHERE d.project_id = :project_id AND d.n < :before ORDER BY d.n DESC LIMIT :limit"
)
LOCK_PROJECT = "SELECT id FROM project WHERE id = :project_id FOR NO KEY UPDATE"
LAST_N = "SELECT COALESCE(MAX(n), 0) FROM discount WHERE project_id = :project_id"
ADD = """
INSERT INTO discount (project_id, created_at, n, annotator_id, state, reason, attempt, cursor,
    until, answers, items, reopened, flipped, restored, cost_micros)
VALUES (:project_id, :now, :n, :annotator_id, 'dropping', :reason, 1, 0, :until, 0, 0, 0, 0, 0, 0)
RETURNING id
"""
SET_STATE = """
UPDATE discount SET state = :state, cursor = 0, attempt = attempt + 1, ended_at = NULL
WHERE id = :discount_id
"""
RESUME = "UPDATE discount SET attempt = attempt + 1 WHERE id = :discount_id"
MOVE = """
UPDATE discount SET cursor = :cursor, answers = answers + :answers, items = items + :items,
    reopened = reopened + :reopened, flipped = flipped + :flipped, restored = restored + :restored,
    cost_micros = cost_micros + :cost_micros
WHERE id = :discount_id
"""
END = "UPDATE discount SET state = :state, ended_at = :now WHERE id = :discount_id"
# A person has one assignment of an item: the items are their answers' order, by an index.
ANSWERS = """
SELECT a.id, a.task_id, a.item_id, a.workforce_id, a.current_annotation_id, a.discount_id
FROM assignment a
WHERE a.annotator_id = :annotator_id AND a.item_id > :after AND a.family = 'answer'
    AND a.pass_n = 1 AND a.state = 'submitted' AND a.kind = 'label'
    AND a.current_annotation_id <= :until
ORDER BY a.item_id LIMIT :limit
"""
VOTES = "SELECT question, class_id FROM vote WHERE annotation_id = :annotation_id"
KEEP_VOTES = """
INSERT INTO discounted_vote (discount_id, annotation_id, question, class_id)
SELECT :discount_id, annotation_id, question, class_id FROM vote
WHERE annotation_id = :annotation_id
"""
PUT_BACK = """
INSERT INTO vote (annotation_id, question, class_id, project_id, item_id, annotator_id)
SELECT k.annotation_id, k.question, k.class_id, :project_id, :item_id, :annotator_id
FROM discounted_vote k
WHERE k.discount_id = :discount_id AND k.annotation_id = :annotation_id
"""
FORGET_VOTES = """
DELETE FROM discounted_vote WHERE discount_id = :discount_id AND annotation_id = :annotation_id
"""
MARK = "UPDATE assignment SET discount_id = :discount_id WHERE id = :assignment_id"
ADD_SLOT = """
UPDATE task SET wanted = wanted + 1,
    wanted_most = CASE WHEN wanted_most < wanted + 1 THEN wanted + 1 ELSE wanted_most END
WHERE id = :task_id
"""
DROP_SLOT = "UPDATE task SET wanted = wanted - 1 WHERE id = :task_id"
KEY_PAGE = """
SELECT i.key, a.current_annotation_id AS annotation_id, a.item_id FROM assignment a
JOIN item i ON i.id = a.item_id
WHERE a.annotator_id = :annotator_id AND a.item_id > :after AND a.family = 'answer'
    AND a.pass_n = 1 AND a.state = 'submitted' AND a.kind = 'label' AND a.discount_id IS NULL
ORDER BY a.item_id LIMIT :limit
"""


def add(tx: Transaction, *, project_id: int, annotator_id: int, reason: str, until: int) -> int:
    """Add a discount under the project's next number and return its id."""
    tx.rows(LOCK_PROJECT, project_id=project_id)
    n = int(tx.value(LAST_N, project_id=project_id)) + 1
    return int(
        tx.value(
            ADD,
            project_id=project_id,
            now=tx.now,
            n=n,
            annotator_id=annotator_id,
            reason=reason,
            until=until,
        )
    )


def get_or_raise(tx: Transaction, project_id: int, n: int) -> Row:
    """Return a discount of a project by number."""
    found = tx.row(GET, project_id=project_id, n=n)
    if found is None:
        raise NotFoundError(f"There is no discount {n} in this project.")
    return found


def lock(tx: Transaction, discount_id: int) -> Row:
    """Return a discount, locked until the end of the transaction."""
    return tx.rows(LOCK, discount_id=discount_id)[0]


def undone(tx: Transaction, annotator_id: int) -> Row | None:
    """Return a person's discount that has not come to its end."""
    return tx.row(UNDONE, annotator_id=annotator_id)


def list_before(tx: Transaction, project_id: int, before: int, limit: int) -> list[Row]:
    """Return discounts with a number below `before`, newest first."""
    return tx.rows(LIST, project_id=project_id, before=before, limit=limit)


def set_state(tx: Transaction, discount_id: int, state: str) -> None:
    """Begin the other way, from the first answer, with the next job."""
    tx.run(SET_STATE, discount_id=discount_id, state=state)


def resume(tx: Transaction, discount_id: int) -> None:
    """Let another job go on where the last one stopped."""
    tx.run(RESUME, discount_id=discount_id)


def move(tx: Transaction, discount_id: int, cursor: int, figures: dict[str, int]) -> None:
    """Remember how far a discount is, and add to its figures."""
    tx.run(MOVE, discount_id=discount_id, cursor=cursor, **figures)


def end(tx: Transaction, discount_id: int, state: str) -> None:
    """Note that a discount has come to its end."""
    tx.run(END, discount_id=discount_id, state=state, now=tx.now)


def answers_after(
    tx: Transaction, annotator_id: int, after: int, until: int, limit: int
) -> list[Row]:
    """Return a person's answered assignments on items above `after`, up to an annotation."""
    return tx.rows(ANSWERS, annotator_id=annotator_id, after=after, until=until, limit=limit)


def votes_of(tx: Transaction, annotation_id: int) -> list[Row]:
    """Return the votes of an annotation."""
    return tx.rows(VOTES, annotation_id=annotation_id)


def keep_votes(tx: Transaction, discount_id: int, annotation_id: int) -> None:
    """Keep the votes of an annotation aside, before they are dropped."""
    tx.run(KEEP_VOTES, discount_id=discount_id, annotation_id=annotation_id)


def put_back(tx: Transaction, discount: Row, assignment: Row) -> None:
    """Put the votes of an answer back as they were."""
    kept = {"discount_id": discount.id, "annotation_id": assignment.current_annotation_id}
    tx.run(
        PUT_BACK,
        project_id=discount.project_id,
        item_id=assignment.item_id,
        annotator_id=discount.annotator_id,
        **kept,
    )
    tx.run(FORGET_VOTES, **kept)


def mark(tx: Transaction, assignment_id: int, discount_id: int | None) -> None:
    """Note which discount keeps an answer from counting."""
    tx.run(MARK, assignment_id=assignment_id, discount_id=discount_id)


def add_slot(tx: Transaction, task_id: int) -> None:
    """Let a task have room for an answer that counts again."""
    tx.run(ADD_SLOT, task_id=task_id)


def drop_slot(tx: Transaction, task_id: int) -> None:
    """Let a task do with one judgment less."""
    tx.run(DROP_SLOT, task_id=task_id)


def keys_after(tx: Transaction, annotator_id: int, after: int, limit: int) -> list[Row]:
    """Return keys and annotations of a person's answers that count, on items above `after`."""
    return tx.rows(KEY_PAGE, annotator_id=annotator_id, after=after, limit=limit)
