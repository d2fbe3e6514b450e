"""Gathers what is shown of an auto-label run from the stores below."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from active_learning.certificates import service, store
from api.autolabels.schemas import (
    CertificateOut,
    ExpectedOut,
    PreviewOut,
    PriceOut,
    ProgressOut,
    RunOut,
    ThresholdOut,
    VerdictOut,
)
from labeling.projects import store as projects
from labeling.schema import store as schema
from labeling.tasks.overlap import overlap_of
from labeling.workforces import store as workforces
from training.registry import store as registry

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

AUDITED: Final = frozenset(
    {"auditing", "certifying", "certified", "empty", "accepting", "accepted", "revoking", "revoked"}
)
LABELLED: Final = frozenset({"accepting", "accepted", "revoking", "revoked"})


def run_out(tx: Transaction, project: Row, run: Row) -> RunOut:
    """Return a run with its preview, its audits and its certificate."""
    keys = schema.class_ids(tx, project.id, run.question).by_id
    figures: dict[str, Any] = json.loads(run.figures)
    certificate = store.certificate_of(tx, run.id)
    model = registry.get_model(tx, run.model_version_id)
    return RunOut(
        n=run.n,
        state=run.state,
        created_at=run.created_at,
        updated_at=run.updated_at,
        user_id=run.user_id,
        model_version=model.n,
        precision=run.precision,
        delta=run.delta,
        scope=run.scope,
        audit_items=run.audit_items,
        n_pool=run.n_pool,
        error=run.error,
        preview=_preview(tx, project, run, figures, keys) if "expected" in figures else None,
        audit=_progress(tx, project, run, service.CERTIFY) if run.state in AUDITED else None,
        running=_progress(tx, project, run, service.RUNNING) if run.state in LABELLED else None,
        certificate=None if certificate is None else _certificate(tx, certificate, model.n, keys),
        simulated=bool(project.is_simulated),
    )


def _preview(
    tx: Transaction, project: Row, run: Row, figures: dict[str, Any], keys: dict[int, str]
) -> PreviewOut:
    return PreviewOut(
        test_accuracy=figures["accuracy"],
        n_test=figures["n_test"],
        expected=[
            ExpectedOut(label=_key(name, keys), **found)
            for name, found in figures["expected"].items()
        ],
        price=_price(tx, project, run),
    )


def _price(tx: Transaction, project: Row, run: Row) -> PriceOut:
    """Return what the audit costs at the prices of the people there are now."""
    policy = projects.policy_of(project)
    least, most = overlap_of(policy, "train")
    least = max(least, policy.autolabel.audit_overlap)
    prices = [
        row.price_micros
        for row in workforces.list_workforces(tx, project.id)
        if row.kind != "model"
    ]
    low, high = run.audit_items * least, run.audit_items * max(most, least)
    return PriceOut(
        judgments_low=low,
        judgments_high=high,
        micros_low=low * min(prices) if prices else None,
        micros_high=high * max(prices) if prices else None,
        reason=None if prices else "unknown, because there is no workforce of people yet",
    )


def _progress(tx: Transaction, project: Row, run: Row, purpose: str) -> ProgressOut:
    return ProgressOut(**service.audit_progress(tx, project, run, purpose))


def _certificate(
    tx: Transaction, certificate: Row, model_n: int, keys: dict[int, str]
) -> CertificateOut:
    thresholds: dict[str, dict[str, Any]] = json.loads(certificate.thresholds)
    return CertificateOut(
        id=certificate.id,
        created_at=certificate.created_at,
        digest=certificate.digest,
        precision=certificate.precision,
        delta=certificate.delta,
        scope=certificate.scope,
        thresholds=[
            ThresholdOut(
                label=_key(name, keys),
                threshold=one["threshold"],
                coverage=one["coverage"],
                n_checked=one["n_checked"],
                n_errors=one["n_errors"],
                reason=one["reason"],
            )
            for name, one in thresholds.items()
        ],
        n_audited=certificate.n_audited,
        n_errors=certificate.n_errors,
        coverage=certificate.coverage,
        model_version=model_n,
        scores_digest=certificate.scores_digest,
        policy_version=certificate.policy_version,
        reason=certificate.reason,
        accepted=store.count_labels(tx, certificate.id),
        verdicts=[
            VerdictOut(
                at=row.created_at,
                verdict=row.verdict,
                user_id=row.user_id,
                n_checked=row.n_checked,
                n_errors=row.n_errors,
                against=row.against,
                towards=row.towards,
                reason=row.reason,
            )
            for row in store.verdicts(tx, certificate.id)
        ],
    )


def _key(name: str, keys: dict[int, str]) -> str | None:
    return keys.get(int(name)) if name.isdigit() else None
