"""What the compute child does for a release: fit a model, ask models, judge their answers.

Files in, files out: arguments and results are JSON, the data folder holds the rest.
"""

from __future__ import annotations

import hashlib
import json
import platform
import time
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

import numpy as np

from labeling.files import write_durably
from labeling.items.blobs import BlobStore
from training.evaluation import Evaluation, evaluate
from training.features import Featurizer, Matrix, ReadBytes, choose_featurizer
from training.gates import compare
from training.registry.artefacts import Artefact, keep_artefact, open_artefact
from training.snapshots.labelled import read_items, read_rows
from training.snapshots.pool import read_pool
from training.snapshots.soft import targets_of
from training.trainers import TRAINERS, train_model
from training.trainers.trainer import FloatArray, IntArray
from training.workflows import opinions

PACKAGES: Final = ("numpy", "scipy", "scikit-learn", "skops", "torch", "safetensors", "pillow")
"""A model's figures can depend on these; their versions stand in its training run."""


def fit_release(
    data_folder: str,
    data: dict[str, str],
    classes: list[str],
    kinds: dict[str, str],
    trainer: str,
    parameters: dict[str, Any],
    seed: int,
    featurizer_name: str | None = None,
) -> dict[str, Any]:
    """Fit features and a model on a snapshot and keep the artefact.

    Parameters
    ----------
    data_folder
        With ``snapshots``, ``blobs`` and ``models``.
    data
        Digests: ``snapshot``, and ``pool`` of the unlabelled items beside it, from which the
        features learn too, and the trainers that look at them.
    classes
        Keys of the question's classes in the order that the model shall use.
    kinds
        Field → data type (``image``, ``text``, ``number``), only of fields that annotators see.
    trainer, parameters, seed
        As `training.trainers.train_model` takes them.
    featurizer_name
        As `training.features.choose_featurizer` takes it.

    Returns
    -------
    dict
        ``artefact``, ``format``, ``bytes``, ``featurizer``, ``seconds`` (of CPU), ``environment``,
        ``unlabelled`` (how many).

    """
    folder = Path(data_folder)
    began = time.process_time()
    sets, snapshot = folder / "snapshots", data["snapshot"]
    rows, items = read_rows(sets, snapshot), read_items(sets, snapshot)
    others = read_pool(sets, snapshot, data["pool"])
    read_bytes = _reader(folder)
    featurizer = choose_featurizer(kinds, featurizer_name).fit([*items, *others], read_bytes)
    place = {key: column for column, key in enumerate(classes)}
    targets, features = targets_of(rows, place), featurizer.transform(items, read_bytes)
    model = train_model(
        trainer,
        # As they are where each item stands once, so that nothing is copied.
        features if targets.rows.size == len(rows) else features[targets.rows],
        targets.labels,
        targets.weights,
        n_classes=len(classes),
        seed=seed,
        parameters=parameters,
        unlabelled=_unlabelled(featurizer, trainer, others, read_bytes),
    )
    kept = keep_artefact(folder / "models", trainer, Artefact(tuple(classes), featurizer, model))
    return {
        "artefact": kept.digest,
        "format": kept.format,
        "bytes": kept.n_bytes,
        "featurizer": featurizer.digest(),
        "seconds": round(time.process_time() - began, 3),
        "environment": _environment(),
        "unlabelled": len(others),
    }


def _unlabelled(
    featurizer: Featurizer, trainer: str, rows: list[dict[str, Any]], read_bytes: ReadBytes
) -> Matrix | None:
    """Return the features of the unlabelled rows for a trainer that looks at them."""
    looks = trainer in TRAINERS and TRAINERS[trainer].uses_unlabelled
    if not rows or featurizer.sparse or not looks:
        return None
    return featurizer.transform(rows, read_bytes)


def ask_models(
    data_folder: str, evaluation_set: str, challenger: str, champion: str | None
) -> dict[str, Any]:
    """Ask both models about an evaluation set; keep what they said as a file.

    Parameters
    ----------
    evaluation_set, challenger, champion
        Digests; None where no model is live.

    Returns
    -------
    dict
        ``predictions``: digest of ``scores/DIGEST.json`` with lists ``truth``, ``challenger`` and
        ``champion`` (or null) of class keys, or where there is no single truth what
        `training.workflows.opinions.said_of` returns; ``evaluation``: how the challenger did.

    """
    folder = Path(data_folder)
    rows = read_rows(folder / "snapshots", evaluation_set)
    items = read_items(folder / "snapshots", evaluation_set)
    models = folder / "models"
    new = open_artefact(models, challenger)
    old = open_artefact(models, champion) if champion else None
    found = new.probabilities(items, _reader(folder))
    before = old.probabilities(items, _reader(folder)) if old else None
    if opinions.has_opinions(rows):
        asked = (old.classes, before) if old else None
        said = opinions.said_of(rows, (new.classes, found), asked)
        return {"predictions": _keep(folder, said), "evaluation": opinions.measure_opinions(said)}
    said = {
        "truth": [row["label"] for row in rows],
        "challenger": _keys(new, found),
        "champion": _keys(old, before) if old and before is not None else None,
    }
    weights = np.array([row["weight"] for row in rows], dtype=np.float64)
    return {
        "predictions": _keep(folder, said),
        "evaluation": _measure(new.classes, found, said["truth"], weights),
    }


def judge_models(data_folder: str, predictions: str, margin: float, alpha: float) -> dict[str, Any]:
    """Compare challenger and champion on what they said of the same items.

    Parameters
    ----------
    predictions
        As `ask_models` returned it.
    margin, alpha
        As `training.gates.compare` takes them.

    Returns
    -------
    dict
        ``verdict`` and the evidence of a `training.gates.GateReport`, or where there is no single
        truth of an `OpinionReport`.

    """
    path = Path(data_folder) / "scores" / f"{predictions}.json"
    said: dict[str, Any] = json.loads(path.read_bytes())
    if said.get("measure") == opinions.MEASURE:
        return opinions.judge_opinions(said, margin, alpha)
    report = compare(
        said["champion"], said["challenger"], said["truth"], margin=margin, alpha=alpha
    )
    return {"verdict": report.verdict.value, **report.evidence}


def _keep(folder: Path, said: dict[str, Any]) -> str:
    """Write what was said as a file under its digest, which is returned."""
    content = json.dumps(said, ensure_ascii=False).encode()
    digest = hashlib.sha256(content).hexdigest()
    write_durably(folder / "scores" / f"{digest}.json", content)
    return digest


def _keys(artefact: Artefact, probabilities: FloatArray) -> list[str]:
    """Return the likeliest class of each row by its key."""
    return [artefact.classes[column] for column in probabilities.argmax(axis=1)]


def _measure(
    classes: Sequence[str], probabilities: FloatArray, truth: Sequence[str], weights: FloatArray
) -> dict[str, Any]:
    """Return accuracy with its interval, log loss, calibration error and recall by class."""
    # A class that came into the schema after the model was trained is one it never predicts.
    known = [*classes, *sorted(set(truth) - set(classes))]
    padded = np.pad(probabilities, ((0, 0), (0, len(known) - len(classes))))
    place = {key: column for column, key in enumerate(known)}
    indices: IntArray = np.array([place[label] for label in truth], dtype=np.int64)
    found: Evaluation = evaluate(padded, indices, len(known), weights)
    return {
        "n": found.n,
        "accuracy": found.accuracy.value,
        "low": found.accuracy.low,
        "high": found.accuracy.high,
        "log_loss": found.log_loss,
        "calibration_error": found.calibration_error,
        "recall": {key: found.recall[column].value for key, column in place.items()},
        "reason": found.reason,
    }


def _reader(folder: Path) -> Callable[[str], bytes]:
    return BlobStore(folder / "blobs").read


def _environment() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
