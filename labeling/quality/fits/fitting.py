"""The full fit: all votes go to the compute child as a file, its findings come back in turns."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from labeling.audit import store as audit
from labeling.projects import store as projects
from labeling.quality import store
from labeling.quality.fits import store as fits
from labeling.quality.fits.own_model import prior_arrays, prior_texts
from labeling.quality.fits.reasons import by_model, why_flipped
from labeling.quality.folding import certain, contribution_json, skill_rows
from labeling.quality.priors import read_prior
from labeling.quality.service import Belief, believe, load_truth, write_belief
from labeling.quality.truth.online import Contribution, weigh

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from labeling.database import Hub, Row, Transaction
    from labeling.quality.arrays import FloatArray
    from labeling.quality.fits.own_model import ItemPriors, OwnModel
    from labeling.quality.service import QuestionTruth, TruthCache

ITEMS_PER_WRITE: Final = 100
GROWTH: Final = 1.2
"""A full fit follows when answers have grown by this factor since the last one."""
FIRST_FIT: Final = 20
FIRST_CHECKS: Final = 10
"""Newly checked items below which the confidence is not calibrated anew."""
DOUBTS_PER_WRITE: Final = 50
MOVED: Final = 0.02
"""Smaller changes of a confidence are left to the item's next answer."""
METHOD: Final = "dawid_skene"
CALIBRATION_METHOD: Final = "logistic regression on the log-odds of the stop score"


class Doubted(Protocol):
    """Does what accepted items need that a fit is no longer sure of."""

    def __call__(
        self, tx: Transaction, *, truth: TruthCache, project: Row, item_ids: Sequence[int]
    ) -> int:
        """Return how many of the items are asked again."""
        ...


@dataclass(frozen=True, slots=True)
class KnownItem:
    """What people said of an item whose right answers are known: votes oldest first, by class id.

    Its answers are no votes of any item, so nothing is fitted to them.
    """

    votes: list[tuple[int, int]]
    right: frozenset[int]


class KnownItems(Protocol):
    """Reads gold, which this package does not know."""

    def __call__(self, tx: Transaction, project_id: int, question: str) -> list[KnownItem]:
        """Return the known items in service that somebody has answered."""
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
        Runs `compute.fit_votes(votes_file, fitted_file)` in the compute child and waits.
    folder
        Where the two files go.
    doubted
        Called in writes of its own with the accepted items that are no longer sure: a list of
        them may be asked once more. Each later fit names again what a killed one left.
    known
        Reads the gold that checks the confidence; without it only reviews do.
    own_model
        Asks the project's own model; without it answers alone count.

    """

    def __init__(
        self,
        hub: Hub,
        truth: TruthCache,
        compute: Callable[[str, str], int],
        folder: Path,
        doubted: Doubted | None = None,
        known: KnownItems | None = None,
        own_model: OwnModel | None = None,
    ) -> None:
        self.hub, self.truth, self.compute, self.folder = hub, truth, compute, folder
        self.doubted, self.known, self.own_model = doubted, known, own_model

    def is_due(self, project: Row) -> bool:
        """Whether answers have grown enough since the last fit, or what checks them has."""
        question = project.target_question
        answers, fitted, checks, checked = self.hub.read_now(
            lambda tx: (
                projects.counters(tx, project.id).get("answers", 0),
                store.fitted_answers(tx, project.id, question),
                fits.count_checks(tx, project.id, question),
                fits.checks_at_last_fit(tx, project.id, question),
            )
        )
        if answers >= max(FIRST_FIT, GROWTH * fitted) and answers > fitted:
            return True
        # A project that is answered in full is reviewed afterwards: its confidence is then known.
        return checked is not None and checks >= max(checked + FIRST_CHECKS, GROWTH * checked)

    def ask_model(self, project: Row) -> ItemPriors | None:
        """Return what the project's own model says of the answered items, for `run`.

        None where the policy does not ask it. It is trained for this, which may take minutes: no
        answer waits for it, so it is asked before anything is locked.
        """
        policy = projects.policy_of(project).quality
        if self.own_model is None or policy.own_model == "off" or policy.subjective:
            return None
        votes_file, prior_file = self._files(project, "asked", "prior")
        truth = self.hub.read_now(lambda tx: load_truth(tx, project.id, project.target_question))
        self.hub.read_now(lambda tx: self._save_votes(tx, project, truth, votes_file, None))
        return self.own_model(project, votes_file, prior_file)

    def run(self, project: Row, priors: ItemPriors | None = None) -> int:
        """Fit all votes and return how many accepted items flipped."""
        votes_file, fitted_file = self._files(project, "votes", "fitted")
        truth = self.hub.read_now(lambda tx: load_truth(tx, project.id, project.target_question))
        saved = self.hub.read_now(
            lambda tx: self._save_votes(tx, project, truth, votes_file, priors)
        )
        if saved.n == 0:
            return 0
        iterations = self.compute(votes_file, fitted_file)
        with np.load(fitted_file) as fitted:
            return self._apply(project, truth, dict(fitted), saved, iterations, priors)

    def _files(self, project: Row, *names: str) -> list[str]:
        self.folder.mkdir(parents=True, exist_ok=True)
        return [str(self.folder / f"{project.id}-{name}.npz") for name in names]

    def _save_votes(
        self,
        tx: Transaction,
        project: Row,
        truth: QuestionTruth,
        votes_file: str,
        priors: ItemPriors | None,
    ) -> _SavedVotes:
        votes = [
            (row.item_id, row.annotator_id, truth.index(row.class_id), row.annotation_id)
            for row in store.all_votes(tx, project.id, truth.question)
        ]
        table = np.array(votes, dtype=np.int64).reshape(-1, 4)
        pinned = np.array(_reviewed(tx, project, truth), dtype=np.int64).reshape(-1, 2)
        known = [] if self.known is None else self.known(tx, project.id, truth.question)
        with Path(votes_file).open("wb") as file:
            np.savez(
                file,
                items=table[:, 0],
                annotators=table[:, 1],
                answers=table[:, 2],
                n_classes=len(truth.class_ids),
                pinned_items=pinned[:, 0],
                pinned_classes=pinned[:, 1],
                capped=np.array(sorted(truth.confusions.capped), dtype=np.int64),
                needed=projects.policy_of(project).quality.calibrate_from,
                **_gold_arrays(known, truth),
                **prior_arrays(priors),
            )
        return _SavedVotes(len(table), int(table[:, 3].max(initial=0)))

    def _apply(
        self,
        project: Row,
        truth: QuestionTruth,
        fitted: dict[str, Any],
        saved: _SavedVotes,
        iterations: int,
        priors: ItemPriors | None,
    ) -> int:
        said = prior_texts(priors, truth)
        self.hub.write_now(lambda tx: _replace_skills(tx, project, truth, fitted))
        self.truth.drop(project.id, truth.question)
        items, posterior = fitted["items"].tolist(), fitted["posterior"]
        found = _Rebelieved()
        for start in range(0, len(items), ITEMS_PER_WRITE):
            part = dict(
                zip(items[start : start + ITEMS_PER_WRITE], posterior[start:], strict=False)
            )
            found.add(
                self.hub.write_now(
                    partial(
                        _rebelieve,
                        project=project,
                        before=truth,
                        cache=self.truth,
                        part=part,
                        said=said,
                    )
                )
            )
        figures = json.loads(str(fitted["calibration"]))
        params: dict[str, Any] = {"iterations": iterations, "n_changed": found.changed}
        if priors is not None:
            params["own_model"] = priors.record
        self.hub.write_now(
            lambda tx: _record(tx, project, saved, len(items), found.flipped, params, figures)
        )
        self.truth.drop(project.id, truth.question)
        self._ask_again(project, found.doubted)
        return found.flipped

    def _ask_again(self, project: Row, doubted: list[int]) -> None:
        for start in range(0, len(doubted), DOUBTS_PER_WRITE):
            part = doubted[start : start + DOUBTS_PER_WRITE]
            if self.doubted is not None:
                self.hub.write_now(
                    partial(self.doubted, truth=self.truth, project=project, item_ids=part)
                )


@dataclass(slots=True)
class _Rebelieved:
    """What some items' new beliefs differ in; `flipped` counts accepted items, `changed` all."""

    flipped: int = 0
    changed: int = 0
    doubted: list[int] = field(default_factory=list)

    def add(self, more: _Rebelieved) -> None:
        """Add what was found of other items."""
        self.flipped += more.flipped
        self.changed += more.changed
        self.doubted += more.doubted


@dataclass(frozen=True, slots=True)
class _SavedVotes:
    """How many votes a fit rests on, and the newest annotation among them."""

    n: int
    high_water: int


def _gold_arrays(known: Sequence[KnownItem], truth: QuestionTruth) -> dict[str, Any]:
    """Return gold as `compute.fit_votes` reads it, items by their place, classes by index."""
    votes = [
        (place, who, truth.index(given))
        for place, item in enumerate(known)
        for who, given in item.votes
    ]
    right = [
        (place, truth.index(class_id))
        for place, item in enumerate(known)
        for class_id in sorted(item.right)
    ]
    return {
        "gold_votes": np.array(votes, dtype=np.int64).reshape(-1, 3),
        "gold_right": np.array(right, dtype=np.int64).reshape(-1, 2),
    }


def _reviewed(tx: Transaction, project: Row, truth: QuestionTruth) -> list[tuple[int, int]]:
    """Return the items that reviews have decided, with the places of their classes."""
    found: list[tuple[int, int]] = []
    after = 0
    while rows := store.list_adjudicated(tx, project.id, truth.question, after, 10_000):
        found += [(row.item_id, truth.index(row.class_id)) for row in rows]
        after = rows[-1].item_id
    return found


def _replace_skills(
    tx: Transaction, project: Row, truth: QuestionTruth, fitted: dict[str, Any]
) -> None:
    alone = dict(zip(map(tuple, fitted["cells"].tolist()), fitted["weights"].tolist(), strict=True))
    with_model: dict[tuple[int, ...], float] = {}
    if "model_cells" in fitted:
        cells = map(tuple, fitted["model_cells"].tolist())
        with_model = dict(zip(cells, fitted["model_weights"].tolist(), strict=True))
    every = {cell: alone.get(cell, 0.0) for cell in alone | with_model}
    rows = skill_rows(every, truth.class_ids)
    if with_model:
        for row, cell in zip(rows, every, strict=True):
            row["weight_with_model"] = with_model.get(cell, 0.0)
    store.drop_skills(tx, project.id, truth.question)
    store.add_skills(tx, project.id, truth.question, rows)


def _rebelieve(
    tx: Transaction,
    *,
    project: Row,
    before: QuestionTruth,
    cache: TruthCache,
    part: dict[int, Any],
    said: dict[int, str],
) -> _Rebelieved:
    """Write what the new skills say of some items, and why it is another class where it is."""
    truth = cache.get(tx, project.id, project.target_question)
    sure = projects.policy_of(project).accept_posterior
    found, flips = _Rebelieved(), list[dict[str, Any]]()
    between = (project.id, truth.question, min(part), max(part))
    rows = [row for row in store.lock_between(tx, *between) if row.item_id in part]
    all_votes = store.votes_between(tx, *between)
    folded: dict[int, dict[str, Any]] = {}
    of_test = fits.test_items_between(tx, *between[:1], *between[2:]) if truth.models else set()
    priors: dict[int, str | None] = {}
    for row in rows:
        item_id, votes = row.item_id, all_votes.get(row.item_id, [])
        indexed = [(annotator, truth.index(given)) for annotator, given in votes]
        # A review may have come in since the votes were saved.
        share = certain(row, truth) if row.pinned else part[item_id]
        contribution = Contribution(indexed, share) if indexed else None
        folded[item_id] = contribution_json(contribution, truth.class_ids)
        if said.get(item_id) != row.prior:
            priors[item_id] = said.get(item_id)
        if row.pinned:
            continue
        prior = _prior(said.get(item_id), truth)
        heard = truth.of_people(votes) if item_id in of_test else votes
        belief: Belief = believe(truth, heard, prior)
        belief = replace(belief, n_answers=len(votes))
        if row.state == "accepted" and belief.confidence < sure and not truth.subjective:
            found.doubted.append(item_id)
        is_other = belief.class_id != row.class_id
        if is_other or abs(belief.confidence - row.confidence) > MOVED:
            found.flipped += row.state == "accepted" and is_other
            found.changed += is_other
            if is_other and row.class_id is not None and belief.class_id is not None:
                flips.append(_flip(row, belief, indexed, (before, truth), prior))
            write_belief(
                tx, project.id, item_id, truth, belief, row.state, f"truth fit {truth.fit_n + 1}"
            )
    store.set_folded(tx, truth.question, folded)
    store.set_priors(tx, truth.question, priors)
    fits.add_flips(tx, project.id, flips)
    return found


def _prior(text: str | None, truth: QuestionTruth) -> FloatArray | None:
    """Return what is kept of the own model, as later beliefs will read it."""
    if text is None or truth.with_model is None:
        return None
    return read_prior(text, truth.class_ids)


def _flip(
    row: Row,
    belief: Belief,
    votes: list[tuple[int, int]],
    fits_of_truth: tuple[QuestionTruth, QuestionTruth],
    prior: FloatArray | None,
) -> dict[str, Any]:
    """Return the record of one flip, under the truth before and after."""
    before, truth = fits_of_truth
    was, now = truth.index(row.class_id), truth.index(belief.class_id or 0)
    reason = why_flipped(votes, before.confusions, truth.confusions, was, now)
    if prior is not None and weigh(votes, truth.confusions, len(truth.class_ids))[0] == was:
        reason = by_model(prior, was, now)
    evidence = dict(reason.evidence)
    if evidence:
        evidence["gave"] = truth.class_ids[evidence["gave"]]
    return {
        "question": truth.question,
        "fit_n": truth.fit_n + 1,
        "item_id": row.item_id,
        "state": row.state,
        "from_class_id": row.class_id,
        "to_class_id": belief.class_id,
        "from_score": row.confidence,
        "to_score": belief.confidence,
        "cause": reason.cause,
        "annotator_id": reason.annotator,
        "evidence": evidence,
    }


def _record(
    tx: Transaction,
    project: Row,
    saved: _SavedVotes,
    n_items: int,
    flipped: int,
    params: dict[str, Any],
    figures: dict[str, Any],
) -> None:
    question = project.target_question
    n = store.last_fit(tx, project.id, question) + 1
    params["checks"] = fits.count_checks(tx, project.id, question)
    causes = Counter[str]()
    for row in fits.flip_causes(tx, project.id, question, n):
        causes[row.cause] += row.n
    store.add_fit(
        tx,
        project.id,
        question,
        {
            "n": n,
            "method": METHOD,
            "params": json.dumps(params | {"causes": dict(sorted(causes.items()))}),
            "high_water": saved.high_water,
            "n_answers": saved.n,
            "n_items": n_items,
            "n_flipped": flipped,
        },
    )
    names = ("n_gold", "n_reviewed", "needed", "is_calibrated", "slope", "intercept")
    columns = {name: figures.pop(name) for name in names}
    fits.add_calibration(
        tx, project.id, question, fit_n=n, method=CALIBRATION_METHOD, figures=figures, **columns
    )
    audit.record(tx, project.id, "truth.fit", "truth_fit", n, n_votes=saved.n, n_flipped=flipped)
