"""The verbs of near-copies: search, undo, put in force again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from labeling.audit import store as audit
from labeling.bulk import store as bulk
from labeling.errors import ConflictError, InvalidInputError
from labeling.items import store as items
from labeling.items.similar import store
from labeling.projects import store as projects

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

KIND: Final = "near_duplicates"
METHODS: Final = ("minhash", "dhash")


@dataclass(frozen=True, slots=True)
class What:
    """What is compared: the fields that annotators see, by which method, from which score on."""

    method: str
    fields: tuple[str, ...]
    threshold: float


def start_search(
    tx: Transaction, project: Row, method: str | None = None, threshold: float | None = None
) -> int:
    """Add a search that waits and return its id.

    Parameters
    ----------
    tx, project
        The write this belongs to, and the project.
    method
        `minhash` for texts, `dhash` for pictures; by what annotators see where None.
    threshold
        The least score of a pair, in (0, 1]; the policy's where None.

    """
    what = _what(tx, project, method, threshold)
    options = {"method": what.method, "fields": list(what.fields), "threshold": what.threshold}
    job_id = bulk.add(tx, project.id, KIND, what.method, options)
    audit.record(tx, project.id, "near_duplicates.start", "bulk_job", job_id, options=options)
    return job_id


def _what(tx: Transaction, project: Row, method: str | None, threshold: float | None) -> What:
    shown = [f for f in items.list_fields(tx, project.id) if "annotator" in f.visible_to.split(",")]
    pictures = tuple(field.name for field in shown if field.kind == "picture")
    texts = tuple(field.name for field in shown if field.kind != "picture")
    method = method or ("dhash" if pictures else "minhash")
    fields = pictures[:1] if method == "dhash" else texts
    if not fields:
        kind = "pictures" if method == "dhash" else "texts"
        raise InvalidInputError(f"Annotators see no {kind} in this project.", place="method")
    policy = projects.policy_of(project).items
    usual = policy.near_picture_similarity if method == "dhash" else policy.near_text_similarity
    return What(method, fields, usual if threshold is None else threshold)


def undo_search(tx: Transaction, project: Row, job_id: int) -> Row:
    """Let a search hold nothing back any more, or cancel one that runs; returns the job."""
    job = bulk.get_or_raise(tx, project.id, KIND, job_id)
    if bulk.ask_cancel(tx, job.id):
        audit.record(tx, project.id, "near_duplicates.cancel", "bulk_job", job.id)
    run = store.get_run(tx, job.id)
    if run is not None and run.undone_at is None:
        store.set_undone(tx, job.id, tx.now)
        audit.record(tx, project.id, "near_duplicates.undo", "bulk_job", job.id)
    return bulk.get_or_raise(tx, project.id, KIND, job_id)


def restore_search(tx: Transaction, project: Row, job_id: int) -> Row:
    """Put a search that was undone in force again; returns the job.

    Raises
    ------
    ConflictError
        It did not come to its end.

    """
    job = bulk.get_or_raise(tx, project.id, KIND, job_id)
    run = store.get_run(tx, job.id)
    if job.state != "done" or run is None:
        raise ConflictError("Only a search that came to its end can hold items back.")
    if run.undone_at is not None:
        store.set_undone(tx, job.id, None)
        audit.record(tx, project.id, "near_duplicates.restore", "bulk_job", job.id)
    return job
