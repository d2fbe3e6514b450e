"""Advice, reasons and replays."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from fastapi import APIRouter

from active_learning.rounds import service
from active_learning.rounds import store as rounds
from active_learning.rounds.replay import replay_round
from api.learning.schemas import AdviceOut, ReplayedOut, ReplayOut, TaskReasonOut
from api.problems import problems
from api.security import ManageScope, ReadScope, RuntimeDep
from labeling.errors import NotFoundError
from labeling.items import store as items
from labeling.tasks import store as tasks

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

router = APIRouter(prefix="/v1/projects/{slug}", tags=["learning"])


@router.get("/advice", responses=problems(401, 403, 404))
async def get_advice(scope: ReadScope, runtime: RuntimeDep) -> AdviceOut:
    """Return what to ask next for the money: every kind of question compared, and the saving."""
    found = await runtime.hub.read(lambda tx: service.newest_advice(tx, scope.project))
    return AdviceOut.model_validate(found)


@router.get("/items/{item_id}/tasks", responses=problems(401, 403, 404))
async def list_reasons(
    item_id: int, scope: ManageScope, runtime: RuntimeDep
) -> list[TaskReasonOut]:
    """Return an item's tasks, newest first, and why each was opened."""

    def read(tx: Transaction) -> list[TaskReasonOut]:
        if items.get_or_raise(tx, item_id).project_id != scope.project.id:
            raise NotFoundError("There is no such item.")
        rows = tasks.list_of_item(tx, item_id)
        return [
            TaskReasonOut.model_validate(row._asdict() | {"reason": json.loads(row.reason)})
            for row in rows
        ]

    return await runtime.hub.read(read)


@router.get("/rounds/{n}/replay", responses=problems(401, 403, 404))
async def replay(n: int, scope: ReadScope, runtime: RuntimeDep) -> ReplayOut:
    """Choose again what a round chose, from its stored features and labels, and compare."""

    def read(tx: Transaction) -> tuple[str, list[Row]]:
        digest = service.document_of(tx, scope.project, n)
        return digest, rounds.selections(tx, scope.project.id, n)

    digest, recorded = await runtime.hub.read(read)
    found = await runtime.selecting.run_async(replay_round, str(runtime.data_dir), digest)
    differences = service.held_against(recorded, found["picks"])
    return ReplayOut(
        n=n,
        is_same=not differences,
        n_chosen=len(recorded),
        differences=differences,
        picks=[ReplayedOut.model_validate(pick) for pick in found["picks"]],
    )
