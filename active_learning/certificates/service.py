"""The verbs of auto-labels: preview, audit, certify, look, accept, revoke, cancel.

Each is one short write that moves a run to its next state; `runner.py` does what that state asks
for. The order cannot be left out: nothing is accepted that was not audited by people, certified,
and looked at by whoever accepts it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from active_learning.certificates import store
from labeling.audit import store as audit
from labeling.errors import ConflictError, InvalidInputError, NotFoundError
from labeling.items import store as items
from labeling.projects import store as projects
from labeling.projects.policies.quality import NO_TRUTH
from labeling.schema import store as schema
from training.registry import store as registry

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

OBJECT: Final = "autolabel_run"
NEWEST: Final = 2**31 - 1
CERTIFY, RUNNING = "certify", "running"
"""Why an item is checked: for the certificate, or afterwards."""
CANCELLABLE: Final = frozenset({"scoring", "scored", "auditing"})
Outcome = Literal["right", "wrong", "waiting", "gone"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a preview is for; what is None follows from the policy or the newest model."""

    model_version: int | None = None
    precision: float | None = None
    delta: float | None = None
    scope: str | None = None
    audit_items: int | None = None


@dataclass(frozen=True, slots=True)
class WouldBe:
    """A label that would be accepted, with the item's data as its owner sees it."""

    item_id: int
    key: str
    data: dict[str, Any]
    label: str


def preview(tx: Transaction, project: Row, asked: Asked, user_id: int | None = None) -> Row:
    """Begin a run: the model scores the untouched pool, and nothing is spent.

    `user_id` is in whose name it is where a job begins it.

    Raises
    ------
    ConflictError
        There is no model version yet.
    NotFoundError
        There is no such model version.
    """
    schema.require_choice(tx, project, "Auto-labelling")
    _refuse_subjective(project)
    policy = projects.policy_of(project).autolabel
    if asked.model_version is None:
        newest = registry.list_models(tx, project.id, NEWEST, 1)
        if not newest:
            raise ConflictError(
                "Auto-labels come from a released model, and there is none; run `labelloop train`."
            )
        model = newest[0]
    else:
        model = registry.find_model(tx, project.id, asked.model_version)
    run = store.add_run(
        tx,
        project_id=project.id,
        user_id=tx.actor.id if user_id is None else user_id,
        policy_version=project.policy_version,
        question=project.target_question,
        model_version_id=model.id,
        precision=policy.precision if asked.precision is None else asked.precision,
        delta=policy.delta if asked.delta is None else asked.delta,
        scope=asked.scope or policy.scope,
        audit_items=asked.audit_items or policy.audit_items,
        seed=1_000_003 * project.id + model.id,
    )
    audit.record(tx, project.id, "autolabel.preview", OBJECT, run.id, n=run.n, model=model.n)
    return run


def _refuse_subjective(project: Row) -> None:
    """No label of an item is right where opinions differ, so none can be certified."""
    if projects.policy_of(project).quality.subjective:
        raise ConflictError(
            f"A model's labels cannot be certified: {NO_TRUTH}; set it to false to have them.",
            place="policy.quality.subjective",
        )


def start_audit(tx: Transaction, project: Row, n: int, why: str | None = None) -> Row:
    """Let people answer a random sample of the pool; its items are drawn from here on.

    `why` is the hub's reason where nobody asked for it.

    Raises
    ------
    ConflictError
        The policy does not allow it, the run is not scored, or the pool is smaller than the audit.
    """
    run = store.lock_run(tx, store.get_run(tx, project.id, n).id)
    _refuse_subjective(project)
    if not projects.policy_of(project).autolabel.enabled:
        raise ConflictError("The policy does not allow auto-labels here; set `autolabel.enabled`.")
    if run.n_pool < run.audit_items and run.state == "scored":
        raise ConflictError(
            f"{run.n_pool} untouched items are left, an audit of {run.audit_items} is larger; "
            "start a preview with fewer items."
        )
    _move(tx, run, "scored", "auditing")
    audit.record(tx, project.id, "autolabel.audit", OBJECT, run.id, why, items=run.audit_items)
    return store.lock_run(tx, run.id)


def certify_now(tx: Transaction, project: Row, n: int) -> Row:
    """Certify a run whose audited items are all settled; the runner does so by itself too.

    Raises
    ------
    ConflictError
        Some are not; the detail says how many.
    """
    run = store.lock_run(tx, store.get_run(tx, project.id, n).id)
    progress = audit_progress(tx, project, run)
    if run.state == "auditing" and progress["waiting"]:
        raise ConflictError(
            f"{progress['waiting']} of {run.audit_items} audited items still wait for people."
        )
    _move(tx, run, "auditing", "certifying")
    audit.record(tx, project.id, "autolabel.certify", OBJECT, run.id)
    return store.lock_run(tx, run.id)


def audit_progress(
    tx: Transaction, project: Row, run: Row, purpose: str = CERTIFY
) -> dict[str, int]:
    """Return how many audited items are right, wrong, waiting and gone."""
    counts = {"right": 0, "wrong": 0, "waiting": 0, "gone": 0}
    for row in store.checks(tx, run, purpose):
        counts[outcome(project, row)] += 1
    if purpose == CERTIFY and run.state == "auditing":
        # Items that are still to be drawn wait too.
        counts["waiting"] += run.audit_items - sum(counts.values())
    return counts


def outcome(project: Row, row: Row) -> Outcome:
    """Return what people say of one prediction: what they cannot answer is wrong, not left out."""
    if row.item_state == "dropped":
        return "gone"
    if row.item_state == "set_aside":
        return "wrong"
    if row.state == "disputed":
        return "waiting" if projects.policy_of(project).review.disputed else "wrong"
    if row.state != "accepted" or row.method == "certified_model":
        return "waiting"
    return "right" if row.truth == row.class_id else "wrong"


def look(
    tx: Transaction, project: Row, n: int, label: str | None = None
) -> tuple[Row, list[WouldBe]]:
    """Return would-be labels drawn per class, of one class or of all, and note who saw them.

    Raises
    ------
    ConflictError
        Nothing is certified yet.
    """
    run = store.get_run(tx, project.id, n)
    certificate = _certificate(tx, run)
    keys = schema.class_ids(tx, project.id, run.question)
    if label is not None and label not in keys.by_key:
        raise InvalidInputError(f"There is no class {label!r}.", place="class")
    drawn: dict[str, list[int]] = json.loads(run.figures).get("look", {})
    found = []
    for class_id, item_ids in drawn.items():
        if label is None or keys.by_id[int(class_id)] == label:
            rows = [store.shown(tx, item_id) for item_id in item_ids]
            found += [
                WouldBe(row.id, row.key, items.read_data(row), keys.by_id[int(class_id)])
                for row in rows
                if row is not None
            ]
    look_id = store.add_look(tx, certificate, [one.item_id for one in found])
    audit.record(
        tx, project.id, "autolabel.look", "autolabel_look", look_id, run=n, labels=len(found)
    )
    return certificate, found


def accept(tx: Transaction, project: Row, n: int, certificate_id: int) -> Row:
    """Let the certified answers stand as labels; the runner writes them.

    Raises
    ------
    ConflictError
        Nothing is certified, or the actor has not looked at the would-be labels of every class.
    NotFoundError
        The certificate is another run's.
    """
    run = store.lock_run(tx, store.get_run(tx, project.id, n).id)
    certificate = _certificate(tx, run)
    if certificate.id != certificate_id:
        raise NotFoundError(f"Run {n} has no certificate {certificate_id}.")
    drawn: dict[str, list[int]] = json.loads(run.figures).get("look", {})
    unseen = {item_id for ids in drawn.values() for item_id in ids}
    unseen -= store.looked_at(tx, certificate.id, tx.actor.id or 0)
    if unseen:
        raise ConflictError(
            f"You have not looked at {len(unseen)} of the would-be labels that were drawn; "
            f"look at them first (`labelloop autolabel sample`)."
        )
    _move(tx, run, "certified", "accepting")
    verdict = _verdict(tx, certificate, "accepted", "accepted by a person who looked at the labels")
    audit.record(
        tx,
        project.id,
        "autolabel.accept",
        OBJECT,
        run.id,
        certificate_id=certificate.id,
        certificate=certificate.digest,
        verdict=verdict,
    )
    return store.lock_run(tx, run.id)


def revoke(
    tx: Transaction, project: Row, n: int, reason: str, evidence: dict[str, Any] | None = None
) -> Row:
    """Take the labels of a certificate back: the runner returns their items to people.

    Raises
    ------
    ConflictError
        Nothing was accepted.
    """
    run = store.lock_run(tx, store.get_run(tx, project.id, n).id)
    certificate = _certificate(tx, run)
    if run.state not in {"accepting", "accepted"}:
        raise ConflictError(f"Run {n} is {run.state}; only accepted labels can be revoked.")
    _move(tx, run, run.state, "revoking")
    _verdict(tx, certificate, "revoked", reason, evidence)
    held = store.snapshots_under(tx, project.id, certificate.id)
    audit.record(
        tx,
        project.id,
        "autolabel.revoke",
        OBJECT,
        run.id,
        reason,
        certificate_id=certificate.id,
        snapshots=held,
    )
    return store.lock_run(tx, run.id)


def renew(tx: Transaction, project: Row, run: Row, evidence: dict[str, Any]) -> None:
    """Note that the running audit alone shows the precision by now."""
    certificate = _certificate(tx, run)
    reason = "the running audit shows the precision"
    verdict = _verdict(tx, certificate, "renewed", reason, evidence)
    audit.record(tx, project.id, "autolabel.renew", OBJECT, run.id, reason, verdict=verdict)


def cancel(tx: Transaction, project: Row, n: int) -> Row:
    """Give a run up before anything is certified; audit questions nobody held are withdrawn.

    Raises
    ------
    ConflictError
        It is past that.
    """
    run = store.lock_run(tx, store.get_run(tx, project.id, n).id)
    if run.state not in CANCELLABLE:
        raise ConflictError(f"Run {n} is {run.state}; it cannot be cancelled any more.")
    _move(tx, run, run.state, "cancelling")
    audit.record(tx, project.id, "autolabel.cancel", OBJECT, run.id)
    return store.lock_run(tx, run.id)


def _certificate(tx: Transaction, run: Row) -> Row:
    found = store.certificate_of(tx, run.id)
    if found is None or found.reason is not None:
        why = f": {found.reason}" if found is not None else f"; it is {run.state}"
        raise ConflictError(f"Run {run.n} has certified nothing{why}.")
    return found


def _move(tx: Transaction, run: Row, was: str, to: str) -> None:
    if run.state != was or not store.move(tx, run.id, was, to):
        raise ConflictError(f"Run {run.n} is {run.state}, not {was}.")


def _verdict(
    tx: Transaction,
    certificate: Row,
    verdict: str,
    reason: str,
    evidence: dict[str, Any] | None = None,
) -> int:
    nothing = {"n_checked": 0, "n_errors": 0, "against": 1.0, "towards": 1.0}
    return store.add_verdict(
        tx, certificate, nothing | (evidence or {}) | {"verdict": verdict, "reason": reason}
    )
