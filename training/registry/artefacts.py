"""Model artefacts in the data folder's ``models``: one digest pins all that a prediction needs.

``DIGEST.json`` is the artefact: it names the model file, the featurizer file and the classes in
the model's order by *their* digests and keys. Nothing in any of them is ever run (rule 12).
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from labeling.files import write_durably
from training.features import Featurizer, load_featurizer, save_featurizer
from training.trainers import TRAINERS, TrainedModel, load_model
from training.trainers.trainer import FloatArray

VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Artefact:
    """A model that can be asked about items' data.

    Attributes
    ----------
    classes
        Class keys; column i of the probabilities belongs to the i-th.

    """

    classes: tuple[str, ...]
    featurizer: Featurizer
    model: TrainedModel

    def probabilities(
        self, rows: Sequence[Mapping[str, Any]], read_bytes: Callable[[str], bytes]
    ) -> FloatArray:
        """Return (n_rows, n_classes) class probabilities.

        Parameters
        ----------
        rows
            As `training.rows.row_for_models` returns them.
        read_bytes
            Reads a picture by its blob's digest.

        """
        return self.model.predict_proba(self.featurizer.transform(rows, read_bytes))


@dataclass(frozen=True, slots=True)
class KeptArtefact:
    """What the registry records of an artefact; `n_bytes` counts all of its files."""

    digest: str
    format: str
    n_bytes: int


def keep_artefact(folder: Path, trainer: str, artefact: Artefact) -> KeptArtefact:
    """Write an artefact durably and return its digest; the same model again is the same file."""
    featurizer = save_featurizer(artefact.featurizer, folder)
    ending = TRAINERS[trainer].format
    model = _keep_model(folder, artefact.model, ending)
    document = {
        "version": VERSION,
        "trainer": trainer,
        "model": model.stem,
        "featurizer": featurizer.stem,
        "classes": list(artefact.classes),
    }
    content = json.dumps(
        document, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    ).encode()
    digest = hashlib.sha256(content).hexdigest()
    write_durably(folder / f"{digest}.json", content)
    n_bytes = len(content) + model.stat().st_size + featurizer.stat().st_size
    return KeptArtefact(digest, ending, n_bytes)


def open_artefact(folder: Path, digest: str) -> Artefact:
    """Read an artefact back; every file's digest is compared first.

    Raises
    ------
    ValueError
        A file is not what it was, or is of a trainer or featurizer that is not known here.
    FileNotFoundError
        A file is missing from the data folder.

    """
    content = (folder / f"{digest}.json").read_bytes()
    if hashlib.sha256(content).hexdigest() != digest:
        message = f"digest: artefact {digest} is not what it was"
        raise ValueError(message)
    document: dict[str, Any] = json.loads(content)
    trainer, model, featurizer = document["trainer"], document["model"], document["featurizer"]
    return Artefact(
        tuple(document["classes"]),
        load_featurizer(folder / f"{featurizer}.json", featurizer),
        load_model(trainer, folder / f"{model}.{TRAINERS[trainer].format}", model),
    )


def _keep_model(folder: Path, model: TrainedModel, ending: str) -> Path:
    """Write the model's own file under its digest, which is known only once it is written."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".partial-") as name:
        draft = Path(name) / f"model.{ending}"
        digest = model.save(draft)
        path = folder / f"{digest}.{ending}"
        write_durably(path, draft.read_bytes())
    return path
