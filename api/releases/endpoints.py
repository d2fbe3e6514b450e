"""The release chain: start, follow, deploy, roll back, predict; and the loop's record."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Query

from active_learning.rounds import store as rounds
from api.once import OnceDep
from api.problems import problems
from api.releases.nearness import nearness_of, why_no_accuracy
from api.releases.schemas import (
    DeployIn,
    DeploymentOut,
    GateOut,
    JobOut,
    ModelOut,
    PredictIn,
    PredictionOut,
    PredictOut,
    ReasonIn,
    ReleaseIn,
    ReleaseOut,
    RoundOut,
    SelectionOut,
    SnapshotOut,
)
from api.security import PredictScope, ReadScope, ReleaseScope, RuntimeDep
from labeling.errors import NotFoundError
from labeling.people import store as people
from training.deployments import service as deployments
from training.deployments import store as deployment_store
from training.gates import store as gates
from training.registry import store as registry
from training.snapshots import store as snapshots
from training.workflows import triggers

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

router = APIRouter(prefix="/v1/projects/{slug}", tags=["releases"])
NEWEST: Final = 2**62
Before = Annotated[int, Query(ge=1, description="Only what is older than this number.")]
Limit = Annotated[int, Query(ge=1, le=1_000)]


@router.post("/releases", status_code=202, responses=problems(401, 403, 404, 409, 422))
async def start_release(body: ReleaseIn, scope: ReleaseScope, once: OnceDep) -> ReleaseOut:
    """Ask for a release: snapshot, train, evaluate, gate, deploy."""

    def write(tx: Transaction) -> ReleaseOut:
        return ReleaseOut(workflow=triggers.request_release(tx, scope.project.id, body.reason))

    return await once.write(ReleaseOut, write)


@router.get("/jobs/{job_id}", responses=problems(401, 403, 404))
async def get_job(job_id: str, scope: ReadScope, runtime: RuntimeDep) -> JobOut:
    """Return where a job of this project stands."""
    status = await runtime.in_thread(runtime.jobs.status, _own_job(job_id, scope.project))
    if status is None:
        raise NotFoundError("There is no such job, or no worker has taken it up yet.")
    return JobOut(
        id=status.workflow_id,
        name=status.name,
        state=status.state.value,
        step=status.step,
        share=status.share,
        error=status.error,
        result=status.result,
    )


@router.post("/jobs/{job_id}/cancel", status_code=204, responses=problems(401, 403, 404))
async def cancel_job(job_id: str, scope: ReleaseScope, runtime: RuntimeDep) -> None:
    """Stop a job before its next step."""
    own = _own_job(job_id, scope.project)
    await runtime.hub.write(
        lambda tx: triggers.record_cancel(tx, scope.project.id, own), scope.actor
    )
    await runtime.in_thread(runtime.jobs.cancel, own)


def _own_job(job_id: str, project: Row) -> str:
    """Return a job's id where it belongs to the project; ids carry the project's."""
    if not job_id.startswith(
        (f"release-{project.id}-", f"sched-release-{project.id}-", f"discount-{project.id}-")
    ):
        raise NotFoundError("There is no such job in this project.")
    return job_id


@router.get("/snapshots", responses=problems(401, 403, 404, 422))
async def list_snapshots(
    scope: ReadScope, runtime: RuntimeDep, before: Before = NEWEST, limit: Limit = 100
) -> list[SnapshotOut]:
    """Return snapshots, newest first."""
    rows = await runtime.hub.read(
        lambda tx: snapshots.list_by_project(tx, scope.project.id, before, limit)
    )
    return [
        SnapshotOut(
            n=row.n,
            created_at=row.created_at,
            digest=row.digest,
            truth_fit_n=row.truth_fit_n,
            counts=json.loads(row.counts),
        )
        for row in rows
    ]


@router.get("/models", responses=problems(401, 403, 404, 422))
async def list_models(
    scope: ReadScope, runtime: RuntimeDep, before: Before = NEWEST, limit: Limit = 100
) -> list[ModelOut]:
    """Return model versions, newest first."""
    rows = await runtime.hub.read(
        lambda tx: registry.list_models(tx, scope.project.id, before, limit)
    )
    return [
        ModelOut.model_validate(
            {**row._asdict(), "reason": why_no_accuracy(row), "nearness": nearness_of(row)}
        )
        for row in rows
    ]


@router.get("/gate-reports", responses=problems(401, 403, 404, 422))
async def list_gate_reports(
    scope: ReadScope, runtime: RuntimeDep, before: Before = NEWEST, limit: Limit = 100
) -> list[GateOut]:
    """Return gate reports, newest first."""

    def read(tx: Transaction) -> list[GateOut]:
        return [
            _gate(tx, row) for row in gates.list_by_project(tx, scope.project.id, before, limit)
        ]

    return await runtime.hub.read(read)


def _gate(tx: Transaction, row: Row) -> GateOut:
    champion = None if row.champion_id is None else registry.get_model(tx, row.champion_id).n
    return GateOut(
        id=row.id,
        created_at=row.created_at,
        challenger=registry.get_model(tx, row.challenger_id).n,
        champion=champion,
        verdict=row.verdict,
        needs_n=row.needs_n,
        use_n=row.use_n,
        policy_version=row.policy_version,
        evidence=json.loads(row.evidence),
    )


def _deployment(row: Row) -> DeploymentOut:
    return DeploymentOut.model_validate(row._asdict())


@router.get("/deployments", responses=problems(401, 403, 404, 422))
async def list_deployments(
    scope: ReadScope, runtime: RuntimeDep, before: Before = NEWEST, limit: Limit = 100
) -> list[DeploymentOut]:
    """Return the deployment ledger, newest first."""
    rows = await runtime.hub.read(
        lambda tx: deployment_store.list_by_project(tx, scope.project.id, before, limit)
    )
    return [_deployment(row) for row in rows]


@router.post("/deployments", status_code=201, responses=problems(401, 403, 404, 409, 422))
async def deploy(body: DeployIn, scope: ReleaseScope, once: OnceDep) -> DeploymentOut:
    """Put a gated model version live."""

    def write(tx: Transaction) -> DeploymentOut:
        is_owner = people.role_in(tx, scope.project.id, scope.caller.user_id) == "owner"
        entry = deployments.deploy(
            tx, scope.project.id, body.model_version, reason=body.reason, is_owner=is_owner
        )
        return _deployment(entry)

    return await once.write(DeploymentOut, write)


@router.post("/rollback", status_code=201, responses=problems(401, 403, 404, 409, 422))
async def roll_back(body: ReasonIn, scope: ReleaseScope, once: OnceDep) -> DeploymentOut:
    """Put back what was live before, in one step."""

    def write(tx: Transaction) -> DeploymentOut:
        return _deployment(deployments.rollback(tx, scope.project.id, reason=body.reason))

    return await once.write(DeploymentOut, write)


@router.post("/predict", responses=problems(401, 403, 404, 409, 422))
async def predict(body: PredictIn, scope: PredictScope, runtime: RuntimeDep) -> PredictOut:
    """Ask the live model, or one version by its number: what it says is never kept as a label."""
    rows = [item.data for item in body.items]
    found = await runtime.predictor.predict(scope.project.id, rows, body.model_version)
    return PredictOut(
        model_version=found.model_version,
        predictions=[PredictionOut(**asdict(each)) for each in found.predictions],
    )


@router.get("/rounds", responses=problems(401, 403, 404, 422))
async def list_rounds(
    scope: ReadScope, runtime: RuntimeDep, before: Before = NEWEST, limit: Limit = 100
) -> list[RoundOut]:
    """Return selection rounds, newest first."""
    rows = await runtime.hub.read(
        lambda tx: rounds.list_before(tx, scope.project.id, before, limit)
    )
    return [
        RoundOut.model_validate(
            {
                **row._asdict(),
                "params": json.loads(row.params),
                "answers": row.annotation_high_water,
            }
        )
        for row in rows
    ]


@router.get("/rounds/{n}", responses=problems(401, 403, 404))
async def get_round(n: int, scope: ReadScope, runtime: RuntimeDep) -> list[SelectionOut]:
    """Return what a round chose, best first, with score and reason."""

    def read(tx: Transaction) -> list[SelectionOut]:
        newest = rounds.list_before(tx, scope.project.id, n + 1, 1)
        if not newest or newest[0].n != n:
            raise NotFoundError(f"There is no round {n}.")
        chosen = rounds.selections(tx, scope.project.id, n)
        return [SelectionOut.model_validate(row._asdict()) for row in chosen]

    return await runtime.hub.read(read)
