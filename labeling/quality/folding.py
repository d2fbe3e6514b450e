"""The annotators' skills follow the answers a second behind, by deltas.

`fold_batch` is one consumer of the outbox; it replaces what each answered item adds to its
annotators' confusions. Now and then a full fit (`fits`) corrects them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from labeling.outbox import store as outbox
from labeling.projects import store as projects
from labeling.quality import store
from labeling.quality.arrays import FloatArray
from labeling.quality.service import load_truth
from labeling.quality.truth.online import Contribution, fold, item_posterior

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labeling.database import Row, Transaction
    from labeling.quality.service import QuestionTruth, TruthCache

CONSUMER: Final = "skills"
BATCH: Final = 100


def fold_batch(tx: Transaction, truth: TruthCache) -> int:
    """Fold the next answered items into their annotators' skills; return the events read."""
    outbox.lock(tx, CONSUMER)
    events = outbox.read(tx, CONSUMER, BATCH)
    if not events:
        return 0
    touched: dict[int, set[int]] = {}
    for event in events:
        if event.topic in {"annotation", "review"}:
            touched.setdefault(event.project_id, set()).add(json.loads(event.payload)["item_id"])
    for project_id, item_ids in touched.items():
        question = projects.get_or_raise(tx, project_id).target_question
        current = load_truth(tx, project_id, question)
        if current.is_fused:
            continue  # its answers are combined, and skills come of a full fit alone
        deltas: dict[tuple[int, int, int], float] = {}
        rows = store.lock_all(tx, sorted(item_ids), question)
        votes = store.votes_of(tx, project_id, question, [row.item_id for row in rows])
        folded = {}
        for row in rows:
            new = _contribution(row, votes.get(row.item_id, []), current)
            folded[row.item_id] = contribution_json(new, current.class_ids)
            for cell, change in fold(_from_json(row.folded, current), new).items():
                deltas[cell] = deltas.get(cell, 0.0) + change
        store.set_folded(tx, question, folded)
        store.add_skills(tx, project_id, question, skill_rows(deltas, current.class_ids))
        truth.drop(project_id, question)
    outbox.move(tx, CONSUMER, events[-1].id)
    return len(events)


def _contribution(
    row: Row, said: Sequence[tuple[int, int]], truth: QuestionTruth
) -> Contribution | None:
    """Return what an item adds to the skills now, by its votes (annotator, class id)."""
    if not said:
        return None
    votes = [(annotator, truth.index(given)) for annotator, given in said]
    if row.pinned:
        return Contribution(votes, certain(row, truth))
    return Contribution(votes, item_posterior(votes, truth.confusions, None, len(truth.class_ids)))


def certain(row: Row, truth: QuestionTruth) -> FloatArray:
    """Return the posterior of an item whose class a review has decided: known truth."""
    posterior = np.zeros(len(truth.class_ids))
    posterior[truth.index(row.class_id)] = 1.0
    return posterior


def contribution_json(
    contribution: Contribution | None, class_ids: tuple[int, ...]
) -> dict[str, Any]:
    """Return what an item adds to the skills as it is kept beside its consensus."""
    if contribution is None:
        return {}
    kept = np.flatnonzero(contribution.posterior > 1e-6).tolist()  # noqa: PLR2004 - the precision of the text
    return {
        "votes": [[annotator, class_ids[given]] for annotator, given in contribution.votes],
        "posterior": {str(class_ids[i]): float(contribution.posterior[i]) for i in kept},
    }


def _from_json(text: str, truth: QuestionTruth) -> Contribution | None:
    document = json.loads(text)
    if not document:
        return None
    posterior = np.zeros(len(truth.class_ids))
    for class_id, share in document["posterior"].items():
        posterior[truth.index(int(class_id))] = share
    return Contribution(
        [(person, truth.index(given)) for person, given in document["votes"]], posterior
    )


def skill_rows(
    deltas: dict[tuple[int, int, int], float], class_ids: tuple[int, ...]
) -> list[dict[str, Any]]:
    """Return confusion cells, {(annotator, true, given): weight} by place, as rows by class id."""
    return [
        {
            "annotator_id": annotator,
            "true_class_id": class_ids[true],
            "given_class_id": class_ids[given],
            "weight": weight,
        }
        for (annotator, true, given), weight in deltas.items()
    ]
