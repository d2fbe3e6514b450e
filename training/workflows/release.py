"""The release: snapshot → training run → model version → gate report → deployment.

A workflow on the port `labeling.jobs`. Each step finds its own earlier result by its key, so a
kill inside any of them costs time and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar

from labeling.database import Actor, Hub, Row, Transaction
from labeling.errors import ConflictError
from labeling.failpoints import failpoint
from labeling.items import store as items
from labeling.jobs import Job, Workflow
from labeling.projects import store as projects
from training.compute import Compute, ComputeDiedError
from training.deployments import service as deployments
from training.evaluation import store as evaluation_sets
from training.gates.report import Verdict
from training.registry import store as registry
from training.snapshots.labelled import write_labelled_set
from training.snapshots.pool import write_pool
from training.snapshots.service import soft_classes, take_snapshot
from training.workflows import records
from training.workflows.fitting import ask_models, fit_release, judge_models

P = ParamSpec("P")
T = TypeVar("T")
NAME: Final = "release"
JOB: Final = Actor("job")


@dataclass(frozen=True, slots=True)
class ReleasePorts:
    """What a release needs of its surroundings.

    Attributes
    ----------
    data_folder
        With ``snapshots``, ``blobs``, ``models`` and ``scores``.
    open_test_tasks
        ``(tx, project, n, why)``: opens tasks on up to `n` further items of the random test sample
        and returns how many.

    """

    hub: Hub
    compute: Compute
    data_folder: Path
    open_test_tasks: records.OpenTestTasks


def release_workflow(ports: ReleasePorts) -> Workflow:
    """Return the workflow ``release(project_id, reason)`` to register under `NAME`.

    It returns ``{"snapshot", "model_version", "gate_report", "verdict", "deployed", "why"}``.
    """

    def release(job: Job, *, project_id: int, reason: str) -> dict[str, Any]:
        chain = _Chain(ports, job, project_id)
        snapshot = job.step("snapshot", 0.0, chain.snapshot)
        model = job.step("train", 0.1, lambda: chain.train(snapshot))
        evaluation = job.step("evaluate", 0.6, lambda: chain.evaluate(model))
        gate = job.step("gate", 0.8, lambda: chain.gate(model, evaluation))
        deployment = job.step("deploy", 0.9, lambda: chain.deploy(model, gate, reason))
        return {"snapshot": snapshot["n"], "model_version": model["n"], **gate, **deployment}

    return release


@dataclass(frozen=True, slots=True)
class _Chain:
    """The steps of one release; each takes and returns JSON."""

    ports: ReleasePorts
    job: Job
    project_id: int

    def snapshot(self) -> dict[str, Any]:
        """Take the snapshot; note what had been spent, and what lay unlabelled beside it."""
        taken = take_snapshot(
            self.ports.hub,
            self.ports.data_folder / "snapshots",
            self.project_id,
            workflow_key=self.job.key("snapshot"),
            actor=JOB,
        )
        answers, spent, fields = self.ports.hub.read_now(self._beside)
        folder = self.ports.data_folder / "snapshots"
        return {
            "id": taken.id,
            "n": taken.n,
            "digest": taken.digest,
            "pool": write_pool(self.ports.hub, folder, self.project_id, taken.digest, fields),
            "answers": answers,
            "spend_micros": spent,
        }

    def train(self, snapshot: dict[str, Any]) -> dict[str, Any]:
        """Fit in the compute child, then record the run and its model version together."""
        hub, key = self.ports.hub, self.job.key("train")
        known = hub.read_now(lambda tx: records.find_model(tx, key))
        if known is not None:
            return known
        recipe = hub.read_now(lambda tx: records.read_recipe(tx, self.project_id))
        # From the data, not from a clock: the same snapshot and settings give the same model.
        seed = int(snapshot["digest"][:8], 16)
        folder = str(self.ports.data_folder)
        data = {"snapshot": snapshot["digest"], "pool": snapshot["pool"]}
        fitted = self._compute(fit_release, folder, data, **recipe, seed=seed)
        failpoint("train.before_row")
        return hub.write_now(
            lambda tx: records.record_model(
                tx, self.project_id, snapshot, recipe, seed, fitted, key
            ),
            JOB,
        )

    def evaluate(self, model: dict[str, Any]) -> dict[str, Any]:
        """Ask challenger and champion about the labelled random test sample."""
        hub, folder = self.ports.hub, self.ports.data_folder
        project, fields, live, soft = hub.read_now(self._test)
        question, place = project.target_question, folder / "snapshots"
        found = write_labelled_set(hub, place, self.project_id, question, "test", fields, soft)
        champion = live.artefact_digest if live else None
        asked = self._compute(ask_models, str(folder), found.digest, model["artefact"], champion)
        failpoint("evaluate.before_row")

        def record(tx: Transaction) -> int:
            registry.set_accuracy(tx, model["run"], asked["evaluation"])
            kept = evaluation_sets.add(tx, self.project_id, found.digest, found.n)
            records.record_evaluation(tx, self.project_id, model, kept)
            return int(kept.id)

        set_id = hub.write_now(record, JOB)
        return {"set": set_id, "champion": live.model_version_id if live else None, **asked}

    def gate(self, model: dict[str, Any], evaluation: dict[str, Any]) -> dict[str, Any]:
        """Compare, record the report, and where it cannot tell, open more test tasks with it."""
        project = self._project()
        policy = projects.policy_of(project)
        report = self._compute(
            judge_models,
            str(self.ports.data_folder),
            evaluation["predictions"],
            policy.gate_margin,
            policy.gate_alpha,
        )
        failpoint("gate.before_row")
        key, open_test_tasks = self.job.key("gate"), self.ports.open_test_tasks
        return self.ports.hub.write_now(
            lambda tx: records.record_gate(
                tx, project, model, evaluation, report, open_test_tasks, key
            ),
            JOB,
        )

    def deploy(self, model: dict[str, Any], gate: dict[str, Any], reason: str) -> dict[str, Any]:
        """Put a model that passed live if the project wants that, in its named person's name."""
        policy = projects.policy_of(self._project())
        if gate["verdict"] != Verdict.PASS:
            return {"deployed": False, "why": gate["why"]}
        if not policy.deploy_automatically or policy.deployer_id is None:
            return {"deployed": False, "why": "It passed; a person deploys in this project."}
        why, key = f"Release ({reason}): {gate['why']}", self.job.key("deploy")
        failpoint("deploy.before_row")
        try:
            self.ports.hub.write_now(
                lambda tx: deployments.deploy(
                    tx, self.project_id, model["n"], reason=why, workflow_key=key
                ),
                Actor("user", policy.deployer_id),
            )
        except ConflictError as error:  # somebody deployed meanwhile: theirs stands
            return {"deployed": False, "why": error.detail}
        return {"deployed": True, "why": gate["why"]}

    def _compute(self, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run in the compute child, once more if it was killed: files written twice are one."""
        try:
            return self.ports.compute.run(fn, *args, **kwargs)
        except ComputeDiedError:
            return self.ports.compute.run(fn, *args, **kwargs)

    def _project(self) -> Row:
        return self.ports.hub.read_now(lambda tx: projects.get_or_raise(tx, self.project_id))

    def _beside(self, tx: Transaction) -> tuple[int, int, frozenset[str]]:
        counters = projects.counters(tx, self.project_id)
        fields = items.visible_fields(tx, self.project_id)
        return counters.get("answers", 0), projects.spent(tx, self.project_id), fields

    def _test(
        self, tx: Transaction
    ) -> tuple[Row, frozenset[str], Row | None, dict[int, str] | None]:
        project = projects.get_or_raise(tx, self.project_id)
        fields = items.visible_fields(tx, self.project_id)
        live = deployments.live_model(tx, self.project_id)
        return project, fields, live, soft_classes(tx, project)
