"""What a release writes into the hub's database: each function is one transaction's work.

All take the UNIQUE key of their effect and return what was recorded under it, now or before.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from labeling.audit import store as audit
from labeling.database import Row, Transaction
from labeling.items import store as items
from labeling.projects import store as projects
from labeling.schema import store as schema
from training.gates import store as gates
from training.registry import store as registry
from training.rows import KINDS
from training.workflows import store

PURPOSE: Final = "release"
MOST_NEW_TEST_TASKS: Final = 200
"""So many test tasks are opened at once at most; the next release asks for the rest."""
OpenTestTasks = Callable[[Transaction, Row, int, str], int]


def read_recipe(tx: Transaction, project_id: int) -> dict[str, Any]:
    """Return what a model of this project is made of, as `fitting.fit_release` takes it."""
    project = projects.get_or_raise(tx, project_id)
    policy = projects.policy_of(project)
    shown = items.visible_fields(tx, project_id)
    return {
        "classes": list(schema.class_ids(tx, project_id, project.target_question).by_key),
        "kinds": {
            field.name: KINDS[field.kind]
            for field in items.list_fields(tx, project_id)
            if field.name in shown
        },
        "trainer": policy.trainer,
        "parameters": policy.trainer_params,
        "featurizer_name": policy.featurizer,
    }


def record_model(
    tx: Transaction,
    project_id: int,
    snapshot: dict[str, Any],
    recipe: dict[str, Any],
    seed: int,
    fitted: dict[str, Any],
    workflow_key: str,
) -> dict[str, Any]:
    """Record a training run and its model version together."""
    run = registry.add_run(
        tx,
        project_id=project_id,
        purpose=PURPOSE,
        snapshot_id=snapshot["id"],
        data_digest=snapshot["digest"],
        trainer=recipe["trainer"],
        params=recipe["parameters"],
        featurizer_digest=fitted["featurizer"],
        seed=seed,
        environment=fitted["environment"],
        metrics={"pool": snapshot["pool"], "n_unlabelled": fitted["unlabelled"]},
        answers=snapshot["answers"],
        spend_micros=snapshot["spend_micros"],
        seconds=fitted["seconds"],
        workflow_key=workflow_key,
    )
    model = registry.add_model(tx, run, fitted["artefact"], fitted["format"], fitted["bytes"])
    audit.record(tx, project_id, "model.train", "model_version", model.id, snapshot=snapshot["n"])
    return describe_model(model)


def find_model(tx: Transaction, workflow_key: str) -> dict[str, Any] | None:
    """Return the model version that was recorded under a key, if one was."""
    run = registry.find_run(tx, workflow_key)
    return None if run is None else describe_model(registry.model_of_run(tx, run.id))


def record_evaluation(
    tx: Transaction, project_id: int, model: dict[str, Any], evaluation_set: Row
) -> None:
    """Record that a model was measured, and on which evaluation set."""
    audit.record(
        tx,
        project_id,
        "model.evaluate",
        "model_version",
        model["id"],
        vouches={"evaluation_set": [evaluation_set.id]},
        evaluation_set=evaluation_set.digest,
    )


def record_gate(
    tx: Transaction,
    project: Row,
    model: dict[str, Any],
    evaluation: dict[str, Any],
    report: dict[str, Any],
    open_test_tasks: OpenTestTasks,
    workflow_key: str,
) -> dict[str, Any]:
    """Record a gate report; where it cannot tell, open the test tasks that are missing."""
    known = gates.find(tx, workflow_key)
    if known is not None:
        return describe_gate(known)
    found = gates.add(
        tx,
        report | {name: evaluation[name] for name in ("predictions", "evaluation")},
        project_id=project.id,
        challenger_id=model["id"],
        champion_id=evaluation["champion"],
        evaluation_set_id=evaluation["set"],
        policy_version=project.policy_version,
        workflow_key=workflow_key,
    )
    verdict = found.verdict
    audit.record(
        tx,
        project.id,
        "model.gate",
        "model_version",
        model["id"],
        vouches={"gate_report": [found.id]},
        verdict=verdict,
    )
    if report["needs_n"] is not None:
        # In the report's own transaction: opened once, however often the step is run.
        missing = report["needs_n"] - report["n"] - store.open_test_tasks(tx, project.id)
        missing = min(missing, MOST_NEW_TEST_TASKS, _room_for_test_tasks(tx, project))
        why = f"the gate of model version {model['n']} needs {report['needs_n']} test items"
        if missing > 0:
            open_test_tasks(tx, project, missing, why)
    return describe_gate(found)


def _room_for_test_tasks(tx: Transaction, project: Row) -> int:
    """Return how many more test items the policy lets gates ask for."""
    most = projects.policy_of(project).test_items_most
    opened = projects.counters(tx, project.id).get("test_tasks", 0)
    return MOST_NEW_TEST_TASKS if most is None else max(most - opened, 0)


def describe_model(row: Row) -> dict[str, Any]:
    """Return what later steps need of a model version."""
    return {
        "id": row.id,
        "n": row.n,
        "run": row.training_run_id,
        "artefact": row.artefact_digest,
    }


def describe_gate(row: Row) -> dict[str, Any]:
    """Return what later steps need of a gate report."""
    why = json.loads(row.evidence)["reason"]
    return {"gate_report": row.id, "verdict": row.verdict, "why": why}
