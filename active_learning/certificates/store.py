"""SQL of auto-labels: runs, the items they look at, certificates and what became of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from labeling.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labeling.database import Row, Transaction

RUN: Final = """
SELECT id, project_id, created_at, n, user_id, state, policy_version, question, model_version_id,
    precision, delta, scope, audit_items, seed, scores_digest, n_pool, position, figures, error,
    updated_at
FROM autolabel_run
"""
ADD_RUN: Final = """
INSERT INTO autolabel_run (project_id, created_at, n, user_id, state, policy_version, question,
    model_version_id, precision, delta, scope, audit_items, seed, figures, updated_at)
VALUES (:project_id, :now,
    (SELECT COALESCE(MAX(n), 0) + 1 FROM autolabel_run WHERE project_id = :project_id),
    :user_id, 'scoring', :policy_version, :question, :model_version_id, :precision, :delta, :scope,
    :audit_items, :seed, '{}', :now)
RETURNING id
"""
GET_RUN: Final = RUN + "WHERE project_id = :project_id AND n = :n"
RUN_BY_ID: Final = RUN + "WHERE id = :run_id"
LOCK_RUN: Final = RUN + "WHERE id = :run_id FOR NO KEY UPDATE"
LIST_RUNS: Final = (
    RUN + "WHERE project_id = :project_id AND n < :before ORDER BY n DESC LIMIT :limit"
)
# Few rows: a project goes this way a few times in its life.
AT_WORK: Final = (
    RUN  # noqa: S608 - two constants
    + """
WHERE state IN ('scoring', 'auditing', 'certifying', 'accepting', 'accepted', 'revoking',
    'cancelling')
    AND EXISTS (SELECT 1 FROM project p WHERE p.id = project_id AND p.deleted_at IS NULL)
ORDER BY id
"""
)
MOVE: Final = """
UPDATE autolabel_run SET state = :to, position = :position, error = :error, updated_at = :now
WHERE id = :run_id AND state = :was
"""
ADVANCE: Final = """
UPDATE autolabel_run SET position = :to, updated_at = :now
WHERE id = :run_id AND state = :state AND position = :was
"""
SET_SCORES: Final = """
UPDATE autolabel_run SET scores_digest = :digest, n_pool = :n_pool WHERE id = :run_id
"""
SET_FIGURES: Final = "UPDATE autolabel_run SET figures = :figures WHERE id = :run_id"
POOL: Final = """
SELECT id, shuffle, data FROM item
WHERE project_id = :project_id AND split = 'train' AND state = 'new'
    AND (shuffle, id) > (:shuffle, :item_id)
ORDER BY shuffle, id LIMIT :limit
"""
TEST: Final = """
SELECT i.id, i.data, c.class_id FROM consensus c JOIN item i ON i.id = c.item_id
WHERE c.project_id = :project_id AND c.question = :question AND c.state = 'accepted'
    AND i.split = 'test' AND c.n_answers > 0 AND i.state NOT IN ('dropped', 'set_aside')
    AND c.item_id > :item_id
ORDER BY c.item_id LIMIT :limit
"""
ADD_CHECK: Final = """
INSERT INTO autolabel_check (project_id, created_at, run_id, item_id, purpose,
    inclusion_probability, class_id, score)
VALUES (:project_id, :now, :run_id, :item_id, :purpose, :inclusion_probability, :class_id, :score)
ON CONFLICT DO NOTHING
"""
CHECKS: Final = """
SELECT k.id, k.item_id, k.class_id, k.score, i.key, i.state AS item_state, c.state,
    c.class_id AS truth, c.method, c.n_answers
FROM autolabel_check k JOIN item i ON i.id = k.item_id
    LEFT JOIN consensus c ON c.item_id = k.item_id AND c.question = :question
WHERE k.run_id = :run_id AND k.purpose = :purpose AND k.id > :after ORDER BY k.id LIMIT :limit
"""
UNTOUCHED_TASKS: Final = """
SELECT t.id, t.item_id FROM autolabel_check k JOIN task t ON t.item_id = k.item_id
WHERE k.run_id = :run_id AND t.kind = 'audit' AND t.state = 'open' AND t.open_slots = t.wanted
    AND NOT EXISTS (SELECT 1 FROM assignment a WHERE a.task_id = t.id)
ORDER BY t.id LIMIT :limit FOR NO KEY UPDATE OF t
"""
ADD_CERTIFICATE: Final = """
INSERT INTO autolabel_certificate (project_id, created_at, run_id, precision, delta, scope,
    thresholds, n_audited, n_errors, coverage, model_version_id, scores_digest, policy_version,
    reason, digest)
VALUES (:project_id, :now, :run_id, :precision, :delta, :scope, :thresholds, :n_audited, :n_errors,
    :coverage, :model_version_id, :scores_digest, :policy_version, :reason, :digest)
RETURNING id
"""
CERTIFICATE: Final = """
SELECT id, project_id, created_at, run_id, precision, delta, scope, thresholds, n_audited, n_errors,
    coverage, model_version_id, scores_digest, policy_version, reason, digest
FROM autolabel_certificate WHERE run_id = :run_id
"""
ADD_LOOK: Final = """
INSERT INTO autolabel_look (project_id, created_at, user_id, certificate_id, item_ids)
VALUES (:project_id, :now, :user_id, :certificate_id, :item_ids) RETURNING id
"""
LOOKS: Final = """
SELECT item_ids FROM autolabel_look
WHERE certificate_id = :certificate_id AND user_id = :user_id ORDER BY id
"""
SHOWN: Final = "SELECT id, key, data, state FROM item WHERE id = :item_id"
OPEN_OF_ITEM: Final = """
SELECT t.id, (SELECT COUNT(*) FROM assignment a WHERE a.task_id = t.id
    AND a.state IN ('leased', 'submitted')) AS held
FROM task t WHERE t.item_id = :item_id AND t.state = 'open' AND t.family = 'answer'
ORDER BY t.id FOR NO KEY UPDATE OF t
"""
FREE: Final = """
SELECT i.id, i.key, c.state AS was FROM item i
    LEFT JOIN consensus c ON c.item_id = i.id AND c.question = :question
WHERE i.id = :item_id AND i.project_id = :project_id AND i.split = 'train'
    AND i.state IN ('new', 'queued')
    AND (c.item_id IS NULL OR (c.n_answers = 0 AND c.state = 'pending' AND NOT c.pinned))
"""
ADD_LABEL: Final = """
INSERT INTO autolabel (project_id, created_at, certificate_id, item_id, class_id, score)
VALUES (:project_id, :now, :certificate_id, :item_id, :class_id, :score) ON CONFLICT DO NOTHING
"""
STANDING: Final = """
SELECT a.id, a.item_id, a.class_id FROM autolabel a
    JOIN consensus c ON c.item_id = a.item_id AND c.question = :question
WHERE a.certificate_id = :certificate_id AND a.id > :after
    AND c.certificate_id = :certificate_id
ORDER BY a.id LIMIT :limit
"""
COUNT_LABELS: Final = "SELECT COUNT(*) FROM autolabel WHERE certificate_id = :certificate_id"
TO_PEOPLE: Final = """
UPDATE item SET state = 'new' WHERE id = :item_id AND state = 'settled' AND NOT EXISTS (
    SELECT 1 FROM task t WHERE t.item_id = item.id AND t.state = 'open' AND t.family = 'answer')
"""
ADD_VERDICT: Final = """
INSERT INTO autolabel_verdict (project_id, created_at, certificate_id, user_id, verdict, n_checked,
    n_errors, against, towards, reason)
VALUES (:project_id, :now, :certificate_id, :user_id, :verdict, :n_checked, :n_errors, :against,
    :towards, :reason)
RETURNING id
"""
VERDICTS: Final = """
SELECT id, created_at, user_id, verdict, n_checked, n_errors, against, towards, reason
FROM autolabel_verdict WHERE certificate_id = :certificate_id ORDER BY id
"""
SNAPSHOTS: Final = """
SELECT n, counts FROM snapshot WHERE project_id = :project_id ORDER BY n DESC LIMIT 1000
"""


def add_run(tx: Transaction, **columns: Any) -> Row:
    """Begin a run and return it."""
    run_id = int(tx.value(ADD_RUN, now=tx.now, **columns))
    return tx.rows(RUN_BY_ID, run_id=run_id)[0]


def get_run(tx: Transaction, project_id: int, n: int) -> Row:
    """Return a project's run by its number."""
    found = tx.row(GET_RUN, project_id=project_id, n=n)
    if found is None:
        raise NotFoundError(f"There is no auto-label run {n}.")
    return found


def lock_run(tx: Transaction, run_id: int) -> Row:
    """Return a run, locked until the transaction ends."""
    return tx.rows(LOCK_RUN, run_id=run_id)[0]


def list_runs(tx: Transaction, project_id: int, before: int, limit: int) -> list[Row]:
    """Return runs with a number below `before`, newest first."""
    return tx.rows(LIST_RUNS, project_id=project_id, before=before, limit=limit)


def at_work(tx: Transaction) -> list[Row]:
    """Return the runs of all projects in which something is to be done."""
    return tx.rows(AT_WORK)


def move(
    tx: Transaction,
    run_id: int,
    was: str,
    to: str,
    *,
    position: int = 0,
    error: str | None = None,
) -> bool:
    """Bring a run from one state to another; False where somebody else has moved it."""
    values = {"was": was, "to": to, "position": position, "error": error}
    return tx.run(MOVE, run_id=run_id, now=tx.now, **values) == 1


def advance(tx: Transaction, run: Row, to: int) -> bool:
    """Move a run's position; False where it is no longer where it was read."""
    return tx.run(ADVANCE, run_id=run.id, state=run.state, was=run.position, to=to, now=tx.now) == 1


def set_scores(tx: Transaction, run_id: int, digest: str, n_pool: int) -> None:
    """Note which file holds what the model says of the pool."""
    tx.run(SET_SCORES, run_id=run_id, digest=digest, n_pool=n_pool)


def set_figures(tx: Transaction, run_id: int, figures: dict[str, Any]) -> None:
    """Note what is expected of a run, and what is to be looked at."""
    tx.run(SET_FIGURES, run_id=run_id, figures=json.dumps(figures, ensure_ascii=False))


def pool_page(tx: Transaction, project_id: int, after: tuple[int, int], limit: int) -> list[Row]:
    """Return untouched training items behind a place in the pool's random order."""
    shuffle, item_id = after
    return tx.rows(POOL, project_id=project_id, shuffle=shuffle, item_id=item_id, limit=limit)


def test_page(tx: Transaction, project: Row, after: int, limit: int) -> list[Row]:
    """Return labelled items of the random test sample with an id above `after`."""
    return tx.rows(
        TEST,
        project_id=project.id,
        question=project.target_question,
        item_id=after,
        limit=limit,
    )


def add_checks(tx: Transaction, run: Row, purpose: str, rows: Sequence[dict[str, Any]]) -> None:
    """Draw items for people to check; one that was drawn before stays as it is."""
    common = {"project_id": run.project_id, "run_id": run.id, "purpose": purpose, "now": tx.now}
    tx.run_many(ADD_CHECK, [common | row for row in rows])


def checks(tx: Transaction, run: Row, purpose: str, chunk: int = 1_000) -> list[Row]:
    """Return all items drawn for a purpose in the order they were drawn, with their truth."""
    found: list[Row] = []
    params = {"run_id": run.id, "purpose": purpose, "question": run.question, "limit": chunk}
    while page := tx.rows(CHECKS, after=found[-1].id if found else 0, **params):
        found += page
    return found


def untouched_tasks(tx: Transaction, run_id: int, limit: int) -> list[Row]:
    """Return a run's open audit tasks that nobody ever held, locked."""
    return tx.rows(UNTOUCHED_TASKS, run_id=run_id, limit=limit)


def add_certificate(tx: Transaction, values: dict[str, Any]) -> int:
    """Add a certificate; `values` holds the columns of `ADD_CERTIFICATE`."""
    return int(tx.value(ADD_CERTIFICATE, now=tx.now, **values))


def certificate_of(tx: Transaction, run_id: int) -> Row | None:
    """Return a run's certificate, if its audit has ended."""
    return tx.row(CERTIFICATE, run_id=run_id)


def add_look(tx: Transaction, certificate: Row, item_ids: Sequence[int]) -> int:
    """Note which would-be labels the transaction's actor looked at."""
    return int(
        tx.value(
            ADD_LOOK,
            project_id=certificate.project_id,
            now=tx.now,
            user_id=tx.actor.id,
            certificate_id=certificate.id,
            item_ids=json.dumps(item_ids),
        )
    )


def looked_at(tx: Transaction, certificate_id: int, user_id: int) -> set[int]:
    """Return the items whose would-be labels a person looked at."""
    rows = tx.rows(LOOKS, certificate_id=certificate_id, user_id=user_id)
    return {item_id for row in rows for item_id in json.loads(row.item_ids)}


def shown(tx: Transaction, item_id: int) -> Row | None:
    """Return an item's key and data."""
    return tx.row(SHOWN, item_id=item_id)


def open_of_item(tx: Transaction, item_id: int) -> list[Row]:
    """Return an item's open tasks, locked, each with how many hold or answered it."""
    return tx.rows(OPEN_OF_ITEM, item_id=item_id)


def free(tx: Transaction, run: Row, item_id: int) -> Row | None:
    """Return a training item that nobody has answered, with its consensus' state before."""
    return tx.row(FREE, item_id=item_id, project_id=run.project_id, question=run.question)


def add_labels(tx: Transaction, certificate: Row, rows: Sequence[dict[str, Any]]) -> None:
    """Note which items got their label under a certificate."""
    common = {
        "project_id": certificate.project_id,
        "certificate_id": certificate.id,
        "now": tx.now,
    }
    tx.run_many(ADD_LABEL, [common | row for row in rows])


def count_labels(tx: Transaction, certificate_id: int) -> int:
    """Return how many items got their label under a certificate."""
    return int(tx.value(COUNT_LABELS, certificate_id=certificate_id))


def standing(tx: Transaction, run: Row, certificate_id: int, after: int, limit: int) -> list[Row]:
    """Return items whose label still stands under a certificate."""
    return tx.rows(
        STANDING,
        certificate_id=certificate_id,
        question=run.question,
        after=after,
        limit=limit,
    )


def return_to_people(tx: Transaction, item_ids: Sequence[int]) -> None:
    """Put items that nobody is asked about back to the untouched ones."""
    tx.run_many(TO_PEOPLE, [{"item_id": item_id} for item_id in item_ids])


def add_verdict(tx: Transaction, certificate: Row, values: dict[str, Any]) -> int:
    """Note what became of a certificate; `values` holds the rest of `ADD_VERDICT`."""
    return int(
        tx.value(
            ADD_VERDICT,
            project_id=certificate.project_id,
            certificate_id=certificate.id,
            now=tx.now,
            user_id=tx.actor.id if tx.actor.kind == "user" else None,
            **values,
        )
    )


def verdicts(tx: Transaction, certificate_id: int) -> list[Row]:
    """Return what became of a certificate, oldest first."""
    return tx.rows(VERDICTS, certificate_id=certificate_id)


def snapshots_under(tx: Transaction, project_id: int, certificate_id: int) -> list[int]:
    """Return the newest snapshots that hold labels which stood under a certificate."""
    return [
        row.n
        for row in tx.rows(SNAPSHOTS, project_id=project_id)
        if str(certificate_id) in json.loads(row.counts).get("certified", {})
    ]
