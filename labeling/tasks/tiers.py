"""Which workforces a task is for: compiled when it is opened, moved up when they dispute.

A tier is a rank of workforces; tier 0 is anybody. The cheapest rank that is able is asked first:
it has an active person who offers what the item needs, is not paused, and has its share left.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from labeling.audit import store as audit
from labeling.items import store as items
from labeling.projects import store as projects
from labeling.tasks import store
from labeling.tasks.searching import store as searching
from labeling.workforces import store as workforce_store
from labeling.workforces.abilities import service as ability
from labeling.workforces.abilities import store as ability_store
from labeling.workforces.terms import language_names, skill_names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from labeling.database import Row, Transaction
    from labeling.projects.policies.routing import RoutingPolicy
    from labeling.quality.service import Belief

ANYBODY: Final = 0
FIRST_PASS: Final = 1
ITEMS_A_TURN: Final = 500
NEEDS_OF_ITEMS: Final = "items.needs."
"""Begins the name of the count of items with one need; its bits follow."""


@dataclass(frozen=True, slots=True)
class Route:
    """Who a task is for: the tier, and the bits of the abilities it needs."""

    tier: int = ANYBODY
    needs: int = 0

    def reason(self) -> dict[str, Any]:
        """Return what stands in the task's reason; nothing where it is for anybody."""
        return {"tier": self.tier} if self.tier != ANYBODY else {}


@dataclass(slots=True)
class Tiers:
    """The workforces of a project in their order, read once for a batch of tasks."""

    tx: Transaction
    project: Row
    policy: RoutingPolicy
    workforces: list[Row]
    _known: dict[tuple[int, int], bool] = field(default_factory=dict)

    @classmethod
    def of(cls, tx: Transaction, project: Row) -> Tiers:
        """Read the workforces of a project."""
        policy = projects.policy_of(project).routing
        found = workforce_store.list_workforces(tx, project.id)
        return cls(tx, project, policy, sorted(found, key=lambda row: (row.rank, row.id)))

    def is_able(self, workforce: Row, needs: int) -> bool:
        """Whether a workforce can answer now what needs some abilities."""
        key = (workforce.id, needs)
        if key not in self._known:
            self._known[key] = (
                workforce.paused_at is None
                and self._has_share(workforce)
                and ability_store.has_able(self.tx, workforce, needs)
            )
        return self._known[key]

    def able_ranks(self, needs: int) -> list[int]:
        """Return the ranks with an able workforce, the cheapest first."""
        return sorted({row.rank for row in self.workforces if self.is_able(row, needs)})

    def first(self, needs: int) -> int:
        """Return the cheapest able rank, the lowest one where none is able yet."""
        able = self.able_ranks(needs)
        ranks = able or [row.rank for row in self.workforces]
        return ranks[0] if ranks else ANYBODY

    def _has_share(self, workforce: Row) -> bool:
        if workforce.share is None:
            return True
        given = projects.counter(self.tx, self.project.id, projects.answers_of(workforce.id))
        total = projects.counter(self.tx, self.project.id, "answers")
        return given < max(self.policy.share_floor, int(workforce.share * total) + 1)


def is_routed(project: Row) -> bool:
    """Whether anything of a project's policy asks for a route."""
    policy = projects.policy_of(project).routing
    return policy.tiers or has_needs(policy)


def has_needs(policy: RoutingPolicy) -> bool:
    """Whether items name what they need."""
    return policy.language_field is not None or policy.skill_field is not None


def compile_routes(tx: Transaction, project: Row, item_ids: Iterable[int]) -> dict[int, Route]:
    """Return who each item's task is for; nothing is read where nothing is configured."""
    if not is_routed(project):
        return {}
    tiers = Tiers.of(tx, project)
    routes = {}
    for item_id in item_ids:
        needs = 0
        if has_needs(tiers.policy):
            needs = needs_of(tx, project, items.read_data(items.get_or_raise(tx, item_id)))
        routes[item_id] = Route(tiers.first(needs) if tiers.policy.tiers else ANYBODY, needs)
    return routes


def needs_of(tx: Transaction, project: Row, data: dict[str, Any]) -> int:
    """Return the bits of what an item's declared fields ask for; an empty field asks nothing."""
    policy = projects.policy_of(project).routing
    names: list[str] = []
    if policy.language_field is not None:
        names += language_names(data.get(policy.language_field))
    if policy.skill_field is not None:
        names += skill_names(data.get(policy.skill_field))
    return ability.needs_mask(tx, project.id, names) if names else 0


def own_tiers(project: Row, annotator: Row) -> tuple[int, ...]:
    """Return the tiers whose tasks somebody is given first."""
    if not projects.policy_of(project).routing.tiers:
        return (ANYBODY,)
    return (annotator.rank, ANYBODY)


def other_tiers(tx: Transaction, project: Row, annotator: Row) -> tuple[int, ...]:
    """Return the tiers that somebody helps out where their own queue has nothing.

    Without tiers it is whatever was opened while there were some. With them it is the ranks below
    that have nobody able now (paused, share given, everybody gone), so that nothing is stranded.
    """
    tiers = Tiers.of(tx, project)
    ranks = sorted({row.rank for row in tiers.workforces})
    if not tiers.policy.tiers:
        return tuple(ranks) if len(ranks) > 1 or searching.has_tiered(tx, project.id) else ()
    able = tiers.able_ranks(0)
    return tuple(rank for rank in ranks if rank < annotator.rank and rank not in able)


def take_new_for(
    tx: Transaction, project: Row, annotator: Row, split: str, limit: int
) -> list[Row]:
    """Return the next untouched items, in random order, that this annotator would be asked.

    Items that name what they need are found by it: one look into the index for each different
    need that this annotator meets, however many items of other needs lie between.
    """
    if not is_routed(project):
        return items.take_new(tx, project.id, split, limit)
    tiers = Tiers.of(tx, project)

    def is_asked(needs: int) -> bool:
        is_first = not tiers.policy.tiers or tiers.first(needs) == annotator.rank
        return is_first and not needs & searching.lacks(annotator)

    if not has_needs(tiers.policy):
        return items.take_new(tx, project.id, split, limit) if is_asked(0) else []
    rows = [
        row
        for needs in known_needs(tx, project)
        if is_asked(needs)
        for row in items.take_needing(tx, project.id, split, needs, limit)
    ]
    return sorted(rows, key=lambda row: row.shuffle)[:limit]


def known_needs(tx: Transaction, project: Row) -> list[int]:
    """Return the different needs of the items that were looked at."""
    return [
        int(name.removeprefix(NEEDS_OF_ITEMS))
        for name, n in projects.counters(tx, project.id).items()
        if name.startswith(NEEDS_OF_ITEMS) and n > 0
    ]


def compile_items(tx: Transaction, project: Row, limit: int = ITEMS_A_TURN) -> int:
    """Note what the next items of the pool need; returns how many were looked at.

    It begins anew when the policy names other fields, and goes on with what is imported.
    """
    if not has_needs(projects.policy_of(project).routing):
        return 0
    after = projects.counter(tx, project.id, projects.NEEDS_READ)
    rows = items.list_needs(tx, project.id, after, limit)
    for row in rows:
        needs = needs_of(tx, project, json.loads(row.data))
        if needs != row.needs:
            items.set_needs(tx, row.id, needs)
            projects.count(tx, project.id, f"{NEEDS_OF_ITEMS}{needs}")
            if row.needs is not None:
                projects.count(tx, project.id, f"{NEEDS_OF_ITEMS}{row.needs}", -1)
    if rows:
        projects.count(tx, project.id, projects.NEEDS_READ, rows[-1].seq - after)
    return len(rows)


def escalate(
    tx: Transaction, project: Row, task: Row, belief: Belief, below: float | None = None
) -> bool:
    """Move a task that would close as disputed to the next tier; False where nobody is above.

    The task must be locked, open and complete. The new slots are for the next tier alone; money is
    reserved when one of them is leased, at that workforce's price. `below` is said where another
    bar than the policy's tells what is disputed.
    """
    policy = projects.policy_of(project).routing
    if belief.confidence > (policy.escalate_below if below is None else below):
        return False
    evidence = {"confidence": round(belief.confidence, 4), "answers": belief.n_answers}
    return hand_up(
        tx, project, task, "disputed", slots=policy.escalate_judgments, evidence=evidence
    )


def hand_up(
    tx: Transaction,
    project: Row,
    task: Row,
    why: str,
    *,
    slots: int = 0,
    evidence: dict[str, Any] | None = None,
) -> bool:
    """Hand a locked task to the next able tier, with further slots; False where none is above."""
    policy = projects.policy_of(project).routing
    is_ours = task.tier != ANYBODY and task.kind in store.ASKED and task.pass_n == FIRST_PASS
    if not policy.tiers or not is_ours:
        return False
    above = [rank for rank in Tiers.of(tx, project).able_ranks(task.needs) if rank > task.tier]
    if not above:
        return False
    reason = json.loads(store.reason_of(tx, task.id))
    step = {"from": task.tier, "to": above[0], "why": why, **(evidence or {})}
    reason["path"] = [*reason.get("path", []), step]
    text = json.dumps(reason, ensure_ascii=False)
    store.move_up(tx, task.id, tier=above[0], slots=slots, reason=text)
    projects.count(tx, project.id, "escalated")
    audit.record(tx, project.id, "task.escalate", "task", task.id, why, now=step)
    return True
