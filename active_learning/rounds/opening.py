"""A round's effect, in one transaction: tasks withdrawn and opened, and the record of why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from active_learning.rounds import store
from active_learning.rounds.picking import picks_of
from labeling.annotations.doubt import Again, ask_again, stop_asking_again
from labeling.audit import store as audit
from labeling.clock import MICROS
from labeling.failpoints import failpoint
from labeling.gold.records import store as records
from labeling.outbox import store as outbox
from labeling.projects import store as projects
from labeling.review.opening import Look, open_doubted
from labeling.tasks import routed
from labeling.tasks import service as tasks
from labeling.tasks.overlap import overlap_of
from labeling.tasks.service import TaskWish
from labeling.workforces import store as workforces
from training.registry import store as registry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from active_learning.pool import PoolFeatures
    from active_learning.rounds.picking import Draw, Pick
    from active_learning.rounds.reading import RoundInput
    from labeling.database import Row, Transaction
    from labeling.projects.policy import Policy
    from labeling.quality.service import TruthCache

ON_ANSWERED: Final = frozenset({"relabel", "review"})
"""What a round opens on items that have answers."""
RANK_STEP: Final = 100_000
"""Priorities of a round lie below those of the round before: what was begun is finished first."""


@dataclass(frozen=True, slots=True)
class Round:
    """A round that was chosen and is to be opened.

    Parameters
    ----------
    found, features, request : what it read and asked.
    result : what the selector answered, as JSON.
    draw : what its picks are drawn from.
    document : digest of the file that replays it; None where there were no features.
    cold_start : what ordered the first items beside labels, in words.
    kappa : agreement of this selector's predictions with the last one's, None where undefined.
    stands_in : why another trainer than the policy's chose, in words; None where it did not.
    """

    found: RoundInput
    features: PoolFeatures
    request: dict[str, Any]
    result: dict[str, Any]
    draw: Draw
    document: str | None
    kappa: float | None
    cold_start: str | None = None
    stands_in: str | None = None


def open_round(tx: Transaction, truth: TruthCache, round_: Round) -> None:
    """Record the round, withdraw what nobody held, and open the chosen tasks."""
    found = round_.found
    project = projects.get_or_raise(tx, found.project.id)
    policy = projects.policy_of(project)
    picks = picks_of(round_.result, round_.request["labelled"], round_.draw)
    tasks.withdraw_tasks(tx, project, policy.queue_cap, f"round {found.n}")
    routed.open_to_all(tx, project)
    again = _open_again(tx, truth, project, found, picks)
    fresh = [(rank, pick) for rank, pick in enumerate(picks) if pick.action not in ON_ANSWERED]
    at_work = {row.id: row for row in workforces.list_workforces(tx, project.id)
               if row.paused_at is None and not row.is_blocked}  # fmt: skip
    wishes = [
        _wish(policy, found, rank, pick, at_work.get(pick.workforce_id or 0))
        for rank, pick in fresh
    ]
    opened = tasks.open_tasks(tx, project, wishes)
    reviewed = _open_reviews(tx, project, found, picks)
    _show_gold(tx, project, round_)
    n_test = sum(pick.action == "test" and pick.item_id in opened for pick in picks)
    projects.count(tx, project.id, "test_tasks", n_test)
    round_id = _record(tx, round_)
    _record_picks(tx, project, round_id, picks, opened | again | reviewed)
    n = len(opened) + len(again)
    audit.record(
        tx, project.id, "round.open", "selection_round", round_id, tasks=n, reviews=len(reviewed)
    )
    failpoint("round.before_commit")
    outbox.add(tx, project.id, "round", n=found.n, opened=n)


def _open_again(
    tx: Transaction, truth: TruthCache, project: Row, found: RoundInput, picks: Sequence[Pick]
) -> dict[int, int]:
    """Ask again about the round's doubtful items; return the task of each.

    Those of the last round that are no longer in doubt, and that nobody has taken, are closed.
    """
    wanted = {pick.item_id: (rank, pick) for rank, pick in enumerate(picks)
              if pick.action == "relabel"}  # fmt: skip
    still = {item_id: task for item_id, task in found.untaken.items() if item_id in wanted}
    over = [task for item_id, task in found.untaken.items() if item_id not in wanted]
    stop_asking_again(tx, truth, project, over, f"no longer in doubt in round {found.n}")
    wishes = [
        Again(item_id, _priority(found, rank), _reason(found, pick))
        for item_id, (rank, pick) in wanted.items()
        if item_id not in still
    ]
    most = projects.policy_of(project).learning.relabel_most
    return still | ask_again(tx, truth, project, wishes, most)


def _open_reviews(
    tx: Transaction, project: Row, found: RoundInput, picks: Sequence[Pick]
) -> dict[int, int]:
    """Send the items to review on which a verdict is worth its price; return the task of each."""
    looks = []
    for pick in picks:
        if pick.action == "review":
            reason = _reason(found, pick)
            told = {"opened_because": reason.pop("why"), **reason}
            looks.append(Look(pick.item_id, min(max(pick.score or 0.0, 0.0), 1.0), told))
    return open_doubted(tx, project, looks)


def _show_gold(tx: Transaction, project: Row, round_: Round) -> None:
    """Let those be shown more gold for whom it is worth its price, the others less.

    Where the scheduler does not act, or compared nothing, the record alone says, as before.
    """
    advice = round_.result.get("advice") or {}
    acts = projects.policy_of(project).learning.scheduler == "act"
    wanted = {int(who): float(share) for who, share, _ in advice.get("gold", [])} if acts else {}
    changed = records.set_urgency(tx, project.id, wanted)
    if changed:
        audit.record(
            tx, project.id, "gold.urgency", "project", project.id,
            f"round {round_.found.n} compared what a known question is worth of each",
            people=changed, more=sum(share > 0 for share in wanted.values()),
        )  # fmt: skip


def _wish(
    policy: Policy, found: RoundInput, rank: int, pick: Pick, workforce: Row | None
) -> TaskWish:
    """Return the task of a new item, for the workforce that it is routed to, else for anybody."""
    reason = _reason(found, pick)
    if workforce is not None:
        reason["workforce"] = workforce.name
    return TaskWish(
        pick.item_id,
        _priority(found, rank),
        *overlap_of(policy, pick.split, workforce),
        reason=reason,
        workforce_id=None if workforce is None else workforce.id,
        is_easy=pick.is_easy,
    )


def _priority(found: RoundInput, rank: int) -> int:
    return -(found.n * RANK_STEP + rank)


def _reason(found: RoundInput, pick: Pick) -> dict[str, Any]:
    return {"round": found.n, "action": pick.action, "why": pick.reason, "score": pick.score}


def _record_picks(
    tx: Transaction, project: Row, round_id: int, picks: Sequence[Pick], opened: dict[int, int]
) -> None:
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
                "action": pick.action,
            }
            for rank, pick in enumerate(picks)
        ],
    )


def _record(tx: Transaction, round_: Round) -> int:
    """Record the selector's training run and the round."""
    found, result, features = round_.found, round_.result, round_.features
    policy = projects.policy_of(found.project)
    key = f"round:{found.project.id}:{found.n}"
    run = None
    # Where there is no single truth, being of the commonest opinion is no accuracy.
    said = {} if policy.quality.subjective else result["accuracy"]
    if result["n_labelled"]:
        run = registry.add_run(
            tx,
            project_id=found.project.id,
            purpose="selector",
            snapshot_id=None,
            data_digest=round_.document or "",
            trainer=round_.request["trainer"],
            params=round_.request["parameters"],
            featurizer_digest=features.featurizer_digest,
            seed=round_.draw.seed,
            environment={},
            metrics={
                "n_labelled": result["n_labelled"],
                "cpu_seconds": result["cpu_seconds"],
                "kappa": round_.kappa,
            },
            answers=found.answers,
            spend_micros=found.spend_micros,
            accuracy=said.get("value"),
            low=said.get("low"),
            high=said.get("high"),
            n_test=len(found.test),
            seconds=result["seconds"],
            workflow_key=f"{key}:run",
        )
    waited = None if found.newest_answer_at is None else (tx.now - found.newest_answer_at) / MICROS
    return store.add(
        tx,
        {
            "project_id": found.project.id,
            "n": found.n,
            "training_run_id": None if run is None else run.id,
            "strategy": result["strategy"],
            "params": _params(policy, round_),
            "seed": round_.draw.seed,
            "high_water": found.answers,
            "n_candidates": result["n_candidates"],
            "fallback_reason": result["fallback_reason"],
            "seconds": result["seconds"],
            "loop_seconds": waited,
            "workflow_key": key,
            "advice": _advice(round_),
            "featurizer_digest": features.featurizer_digest or None,
            "document": round_.document,
        },
    )


def _params(policy: Policy, round_: Round) -> dict[str, Any]:
    """Return what was asked for, what the first items were ordered by, and who stood in."""
    said = {"cold_start": round_.cold_start, "stands_in": round_.stands_in}
    told = {name: value for name, value in said.items() if value is not None}
    return {"asked": policy.strategy, **policy.strategy_params, **told}


def _advice(round_: Round) -> dict[str, Any] | None:
    """Return the advice with item ids in place of rows, and what the planner made of it."""
    advice = round_.result.get("advice")
    if advice is None:
        return None
    labelled, item_ids = round_.request["labelled"], round_.draw.item_ids
    doubted = {
        kind: [
            {"item_id": item_ids[labelled[place]], "gain": gain, "why": why}
            for place, gain, why in advice[kind]
        ]
        for kind in ("relabels", "reviews")
    }
    shown = [
        {"annotator_id": who, "more": share > 0, "why": why} for who, share, why in advice["gold"]
    ]
    rows = round_.result["rows"]
    routes = [
        {"item_id": item_ids[rows[place]], "workforce": name, "why": why}
        for place, _, name, why in advice["routes"]
    ]
    acted = round_.draw.n_relabels > 0
    told = {name: value for name, value in advice.items() if name != "room"}
    return {**told, **doubted, "gold": shown, "routes": routes, "acted": acted}
