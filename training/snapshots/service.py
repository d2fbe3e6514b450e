"""The verb of snapshots: take one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from labeling.audit import store as audit
from labeling.database import Actor, Hub, Row, Transaction
from labeling.errors import ConflictError
from labeling.failpoints import failpoint
from labeling.items import store as items
from labeling.items.similar import store as similar
from labeling.projects import store as projects
from labeling.quality.fits import store as fits
from labeling.schema import store as schema_store
from training.snapshots import store
from training.snapshots.labelled import LabelledSet, write_labelled_set

LEAST_CLASSES: Final = 2


@dataclass(frozen=True, slots=True)
class _Marks:
    """The newest annotation, full fit and change of a consensus before a snapshot is read."""

    annotation: int
    fit_n: int
    consensus_event: int
    soft: dict[int, str] | None
    """Class id → key where labels are distributions, because there is no single truth."""


class TooFewLabelsError(ConflictError):
    """Nothing can be learned from the accepted answers yet; label more items, then start again."""

    code = "too-few-labels"
    title = "Too few labels"


def take_snapshot(
    hub: Hub, folder: Path, project_id: int, *, workflow_key: str, actor: Actor
) -> Row:
    """Write the project's accepted training items as a file, then record it as a snapshot.

    Parameters
    ----------
    folder
        The data folder's ``snapshots``.
    workflow_key
        One snapshot is taken per key, however often this runs.

    Returns
    -------
    Row
        The snapshot's record (`id`, `n`, `digest`, `counts` …).

    Raises
    ------
    TooFewLabelsError
        Fewer than two classes occur among the accepted training items.

    """
    taken = hub.read_now(lambda tx: store.find(tx, workflow_key))
    if taken is not None:
        return taken
    project, fields, marks = hub.read_now(lambda tx: _start(tx, project_id))
    question = project.target_question
    found = write_labelled_set(hub, folder, project_id, question, "train", fields, marks.soft)
    if len(found.classes) < LEAST_CLASSES:
        raise TooFewLabelsError(
            f"{found.n} items are accepted, of {len(found.classes)} classes; a model needs at "
            f"least {LEAST_CLASSES} classes. Label more items, then start again."
        )
    failpoint("snapshot.before_row")
    return hub.write_now(lambda tx: _record(tx, project, found, marks, workflow_key), actor)


def _start(tx: Transaction, project_id: int) -> tuple[Row, frozenset[str], _Marks]:
    """Note what the snapshot may rest on before its first row is read."""
    project = projects.get_or_raise(tx, project_id)
    schema_store.require_choice(tx, project, "A model")
    high_water, fit = store.marks(tx, project_id, project.target_question)
    marks = _Marks(high_water, fit, fits.newest_event(tx), soft_classes(tx, project))
    return project, items.visible_fields(tx, project_id), marks


def soft_classes(tx: Transaction, project: Row) -> dict[int, str] | None:
    """Return class id → key where labels are distributions, None where there is a single truth."""
    if not projects.policy_of(project).quality.subjective:
        return None
    return schema_store.class_ids(tx, project.id, project.target_question).by_id


def _by_models(found: LabelledSet) -> dict[str, Any]:
    """Return how many items models labelled, by certificate; nothing where people did it all."""
    return {"certified": found.certified} if found.certified else {}


def _record(
    tx: Transaction, project: Row, found: LabelledSet, marks: _Marks, workflow_key: str
) -> Row:
    known = store.find(tx, workflow_key)
    if known is not None:
        return known
    rule: dict[str, Any] = {
        "question": project.target_question,
        "split": "train",
        "state": "accepted",
        "apart_from": "test",
        "policy_version": project.policy_version,
        "consensus_event": marks.consensus_event,
        "soft_labels": marks.soft is not None,
        "near_duplicate_runs": [run.job_id for run in similar.list_in_force(tx, project.id)],
    }
    taken = store.add(
        tx,
        project_id=project.id,
        digest=found.digest,
        schema_version=project.schema_version,
        truth_fit_n=marks.fit_n,
        annotation_high_water=marks.annotation,
        rule=rule,
        counts={"items": found.n, "classes": found.classes} | _by_models(found),
        workflow_key=workflow_key,
    )
    audit.record(
        tx, project.id, "snapshot.take", "snapshot", taken.id, digest=found.digest, items=found.n
    )
    return taken
