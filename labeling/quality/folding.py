"""The annotators' skills follow the answers: a second behind by deltas, now and then by a full fit.

`fold_batch` is one consumer of the outbox; it replaces what each answered item adds to its
annotators' confusions. `FullFit` reads all votes, fits them in the compute child (files in, files
out) and writes the next version, with a report of what flipped.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from labeling.audit import store as audit
from labeling.outbox import store as outbox
from labeling.projects import store as projects
from labeling.quality import store
from labeling.quality.arrays import FloatArray
from labeling.quality.service import Belief, believe, load_truth, write_belief
from labeling.quality.truth import infer_truth
from labeling.quality.truth.online import Contribution, fold, item_posterior

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from labeling.database import Hub, Row, Transaction
    from labeling.quality.service import QuestionTruth, TruthCache

CONSUMER: Final = "skills"
BATCH: Final = 100
ITEMS_PER_WRITE: Final = 100
GROWTH: Final = 1.2
"""A full fit follows when answers have grown by this factor since the last one."""
FIRST_FIT: Final = 20
DOUBTS_PER_WRITE: Final = 50
MOVED: Final = 0.02
"""Smaller changes of a confidence are left to the item's next answer."""


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
        deltas: dict[tuple[int, int, int], float] = {}
        for item_id in sorted(item_ids):
            for cell, change in _fold_item(tx, project_id, item_id, current).items():
                deltas[cell] = deltas.get(cell, 0.0) + change
        store.add_skills(tx, project_id, question, _cells(deltas, current.class_ids))
        truth.drop(project_id, question)
    outbox.move(tx, CONSUMER, events[-1].id)
    return len(events)


def _fold_item(
    tx: Transaction, project_id: int, item_id: int, truth: QuestionTruth
) -> dict[tuple[int, int, int], float]:
    """Replace an item's old contribution by its present one and return the change."""
    row = store.lock(tx, item_id, truth.question)
    if row is None:
        return {}
    votes = [
        (annotator, truth.index(given))
        for annotator, given in store.votes(tx, project_id, truth.question, item_id)
    ]
    new = None
    if votes:
        new = Contribution(
            votes,
            _certain(row, truth)
            if row.pinned
            else item_posterior(votes, truth.confusions, None, len(truth.class_ids)),
        )
    store.set_folded(tx, truth.question, {item_id: _to_json(new, truth.class_ids)})
    return fold(_from_json(row.folded, truth), new)


def _certain(row: Row, truth: QuestionTruth) -> FloatArray:
    """Return the posterior of an item whose class a review has decided: known truth."""
    posterior = np.zeros(len(truth.class_ids))
    posterior[truth.index(row.class_id)] = 1.0
    return posterior


def _to_json(contribution: Contribution | None, class_ids: tuple[int, ...]) -> dict[str, Any]:
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


def _cells(
    deltas: dict[tuple[int, int, int], float], class_ids: tuple[int, ...]
) -> list[dict[str, Any]]:
    return [
        {
            "annotator_id": annotator,
            "true_class_id": class_ids[true],
            "given_class_id": class_ids[given],
            "weight": weight,
        }
        for (annotator, true, given), weight in deltas.items()
    ]


def fit_votes(votes_file: str, fitted_file: str) -> int:
    """Fit Dawid–Skene to a file of votes, in the compute child; returns the number of iterations.

    Parameters
    ----------
    votes_file
        .npz with `items`, `annotators`, `answers` (n_votes,), `n_classes`, and `pinned_items`,
        `pinned_classes` (n_pinned,): what reviews have decided is known truth.
    fitted_file
        .npz to write: `items` (n_items,), `posterior` (n_items, n_classes), `cells` (n_cells, 3) of
        (annotator, true, given) and `weights` (n_cells,).

    """
    with np.load(votes_file) as votes:
        items, rows = np.unique(votes["items"], return_inverse=True)
        people, columns = np.unique(votes["annotators"], return_inverse=True)
        known = np.isin(votes["pinned_items"], items)
        reviewed = np.searchsorted(items, votes["pinned_items"][known])
        estimate = infer_truth(
            rows,
            columns,
            votes["answers"],
            int(votes["n_classes"]),
            method="dawid_skene",
            pinned=dict(
                zip(reviewed.tolist(), votes["pinned_classes"][known].tolist(), strict=True)
            ),
        )
    cells = [
        (int(people[who]), true, given, weight)
        for who, true, given, weight in estimate.confusions.rows()
    ]
    table = np.array([cell[:3] for cell in cells], dtype=np.int64).reshape(-1, 3)
    weights = np.array([cell[3] for cell in cells], dtype=np.float64)
    with Path(fitted_file).open("wb") as file:
        np.savez(file, items=items, posterior=estimate.posterior, cells=table, weights=weights)
    return int(estimate.n_iterations)


class Doubted(Protocol):
    """Does what accepted items need that a fit is no longer sure of."""

    def __call__(
        self, tx: Transaction, *, truth: TruthCache, project: Row, item_ids: Sequence[int]
    ) -> int:
        """Return how many of the items are asked again."""
        ...


class FullFit:
    """One full fit of a question, from all votes to the next version of every skill.

    Parameters
    ----------
    hub
        The store.
    truth
        The cache to refresh.
    compute
        Runs `fit_votes(votes_file, fitted_file)` in the compute child and waits.
    folder
        Where the two files go.
    doubted
        Called in writes of its own with the accepted items that are no longer sure: a list of
        them may be asked once more. Each later fit names again what a killed one left.

    """

    def __init__(
        self,
        hub: Hub,
        truth: TruthCache,
        compute: Callable[[str, str], int],
        folder: Path,
        doubted: Doubted | None = None,
    ) -> None:
        self.hub, self.truth, self.compute, self.folder = hub, truth, compute, folder
        self.doubted = doubted

    def is_due(self, project: Row) -> bool:
        """Whether answers have grown enough since the last fit."""
        answers, fitted = self.hub.read_now(
            lambda tx: (
                projects.counters(tx, project.id).get("answers", 0),
                store.fitted_answers(tx, project.id, project.target_question),
            )
        )
        return bool(answers >= max(FIRST_FIT, GROWTH * fitted) and answers > fitted)

    def run(self, project: Row) -> int:
        """Fit all votes and return how many accepted items flipped."""
        self.folder.mkdir(parents=True, exist_ok=True)
        votes_file, fitted_file = (
            str(self.folder / f"{project.id}-{name}.npz") for name in ("votes", "fitted")
        )
        truth = self.hub.read_now(lambda tx: load_truth(tx, project.id, project.target_question))
        saved = self.hub.read_now(lambda tx: _save_votes(tx, project, truth, votes_file))
        if saved.n == 0:
            return 0
        iterations = self.compute(votes_file, fitted_file)
        with np.load(fitted_file) as fitted:
            return self._apply(project, truth, dict(fitted), saved, iterations)

    def _apply(
        self,
        project: Row,
        truth: QuestionTruth,
        fitted: dict[str, Any],
        saved: _SavedVotes,
        iterations: int,
    ) -> int:
        cells = {
            (int(who), int(true), int(given)): float(weight)
            for (who, true, given), weight in zip(fitted["cells"], fitted["weights"], strict=True)
        }

        def replace(tx: Transaction) -> None:
            store.drop_skills(tx, project.id, truth.question)
            store.add_skills(tx, project.id, truth.question, _cells(cells, truth.class_ids))

        self.hub.write_now(replace)
        self.truth.drop(project.id, truth.question)
        items, posterior = fitted["items"].tolist(), fitted["posterior"]
        flipped, doubted = 0, list[int]()
        for start in range(0, len(items), ITEMS_PER_WRITE):
            part = dict(
                zip(items[start : start + ITEMS_PER_WRITE], posterior[start:], strict=False)
            )
            found = self.hub.write_now(
                partial(_rebelieve, project=project, cache=self.truth, part=part)
            )
            flipped += found.flipped
            doubted += found.doubted
        self.hub.write_now(lambda tx: _record(tx, project, saved, len(items), flipped, iterations))
        self.truth.drop(project.id, truth.question)
        self._ask_again(project, doubted)
        return flipped

    def _ask_again(self, project: Row, doubted: list[int]) -> None:
        for start in range(0, len(doubted), DOUBTS_PER_WRITE):
            part = doubted[start : start + DOUBTS_PER_WRITE]
            if self.doubted is not None:
                self.hub.write_now(
                    partial(self.doubted, truth=self.truth, project=project, item_ids=part)
                )


@dataclass(frozen=True, slots=True)
class _Rebelieved:
    """How many accepted items flipped, and which are no longer sure."""

    flipped: int
    doubted: list[int]


@dataclass(frozen=True, slots=True)
class _SavedVotes:
    """How many votes a fit rests on, and the newest annotation among them."""

    n: int
    high_water: int


def _save_votes(
    tx: Transaction, project: Row, truth: QuestionTruth, votes_file: str
) -> _SavedVotes:
    votes = [
        (row.item_id, row.annotator_id, truth.index(row.class_id), row.annotation_id)
        for row in store.all_votes(tx, project.id, truth.question)
    ]
    table = np.array(votes, dtype=np.int64).reshape(-1, 4)
    pinned = np.array(_reviewed(tx, project, truth), dtype=np.int64).reshape(-1, 2)
    with Path(votes_file).open("wb") as file:
        np.savez(
            file,
            items=table[:, 0],
            annotators=table[:, 1],
            answers=table[:, 2],
            n_classes=len(truth.class_ids),
            pinned_items=pinned[:, 0],
            pinned_classes=pinned[:, 1],
        )
    return _SavedVotes(len(table), int(table[:, 3].max(initial=0)))


def _reviewed(tx: Transaction, project: Row, truth: QuestionTruth) -> list[tuple[int, int]]:
    """Return the items that reviews have decided, with the places of their classes."""
    found: list[tuple[int, int]] = []
    after = 0
    while rows := store.list_adjudicated(tx, project.id, truth.question, after, 10_000):
        found += [(row.item_id, truth.index(row.class_id)) for row in rows]
        after = rows[-1].item_id
    return found


def _rebelieve(
    tx: Transaction, *, project: Row, cache: TruthCache, part: dict[int, Any]
) -> _Rebelieved:
    """Write what the new skills say of some items."""
    truth = cache.get(tx, project.id, project.target_question)
    sure = projects.policy_of(project).accept_posterior
    flipped, doubted = 0, list[int]()
    between = (project.id, truth.question, min(part), max(part))
    rows = [row for row in store.lock_between(tx, *between) if row.item_id in part]
    all_votes = store.votes_between(tx, *between)
    folded: dict[int, dict[str, Any]] = {}
    for row in rows:
        item_id, votes = row.item_id, all_votes.get(row.item_id, [])
        indexed = [(annotator, truth.index(given)) for annotator, given in votes]
        # A review may have come in since the votes were saved.
        share = _certain(row, truth) if row.pinned else part[item_id]
        contribution = Contribution(indexed, share) if indexed else None
        folded[item_id] = _to_json(contribution, truth.class_ids)
        if row.pinned:
            continue
        belief: Belief = believe(truth, votes)
        if row.state == "accepted" and belief.confidence < sure:
            doubted.append(item_id)
        if belief.class_id != row.class_id or abs(belief.confidence - row.confidence) > MOVED:
            flipped += row.state == "accepted" and belief.class_id != row.class_id
            write_belief(
                tx, project.id, item_id, truth, belief, row.state, f"truth fit {truth.fit_n + 1}"
            )
    store.set_folded(tx, truth.question, folded)
    return _Rebelieved(flipped, doubted)


def _record(
    tx: Transaction, project: Row, saved: _SavedVotes, n_items: int, flipped: int, iterations: int
) -> None:
    n = store.last_fit(tx, project.id, project.target_question) + 1
    store.add_fit(
        tx,
        project.id,
        project.target_question,
        {
            "n": n,
            "method": "dawid_skene",
            "params": json.dumps({"iterations": iterations}),
            "high_water": saved.high_water,
            "n_answers": saved.n,
            "n_items": n_items,
            "n_flipped": flipped,
        },
    )
    audit.record(tx, project.id, "truth.fit", "truth_fit", n, n_votes=saved.n, n_flipped=flipped)
