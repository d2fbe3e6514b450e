"""Workforces and annotators: terms, pausing, blocking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter

from api.once import OnceDep
from api.pagination import Cursor, Limit, Page, after_cursor, next_cursor
from api.problems import problems
from api.security import ManageScope, ReadScope, RuntimeDep, Scope
from api.workforces.schemas import AnnotatorOut, StateOut, WhyIn, WorkforceIn, WorkforceOut
from labeling.tasks import pausing
from labeling.workforces import service, store
from labeling.workforces.terms import AnnotatorTerms, WorkforceTerms

if TYPE_CHECKING:
    from api.runtime import Runtime
    from labeling.database import Transaction

router = APIRouter(prefix="/v1/projects/{slug}", tags=["workforces"])


@router.get("/workforces", responses=problems(401, 403, 404))
async def list_workforces(scope: ReadScope, runtime: RuntimeDep) -> list[WorkforceOut]:
    """Return a project's workforces."""
    rows = await runtime.hub.read(lambda tx: store.list_workforces(tx, scope.project.id))
    return [WorkforceOut.of(row) for row in rows]


@router.post("/workforces", status_code=201, responses=problems(401, 403, 404, 409, 422))
async def create_workforce(body: WorkforceIn, scope: ManageScope, once: OnceDep) -> WorkforceOut:
    """Create a workforce with its price for a judgment."""

    def write(tx: Transaction) -> WorkforceOut:
        service.create_workforce(
            tx,
            scope.project.id,
            name=body.name,
            kind=body.kind,
            price_micros=body.price_micros,
            is_simulated=body.simulated,
            overlap=(body.overlap_least, body.overlap_most),
        )
        return WorkforceOut.of(store.get_workforce(tx, scope.project.id, body.name))

    return await once.write(WorkforceOut, write)


@router.patch("/workforces/{name}", responses=problems(401, 403, 404, 409, 422))
async def change_workforce(
    name: str, body: WorkforceTerms, scope: ManageScope, runtime: RuntimeDep
) -> WorkforceOut:
    """Change some terms of a workforce; null removes a limit."""
    return WorkforceOut.of(
        await runtime.hub.write(
            lambda tx: service.change_workforce(tx, scope.project.id, name, body), scope.actor
        )
    )


@router.post("/workforces/{name}/pause", responses=problems(401, 403, 404, 422))
async def pause_workforce(
    name: str, body: WhyIn, scope: ManageScope, runtime: RuntimeDep
) -> StateOut:
    """Give a workforce no more work and take back what it holds, at once."""
    return await _change_workforce(runtime, scope, name, "pause", body.reason)


@router.post("/workforces/{name}/block", responses=problems(401, 403, 404, 422))
async def block_workforce(
    name: str, body: WhyIn, scope: ManageScope, runtime: RuntimeDep
) -> StateOut:
    """Pause a workforce whose late answers shall not count either."""
    return await _change_workforce(runtime, scope, name, "block", body.reason)


@router.post("/workforces/{name}/resume", responses=problems(401, 403, 404, 422))
async def resume_workforce(
    name: str, body: WhyIn, scope: ManageScope, runtime: RuntimeDep
) -> StateOut:
    """Let a workforce work again."""
    return await _change_workforce(runtime, scope, name, "resume", body.reason)


async def _change_workforce(
    runtime: Runtime, scope: Scope, name: str, verb: pausing.Verb, reason: str | None
) -> StateOut:
    returned = await runtime.in_thread(
        pausing.change_workforce_state,
        runtime.hub,
        scope.project.id,
        name,
        verb,
        reason,
        scope.actor,
    )
    found = WorkforceOut.of(
        await runtime.hub.read(lambda tx: store.get_workforce(tx, scope.project.id, name))
    )
    return StateOut(name=name, state=found.state, reason=found.reason, leases_returned=returned)


@router.get("/annotators", responses=problems(401, 403, 404, 422))
async def list_annotators(
    scope: ReadScope, runtime: RuntimeDep, cursor: Cursor = None, limit: Limit = 100
) -> Page[AnnotatorOut]:
    """Return a project's annotators under their pseudonyms, oldest first."""

    def read(tx: Transaction) -> Page[AnnotatorOut]:
        rows = store.list_after(tx, scope.project.id, after_cursor(cursor), limit)
        found = [AnnotatorOut.of(row, store.terms_of(tx, row.id)) for row in rows]
        return Page(items=found, next=next_cursor([row.id for row in rows], limit))

    return await runtime.hub.read(read)


@router.get("/annotators/{annotator}", responses=problems(401, 403, 404))
async def get_annotator(annotator: str, scope: ReadScope, runtime: RuntimeDep) -> AnnotatorOut:
    """Return an annotator by pseudonym or number."""

    def read(tx: Transaction) -> AnnotatorOut:
        found = service.find_annotator(tx, scope.project.id, annotator)
        return AnnotatorOut.of(found, store.terms_of(tx, found.id))

    return await runtime.hub.read(read)


@router.patch("/annotators/{annotator}", responses=problems(401, 403, 404, 409, 422))
async def change_annotator(
    annotator: str, body: AnnotatorTerms, scope: ManageScope, runtime: RuntimeDep
) -> AnnotatorOut:
    """Change some terms of a person, beside or instead of their workforce's."""

    def write(tx: Transaction) -> AnnotatorOut:
        found = service.find_annotator(tx, scope.project.id, annotator)
        changed = service.change_annotator(tx, found, body)
        return AnnotatorOut.of(changed, store.terms_of(tx, found.id))

    return await runtime.hub.write(write, scope.actor)


@router.post("/annotators/{annotator}/pause", responses=problems(401, 403, 404, 422))
async def pause_annotator(
    annotator: str, body: WhyIn, scope: ManageScope, runtime: RuntimeDep
) -> StateOut:
    """Give a person no more work and take back what they hold, at once."""
    return await _change_annotator(runtime, scope, annotator, "pause", body.reason)


@router.post("/annotators/{annotator}/block", responses=problems(401, 403, 404, 422))
async def block_annotator(
    annotator: str, body: WhyIn, scope: ManageScope, runtime: RuntimeDep
) -> StateOut:
    """Pause a person whose late answers shall not count either."""
    return await _change_annotator(runtime, scope, annotator, "block", body.reason)


@router.post("/annotators/{annotator}/resume", responses=problems(401, 403, 404, 422))
async def resume_annotator(
    annotator: str, body: WhyIn, scope: ManageScope, runtime: RuntimeDep
) -> StateOut:
    """Let a person work again."""
    return await _change_annotator(runtime, scope, annotator, "resume", body.reason)


async def _change_annotator(
    runtime: Runtime, scope: Scope, name: str, verb: pausing.Verb, reason: str | None
) -> StateOut:
    def write(tx: Transaction) -> StateOut:
        found = service.find_annotator(tx, scope.project.id, name)
        returned = pausing.change_state(tx, found, verb, reason)
        now = store.get_annotator(tx, found.id)
        return StateOut(
            name=now.pseudonym,
            state=now.state,
            reason=now.state_reason,
            leases_returned=returned,
        )

    return await runtime.hub.write(write, scope.actor)
