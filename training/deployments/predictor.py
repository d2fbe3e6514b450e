"""Answers of the live model, worked out in a compute child.

The hub's own process never imports a machine-learning library (rule 10). Give it a child of its
own, so that nobody who asks for predictions waits for a training.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from labeling.database import Hub, Transaction
from labeling.errors import ConflictError, InvalidInputError
from labeling.items import store as items
from labeling.items.blobs import BlobStore
from training.compute import Compute
from training.deployments.service import live_model
from training.registry import store as registry
from training.registry.artefacts import Artefact, open_artefact
from training.rows import row_for_models

MOST_OPEN: Final = 4
"""Artefacts in the child's memory at once; a text model can hold tens of megabytes."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the model says of one row; `probabilities` by class key."""

    label: str
    probability: float
    probabilities: dict[str, float]


@dataclass(frozen=True, slots=True)
class Predictions:
    """Predictions in the order of the rows, and the number of the version that made them."""

    model_version: int
    predictions: tuple[Prediction, ...]


class Predictor:
    """Asks the model that is live, or one version by its number.

    Parameters
    ----------
    data_folder
        With ``models`` and ``blobs``.

    """

    def __init__(self, hub: Hub, compute: Compute, data_folder: Path) -> None:
        self._hub = hub
        self._compute = compute
        self._folder = str(data_folder)

    async def predict(
        self, project_id: int, rows: Sequence[Mapping[str, Any]], model_n: int | None = None
    ) -> Predictions:
        """Return what the live model, or version `model_n`, says of rows of item data.

        Raises
        ------
        ConflictError
            No model is live.
        InvalidInputError
            A row cannot be read (a picture that is none).
        NotFoundError
            There is no such version, or a picture's blob is not in the data folder.

        """
        model, fields = await self._hub.read(lambda tx: _asked(tx, project_id, model_n))
        asked = self._ask(model, fields, rows)
        return _read(model, await asyncio.wrap_future(asked))

    def predict_now(self, project_id: int, rows: Sequence[Mapping[str, Any]]) -> Predictions:
        """Return the same of the live model, from a thread."""
        model, fields = self._hub.read_now(lambda tx: _asked(tx, project_id, None))
        return _read(model, self._ask(model, fields, rows).result())

    def _ask(
        self, model: _Model, fields: frozenset[str], rows: Sequence[Mapping[str, Any]]
    ) -> Future[dict[str, Any]]:
        visible = [row_for_models(row, fields) for row in rows]
        return self._compute.submit(ask_artefact, self._folder, model.digest, visible)


def ask_artefact(data_folder: str, digest: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return ``classes`` and ``probabilities`` of rows, or why they are ``refused`` (child)."""
    folder = Path(data_folder)
    artefact = _opened(folder / "models", digest)
    try:
        found = artefact.probabilities(rows, BlobStore(folder / "blobs").read)
    except ValueError as error:
        return {"refused": str(error)}
    return {"classes": list(artefact.classes), "probabilities": found.tolist()}


@lru_cache(maxsize=MOST_OPEN)
def _opened(folder: Path, digest: str) -> Artefact:
    return open_artefact(folder, digest)


@dataclass(frozen=True, slots=True)
class _Model:
    n: int
    digest: str


def _asked(tx: Transaction, project_id: int, model_n: int | None) -> tuple[_Model, frozenset[str]]:
    fields = items.visible_fields(tx, project_id)
    if model_n is not None:
        found = registry.find_model(tx, project_id, model_n)
        return _Model(found.n, found.artefact_digest), fields
    live = live_model(tx, project_id)
    if live is None:
        raise ConflictError("No model is live in this project yet; deploy one first.")
    return _Model(live.model_version, live.artefact_digest), fields


def _read(model: _Model, said: dict[str, Any]) -> Predictions:
    if "refused" in said:
        raise InvalidInputError(f"The model cannot read this: {said['refused']}.", place="items")
    answers = (dict(zip(said["classes"], row, strict=True)) for row in said["probabilities"])
    return Predictions(model.n, tuple(map(_likeliest, answers)))


def _likeliest(probabilities: dict[str, float]) -> Prediction:
    label = max(probabilities, key=probabilities.__getitem__)
    return Prediction(label, probabilities[label], probabilities)
