"""The planner: pushes tasks into the queue ahead of the annotators, round after round.

A round refits the selector on what the answers say so far, chooses the next items in the compute
child, withdraws tasks that nobody has held and opens better ones, and leaves a record: strategy,
model, score, reason, seed. Where it cannot choose, it opens items at random and says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from active_learning.pool import FeatureCache, PoolFeatures
from active_learning.rounds import store
from active_learning.selector import SelectionResult, result_from_json, run_selection_json
from active_learning.stability import Stability
from labeling.audit import store as audit
from labeling.clock import MICROS
from labeling.database import Actor
from labeling.items import store as items
from labeling.outbox import store as outbox
from labeling.projects import store as projects
from labeling.schema import store as schema_store
from labeling.tasks import service as tasks
from labeling.tasks import store as task_store
from labeling.tasks.overlap import overlap_of
from labeling.tasks.service import TaskWish
from labeling.workforces import store as workforces
from training.registry import store as registry

if TYPE_CHECKING:
    from pathlib import Path

    from labeling.database import Hub, Row, Transaction
    from labeling.projects.policy import Policy
    from training.compute import Compute

JOB: Final = Actor("job")
TASKS_PER_PERSON: Final = 5
ACTIVE_SECONDS: Final = 300
RANK_STEP: Final = 100_000
"""Priorities of a round lie below those of the round before: what was begun is finished first."""


@dataclass(frozen=True, slots=True)
class RoundInput:
    """What one round knows: items by id, classes as indices, money in micro-units."""

    project: Row
    n: int
    answers: int
    spend_micros: int
    n_items: int
    newest_answer_at: int | None
    labelled: list[tuple[int, int, float]]
    test: list[tuple[int, int]]
    candidates: list[int]
    class_ids: tuple[int, ...]
    n_tasks: int
    n_test: int


class Planner:
    """Runs the rounds of every project of a hub; called from one thread."""

    def __init__(self, hub: Hub, compute: Compute, data_folder: Path) -> None:
        self.hub, self.compute = hub, compute
        self.features = FeatureCache(hub, compute, data_folder)
        self._asked: dict[int, tuple[int, int, int]] = {}
        self.stability = Stability()

    def run_due(self) -> int:
        """Run a round in each project that is due; returns how many were run."""
        due = self.hub.read_now(
            lambda tx: [row for row in projects.list_after(tx, 0, 1_000) if self._is_due(tx, row)]
        )
        for project in due:
            self.run_round(project.id)
        return len(due)

    def _is_due(self, tx: Transaction, project: Row) -> bool:
        """Whether enough answers have come since the last round, or the queue runs low."""
        if project.state != "active":
            return False
        policy = projects.policy_of(project)
        counts = projects.counters(tx, project.id)
        answers, n_items = counts.get("answers", 0), counts.get("items", 0)
        if n_items == 0:
            return False
        last = store.last(tx, project.id)
        state = (answers, n_items, project.policy_version)
        if last is not None and answers - last.annotation_high_water >= policy.retrain_after:
            return True
        low = task_store.count_open(tx, project.id, policy.round_size) < policy.round_size // 2
        return low and self._asked.get(project.id) != state

    def run_round(self, project_id: int) -> None:
        """Choose the next items of a project and open their tasks."""
        found = self.hub.read_now(lambda tx: _read_round(tx, project_id))
        self._asked[project_id] = (found.answers, found.n_items, found.project.policy_version)
        features = self.features.get(found.project, found.candidates)
        policy = projects.policy_of(found.project)
        seed = found.n + 1_000_003 * found.project.id
        request = _request(found, features, policy, seed)
        request["watched"] = self.stability.rows(project_id, features.rows)
        result = result_from_json(self.compute.run(run_selection_json, request))
        kappa = self.stability.compare(project_id, result.watched)
        self.hub.write_now(lambda tx: _open_round(tx, found, features, result, seed, kappa), JOB)


def _read_round(tx: Transaction, project_id: int) -> RoundInput:
    project = projects.get_or_raise(tx, project_id)
    policy = projects.policy_of(project)
    counts = projects.counters(tx, project.id)
    last = store.last(tx, project.id)
    class_ids = tuple(sorted(schema_store.class_ids(tx, project.id, project.target_question).by_id))
    place = {class_id: index for index, class_id in enumerate(class_ids)}
    active = workforces.count_active(tx, project.id, tx.now - ACTIVE_SECONDS * MICROS)
    n_tasks = min(max(policy.round_size, TASKS_PER_PERSON * active), policy.queue_cap)
    wanted_test = max(policy.test_items - counts.get("test_tasks", 0), 0)
    return RoundInput(
        project=project,
        n=1 if last is None else last.n + 1,
        answers=counts.get("answers", 0),
        spend_micros=projects.spent(tx, project.id),
        n_items=counts.get("items", 0),
        newest_answer_at=store.newest_answer_at(tx, project.id),
        labelled=[
            (row.item_id, place[row.class_id], row.confidence)
            for row in store.labelled(tx, project)
        ],
        test=[(row.item_id, place[row.class_id]) for row in store.labelled_test(tx, project)],
        candidates=store.candidates(tx, project.id),
        class_ids=class_ids,
        n_tasks=n_tasks,
        n_test=min(wanted_test, round(n_tasks * policy.test_share)),
    )


def _request(
    found: RoundInput, features: PoolFeatures, policy: Policy, seed: int
) -> dict[str, Any]:
    """Return what the selector is asked, as JSON."""
    rows = features.rows
    labelled = [known for known in found.labelled if known[0] in rows]
    test = [known for known in found.test if known[0] in rows]
    return {
        "features": features.path,
        "labelled": [rows[item_id] for item_id, _, _ in labelled],
        "labels": [label for _, label, _ in labelled],
        "weights": [weight for _, _, weight in labelled],
        "n_classes": len(found.class_ids),
        "strategy": policy.strategy,
        "n": max(found.n_tasks - found.n_test, 0),
        "seed": seed,
        "candidates": [rows[item_id] for item_id in found.candidates if item_id in rows],
        "test": [rows[item_id] for item_id, _ in test],
        "test_labels": [label for _, label in test],
        "options": policy.strategy_params,
        "trainer": policy.trainer,
        "parameters": policy.trainer_params,
    }


@dataclass(frozen=True, slots=True)
class _Pick:
    """One item of a round, and why it is in it."""

    item_id: int
    split: str
    score: float | None
    reason: str
    is_easy: bool = True


def _picks(
    tx: Transaction,
    found: RoundInput,
    features: PoolFeatures,
    result: SelectionResult,
    rng: np.random.Generator,
) -> list[_Pick]:
    """Return the round's items in the order they are served: chosen, random and test ones mixed.

    A share of the chosen is replaced by random items, so that nobody gets only the hard ones and
    figures stay honest; the places of random and test items are drawn, so that no order tells.
    """
    policy = projects.policy_of(found.project)
    item_ids = list(features.rows)
    chosen = [
        _Pick(
            item_ids[row],
            "train",
            score,
            result.reason,
            is_easy=result.strategy == "random",
        )
        for row, score in zip(result.rows, result.scores, strict=True)
    ]
    n_random = 0 if result.strategy == "random" else round(len(chosen) * policy.random_share)
    kept = chosen[: len(chosen) - n_random]
    taken = {pick.item_id for pick in kept}
    rest = [item_id for item_id in found.candidates if item_id not in taken]
    drawn: Any = rng.choice(len(rest), min(n_random, len(rest)), replace=False) if rest else []
    others = [
        _Pick(rest[int(i)], "train", None, "a random item, so that figures stay honest")
        for i in drawn
    ]
    others += [
        _Pick(row.id, "test", None, "the random test sample")
        for row in items.take_new(tx, found.project.id, "test", found.n_test)
    ]
    places = rng.permutation(len(kept) + len(others))[: len(others)]
    mixed: list[_Pick] = list(kept)
    for place, pick in sorted(zip(places.tolist(), others, strict=True), key=lambda pair: pair[0]):
        mixed.insert(place, pick)
    return mixed


def _open_round(
    tx: Transaction,
    found: RoundInput,
    features: PoolFeatures,
    result: SelectionResult,
    seed: int,
    kappa: float | None,
) -> None:
    """Record the round, withdraw what nobody held, and open the chosen tasks."""
    project = projects.get_or_raise(tx, found.project.id)
    policy = projects.policy_of(project)
    picks = _picks(tx, found, features, result, np.random.default_rng([seed, 1]))
    tasks.withdraw_tasks(tx, project, policy.queue_cap, f"round {found.n}")
    wishes = [
        TaskWish(
            pick.item_id,
            -(found.n * RANK_STEP + rank),
            *overlap_of(policy, pick.split),
            reason={"round": found.n, "why": pick.reason, "score": pick.score},
            is_easy=pick.is_easy,
        )
        for rank, pick in enumerate(picks)
    ]
    opened = tasks.open_tasks(tx, project, wishes)
    projects.count(
        tx, project.id, "test_tasks", sum(p.split == "test" and p.item_id in opened for p in picks)
    )
    round_id = _record(tx, found, features, result, seed, kappa)
    store.add_selections(
        tx,
        [
            {
                "round_id": round_id,
                "item_id": pick.item_id,
                "project_id": project.id,
                "rank": rank,
                "score": pick.score,
                "reason": pick.reason,
                "task_id": opened.get(pick.item_id),
            }
            for rank, pick in enumerate(picks)
        ],
    )
    audit.record(tx, project.id, "round.open", "selection_round", round_id, tasks=len(opened))
    outbox.add(tx, project.id, "round", n=found.n, opened=len(opened))


def _record(
    tx: Transaction,
    found: RoundInput,
    features: PoolFeatures,
    result: SelectionResult,
    seed: int,
    kappa: float | None,
) -> int:
    """Record the selector's training run and the round."""
    policy = projects.policy_of(found.project)
    key = f"round:{found.project.id}:{found.n}"
    run = None
    if result.n_labelled:
        run = registry.add_run(
            tx,
            project_id=found.project.id,
            purpose="selector",
            snapshot_id=None,
            data_digest="",
            trainer=policy.trainer,
            params=policy.trainer_params,
            featurizer_digest=features.featurizer_digest,
            seed=seed,
            environment={},
            metrics={
                "n_labelled": result.n_labelled,
                "cpu_seconds": result.cpu_seconds,
                "kappa": kappa,
            },
            answers=found.answers,
            spend_micros=found.spend_micros,
            accuracy=result.accuracy.value,
            low=result.accuracy.low,
            high=result.accuracy.high,
            n_test=len(found.test),
            seconds=result.seconds,
            workflow_key=f"{key}:run",
        )
    waited = None if found.newest_answer_at is None else (tx.now - found.newest_answer_at) / MICROS
    return store.add(
        tx,
        {
            "project_id": found.project.id,
            "n": found.n,
            "training_run_id": None if run is None else run.id,
            "strategy": result.strategy,
            "params": {"asked": policy.strategy, **policy.strategy_params},
            "seed": seed,
            "high_water": found.answers,
            "n_candidates": result.n_candidates,
            "fallback_reason": result.fallback_reason,
            "seconds": result.seconds,
            "loop_seconds": waited,
            "workflow_key": key,
        },
    )
