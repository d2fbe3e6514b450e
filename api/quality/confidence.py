"""What the confidence is worth, what is believed, what full fits flipped, what changed since."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Path, Query

from api.pagination import MOST_KEY, Cursor, Limit, Page, after_cursor, cursor_of, next_cursor
from api.problems import problems
from api.quality.schemas_truth import (
    BeliefOut,
    ChangeOut,
    ChangesOut,
    ConfidenceOut,
    FitOut,
    FlipOut,
    PeopleOut,
)
from api.security import ManageScope, ReadScope, RuntimeDep
from labeling.quality.fits import store
from labeling.quality.fits.beliefs import ItemBelief
from labeling.quality.fits.beliefs import list_beliefs as list_beliefs_of
from labeling.quality.fits.changes import combined_words, flip_words, summary
from labeling.quality.fits.confidence import Worth, report_confidence, worth_of
from labeling.schema import store as schema_store
from training.snapshots.changes import changes_since_snapshot

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

router = APIRouter(prefix="/v1/projects/{slug}/quality", tags=["quality"])
FitNumber = Annotated[int, Path(ge=1, le=2**31 - 1, description="The full fit's number.")]
MOST_COUNTED: Final = 10_000
"""More changes since a snapshot are not counted: take a new one."""


@router.get("/confidence", responses=problems(401, 403, 404))
async def get_confidence(scope: ReadScope, runtime: RuntimeDep) -> ConfidenceOut:
    """Say what the confidence is worth: calibrated, or still a stop score and why."""
    found = await runtime.hub.read(lambda tx: report_confidence(tx, scope.project))
    return ConfidenceOut(n_checked=found.n_gold + found.n_reviewed, **asdict(found))


@router.get("/items", responses=problems(401, 403, 404, 422))
async def list_beliefs(
    scope: ReadScope, runtime: RuntimeDep, cursor: Cursor = None, limit: Limit = 100
) -> Page[BeliefOut]:
    """Return what is believed of each item that has a consensus, in order of items."""

    def read(tx: Transaction) -> Page[BeliefOut]:
        project = scope.project
        found = list_beliefs_of(tx, project, after_cursor(cursor), limit)
        keys = schema_store.class_ids(tx, project.id, project.target_question).by_id
        worth = worth_of(tx, project)
        shown = [_belief(one, keys, worth) for one in found]
        return Page(items=shown, next=next_cursor([one.row.item_id for one in found], limit))

    return await runtime.hub.read(read)


def _belief(found: ItemBelief, keys: dict[int, str], worth: Worth) -> BeliefOut:
    row, people = found.row, found.of_people
    confidence, kind = worth.of(row.confidence, pinned=bool(row.pinned))
    shares, is_fused = json.loads(row.posterior), len(keys) == 1
    shares = {} if is_fused else shares
    return BeliefOut(
        item_id=row.item_id,
        key=row.key,
        state=row.state,
        label=None if is_fused else keys.get(row.class_id),
        confidence=confidence,
        confidence_kind=kind,
        stop_score=row.confidence,
        distribution={keys[int(class_id)]: share for class_id, share in shares.items()},
        majority=keys.get(row.majority_class_id),
        answers=row.n_answers,
        answer=None if row.answer is None else json.loads(row.answer)["result"],
        without_models=None
        if people is None
        else PeopleOut(
            label=None if people.class_id is None else keys[people.class_id],
            stop_score=people.confidence,
            answers=people.n_answers,
        ),
        by_own_model=found.by_own_model,
    )


@router.get("/fits", responses=problems(401, 403, 404, 422))
async def list_fits(
    scope: ReadScope, runtime: RuntimeDep, cursor: Cursor = None, limit: Limit = 100
) -> Page[FitOut]:
    """Return full fits, newest first, each with how many items it changed and why."""
    project, before = scope.project, after_cursor(cursor) or MOST_KEY
    rows = await runtime.hub.read(
        lambda tx: store.list_fits(tx, project.id, project.target_question, before, limit)
    )
    return Page(items=[_fit(row) for row in rows], next=next_cursor([r.n for r in rows], limit))


def _fit(row: Row) -> FitOut:
    params = json.loads(row.params)
    return FitOut(
        n=row.n,
        at=row.created_at,
        method=row.method,
        answers=row.n_answers,
        items=row.n_items,
        changed=params.get("n_changed", row.n_other),
        accepted_flipped=row.n_flipped + row.n_other_accepted,
        causes=params.get("causes", {"skill": row.n_other} if row.n_other else {}),
        own_model=params.get("own_model"),
    )


@router.get("/fits/{n}/flips", responses=problems(401, 403, 404, 422))
async def list_flips(
    n: FitNumber, scope: ManageScope, runtime: RuntimeDep, cursor: Cursor = None, limit: Limit = 100
) -> Page[FlipOut]:
    """Return the items whose class a full fit changed, from what to what, and why."""

    def read(tx: Transaction) -> Page[FlipOut]:
        project = scope.project
        keys = schema_store.class_ids(tx, project.id, project.target_question).by_id
        rows = store.list_flips(
            tx, project.id, project.target_question, n, after_cursor(cursor), limit
        )
        found = [_flip(row, keys) for row in rows]
        return Page(items=found, next=next_cursor([row.id for row in rows], limit))

    return await runtime.hub.read(read)


def _flip(row: Row, keys: dict[int, str]) -> FlipOut:
    return FlipOut(
        id=row.id,
        item_id=row.item_id,
        key=row.key,
        state=row.state,
        was=combined_words(row, "was") or row.was,
        now=combined_words(row, "now") or row.now,
        score_before=row.from_score,
        score_after=row.to_score,
        cause=row.cause,
        why=flip_words(row, keys),
    )


@router.get("/changes", responses=problems(401, 403, 404, 422))
async def list_changes(
    scope: ManageScope,
    runtime: RuntimeDep,
    since_snapshot: Annotated[int, Query(ge=1, le=2**31 - 1, description="The snapshot's number.")],
    cursor: Cursor = None,
    limit: Limit = 100,
) -> ChangesOut:
    """Return which accepted items are no longer what a snapshot says, and why."""

    def read(tx: Transaction) -> ChangesOut:
        project, n = scope.project, since_snapshot
        counted = list(islice(changes_since_snapshot(tx, project, n), MOST_COUNTED))
        page = list(islice(changes_since_snapshot(tx, project, n, after_cursor(cursor)), limit))
        return ChangesOut(
            since_snapshot=n,
            total=len(counted),
            counted_up_to=MOST_COUNTED,
            by_cause=Counter(change.because for change in counted),
            summary=summary(counted, f"snapshot {n}"),
            items=[ChangeOut(**asdict(change)) for change in page],
            next=cursor_of(page[-1].item_id) if len(page) == limit else None,
        )

    return await runtime.hub.read(read)
