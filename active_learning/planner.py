"""The planner: pushes tasks into the queue ahead of the annotators, round after round.

A round refits the selector on what the answers say so far, chooses the next items in the compute
child, withdraws tasks that nobody has held and opens better ones, and leaves a record: strategy,
model, score, reason, seed. Where it cannot choose, it opens items at random and says why.
"""

from __future__ import annotations

import concurrent.futures
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from active_learning import pace
from active_learning.cold_start import embed_names
from active_learning.pool import FeatureCache, PoolFeatures
from active_learning.refits import Refits
from active_learning.rounds import opening, store
from active_learning.rounds.picking import Draw
from active_learning.rounds.reading import RoundInput, read_pace, read_round, request_of
from active_learning.rounds.replay import keep_document
from active_learning.selector import run_selection_json
from active_learning.stability import Stability
from active_learning.targets import STRATEGY_OF
from labeling.database import Actor
from labeling.errors import LabelloopError
from labeling.jobs import ProcessClosingError
from labeling.projects import store as projects
from labeling.quality.service import TruthCache
from labeling.tasks import store as task_store

if TYPE_CHECKING:
    from pathlib import Path

    from labeling.database import Hub, Row, Transaction
    from training.compute import Compute
    from training.engines import Engine

JOB: Final = Actor("job")
NO_MODEL: Final = "no model here answers a question of this kind, so none could score"


class Planner:
    """Runs the rounds of every project of a hub; called from one thread."""

    def __init__(
        self,
        hub: Hub,
        compute: Compute,
        data_folder: Path,
        truth: TruthCache | None = None,
        engine: Engine | None = None,
    ) -> None:
        self.hub, self.compute, self.folder = hub, compute, data_folder
        self.truth = truth or TruthCache()
        self.features = FeatureCache(hub, compute, data_folder, engine=engine)
        self._asked: dict[int, tuple[int, int, int]] = {}
        self.stability, self.refits = Stability(), Refits()

    def run_due(self) -> int:
        """Run a round in each project that is due; returns how many were run."""
        due = self.hub.read_now(
            lambda tx: [row for row in projects.list_after(tx, 0, 1_000) if self._is_due(tx, row)]
        )
        for project in due:
            self.run_round(project.id)
        return len(due)

    def _is_due(self, tx: Transaction, project: Row) -> bool:
        """Whether new answers ask for a round, or the queue runs low."""
        if project.state != "active":
            return False
        policy = projects.policy_of(project)
        counts = projects.counters(tx, project.id)
        answers, n_items = counts.get("answers", 0), counts.get("items", 0)
        if n_items == 0:
            return False
        last = store.last(tx, project.id)
        now = read_pace(tx, project, last)
        learning = policy.learning
        if last is not None and pace.is_due(
            now, retrain_after=policy.retrain_after, refresh_seconds=learning.refresh_seconds
        ):
            return True
        depth = pace.queue_depth(now, round_size=policy.round_size, cap=policy.queue_cap)
        low = task_store.count_open(tx, project.id, depth) < depth // 2
        return low and self._asked.get(project.id) != (answers, n_items, project.policy_version)

    def run_round(self, project_id: int) -> None:
        """Choose the next items of a project and open their tasks."""
        found = self.hub.read_now(lambda tx: read_round(tx, project_id))
        self._asked[project_id] = (found.answers, found.n_items, found.project.policy_version)
        seed = found.n + 1_000_003 * found.project.id
        features, trouble = self._features(found)
        request = request_of(found, features, seed)
        cold_start = None
        if not trouble:
            request["watched"] = self.stability.rows(project_id, features.rows)
            request["guess"], cold_start = self._guess(found, request["guess"])
        asked = dict(request)
        learning = projects.policy_of(found.project).learning
        stands_in = self.refits.quicken(project_id, request, learning.refit_seconds)
        result = _at_random(found, features, seed, trouble) if trouble else self._choose(
            found, features, request
        )  # fmt: skip
        if stands_in is None:
            self.refits.keep(project_id, asked, result)
        draw = self.hub.read_now(lambda tx: _draw(tx, found, features, seed))
        document = None if trouble else keep_document(self.folder, request, draw)
        kappa = self.stability.compare(project_id, result["watched"])
        round_ = opening.Round(
            found, features, request, result, draw, document, kappa, cold_start, stands_in
        )
        self.hub.write_now(lambda tx: opening.open_round(tx, self.truth, round_), JOB)

    def _guess(
        self, found: RoundInput, known: dict[str, Any] | None
    ) -> tuple[dict[str, Any] | None, str | None]:
        """Return what the first items are chosen by beside labels, and a word on it."""
        if not found.class_names:
            return known, None if known is None else f"first scores by {known['source']}"
        source = "the names of the classes"
        try:
            names = self.compute.run(embed_names, list(found.class_names))
        except ProcessClosingError:
            raise
        except LabelloopError as error:
            return None, f"{source} tell nothing: {error.detail}"
        return {"source": source, "names": names}, f"first scores by {source}"

    def _features(self, found: RoundInput) -> tuple[PoolFeatures, str | None]:
        """Return the features of what can be chosen, or none and why."""
        if found.kind != "choice" and found.kind not in STRATEGY_OF:
            rows = {item_id: row for row, item_id in enumerate(found.candidates)}
            return PoolFeatures("", "", rows), NO_MODEL
        try:
            return self.features.get(found.project, found.candidates), None
        except ProcessClosingError:
            raise
        except LabelloopError as error:
            rows = {item_id: row for row, item_id in enumerate(found.candidates)}
            return PoolFeatures("", "", rows), f"there are no features: {error.detail}"

    def _choose(
        self, found: RoundInput, features: PoolFeatures, request: dict[str, Any]
    ) -> dict[str, Any]:
        """Ask the selector; at random where it raises, dies or takes too long."""
        most = projects.policy_of(found.project).learning.round_seconds
        future = self.compute.submit(run_selection_json, request)
        try:
            return future.result(most)
        except concurrent.futures.TimeoutError:
            if not future.cancel():  # it has begun: whatever waits behind it must not wait too
                self.compute.interrupt()
            trouble = f"the model had not chosen after {most:g} s"
        except ProcessClosingError:
            raise
        except LabelloopError as error:
            trouble = f"the model failed: {error.detail}"
        return _at_random(found, features, request["seed"], trouble)


def _at_random(
    found: RoundInput, features: PoolFeatures, seed: int, trouble: str
) -> dict[str, Any]:
    """Return what the selector would, with items at random and the reason."""
    rows = [features.rows[item_id] for item_id in found.candidates if item_id in features.rows]
    n = min(max(found.n_tasks - found.n_test, 0), len(rows))
    drawn: Any = np.random.default_rng(seed).choice(len(rows), n, replace=False) if n else []
    return {
        "rows": [rows[int(place)] for place in drawn],
        "scores": [None] * n,
        "strategy": "random",
        "reason": "a random item",
        "fallback_reason": trouble,
        "accuracy": {"value": None, "low": None, "high": None, "n": 0, "reason": trouble},
        "n_labelled": 0,
        "n_candidates": len(rows),
        "seconds": 0.0,
        "cpu_seconds": 0.0,
        "watched": [],
        "advice": None,
    }


def _draw(tx: Transaction, found: RoundInput, features: PoolFeatures, seed: int) -> Draw:
    """Return what the picks are drawn from beside the selector's choice."""
    policy = projects.policy_of(found.project)
    n = max(found.n_tasks - found.n_test, 0)
    acts = policy.learning.scheduler == "act"
    return Draw(
        item_ids=list(features.rows),
        candidates=found.candidates,
        test=store.next_test(tx, found.project.id, found.n_test),
        n_random=found.n_random,
        n_relabels=int(n * policy.learning.relabel_share) if acts else 0,
        n_reviews=int(n * policy.learning.review_share) if acts else 0,
        seed=seed,
        n=n,
        is_routed=acts and policy.learning.route != "off",
    )
