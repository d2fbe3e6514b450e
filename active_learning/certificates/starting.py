"""What the hub begins by itself where the policy lets it: previews of new models, and audits.

An audit is opened where it is expected to save more questions than it asks. Nothing is accepted
here: that stays with a person who has looked at the labels.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from active_learning.certificates import service, store
from labeling.projects import store as projects
from labeling.tasks.overlap import overlap_of
from training.registry import store as registry

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

MOST_PROJECTS: Final = 1_000


def begin_due(tx: Transaction) -> int:
    """Begin what is due in any project; return how many runs were begun or let go on."""
    return sum(
        _begin(tx, project)
        for project in projects.list_after(tx, 0, MOST_PROJECTS)
        if project.state == "active" and _is_allowed(project)
    )


def _is_allowed(project: Row) -> bool:
    policy = projects.policy_of(project)
    by_itself = policy.autolabel.enabled and policy.autolabel.by_itself
    return by_itself and not policy.quality.subjective and policy.learning.scheduler == "act"


def _begin(tx: Transaction, project: Row) -> bool:
    """Preview a model that is newer than the last run's, or open the audit of a scored run.

    The first preview is a person's: the hub goes on in the name of whoever began the last.
    """
    runs = store.list_runs(tx, project.id, service.NEWEST, 1)
    if not runs:
        return False
    run = runs[0]
    if run.state == "scored":
        why = worth_auditing(project, run)
        if why is not None:
            service.start_audit(tx, project, run.n, why)
            return True
    newest = registry.list_models(tx, project.id, service.NEWEST, 1)
    rests = run.state in {"scored", "empty", "failed", "cancelled", "revoked"}
    if not rests or not newest or newest[0].id <= run.model_version_id:
        return False
    asked = service.Asked(precision=run.precision, delta=run.delta, scope=run.scope)
    service.preview(tx, project, asked, run.user_id)
    return True


def worth_auditing(project: Row, run: Row) -> str | None:
    """Return why the audit of a scored run is worth it, in words; None where it is not.

    It is held against asking people: even at the pessimistic end of what can be expected, more
    answers have to be saved on the covered items than the audit asks for.
    """
    policy = projects.policy_of(project)
    least, most = overlap_of(policy, "train")
    asked = run.audit_items * max(least, most, policy.autolabel.audit_overlap)
    expected: dict[str, dict[str, Any]] = json.loads(run.figures).get("expected", {})
    covered = sum((one["low"] or 0.0) * one["n_pool"] for one in expected.values())
    saved = (covered - run.audit_items) * least
    if run.n_pool < run.audit_items or saved <= asked:
        return None
    return (
        f"the audit asks for at most {asked:,} answers and is expected to save at least "
        f"{saved:,.0f}, which the {covered:,.0f} covered items would need from people"
    )
