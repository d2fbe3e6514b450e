"""SQL of the snapshots: the labelled rows they are made of, and their record."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, Literal

from labeling.errors import ConflictError, NotFoundError

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

LABELLED: Final = """
SELECT consensus.item_id, item.key, item.content_hash, item.data, item.inclusion_probability,
       label_class.key AS label, consensus.confidence, consensus.n_answers, consensus.posterior,
       consensus.certificate_id
FROM consensus
JOIN item ON item.id = consensus.item_id
JOIN label_class ON label_class.id = consensus.class_id
WHERE consensus.project_id = :project_id AND consensus.question = :question
  AND consensus.state = 'accepted' AND consensus.item_id > :after
  AND item.split = :split AND item.state NOT IN ('dropped', 'set_aside')
"""
# Splits are drawn by group, so neither finds anything unless somebody moved an item; a declared
# group column can still set exact copies on different sides.
APART_FROM_TEST: Final = """
  AND NOT EXISTS (
    SELECT 1 FROM item AS other WHERE other.project_id = item.project_id
      AND other.group_hash = item.group_hash AND other.split = 'test')
  AND NOT EXISTS (
    SELECT 1 FROM item AS other WHERE other.project_id = item.project_id
      AND other.content_hash = item.content_hash AND other.split = 'test')
  AND NOT EXISTS (
    SELECT 1 FROM near_held_out JOIN near_duplicate_run
      ON near_duplicate_run.job_id = near_held_out.job_id
    WHERE near_held_out.item_id = item.id AND near_duplicate_run.undone_at IS NULL)
"""
# A test item counts once all the judgments it was to get are in: those that were accepted early
# are the easy ones.
SETTLED: Final = """
  AND NOT EXISTS (
    SELECT 1 FROM task WHERE task.item_id = consensus.item_id AND task.state = 'open'
      AND task.family = 'answer')
"""
# What a model labelled measures no model, though no such item should ever be among these.
BY_PEOPLE: Final = " AND consensus.certificate_id IS NULL"
PAGE: Final = " ORDER BY consensus.item_id LIMIT :limit"
TRAINING_ROWS: Final = LABELLED + APART_FROM_TEST + PAGE
TEST_ROWS: Final = LABELLED + SETTLED + BY_PEOPLE + PAGE
UNLABELLED: Final = (
    """
SELECT item.data, item.shuffle FROM item
WHERE item.project_id = :project_id AND item.split = 'train' AND item.state = :state
  AND item.shuffle > :after
"""
    + APART_FROM_TEST
    + " ORDER BY item.shuffle LIMIT :limit"
)
ANNOTATION_HIGH_WATER: Final = "SELECT MAX(id) FROM annotation WHERE project_id = :project_id"
TRUTH_FIT: Final = (
    "SELECT MAX(n) FROM truth_fit WHERE project_id = :project_id AND question = :question"
)
SNAPSHOT: Final = """
SELECT id, project_id, created_at, n, digest, schema_version, truth_fit_n, annotation_high_water,
       rule, counts, workflow_key
FROM snapshot
"""
GET: Final = SNAPSHOT + "WHERE id = :snapshot_id"
GET_BY_N: Final = SNAPSHOT + "WHERE project_id = :project_id AND n = :n"
FIND: Final = SNAPSHOT + "WHERE workflow_key = :workflow_key"
LIST: Final = (
    SNAPSHOT + "WHERE project_id = :project_id AND n < :before ORDER BY n DESC LIMIT :limit"
)
ADD: Final = """
INSERT INTO snapshot (project_id, created_at, n, digest, schema_version, truth_fit_n,
    annotation_high_water, rule, counts, workflow_key)
VALUES (:project_id, :now,
    (SELECT COALESCE(MAX(n), 0) + 1 FROM snapshot WHERE project_id = :project_id),
    :digest, :schema_version, :truth_fit_n, :annotation_high_water, :rule, :counts, :workflow_key)
ON CONFLICT DO NOTHING
"""


def labelled_page(
    tx: Transaction,
    project_id: int,
    question: str,
    split: Literal["train", "test"],
    *,
    after: int,
    limit: int,
) -> list[Row]:
    """Return accepted items of a split with an id above `after`, in order of their ids."""
    return tx.rows(
        TEST_ROWS if split == "test" else TRAINING_ROWS,
        project_id=project_id,
        question=question,
        split=split,
        after=after,
        limit=limit,
    )


def unlabelled_page(
    tx: Transaction, project_id: int, state: str, *, after: int, limit: int
) -> list[Row]:
    """Return training items of a state in the pool's fixed random order, from `after` on."""
    return tx.rows(UNLABELLED, project_id=project_id, state=state, after=after, limit=limit)


def get_by_n(tx: Transaction, project_id: int, n: int) -> Row:
    """Return a project's snapshot by its number, or raise :class:`NotFoundError`."""
    found = tx.row(GET_BY_N, project_id=project_id, n=n)
    if found is None:
        raise NotFoundError(f"There is no snapshot {n}.")
    return found


def marks(tx: Transaction, project_id: int, question: str) -> tuple[int, int]:
    """Return the highest annotation and the number of the latest truth fit (0: none)."""
    high_water = tx.value(ANNOTATION_HIGH_WATER, project_id=project_id)
    fit = tx.value(TRUTH_FIT, project_id=project_id, question=question)
    return int(high_water or 0), int(fit or 0)


def add(tx: Transaction, *, rule: dict[str, Any], counts: dict[str, Any], **columns: Any) -> Row:
    """Record a snapshot once per `workflow_key` and return its row, new or old."""
    tx.run(ADD, now=tx.now, rule=_json(rule), counts=_json(counts), **columns)
    found = find(tx, columns["workflow_key"])
    if found is None:
        raise ConflictError("Another snapshot was taken at the same moment; start again.")
    return found


def find(tx: Transaction, workflow_key: str) -> Row | None:
    """Return the snapshot that a workflow took, if it has."""
    return tx.row(FIND, workflow_key=workflow_key)


def get_or_raise(tx: Transaction, snapshot_id: int) -> Row:
    """Return a snapshot."""
    found = tx.row(GET, snapshot_id=snapshot_id)
    if found is None:
        raise NotFoundError("There is no such snapshot.")
    return found


def list_by_project(tx: Transaction, project_id: int, before: int, limit: int) -> list[Row]:
    """Return snapshots with a number below `before`, newest first."""
    return tx.rows(LIST, project_id=project_id, before=before, limit=limit)


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, sort_keys=True)
