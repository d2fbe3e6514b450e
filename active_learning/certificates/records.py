"""What a run's turns read and write: each function is one short transaction's work."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from active_learning.autolabel import audit_evidence
from active_learning.certificates import labels, service, store
from labeling.audit import store as audit
from labeling.items import store as items
from labeling.projects import store as projects
from labeling.schema import store as schema
from labeling.tasks import store as tasks
from training.registry import store as registry

if TYPE_CHECKING:
    from labeling.database import Row, Transaction


def model_of(tx: Transaction, run: Row) -> tuple[Row, dict[str, int]]:
    """Return the model of a run, and the classes by key."""
    model = registry.get_model(tx, run.model_version_id)
    return model, dict(schema.class_ids(tx, run.project_id, run.question).by_key)


def keep_scores(tx: Transaction, run: Row, scored: dict[str, Any], figures: dict[str, Any]) -> None:
    """Note what the model says of the pool and what an audit would bring, once."""
    if not store.move(tx, run.id, "scoring", "scored"):
        return
    store.set_scores(tx, run.id, scored["digest"], scored["n_pool"])
    store.set_figures(tx, run.id, figures)
    audit.record(
        tx,
        run.project_id,
        "autolabel.scored",
        service.OBJECT,
        run.id,
        scores=scored["digest"],
        pool=scored["n_pool"],
    )


def draw(tx: Transaction, run: Row, part: list[dict[str, Any]]) -> None:
    """Note some drawn items and move the position past them."""
    if not store.advance(tx, run, run.position + len(part)):
        return
    store.add_checks(tx, run, service.CERTIFY, part)
    audit.record(tx, run.project_id, "autolabel.draw", service.OBJECT, run.id, items=len(part))


def checked(tx: Transaction, run: Row) -> list[tuple[int, float, bool]]:
    """Return class, score and truth of every audited item."""
    project = projects.get_or_raise(tx, run.project_id)
    judged = [
        (service.outcome(project, row), row) for row in store.checks(tx, run, service.CERTIFY)
    ]
    return [
        (row.class_id, row.score, said == "right")
        for said, row in judged
        if said in {"right", "wrong"}
    ]


def keep_certificate(
    tx: Transaction,
    run: Row,
    checked: list[tuple[int, float, bool]],
    found: dict[str, Any],
    look: dict[str, list[int]],
) -> None:
    """Write the certificate and what is to be looked at, once."""
    if not store.move(tx, run.id, "certifying", "empty" if found["reason"] else "certified"):
        return
    model = registry.get_model(tx, run.model_version_id)
    values = {
        "project_id": run.project_id,
        "run_id": run.id,
        "precision": run.precision,
        "delta": run.delta,
        "scope": run.scope,
        "thresholds": json.dumps(found["thresholds"], sort_keys=True),
        "n_audited": len(checked),
        "n_errors": sum(not right for *_, right in checked),
        "coverage": found["coverage"],
        "model_version_id": model.id,
        "scores_digest": run.scores_digest,
        "policy_version": run.policy_version,
        "reason": found["reason"],
    }
    said = values | {"artefact": model.artefact_digest, "features": model.featurizer_digest}
    text = json.dumps(said, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()
    certificate_id = store.add_certificate(tx, values | {"digest": digest})
    figures = json.loads(run.figures)
    store.set_figures(tx, run.id, figures | {"look": look, "n_accepted": found["n_accepted"]})
    audit.record(
        tx,
        run.project_id,
        "autolabel.certified",
        "autolabel_certificate",
        certificate_id,
        found["reason"],
        digest=digest,
        coverage=found["coverage"],
    )


def end(tx: Transaction, run: Row, was: str, to: str) -> None:
    """Bring a run to the state in which its work is done, once."""
    if store.move(tx, run.id, was, to):
        audit.record(tx, run.project_id, f"autolabel.{to}", service.OBJECT, run.id)


def evidence(tx: Transaction, run: Row) -> dict[str, Any] | None:
    """Weigh the running audit in the order it was drawn, up to the first that still waits."""
    project = projects.get_or_raise(tx, run.project_id)
    checked = errors = 0
    for row in store.checks(tx, run, service.RUNNING):
        said = service.outcome(project, row)
        if said == "waiting":
            break
        checked += said != "gone"
        errors += said == "wrong"
    if not checked:
        return None
    found = audit_evidence(checked, errors, run.precision)
    shown = found.revokes(run.delta) or found.renews(run.delta)
    sums = {"n_checked": checked, "n_errors": errors}
    return sums | {"against": found.against, "towards": found.towards} if shown else None


def judge(tx: Transaction, run: Row, evidence: dict[str, Any]) -> None:
    """Revoke or, once, renew a certificate by what its running audit shows."""
    project, run = projects.get_or_raise(tx, run.project_id), store.lock_run(tx, run.id)
    certificate = store.certificate_of(tx, run.id)
    if run.state != "accepted" or certificate is None:
        return
    if evidence["against"] >= 1.0 / run.delta:
        why = f"{evidence['n_errors']} of {evidence['n_checked']} checks afterwards were wrong"
        service.revoke(tx, project, run.n, why, evidence)
    elif "renewed" not in {row.verdict for row in store.verdicts(tx, certificate.id)}:
        service.renew(tx, project, run, evidence)


def withdraw(tx: Transaction, run: Row) -> int:
    """Withdraw some audit questions that nobody held; the run is cancelled when none is left."""
    untouched = store.untouched_tasks(tx, run.id, labels.ROWS)
    for task in untouched:
        tasks.withdraw_one(tx, task.id, "the audit was cancelled")
        items.set_state(tx, task.item_id, "new")
    if not untouched:
        end(tx, run, "cancelling", "cancelled")
    else:
        audit.record(
            tx,
            run.project_id,
            "autolabel.withdraw",
            service.OBJECT,
            run.id,
            tasks=len(untouched),
        )
    return 1
