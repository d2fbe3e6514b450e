"""The verbs of the deployment ledger: deploy and roll back (rule 8)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Final

from labeling.audit import store as audit
from labeling.errors import ConflictError, InvalidInputError
from labeling.outbox import store as outbox
from training.deployments import store
from training.gates import store as gates
from training.gates.report import Verdict
from training.registry import store as registry

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

TOPIC: Final = "deployment"


def deploy(
    tx: Transaction,
    project_id: int,
    model_n: int,
    *,
    reason: str,
    is_owner: bool = False,
    workflow_key: str | None = None,
) -> Row:
    """Put a model version live in the name of the transaction's actor and return the entry.

    A `pass` goes live. An `inconclusive` model goes live only when the project's owner says why;
    that is on record. A `fail` never does: a person who knows better changes the gate's policy,
    which is on record too, and starts a release.

    Parameters
    ----------
    model_n
        Number of the model version.
    is_owner
        Whether the actor is an owner of the project.
    workflow_key
        Makes a repeated call return the first one's entry.

    Raises
    ------
    NotFoundError
        There is no such model version.
    ConflictError
        No gate report; a verdict that does not allow it; compared with a champion that is no
        longer live; live already; somebody else deployed at the same moment.

    """
    if workflow_key is not None and (done := store.find(tx, workflow_key)) is not None:
        return done
    model = registry.find_model(tx, project_id, model_n)
    live = store.current(tx, project_id)
    if live is not None and live.model_version_id == model.id:
        raise ConflictError(f"Model version {model_n} is live already.")
    report = _checked_gate(tx, model, live, reason, is_owner=is_owner)
    entry = store.add(
        tx,
        project_id=project_id,
        seq=live.seq + 1 if live else 1,
        model_version_id=model.id,
        gate_report_id=report.id,
        previous_id=live.id if live else None,
        action="deploy",
        reason=reason,
        workflow_key=workflow_key or _own_key(),
    )
    return _announce(tx, entry)


def rollback(tx: Transaction, project_id: int, *, reason: str) -> Row:
    """Put back what was live before, in one step, and return the new entry.

    A second rollback goes one further back: `previous_id` of an entry names what a rollback of it
    restores, not what happened to stand before it in the ledger.

    Raises
    ------
    InvalidInputError
        No reason is given.
    ConflictError
        Nothing is live, or nothing was live before it; somebody else deployed at this moment.

    """
    if not reason.strip():
        raise InvalidInputError("Say why it is rolled back; the ledger keeps it.", place="reason")
    live = store.current(tx, project_id)
    before = store.get(tx, live.previous_id) if live and live.previous_id else None
    if live is None or before is None:
        raise ConflictError("No model was live before this one; deploy another version instead.")
    entry = store.add(
        tx,
        project_id=project_id,
        seq=live.seq + 1,
        model_version_id=before.model_version_id,
        gate_report_id=before.gate_report_id,
        previous_id=before.previous_id,
        action="rollback",
        reason=reason,
        workflow_key=_own_key(),
    )
    return _announce(tx, entry)


def live_model(tx: Transaction, project_id: int) -> Row | None:
    """Return the entry that is live, with `model_version` (its number) and `artefact_digest`."""
    return store.current(tx, project_id)


def _checked_gate(
    tx: Transaction,
    model: Row,
    live: Row | None,
    reason: str,
    *,
    is_owner: bool,
) -> Row:
    """Return the report that allows this model to follow the one that is live, or raise."""
    report = gates.latest_of(tx, model.project_id, model.id)
    if report is None:
        raise ConflictError(
            f"Model version {model.n} has no gate report; start a release to get one."
        )
    if report.verdict == Verdict.FAIL:
        raise ConflictError(
            f"The gate found model version {model.n} worse (report {report.id}); it cannot go "
            "live. Train another, or change the gate in the policy and start a release."
        )
    if report.verdict == Verdict.INCONCLUSIVE and not (is_owner and reason.strip()):
        raise ConflictError(
            f"The gate could not tell (report {report.id}): {report.needs_n} test items in all "
            "would decide. Label them and start a release, or let an owner deploy with a reason.",
            needs_n=report.needs_n,
        )
    if report.champion_id != (live.model_version_id if live else None):
        raise ConflictError(
            f"Model version {model.n} was compared with a model that is no longer live; "
            "start a release to compare it with the present one, or roll back."
        )
    return report


def _announce(tx: Transaction, entry: Row | None) -> Row:
    if entry is None:
        raise ConflictError("Somebody else deployed at the same moment; look at what is live now.")
    audit.record(
        tx,
        entry.project_id,
        f"model.{entry.action}",
        "model_version",
        entry.model_version_id,
        reason=entry.reason,
        vouches={"deployment": [entry.id]},
        deployment=entry.id,
        gate_report=entry.gate_report_id,
    )
    outbox.add(tx, entry.project_id, TOPIC, deployment=entry.id, model_version=entry.model_version)
    return entry


def _own_key() -> str:
    """Return a key for an entry that a person made: every request of theirs is its own."""
    return f"person:{uuid.uuid4()}"
