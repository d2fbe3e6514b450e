"""SQL of known answers: the stock, the records, the results, pauses and appeals."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from labeling.database import labelled

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

COLUMNS: Final = """
    g.id, g.project_id, g.created_at, g.item_id, g.task_id, g.use, g.state, g.state_reason,
    g.answers, g.reason, g.source, g.difficulty, g.n_answers, g.n_missed, g.sets_truth,
    g.recount_after, g.said
"""
GOLD = f"SELECT {COLUMNS} FROM gold g "  # noqa: S608 - names from the code
ADD = """
INSERT INTO gold (project_id, created_at, item_id, use, state, answers, reason, source, shuffle,
    difficulty, n_answers, n_missed, said, is_dirty, sets_truth)
VALUES (:project_id, :now, :item_id, :use, :state, :answers, :reason, :source, :shuffle,
    :difficulty, 0, 0, '{}', (1 = 0), (1 = 0)) RETURNING id
"""
ADD_TASK = """
INSERT INTO task (project_id, created_at, item_id, schema_version, kind, family, pass_n, reason,
    priority, wanted, wanted_most, open_slots, is_open, state)
VALUES (:project_id, :now, :item_id, :schema_version, :kind, 'answer', 1, '{}', 0, 0, 0, 0,
    (1 = 0), 'standing') RETURNING id
"""
RETIRE_TASK = """
UPDATE task SET state = 'withdrawn', close_reason = :reason, closed_at = :now
WHERE id = :task_id AND state = 'standing'
"""
TAKE_STANDING = """
UPDATE task SET wanted = wanted + (CASE WHEN open_slots > 0 THEN 0 ELSE 1 END),
    wanted_most = wanted_most + (CASE WHEN open_slots > 0 THEN 0 ELSE 1 END),
    open_slots = (CASE WHEN open_slots > 0 THEN open_slots - 1 ELSE 0 END)
WHERE id = :task_id AND state = 'standing'
"""
SET_STATE = """
UPDATE gold SET state = :state, state_reason = :reason, task_id = :task_id,
    sets_truth = :sets_truth, recount_after = :recount_after, is_dirty = (1 = 0)
WHERE id = :gold_id
"""
SET_TASK = "UPDATE gold SET task_id = :task_id WHERE id = :gold_id"
LOCK_TASK_OF = """
SELECT t.id FROM task t JOIN gold g ON g.task_id = t.id WHERE g.id = :gold_id
FOR NO KEY UPDATE OF t
"""
LOCK = GOLD + "WHERE g.id = :gold_id FOR NO KEY UPDATE"
OF_ITEM = GOLD + "WHERE g.item_id = :item_id ORDER BY g.id DESC LIMIT 1"
LOOK_UP = f"""
SELECT {labelled("gold", COLUMNS)}, {labelled("consensus", "c.item_id, c.class_id, c.pinned")}
FROM gold g LEFT JOIN consensus c ON c.item_id = g.item_id AND c.question = :question
WHERE g.item_id = :item_id ORDER BY g.id DESC LIMIT 1 FOR NO KEY UPDATE OF g
"""  # noqa: S608 - names from the code
PAGE = """
SELECT g.id, g.created_at, i.key, g.use, g.state, g.state_reason, g.answers, g.reason, g.source,
    g.difficulty, g.n_answers, g.n_missed, g.said
FROM gold g JOIN item i ON i.id = g.item_id
WHERE g.project_id = :project_id AND g.id > :after ORDER BY g.id LIMIT :limit
"""
ONE = """
SELECT g.id, g.created_at, i.key, g.use, g.state, g.state_reason, g.answers, g.reason, g.source,
    g.difficulty, g.n_answers, g.n_missed, g.said
FROM gold g JOIN item i ON i.id = g.item_id
WHERE g.id = :gold_id
"""
ADD_STOCK = """
INSERT INTO gold_stock (project_id, seed, revision, refill_after, queue_mix, checked_at)
VALUES (:project_id, :seed, 0, 0, '{}', 0) ON CONFLICT (project_id) DO NOTHING
"""
STOCK = """
SELECT project_id, seed, revision, refill_after, queue_mix, checked_at FROM gold_stock
WHERE project_id = :project_id
"""
STOCKS_DUE = """
SELECT project_id, seed, revision, refill_after, queue_mix, checked_at FROM gold_stock
WHERE checked_at < :before ORDER BY checked_at LIMIT :limit
"""
GROW = "UPDATE gold_stock SET revision = revision + 1 WHERE project_id = :project_id"
CHECKED = """
UPDATE gold_stock SET refill_after = :refill_after, queue_mix = :queue_mix, checked_at = :now
WHERE project_id = :project_id
"""
DESK_COLUMNS = """
    s.seed, s.revision, s.queue_mix,
    r.annotator_id, r.n, r.n_right, r.forgiven_n, r.forgiven_right, r.training_done,
    r.training_right, r.test_n, r.test_right, r.test_tries, r.test_failed_at, c.draws, c.place,
    c.out_revision, c.training_given, c.test_size, c.test_given, c.urgency,
    EXISTS (SELECT 1 FROM assignment b WHERE b.annotator_id = :annotator_id
        AND b.kind <> 'label' AND b.state IN ('expired', 'released')) AS has_returned
"""
DESK = f"""
SELECT {DESK_COLUMNS}
FROM gold_stock s LEFT JOIN gold_record r ON r.annotator_id = :annotator_id
    LEFT JOIN gold_place c ON c.annotator_id = :annotator_id
WHERE s.project_id = :project_id
"""  # noqa: S608 - names from the code
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
PICK = """
SELECT g.id AS gold_id, g.task_id AS id, g.item_id, g.shuffle, g.difficulty, g.n_answers,
    g.n_missed, t.schema_version, 'answer' AS family, 1 AS pass_n, NULL AS previous_id
FROM gold g JOIN task t ON t.id = g.task_id
WHERE g.project_id = :project_id AND g.use = :use AND g.state = 'active' AND g.shuffle > :place
    AND NOT EXISTS (SELECT 1 FROM assignment x
        WHERE x.annotator_id = :annotator_id AND x.item_id = g.item_id)
ORDER BY g.shuffle LIMIT :limit FOR NO KEY UPDATE OF t SKIP LOCKED
"""
COUNT_OTHERS = """
SELECT COUNT(*) FROM annotator
WHERE project_id = :project_id AND id <> :annotator_id AND last_seen_at >= :since
"""
COUNT_PAUSED = """
SELECT COUNT(*) AS people,
    (SELECT COUNT(*) FROM gold_pause p
        WHERE p.project_id = :project_id AND p.ended_at IS NULL) AS paused
FROM gold_record WHERE project_id = :project_id AND n > 0
"""
PICK_IN_ORDER = PICK.replace("g.shuffle > :place", "g.id > :place").replace(
    "ORDER BY g.shuffle", "ORDER BY g.id"
)
IS_OUT = """
SELECT 1 FROM gold g WHERE g.project_id = :project_id AND g.use = 'gold' AND g.state = 'active'
    AND NOT EXISTS (SELECT 1 FROM assignment x
        WHERE x.annotator_id = :annotator_id AND x.item_id = g.item_id)
LIMIT 1
"""
RETURNED = """
SELECT g.id AS gold_id, g.task_id AS id, g.item_id, t.schema_version, a.kind, a.family, a.pass_n,
    a.id AS previous_id, a.shadow_task_id, COALESCE(d.priority, t.priority) AS priority
FROM assignment a JOIN gold g ON g.item_id = a.item_id AND g.state = 'active'
    JOIN task t ON t.id = g.task_id LEFT JOIN task d ON d.id = a.shadow_task_id
WHERE a.annotator_id = :annotator_id AND a.kind <> 'label' AND a.state IN ('expired', 'released')
    AND (a.kind <> 'gold' OR :slots > (SELECT COUNT(*) FROM annotator o
        WHERE o.project_id = a.project_id AND o.id <> a.annotator_id AND o.last_seen_at >= (
            SELECT MAX(e.created_at) FROM audit_event e
            WHERE e.object_kind = 'assignment' AND e.object_id = a.id)))
ORDER BY a.id LIMIT :limit FOR NO KEY UPDATE OF t SKIP LOCKED
"""
MOVE = """
UPDATE gold_place SET draws = draws + :draws, place = :place, out_revision = :out_revision
WHERE annotator_id = :annotator_id
"""
GIVE = """
UPDATE gold_place SET training_given = training_given + :training, test_given = test_given + :test
WHERE annotator_id = :annotator_id
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
COUNT_RESULT = """
UPDATE gold SET n_answers = n_answers + :n, n_missed = n_missed + :missed,
    is_dirty = (is_dirty OR :is_dirty)
WHERE id = :gold_id
"""
SET_SAID = "UPDATE gold SET said = :said WHERE id = :gold_id"
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
DIRTY_GOLD = "SELECT id, project_id FROM gold WHERE is_dirty ORDER BY id LIMIT :limit"
RECOUNTS = (
    GOLD
    + "WHERE g.recount_after IS NOT NULL ORDER BY g.id LIMIT :limit "
    + "FOR NO KEY UPDATE OF g SKIP LOCKED"
)
SET_RECOUNT = "UPDATE gold SET recount_after = :after WHERE id = :gold_id"
CLEAN_GOLD = "UPDATE gold SET is_dirty = (1 = 0) WHERE id = :gold_id"
DIRTY_RECORDS = """
SELECT annotator_id FROM gold_record WHERE is_dirty ORDER BY annotator_id LIMIT :limit
FOR NO KEY UPDATE SKIP LOCKED
"""
CLEAN_RECORD = "UPDATE gold_record SET is_dirty = (1 = 0) WHERE annotator_id = :annotator_id"
COUNT_OUT = """
SELECT COUNT(*) FROM gold_place WHERE project_id = :project_id AND out_revision = :revision
"""
IN_SERVICE = """
SELECT id, answers FROM gold
WHERE project_id = :project_id AND use = 'gold' AND state = 'active' AND n_answers > 0
ORDER BY id DESC LIMIT :limit
"""
SETTLED_SINCE = """
SELECT e.id, e.item_id, e.class_id FROM consensus_event e
WHERE e.id > :after AND e.project_id = :project_id AND e.to_state IN ('accepted', 'disputed')
ORDER BY e.id LIMIT :limit
"""
FIT_FOR_GOLD = """
SELECT c.item_id, c.class_id, c.n_answers, c.pinned, i.split
FROM consensus c JOIN item i ON i.id = c.item_id
WHERE c.project_id = :project_id AND c.question = :question AND c.state = 'accepted'
    AND c.item_id > :after
ORDER BY c.item_id LIMIT :limit
"""


def add(tx: Transaction, values: dict[str, Any]) -> int:
    """Add a known item and return its id; `values` holds the columns of `ADD`."""
    return int(tx.value(ADD, now=tx.now, **values))


def add_task(tx: Transaction, project: Row, item_id: int, kind: str) -> int:
    """Add the standing task under which a known item is served; it is never in the queue."""
    return int(
        tx.value(
            ADD_TASK,
            project_id=project.id,
            now=tx.now,
            item_id=item_id,
            schema_version=project.schema_version,
            kind=kind,
        )
    )


def retire_task(tx: Transaction, task_id: int, reason: str) -> None:
    """End a standing task; who holds it may still answer."""
    tx.run(RETIRE_TASK, task_id=task_id, reason=reason, now=tx.now)


def take_standing(tx: Transaction, task_id: int) -> None:
    """Take a slot of a standing task that is locked, a new one where none was given back."""
    tx.later(TAKE_STANDING, task_id=task_id)


def set_state(tx: Transaction, gold_id: int, state: str, **values: Any) -> None:
    """Write state, reason, task, truth mark and recount position of a known item."""
    tx.run(SET_STATE, gold_id=gold_id, state=state, **values)


def set_task(tx: Transaction, gold_id: int, task_id: int) -> None:
    """Serve a known item under another standing task from now on."""
    tx.run(SET_TASK, gold_id=gold_id, task_id=task_id)


def lock(tx: Transaction, gold_id: int) -> Row | None:
    """Return a known item, locked until the transaction ends; its task first, as a submit does."""
    tx.rows(LOCK_TASK_OF, gold_id=gold_id)
    return tx.row(LOCK, gold_id=gold_id)


def of_item(tx: Transaction, item_id: int) -> Row | None:
    """Return the newest known answers of an item."""
    return tx.row(OF_ITEM, item_id=item_id)


def look_up(tx: Transaction, item_id: int, question: str) -> tuple[Row, Row | None]:
    """Return the newest known answers of an item, locked, and what is believed of it beside."""
    found = tx.joined(LOOK_UP, item_id=item_id, question=question)[0]
    return found["gold"], None if found["consensus"].item_id is None else found["consensus"]


def get_page_row(tx: Transaction, gold_id: int) -> Row:
    """Return a known item as the list shows it."""
    return tx.rows(ONE, gold_id=gold_id)[0]


def list_after(tx: Transaction, project_id: int, after: int, limit: int) -> list[Row]:
    """Return known items with an id above `after`, with their items' keys."""
    return tx.rows(PAGE, project_id=project_id, after=after, limit=limit)


def add_stock(tx: Transaction, project_id: int, seed: str) -> None:
    """Begin a project's stock; a second time changes nothing."""
    tx.run(ADD_STOCK, project_id=project_id, seed=seed)


def stock(tx: Transaction, project_id: int) -> Row | None:
    """Return a project's stock."""
    return tx.row(STOCK, project_id=project_id)


def stocks_due(tx: Transaction, before: int, limit: int) -> list[Row]:
    """Return stocks that were last looked at before a time, the oldest first."""
    return tx.rows(STOCKS_DUE, before=before, limit=limit)


def grow(tx: Transaction, project_id: int) -> None:
    """Note that a stock has something new, so that those who ran out look again."""
    tx.run(GROW, project_id=project_id)


def mark_checked(
    tx: Transaction, project_id: int, *, refill_after: int, queue_mix: dict[str, Any]
) -> None:
    """Write how far a refill has read the settled items, and what the queue has been like."""
    tx.run(
        CHECKED,
        project_id=project_id,
        refill_after=refill_after,
        queue_mix=json.dumps(queue_mix),
        now=tx.now,
    )


def desk(tx: Transaction, project_id: int, annotator_id: int) -> Row | None:
    """Return stock and record in one row; None where the project has no stock."""
    return tx.row(DESK, project_id=project_id, annotator_id=annotator_id)


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


def pick(
    tx: Transaction, annotator: Row, use: str, *, place: int, limit: int, in_order: bool = False
) -> list[Row]:
    """Return known items that an annotator has never met, from a place on, their tasks locked.

    The place is one in the stock's random order, or an id where they come in the owner's order.
    """
    return tx.rows(
        PICK_IN_ORDER if in_order else PICK,
        project_id=annotator.project_id,
        annotator_id=annotator.id,
        use=use,
        place=place,
        limit=limit,
    )


def is_out(tx: Transaction, annotator: Row) -> bool:
    """Return whether an annotator has met every active gold item."""
    return tx.row(IS_OUT, project_id=annotator.project_id, annotator_id=annotator.id) is None


def returned(tx: Transaction, annotator_id: int, slots: int, limit: int) -> list[Row]:
    """Return the known items that an annotator gave back or let expire, their tasks locked.

    Hidden gold only until `slots` others have been seen since it was given back: by then they
    would have taken an ordinary question of its place.
    """
    return tx.rows(RETURNED, annotator_id=annotator_id, slots=slots, limit=limit)


def move(
    tx: Transaction, annotator_id: int, *, draws: int, place: int, out_revision: int | None
) -> None:
    """Count draws and move an annotator's place in the stock."""
    tx.run(MOVE, annotator_id=annotator_id, draws=draws, place=place, out_revision=out_revision)


def give(tx: Transaction, annotator_id: int, *, training: int = 0, test: int = 0) -> None:
    """Count training and test questions that an annotator is given."""
    if training or test:
        tx.run(GIVE, annotator_id=annotator_id, training=training, test=test)


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


def count_result(tx: Transaction, gold_id: int, *, n: int, missed: int, is_dirty: bool) -> None:
    """Move a known item's counts; a dirty one is looked at for doubt."""
    tx.later(COUNT_RESULT, gold_id=gold_id, n=n, missed=missed, is_dirty=is_dirty)


def set_said(tx: Transaction, gold_id: int, said: str) -> None:
    """Write what people say of a known item: a posterior as JSON."""
    tx.run(SET_SAID, gold_id=gold_id, said=said)


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


def list_in_service(tx: Transaction, project_id: int, limit: int) -> list[Row]:
    """Return the newest gold in service that somebody has answered: id, right answers."""
    return tx.rows(IN_SERVICE, project_id=project_id, limit=limit)


def score(tx: Transaction, annotator_id: int, *, n: int, right: int) -> None:
    """Move an annotator's score; it is looked at by the next turn."""
    tx.later(SCORE, annotator_id=annotator_id, n=n, right=right)


def results_of_gold(tx: Transaction, gold_id: int, after: int, limit: int) -> list[Row]:
    """Return who answered a gold item, how, and their present score, by annotator."""
    return tx.rows(RESULTS_OF_GOLD, gold_id=gold_id, after=after, limit=limit)


def dirty_gold(tx: Transaction, limit: int) -> list[Row]:
    """Return gold items with new answers."""
    return tx.rows(DIRTY_GOLD, limit=limit)


def recounts(tx: Transaction, limit: int) -> list[Row]:
    """Return known items that left service and whose scores are being corrected, locked."""
    return tx.rows(RECOUNTS, limit=limit)


def set_recount(tx: Transaction, gold_id: int, after: int | None) -> None:
    """Remember how far the records have been corrected; None at the end."""
    tx.run(SET_RECOUNT, gold_id=gold_id, after=after)


def clean_gold(tx: Transaction, gold_id: int) -> None:
    """Note that a gold item has been looked at."""
    tx.run(CLEAN_GOLD, gold_id=gold_id)


def dirty_records(tx: Transaction, limit: int) -> list[int]:
    """Return annotators whose score has moved, their records locked."""
    return [row.annotator_id for row in tx.rows(DIRTY_RECORDS, limit=limit)]


def clean_record(tx: Transaction, annotator_id: int) -> None:
    """Note that an annotator's score has been looked at."""
    tx.run(CLEAN_RECORD, annotator_id=annotator_id)


def count_out(tx: Transaction, project_id: int, revision: int) -> int:
    """Return how many annotators have met all gold that there is."""
    return int(tx.value(COUNT_OUT, project_id=project_id, revision=revision))


def count_others(tx: Transaction, project_id: int, annotator_id: int, since: int) -> int:
    """Return how many others have answered something since a time."""
    found = tx.value(COUNT_OTHERS, project_id=project_id, annotator_id=annotator_id, since=since)
    return int(found)


def count_paused(tx: Transaction, project_id: int) -> tuple[int, int]:
    """Return how many are paused for their score now, of how many who have one."""
    row = tx.rows(COUNT_PAUSED, project_id=project_id)[0]
    return int(row.paused), int(row.people)


def settled_since(tx: Transaction, project_id: int, after: int, limit: int) -> list[Row]:
    """Return events by which items were settled after an event, oldest first."""
    return tx.rows(SETTLED_SINCE, project_id=project_id, after=after, limit=limit)


def accepted_after(
    tx: Transaction, project_id: int, question: str, after: int, limit: int
) -> list[Row]:
    """Return accepted beliefs of items with an id above `after`."""
    return tx.rows(FIT_FOR_GOLD, project_id=project_id, question=question, after=after, limit=limit)
