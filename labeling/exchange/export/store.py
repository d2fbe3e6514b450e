"""SQL of the export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from labeling.database import Row, Transaction

    Columns = Mapping[str, Sequence[Any]]

FINISHED_COLUMNS = """
SELECT i.id, i.seq, i.data, i.supersedes, i.superseded_by, c.state, c.class_id, c.confidence,
    c.n_answers, c.pinned, c.method, c.answer
FROM item i LEFT JOIN consensus c ON c.item_id = i.id AND c.question = :question
"""
FINISHED = (
    FINISHED_COLUMNS
    + """
WHERE i.project_id = :project_id AND i.seq > :after ORDER BY i.seq LIMIT :limit
"""
)
FINISHED_ONE = FINISHED_COLUMNS + "WHERE i.id = :item_id"
ANSWER_COLUMNS = """
SELECT a.id, a.created_at, i.key, i.split, i.inclusion_probability, a.annotator_id,
    t.kind AS task_kind, s.pass_n, a.revision, a.kind, a.reason, a.result, a.schema_version,
    s.guideline_version, a.source, a.is_surplus, a.paid_micros, s.active_ms,
    t.reason AS task_reason, c.state, c.class_id, c.confidence, c.posterior, c.n_answers,
    i.attributes, c.pinned, c.answer, g.answers AS gold, y.kind AS review_kind
"""
BELIEVED = """
    LEFT JOIN consensus c ON c.item_id = i.id AND c.question = :question
    LEFT JOIN gold g ON g.item_id = i.id AND g.state = 'active'
    LEFT JOIN review r ON r.id = c.review_id
    LEFT JOIN task y ON y.id = r.task_id
"""
ANSWERS = (
    ANSWER_COLUMNS
    + """
FROM annotation a
    JOIN item i ON i.id = a.item_id
    JOIN assignment s ON s.id = a.assignment_id
    JOIN task t ON t.id = s.task_id
"""
    + BELIEVED
    + """
WHERE a.project_id = :project_id AND a.id > :after AND a.id <= :until ORDER BY a.id LIMIT :limit
"""
)
# From an item to its answers: no index leads from an item to its annotations, but one to its tasks.
ANSWERS_OF_ITEMS = (
    ANSWER_COLUMNS
    + """
FROM item i
    JOIN task t ON t.item_id = i.id
    JOIN assignment s ON s.task_id = t.id
    JOIN annotation a ON a.assignment_id = s.id
"""
    + BELIEVED
    + """
WHERE i.project_id = :project_id AND i.split = :split AND i.state = :state
    AND i.shuffle > :after AND i.shuffle <= :until
ORDER BY a.id
"""
)
NEXT_ITEMS = """
SELECT COALESCE(MAX(shuffle), -1) FROM (
    SELECT shuffle FROM item WHERE project_id = :project_id AND split = :split AND state = :state
        AND shuffle > :after AND shuffle <= :until ORDER BY shuffle LIMIT :limit
) AS x
"""
COUNT_ANSWERS = """
SELECT COUNT(*) FROM annotation WHERE project_id = :project_id AND id > :after AND id <= :until
"""
ANNOTATOR = """
SELECT n.pseudonym, w.name AS workforce, w.kind, u.name
FROM annotator n JOIN workforce w ON w.id = n.workforce_id
    LEFT JOIN user_account u ON u.id = n.user_id
WHERE n.id = :annotator_id
"""
NEWEST = "SELECT COALESCE(MAX(id), 0) AS newest FROM annotation WHERE project_id = :project_id"
# Ids are drawn before commit: what is newest now is all there is up to it only when every
# transaction that is open now has ended.
NEWEST_POSTGRES = """
SELECT COALESCE(MAX(id), 0) AS newest,
    CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text) AS bigint) AS horizon
FROM annotation WHERE project_id = :project_id
"""
OLDEST_OPEN = "SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)"


def finished_page(
    tx: Transaction, project_id: int, question: str, after: int, limit: int
) -> list[Row]:
    """Return items with a `seq` above `after`, each with what is believed about it."""
    return tx.rows(FINISHED, project_id=project_id, question=question, after=after, limit=limit)


def finished_item(tx: Transaction, item_id: int, question: str) -> Row:
    """Return one item with what is believed about it."""
    return tx.rows(FINISHED_ONE, item_id=item_id, question=question)[0]


def answers_page(
    tx: Transaction, project_id: int, question: str, *, after: int, until: int, limit: int
) -> Columns:
    """Return answers with an id in (after, until], each with its task and what is believed."""
    return tx.columns(
        ANSWERS,
        project_id=project_id,
        question=question,
        after=after,
        until=until,
        limit=limit,
    )


def last_of_next_items(
    tx: Transaction, project_id: int, place: tuple[str, str], *, after: int, until: int, limit: int
) -> int:
    """Return the last `shuffle` of the next items of a (split, state); -1 where there are none."""
    split, state = place
    return int(
        tx.value(
            NEXT_ITEMS,
            project_id=project_id,
            split=split,
            state=state,
            after=after,
            until=until,
            limit=limit,
        )
    )


def answers_of_items(
    tx: Transaction,
    project_id: int,
    question: str,
    place: tuple[str, str],
    *,
    after: int,
    until: int,
) -> Columns:
    """Return all answers to the items of a (split, state) with a `shuffle` in (after, until]."""
    split, state = place
    return tx.columns(
        ANSWERS_OF_ITEMS,
        project_id=project_id,
        question=question,
        split=split,
        state=state,
        after=after,
        until=until,
    )


def count_answers(tx: Transaction, project_id: int, after: int, until: int) -> int:
    """Return how many answers have an id in (after, until]."""
    return int(tx.value(COUNT_ANSWERS, project_id=project_id, after=after, until=until))


def annotators(tx: Transaction, ids: Iterable[int]) -> dict[int, Row]:
    """Return pseudonym, workforce, its kind, and the person's name, by annotator."""
    found: dict[int, Any] = {}
    for annotator_id in ids:
        found[annotator_id] = tx.rows(ANNOTATOR, annotator_id=annotator_id)[0]
    return found


def newest(tx: Transaction, project_id: int) -> tuple[int, int]:
    """Return the newest answer's id, and the horizon behind which it is surely all (0: it is)."""
    if tx.dialect == "sqlite":
        return int(tx.value(NEWEST, project_id=project_id)), 0
    found = tx.rows(NEWEST_POSTGRES, project_id=project_id)[0]
    return int(found.newest), int(found.horizon)


def oldest_open(tx: Transaction) -> int:
    """Return the oldest transaction that is still open, on PostgreSQL."""
    return int(tx.value(OLDEST_OPEN))
