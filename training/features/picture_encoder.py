"""A torch network of timm or torchvision with weights from a file; nothing is downloaded.

Only tensors are read from the file: safetensors, or a state dict that torch loads without pickle.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.devices import device_name

BATCH: Final = 32
TORCHVISION: Final = "torchvision/"
"""A name that begins so is one of torchvision's; every other is timm's."""
HEADS: Final = ("fc.", "classifier.", "head.", "heads.", "head_dist.")
"""Where networks keep what turns features into ImageNet's classes, which is not wanted here."""
WRAPPERS: Final = ("state_dict", "model", "model_ema")
_SIDE: Final = 224
_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True, slots=True)
class PictureEncoder:
    """A network in memory, ready to encode.

    Parameters
    ----------
    network : torch module without its head.
    digest : SHA-256 of the weights' file.
    width : numbers a picture.
    size : height and width of what it looks at.
    mean, deviation : of the channels, in [0, 1].
    """

    network: Any
    digest: str
    width: int
    size: tuple[int, int]
    mean: tuple[float, ...]
    deviation: tuple[float, ...]
    device: str

    @classmethod
    def read(cls, name: str, file: Path) -> PictureEncoder:
        """Build a network by name and give it the weights of a file.

        Raises
        ------
        ValueError
            The name is unknown, the file cannot be read or is another network's, or what builds
            networks is not installed.
        """
        try:
            content = file.read_bytes()
        except OSError as error:
            msg = f"weights: {file}: {error}"
            raise ValueError(msg) from error
        network, config = _build(name)
        _load(network, _tensors(content, file), name)
        import torch

        device = device_name()
        network.eval().requires_grad_(requires_grad=False).to(device)
        size = config.get("input_size", (3, _SIDE, _SIDE))[1:]
        with torch.inference_mode():
            width = int(network(torch.zeros((1, 3, *size), device=device)).reshape(1, -1).shape[1])
        return cls(
            network,
            hashlib.sha256(content).hexdigest(),
            width,
            (int(size[0]), int(size[1])),
            tuple(config.get("mean", _MEAN)),
            tuple(config.get("std", _DEVIATION)),
            device,
        )

    def encode(self, pictures: Sequence[Image.Image | None]) -> NDArray[np.float32]:
        """Return (n_pictures, width) float32, rows of length one; zeros where there is none."""
        result = np.zeros((len(pictures), self.width), dtype=np.float32)
        there = [place for place, picture in enumerate(pictures) if picture is not None]
        for start in range(0, len(there), BATCH):
            part = there[start : start + BATCH]
            result[part] = self._encode([pictures[place] for place in part])
        return result

    def _encode(self, pictures: Sequence[Image.Image | None]) -> NDArray[np.float32]:
        import torch

        values = np.stack([self._pixels(one) for one in pictures if one is not None])
        with torch.inference_mode():
            found = self.network(torch.from_numpy(values).to(self.device))
            found = torch.nn.functional.normalize(found.reshape(len(values), -1), dim=1)
        encoded: NDArray[np.float32] = found.float().cpu().numpy()
        return encoded

    def _pixels(self, picture: Image.Image) -> NDArray[np.float32]:
        """Return (3, height, width), the whole picture: what is asked about may lie at an edge."""
        scaled = picture.convert("RGB").resize(self.size[::-1], Image.Resampling.BICUBIC)
        values = np.asarray(scaled, dtype=np.float32) / 255
        values -= np.array(self.mean, dtype=np.float32)
        values /= np.array(self.deviation, dtype=np.float32)
        return np.ascontiguousarray(values.transpose(2, 0, 1))


def _build(name: str) -> tuple[Any, dict[str, Any]]:
    """Return a network with weights by chance, and what pictures it expects."""
    try:
        timm: Any = import_module("timm")
        torchvision: Any = import_module("torchvision")
    except (ImportError, RuntimeError) as error:  # a torchvision of another build of torch
        msg = (
            f"encoder: {error}; install the extra: pip install 'labelloop[vision]', with torch and "
            "torchvision of the same build (CPU or CUDA)"
        )
        raise ValueError(msg) from error
    try:
        if name.startswith(TORCHVISION):
            network = torchvision.models.get_model(name.removeprefix(TORCHVISION), weights=None)
            return _headless(network), {}
        network = timm.create_model(name, pretrained=False, num_classes=0)
    except (ValueError, RuntimeError) as error:
        msg = f"model: neither timm nor torchvision has {name!r} ({error})"
        raise ValueError(msg) from error
    return network, dict(timm.data.resolve_model_data_config(network))


def _headless(network: Any) -> Any:
    """Replace what torchvision's networks end with by nothing."""
    import torch

    for head in HEADS:
        if hasattr(network, head.rstrip(".")):
            setattr(network, head.rstrip("."), torch.nn.Identity())
    return network


def _tensors(content: bytes, file: Path) -> dict[str, Any]:
    """Return a file's tensors by name; nothing in the file can run code."""
    import io

    import torch
    from safetensors.torch import load

    try:
        if file.suffix == ".safetensors":
            return dict(load(content))
        found = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except Exception as error:  # what torch raises for a torn or foreign file is of many kinds
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        msg = f"weights: {file.name} holds no plain tensors: {reason}"
        raise ValueError(msg) from error
    for wrapper in WRAPPERS:
        if isinstance(found, Mapping) and isinstance(found.get(wrapper), Mapping):
            found = found[wrapper]
    if not isinstance(found, Mapping):
        msg = f"weights: {file.name} holds a {type(found).__name__}, not tensors by name"
        raise ValueError(msg)  # noqa: TRY004 - what the file holds is a value
    return {str(key).removeprefix("module."): value for key, value in found.items()}


def _load(network: Any, tensors: dict[str, Any], name: str) -> None:
    """Give a network its weights; all of them must be there, and nothing else but a head."""
    known = {key: value for key, value in tensors.items() if not key.startswith(HEADS)}
    try:
        missing, unexpected = network.load_state_dict(known, strict=False)
    except RuntimeError as error:  # shapes that differ
        msg = f"weights: they are not those of {name}: {str(error).splitlines()[-1].strip()}"
        raise ValueError(msg) from error
    odd = [key for key in (*missing, *unexpected) if not key.startswith(HEADS)]
    if odd:
        msg = f"weights: they are not those of {name}: {len(odd)} names differ, as {odd[0]!r}"
        raise ValueError(msg)
