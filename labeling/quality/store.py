"""SQL of votes, consensus, skills and truth fits."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from labeling.database import labelled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from labeling.database import Row, Transaction

ADD_VOTE = """
INSERT INTO vote (annotation_id, question, class_id, project_id, item_id, annotator_id)
VALUES (:annotation_id, :question, :class_id, :project_id, :item_id, :annotator_id)
"""
DROP_VOTES = "DELETE FROM vote WHERE annotation_id = :annotation_id"
CONSENSUS_HEARD = (
    "c.item_id, c.state, c.class_id, c.posterior, c.confidence, c.pinned, c.prior, c.answer"
)
HEARD = f"""
SELECT {labelled("vote", "v.annotator_id, v.class_id")},
    {labelled("consensus", CONSENSUS_HEARD)}
FROM item i LEFT JOIN consensus c ON c.item_id = i.id AND c.question = :question
    LEFT JOIN vote v ON v.item_id = i.id AND v.question = :question AND v.project_id = :project_id
WHERE i.id = :item_id ORDER BY v.annotation_id
"""  # noqa: S608 - names from the code
VOTES = """
SELECT annotator_id, class_id FROM vote
WHERE project_id = :project_id AND question = :question AND item_id = :item_id ORDER BY
    annotation_id
"""
VOTES_OF = """
SELECT item_id, annotator_id, class_id FROM vote
WHERE project_id = :project_id AND question = :question AND item_id = ANY(:ids) ORDER BY
    annotation_id
"""
ALL_VOTES = """
SELECT item_id, annotator_id, class_id, annotation_id FROM vote
WHERE project_id = :project_id AND question = :question AND item_id > :after ORDER BY item_id LIMIT
    :limit
"""
VOTES_OF_ITEM_SPLIT = """
SELECT v.item_id, v.annotator_id, v.class_id FROM vote v JOIN item i ON i.id = v.item_id
WHERE v.project_id = :project_id AND v.question = :question AND i.split = :split AND v.item_id >
    :after
ORDER BY v.item_id LIMIT :limit
"""
CONSENSUS = """
SELECT item_id, question, state, class_id, posterior, confidence, majority_class_id, n_answers,
    truth_fit_n, version,
       folded, pinned, review_id, method, certificate_id, prior, answer
FROM consensus
"""
GET = CONSENSUS + "WHERE item_id = :item_id AND question = :question"
GET_LOCKED = GET + " FOR NO KEY UPDATE"
LOCK_ITEM = """
SELECT 1 FROM consensus WHERE item_id = :item_id AND question = :question FOR NO KEY UPDATE
"""
LOCK_ALL = (
    CONSENSUS
    + "WHERE item_id = ANY(:ids) AND question = :question ORDER BY item_id FOR NO KEY UPDATE"
)
LOCK_BETWEEN = (
    CONSENSUS
    + """
WHERE project_id = :project_id AND question = :question AND item_id >= :first AND item_id <= :last
ORDER BY item_id FOR NO KEY UPDATE
"""
)
VOTES_BETWEEN = """
SELECT item_id, annotator_id, class_id FROM vote
WHERE project_id = :project_id AND question = :question AND item_id >= :first AND item_id <= :last
ORDER BY item_id, annotation_id
"""
PUT = """
INSERT INTO consensus (item_id, question, project_id, state, class_id, posterior, confidence,
    majority_class_id,
    n_answers, truth_fit_n, version, updated_at, folded, answer)
VALUES (:item_id, :question, :project_id, :state, :class_id, :posterior, :confidence,
    :majority_class_id,
    :n_answers, :truth_fit_n, 1, :now, '{}', :answer)
ON CONFLICT (item_id, question) DO UPDATE SET state = excluded.state, class_id = excluded.class_id,
    posterior = excluded.posterior, confidence = excluded.confidence,
    majority_class_id = excluded.majority_class_id, n_answers = excluded.n_answers,
    truth_fit_n = excluded.truth_fit_n, version = consensus.version + 1,
    updated_at = excluded.updated_at, certificate_id = NULL, answer = excluded.answer,
    method = CASE WHEN consensus.pinned THEN consensus.method ELSE 'truth' END
"""
PUT_CERTIFIED = """
INSERT INTO consensus (item_id, question, project_id, state, class_id, posterior, confidence,
    majority_class_id, n_answers, truth_fit_n, version, updated_at, folded, method, certificate_id)
VALUES (:item_id, :question, :project_id, 'accepted', :class_id, :posterior, :confidence,
    NULL, 0, 0, 1, :now, '{}', 'certified_model', :certificate_id)
ON CONFLICT (item_id, question) DO UPDATE SET state = excluded.state, class_id = excluded.class_id,
    posterior = excluded.posterior, confidence = excluded.confidence, method = excluded.method,
    certificate_id = excluded.certificate_id, version = consensus.version + 1,
    updated_at = excluded.updated_at
WHERE consensus.n_answers = 0 AND consensus.state = 'pending' AND NOT consensus.pinned
"""
DROP_CERTIFIED = """
UPDATE consensus SET state = 'pending', class_id = NULL, posterior = '{}', confidence = 0,
    method = 'truth', certificate_id = NULL, version = version + 1, updated_at = :now
WHERE item_id = :item_id AND question = :question AND certificate_id = :certificate_id
"""
ADD_EVENT = """
INSERT INTO consensus_event (project_id, created_at, item_id, question, from_state, to_state,
    class_id, confidence, cause, from_class_id, answer)
VALUES (:project_id, :now, :item_id, :question, :from_state, :to_state, :class_id, :confidence,
    :cause, :from_class_id, :answer)
"""
SETTLED = """
SELECT c.item_id, c.class_id, c.majority_class_id, c.confidence, c.n_answers, c.state, i.seq,
    i.key, i.split
FROM consensus c JOIN item i ON i.id = c.item_id
WHERE c.project_id = :project_id AND c.question = :question AND c.state = :state AND i.split =
    :split
    AND c.item_id > :after
ORDER BY c.item_id LIMIT :limit
"""
PIN = """
UPDATE consensus SET pinned = :pinned, review_id = :review_id, method = :method
WHERE item_id = :item_id AND question = :question
"""
ADJUDICATED = """
SELECT item_id, class_id, review_id FROM consensus
WHERE project_id = :project_id AND question = :question AND pinned AND item_id > :after
ORDER BY item_id LIMIT :limit
"""
SET_FOLDED = (
    "UPDATE consensus SET folded = :folded WHERE item_id = :item_id AND question = :question"
)
SET_PRIOR = "UPDATE consensus SET prior = :prior WHERE item_id = :item_id AND question = :question"
SET_FOLDED_POSTGRES = """
UPDATE consensus SET folded = x.folded
FROM (SELECT unnest(CAST(:ids AS bigint[])) AS id, unnest(CAST(:folded AS text[])) AS folded) AS x
WHERE item_id = x.id AND question = :question
"""
SKILLS = """
SELECT annotator_id, true_class_id, given_class_id, weight, weight_with_model FROM annotator_skill
WHERE project_id = :project_id AND question = :question AND (weight > 0 OR weight_with_model > 0)
"""
ADD_SKILL = """
INSERT INTO annotator_skill (project_id, question, annotator_id, true_class_id, given_class_id,
    weight, weight_with_model)
VALUES (:project_id, :question, :annotator_id, :true_class_id, :given_class_id, :weight,
    :weight_with_model)
ON CONFLICT (project_id, question, annotator_id, true_class_id, given_class_id)
DO UPDATE SET weight = CASE WHEN annotator_skill.weight + excluded.weight > 0
    THEN annotator_skill.weight + excluded.weight ELSE 0 END,
    weight_with_model = CASE WHEN annotator_skill.weight_with_model IS NULL THEN NULL
    WHEN annotator_skill.weight_with_model + excluded.weight > 0
    THEN annotator_skill.weight_with_model + excluded.weight ELSE 0 END
"""
DROP_SKILLS = "DELETE FROM annotator_skill WHERE project_id = :project_id AND question = :question"
LAST_FIT = """
SELECT COALESCE(MAX(n), 0) FROM truth_fit WHERE project_id = :project_id AND question = :question
"""
FITTED_ANSWERS = """
SELECT COALESCE(MAX(n_answers), 0) FROM truth_fit WHERE project_id = :project_id AND question =
    :question
"""
ADD_FIT = """
INSERT INTO truth_fit (project_id, created_at, question, n, method, params, annotation_high_water,
    n_answers, n_items,
    n_flipped)
VALUES (:project_id, :now, :question, :n, :method, :params, :high_water, :n_answers, :n_items,
    :n_flipped)
"""


def add_votes(
    tx: Transaction,
    *,
    project_id: int,
    annotation_id: int,
    item_id: int,
    annotator_id: int,
    classes: dict[str, int],
) -> None:
    """Add the counted votes of one annotation: a class id for each question."""
    for question, class_id in classes.items():
        tx.later(
            ADD_VOTE,
            annotation_id=annotation_id,
            question=question,
            class_id=class_id,
            project_id=project_id,
            item_id=item_id,
            annotator_id=annotator_id,
        )


def drop_votes(tx: Transaction, annotation_id: int) -> None:
    """Take the votes of a retracted or superseded annotation away."""
    tx.run(DROP_VOTES, annotation_id=annotation_id)


def votes(tx: Transaction, project_id: int, question: str, item_id: int) -> list[tuple[int, int]]:
    """Return an item's counted votes as (annotator, class id), oldest first."""
    found = tx.rows(VOTES, project_id=project_id, question=question, item_id=item_id)
    return [(row.annotator_id, row.class_id) for row in found]


def votes_of(
    tx: Transaction, project_id: int, question: str, item_ids: Sequence[int]
) -> dict[int, list[tuple[int, int]]]:
    """Return the counted votes of items, as `votes` does, by item."""
    found: dict[int, list[tuple[int, int]]] = {}
    ids = tx.listed(item_ids)
    for row in tx.rows(VOTES_OF, project_id=project_id, question=question, ids=ids):
        found.setdefault(row.item_id, []).append((row.annotator_id, row.class_id))
    return found


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said of an item so far: its votes, oldest first, and what was believed by them."""

    votes: list[tuple[int, int]]
    believed: Row | None

    def and_vote(self, annotator_id: int, class_id: int | None) -> Heard:
        """Return the same with one more vote, if it is one on this question."""
        if class_id is None:
            return self
        return Heard([*self.votes, (annotator_id, class_id)], self.believed)

    @property
    def is_decided(self) -> bool:
        """Whether a review has decided the item: nobody needs to be asked about it any more."""
        return self.believed is not None and bool(self.believed.pinned)


def hold(tx: Transaction, item_id: int, question: str) -> None:
    """Lock what is believed of an item until the transaction ends."""
    tx.lock(LOCK_ITEM, item_id=item_id, question=question)


def hear(tx: Transaction, project_id: int, question: str, item_id: int) -> Heard:
    """Return an item's counted votes and what is believed of it, which stays locked.

    A review, a full fit or a certificate that writes the belief at this moment is waited for: what
    is written on what was read here must not undo theirs.
    """
    hold(tx, item_id, question)
    found = tx.joined(HEARD, project_id=project_id, question=question, item_id=item_id)
    rows = [parts["vote"] for parts in found]
    votes = [(row.annotator_id, row.class_id) for row in rows if row.annotator_id is not None]
    believed = found[0]["consensus"] if found else None
    return Heard(votes, None if believed is None or believed.item_id is None else believed)


def in_chunks(tx: Transaction, sql: str, limit: int, params: dict[str, Any]) -> Iterable[Row]:
    """Yield rows ordered by item, chunk after chunk, never cutting an item's rows apart."""
    after = 0
    while rows := tx.rows(sql, after=after, limit=limit, **params):
        if len(rows) == limit:
            last = rows[-1].item_id
            rows = [row for row in rows if row.item_id != last] or rows
        yield from rows
        after = rows[-1].item_id


def all_votes(
    tx: Transaction, project_id: int, question: str, chunk: int = 50_000
) -> Iterable[Row]:
    """Yield all counted votes of a question in order of items."""
    return in_chunks(tx, ALL_VOTES, chunk, {"project_id": project_id, "question": question})


def votes_in_split(
    tx: Transaction, project_id: int, question: str, split: str, chunk: int = 50_000
) -> Iterable[Row]:
    """Yield the counted votes of one split in order of items."""
    params = {"project_id": project_id, "question": question, "split": split}
    return in_chunks(tx, VOTES_OF_ITEM_SPLIT, chunk, params)


def get(tx: Transaction, item_id: int, question: str) -> Row | None:
    """Return what is believed about an item's question."""
    return tx.row(GET, item_id=item_id, question=question)


def lock(tx: Transaction, item_id: int, question: str) -> Row | None:
    """Return what is believed about an item's question, locked until the transaction ends."""
    return tx.row(GET_LOCKED, item_id=item_id, question=question)


def lock_all(tx: Transaction, item_ids: Sequence[int], question: str) -> list[Row]:
    """Return what is believed about items' question, locked, in the order of the items."""
    return tx.rows(LOCK_ALL, ids=tx.listed(item_ids), question=question)


def lock_between(
    tx: Transaction, project_id: int, question: str, first: int, last: int
) -> list[Row]:
    """Return what is believed about the items with an id in [first, last], locked."""
    return tx.rows(LOCK_BETWEEN, project_id=project_id, question=question, first=first, last=last)


def votes_between(
    tx: Transaction, project_id: int, question: str, first: int, last: int
) -> dict[int, list[tuple[int, int]]]:
    """Return the votes of each item with an id in [first, last], as `votes` does."""
    found: dict[int, list[tuple[int, int]]] = {}
    params = {"project_id": project_id, "question": question, "first": first, "last": last}
    for row in tx.rows(VOTES_BETWEEN, **params):
        found.setdefault(row.item_id, []).append((row.annotator_id, row.class_id))
    return found


def put(tx: Transaction, project_id: int, values: dict[str, Any]) -> None:
    """Write what is believed now; `values` holds the columns of `PUT`."""
    tx.later(PUT, project_id=project_id, now=tx.now, **{"answer": None, **values})


def put_certified(tx: Transaction, project_id: int, rows: Sequence[dict[str, Any]]) -> None:
    """Let a model's answers stand as labels; where people answered, nothing changes.

    Each mapping holds the columns of `PUT_CERTIFIED`.
    """
    tx.run_many(PUT_CERTIFIED, [{**row, "project_id": project_id, "now": tx.now} for row in rows])


def drop_certified(
    tx: Transaction, question: str, certificate_id: int, item_ids: Sequence[int]
) -> None:
    """Take back what stands under a certificate; where people answered since, nothing changes."""
    common = {"question": question, "certificate_id": certificate_id, "now": tx.now}
    tx.run_many(DROP_CERTIFIED, [{**common, "item_id": item_id} for item_id in item_ids])


def add_events(tx: Transaction, project_id: int, rows: Sequence[dict[str, Any]]) -> None:
    """Add changes of belief to the record; each mapping holds the columns of `ADD_EVENT`."""
    common = {"answer": None, "project_id": project_id, "now": tx.now}
    tx.run_many(ADD_EVENT, [{**common, **row} for row in rows])


def pin(tx: Transaction, item_id: int, question: str, review_id: int | None) -> None:
    """Mark what is believed as decided by a review, or, with None, as open to answers again."""
    tx.run(
        PIN,
        item_id=item_id,
        question=question,
        pinned=review_id is not None,
        review_id=review_id,
        method="truth" if review_id is None else "review",
    )


def list_adjudicated(
    tx: Transaction, project_id: int, question: str, after: int, limit: int
) -> list[Row]:
    """Return the items with an id above `after` whose class a review has decided, in order.

    Columns: item_id, class_id, review_id.
    """
    return tx.rows(ADJUDICATED, project_id=project_id, question=question, after=after, limit=limit)


def add_event(tx: Transaction, project_id: int, values: dict[str, Any]) -> None:
    """Add a change of belief to the record; `values` holds the columns of `ADD_EVENT`."""
    tx.later(ADD_EVENT, project_id=project_id, now=tx.now, **{"answer": None, **values})


def settled(
    tx: Transaction, project_id: int, question: str, split: str, state: str = "accepted"
) -> Iterable[Row]:
    """Yield the consensus rows of a split in one state, in order of items."""
    params = {"project_id": project_id, "question": question, "split": split, "state": state}
    return in_chunks(tx, SETTLED, 10_000, params)


def set_folded(tx: Transaction, question: str, folded: Mapping[int, dict[str, Any]]) -> None:
    """Remember what items have added to their annotators' skills."""
    if tx.dialect == "postgresql":
        texts = [json.dumps(part) for part in folded.values()]
        tx.run(SET_FOLDED_POSTGRES, ids=list(folded), folded=texts, question=question)
        return
    tx.run_many(
        SET_FOLDED,
        [
            {"item_id": item_id, "question": question, "folded": json.dumps(part)}
            for item_id, part in folded.items()
        ],
    )


def set_priors(tx: Transaction, question: str, priors: Mapping[int, str | None]) -> None:
    """Remember what the project's own model says of items; None where it says nothing."""
    rows = [{"item_id": n, "question": question, "prior": text} for n, text in priors.items()]
    tx.run_many(SET_PRIOR, rows)


def skills(tx: Transaction, project_id: int, question: str) -> list[Row]:
    """Return the sparse confusion cells of all annotators of a question.

    A cell can lie below zero for a moment: an answer that was changed while a full fit was under
    way takes away what the new version never held. It counts as empty.
    """
    return tx.rows(SKILLS, project_id=project_id, question=question)


def add_skills(
    tx: Transaction, project_id: int, question: str, cells: Sequence[dict[str, Any]]
) -> None:
    """Add weights to confusion cells, with and without the own model; none falls below zero."""
    common = {"project_id": project_id, "question": question}
    tx.run_many(ADD_SKILL, [{"weight_with_model": None, **cell, **common} for cell in cells])


def drop_skills(tx: Transaction, project_id: int, question: str) -> None:
    """Forget all confusion cells of a question, before a full fit writes new ones."""
    tx.run(DROP_SKILLS, project_id=project_id, question=question)


def last_fit(tx: Transaction, project_id: int, question: str) -> int:
    """Return the number of the latest full fit, 0 where there was none."""
    return int(tx.value(LAST_FIT, project_id=project_id, question=question))


def fitted_answers(tx: Transaction, project_id: int, question: str) -> int:
    """Return how many answers the largest full fit rested on, 0 where there was none."""
    return int(tx.value(FITTED_ANSWERS, project_id=project_id, question=question))


def add_fit(tx: Transaction, project_id: int, question: str, values: dict[str, Any]) -> None:
    """Add a full fit to the record; `values` holds the columns of `ADD_FIT`."""
    tx.run(ADD_FIT, project_id=project_id, question=question, now=tx.now, **values)
