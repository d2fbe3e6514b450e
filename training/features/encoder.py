"""Pictures as embeddings of a pretrained network (extra ``vision``)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from training.features.featurizer import Featurizer, ReadBytes, Row, empty
from training.features.picture_encoder import PictureEncoder
from training.features.pixels import open_picture

MODEL = "LABELLOOP_PICTURE_MODEL"
WEIGHTS = "LABELLOOP_PICTURE_WEIGHTS"
_ROWS = 256
"""Pictures unpacked at a time: large ones take 150 MB each."""


class Encoder(Featurizer):
    """What a pretrained network makes of each picture; learns nothing here.

    ``LABELLOOP_PICTURE_MODEL`` names the network as timm does (``resnet18``,
    ``vit_small_patch14_dinov2``) or torchvision (``torchvision/resnet18``), and
    ``LABELLOOP_PICTURE_WEIGHTS`` the file of its weights. The state keeps name and digest of the
    weights: with others in their place the features are refused, not silently different. Several
    fields are put side by side; an item without a picture is all zeros.
    """

    name: ClassVar[str] = "encoder"
    memory: ClassVar[str] = "384 (small ViT) to 2,048 numbers; 47 to 350 MB of weights"
    speed: ClassVar[str] = (
        "some 60 ms a picture by ResNet-18, 130 by a small ViT; a GPU is far faster"
    )

    def fit(self, rows: Sequence[Row], read_bytes: ReadBytes | None = None) -> Self:  # noqa: ARG002
        """Take the network that is set.

        Raises
        ------
        ValueError
            None is set, its weights are not there, or timm is not installed; the message says
            what to do.
        """
        name = os.environ.get(MODEL, "")
        encoder = _encoder(name, os.environ.get(WEIGHTS, ""))
        self._state = {"model": name, "weights": encoder.digest, "dimensions": encoder.width}
        return self

    def transform(
        self, rows: Sequence[Row], read_bytes: ReadBytes | None = None
    ) -> NDArray[np.float32]:
        """Return (n_rows, n_fields · n_dimensions) float32, each picture's part of length one.

        Raises
        ------
        ValueError
            The weights are not those it was fitted with, or a picture cannot be read.
        """
        state = self.state()
        width = int(state["dimensions"])
        if not rows:
            return empty(width * len(self.fields))
        encoder = _encoder(state["model"], os.environ.get(WEIGHTS, ""))
        if encoder.digest != state["weights"]:
            msg = f"{self.name}: {WEIGHTS} names other weights than those it was fitted with"
            raise ValueError(msg)
        result = np.empty((len(rows), width * len(self.fields)), dtype=np.float32)
        for start in range(0, len(rows), _ROWS):
            places = range(start, min(start + _ROWS, len(rows)))
            for column, field in enumerate(self.fields):
                pictures = [open_picture(rows[at], field, at, read_bytes) for at in places]
                part = slice(column * width, (column + 1) * width)
                result[places.start : places.stop, part] = encoder.encode(pictures)
        return result


@lru_cache(maxsize=1)
def _encoder(name: str, file: str) -> PictureEncoder:
    """Return the encoder; weights are read once a process."""
    if not name or not file:
        msg = (
            f"encoder: set {MODEL} to a name of timm (resnet18) or torchvision "
            f"(torchvision/resnet18) and {WEIGHTS} to the file of its weights (.safetensors, or a "
            "state dict in .pth, .pt or .bin); nothing is downloaded unasked"
        )
        raise ValueError(msg)
    return PictureEncoder.read(name, Path(file))
