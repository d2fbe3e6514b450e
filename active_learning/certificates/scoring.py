"""What a released model says of the whole unlabelled pool, kept as one file under its digest.

All of this runs in the compute child: files and plain values in, plain values out.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from active_learning.autolabel import (
    Certificate,
    Expected,
    certify,
    certify_by_class,
    expected_coverage,
)
from labeling.files import write_durably
from labeling.items.blobs import BlobStore
from training.registry.artefacts import Artefact, open_artefact

CHUNK: Final = 1_024
"""Items that a model is asked about at once."""
CHUNK_ROWS: Final = 4_096
COLUMNS: Final = ("items", "classes", "scores", "truth")
POOLED: Final = "all"

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scores:
    """A scores file: (n,) items of the pool in its random order, likeliest class, confidence."""

    items: IntArray
    classes: IntArray
    scores: FloatArray


def scores_path(data_folder: Path, digest: str) -> Path:
    """Return where the scores of a run lie."""
    return data_folder / "scores" / f"autolabel-{digest}.npz"


def load_scores(data_folder: Path, digest: str) -> Scores:
    """Read the pool's part of a scores file."""
    with np.load(scores_path(data_folder, digest)) as found:
        return Scores(found["items"], found["classes"], found["scores"])


def keep_lines(
    folder: Path, lines: Iterable[dict[str, Any]], artefact: str, class_ids: Mapping[str, int]
) -> list[str]:
    """Write what a model is to be asked about as chunks, named after content and model.

    Returns
    -------
    list of str
        Names of the chunks, in order; after a kill the same ones.
    """
    salt = json.dumps([artefact, class_ids], sort_keys=True).encode()
    names, every = [], iter(lines)
    while part := list(islice(every, CHUNK_ROWS)):
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in part).encode()
        names.append(hashlib.sha256(salt + text).hexdigest()[:32])
        path = folder / f"{names[-1]}.jsonl"
        if not path.exists():
            write_durably(path, text)
    return names


def score_chunk(
    data_folder: str, place: str, name: str, artefact: str, class_ids: dict[str, int]
) -> None:
    """Ask a model about every line of a chunk, unless somebody has; keep what it says beside it.

    Parameters
    ----------
    place, name
        Folder of the chunks below the data folder, and the chunk: JSON lines of ``item_id``,
        ``data`` and ``truth``, a class id for labelled test items, null for the pool.
    artefact
        Digest of the model.
    class_ids
        Class key → id, of the present schema.
    """
    folder = Path(data_folder)
    target = folder / place / f"{name}.npz"
    if target.exists():
        return
    model = _model(data_folder, artefact)
    ids = np.array([class_ids.get(key, -1) for key in model.classes], dtype=np.int64)
    read_bytes = BlobStore(folder / "blobs").read
    parts: list[tuple[NDArray[Any], ...]] = []
    every = _lines(folder / place / f"{name}.jsonl")
    while lines := list(islice(every, CHUNK)):
        found = model.probabilities([line["data"] for line in lines], read_bytes)
        classes = ids[found.argmax(axis=1)]
        scores = found.max(axis=1).astype(np.float64)
        truth = np.array([line["truth"] or 0 for line in lines], dtype=np.int64)
        items = np.array([line["item_id"] for line in lines], dtype=np.int64)
        # What the model would call by a class that the schema no longer has is left to people.
        kept_rows = (classes >= 0) | (truth > 0)
        parts.append(tuple(part[kept_rows] for part in (items, classes, scores, truth)))
    joined = (np.concatenate(part) for part in zip(*parts, strict=True))
    write_durably(target, _npz(**dict(zip(COLUMNS, joined, strict=True))))


@lru_cache(maxsize=1)
def _model(data_folder: str, artefact: str) -> Artefact:
    """Return a model that is asked about many chunks."""
    return open_artefact(Path(data_folder) / "models", artefact)


def join_scores(data_folder: str, place: str, names: list[str]) -> dict[str, Any]:
    """Put the scores of all chunks into one file, and return its digest.

    Returns
    -------
    dict
        ``digest``, ``n_pool``, ``n_test``.
    """
    folder = Path(data_folder)
    empty = np.zeros(0, dtype=np.int64)
    parts: list[tuple[NDArray[Any], ...]] = [(empty, empty, empty.astype(np.float64), empty)]
    for name in names:
        with np.load(folder / place / f"{name}.npz") as found:
            parts.append(tuple(found[column] for column in COLUMNS))
    items, classes, scores, truth = (np.concatenate(part) for part in zip(*parts, strict=True))
    test = truth > 0
    content = _npz(
        items=items[~test],
        classes=classes[~test],
        scores=scores[~test],
        test_classes=classes[test],
        test_scores=scores[test],
        test_truth=truth[test],
    )
    digest = hashlib.sha256(content).hexdigest()
    write_durably(scores_path(folder, digest), content)
    return {"digest": digest, "n_pool": int((~test).sum()), "n_test": int(test.sum())}


def _npz(**arrays: NDArray[Any]) -> bytes:
    kept = io.BytesIO()
    np.savez(kept, **arrays)  # type: ignore[arg-type]
    return kept.getvalue()


def expect(
    data_folder: str, digest: str, n_audit: int, precision: float, delta: float, scope: str
) -> dict[str, Any]:
    """Return what an audit of `n_audit` items can be expected to certify.

    Returns
    -------
    dict
        ``accuracy`` on the labelled test items (or null), ``n_test``, ``expected`` by class id (or
        ``all``): `active_learning.autolabel.Expected` with ``n_pool``.
    """
    with np.load(scores_path(Path(data_folder), digest)) as found:
        file = dict(found)
    right = file["test_classes"] == file["test_truth"]
    expected: dict[str, Any] = {}
    for name, pool, test in _groups(file["classes"], file["test_classes"], scope):
        share = float(pool.mean()) if pool.size else 0.0
        audited = n_audit if scope == "pooled" else round(n_audit * share)
        one: Expected = expected_coverage(
            file["scores"][pool],
            file["test_scores"][test],
            right[test],
            audited,
            precision=precision,
            delta=delta,
        )
        expected[name] = asdict(one) | {"n_pool": int(pool.sum()), "n_audit": audited}
    accuracy = float(right.mean()) if right.size else None
    return {"accuracy": accuracy, "n_test": int(right.size), "expected": expected}


def certify_scores(
    data_folder: str,
    digest: str,
    checked: list[tuple[int, float, bool]],
    precision: float,
    delta: float,
    scope: str,
) -> dict[str, Any]:
    """Certify what can be certified from an audit of the pool.

    Parameters
    ----------
    checked
        Of each audited item the predicted class id, the score, and whether people agree.

    Returns
    -------
    dict
        ``thresholds`` by class id (or ``all``): a `Certificate`; ``coverage`` of the whole pool;
        ``n_accepted``; ``n_errors`` and ``n_checked`` above the thresholds.
    """
    file = load_scores(Path(data_folder), digest)
    classes = np.array([row[0] for row in checked], dtype=np.int64)
    scores = np.array([row[1] for row in checked], dtype=np.float64)
    right = np.array([row[2] for row in checked], dtype=np.bool_)
    options = {"precision": precision, "delta": delta}
    found: Mapping[str, Certificate]
    if scope == "pooled":
        found = {POOLED: certify(file.scores, scores, right, **options)}
    else:
        by_class = certify_by_class(file.classes, file.scores, classes, scores, right, **options)
        found = {str(class_id): one for class_id, one in by_class.items()}
    thresholds = {name: asdict(one) for name, one in found.items()}
    accepted = is_accepted(file, thresholds)
    passed = [one for one in found.values() if one.threshold is not None]
    return {
        "thresholds": thresholds,
        "coverage": float(accepted.mean()) if accepted.size else 0.0,
        "n_accepted": int(accepted.sum()),
        "n_checked": sum(one.n_checked for one in passed),
        "n_errors": sum(one.n_errors for one in passed),
        "reason": None if passed else next(iter(found.values())).reason,
    }


def is_accepted(file: Scores, thresholds: Mapping[str, Mapping[str, Any]]) -> NDArray[np.bool_]:
    """Return which items of the pool lie at or above their threshold."""
    found: NDArray[np.bool_] = np.zeros(file.scores.size, dtype=bool)
    for name, one in thresholds.items():
        if one["threshold"] is None:
            continue
        of = np.ones(found.size, dtype=bool) if name == POOLED else file.classes == int(name)
        found |= of & (file.scores >= one["threshold"])
    return found


def would_be_labels(
    file: Scores, accepted: NDArray[np.bool_], n: int, seed: int
) -> dict[str, list[int]]:
    """Draw up to `n` would-be labels of each class: class id → items."""
    rng = np.random.default_rng(seed)
    drawn: dict[str, list[int]] = {}
    for class_id in np.unique(file.classes[accepted]).tolist():
        members = np.flatnonzero(accepted & (file.classes == class_id))
        chosen = rng.choice(members, min(n, members.size), replace=False)
        drawn[str(class_id)] = file.items[chosen].tolist()
    return drawn


def _groups(
    pool: IntArray, test: IntArray, scope: str
) -> Iterator[tuple[str, NDArray[np.bool_], NDArray[np.bool_]]]:
    if scope == "pooled":
        yield POOLED, np.ones(pool.size, dtype=bool), np.ones(test.size, dtype=bool)
        return
    for class_id in np.unique(pool).tolist():
        yield str(class_id), pool == class_id, test == class_id


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def draw_audit(n_pool: int, n_audit: int, seed: int) -> Sequence[int]:
    """Draw the places of an audit's items, uniformly and without replacement."""
    rng = np.random.default_rng([seed, 1])
    found: list[int] = rng.choice(n_pool, min(n_audit, n_pool), replace=False).tolist()
    return found
