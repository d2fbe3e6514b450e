"""Tiny encoders with weights by chance, so that no test needs the real ones."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType

import numpy as np

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "good", "bad", "film", "##s", ","]
WIDTH, WIDE = 8, 16


def write_encoder(folder: Path, *, seed: int = 0) -> Path:
    """Write config, vocabulary and random weights of a BERT model."""
    from safetensors.numpy import save_file

    rng = np.random.default_rng(seed)
    shapes = {
        "embeddings.word_embeddings.weight": (len(WORDS), WIDTH),
        "embeddings.position_embeddings.weight": (12, WIDTH),
        "embeddings.token_type_embeddings.weight": (2, WIDTH),
        "embeddings.LayerNorm.weight": (WIDTH,),
        "embeddings.LayerNorm.bias": (WIDTH,),
    }
    for layer in range(2):
        head = f"encoder.layer.{layer}."
        for name in ("attention.self.query", "attention.self.key", "attention.self.value"):
            shapes |= {f"{head}{name}.weight": (WIDTH, WIDTH), f"{head}{name}.bias": (WIDTH,)}
        for name, (rows, columns) in {
            "attention.output.dense": (WIDTH, WIDTH),
            "intermediate.dense": (WIDE, WIDTH),
            "output.dense": (WIDTH, WIDE),
        }.items():
            shapes |= {f"{head}{name}.weight": (rows, columns), f"{head}{name}.bias": (rows,)}
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            shapes |= {f"{head}{name}.weight": (WIDTH,), f"{head}{name}.bias": (WIDTH,)}
    weights = {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    folder.mkdir(parents=True, exist_ok=True)
    save_file(weights, folder / "model.safetensors")
    (folder / "vocab.txt").write_text("\n".join(WORDS), encoding="utf-8")
    config = {
        "model_type": "bert",
        "hidden_size": WIDTH,
        "num_attention_heads": 2,
        "num_hidden_layers": 2,
        "max_position_embeddings": 12,
        "layer_norm_eps": 1e-12,
    }
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


def import_torchvision() -> None:
    """Make timm importable where torchvision is of another build than torch.

    pip's torchvision is built for CUDA; beside a torch for CPUs alone its compiled operators do not
    load, and the import ends at their declarations. No network here uses one of them.
    """
    try:
        import torchvision  # noqa: F401
    except RuntimeError:
        for name in [name for name in sys.modules if name.startswith("torchvision")]:
            del sys.modules[name]
        declarations = "torchvision._meta_registrations"
        sys.modules[declarations] = ModuleType(declarations)


def write_picture_weights(file: Path, *, model: str = "test_resnet", seed: int = 0) -> Path:
    """Write random weights of one of timm's networks, by name."""
    import_torchvision()
    import timm
    import torch
    from safetensors.torch import save_file

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = timm.create_model(model, pretrained=False)
    tensors = {name: value.contiguous() for name, value in network.state_dict().items()}
    if file.suffix == ".safetensors":
        save_file(tensors, file)
    else:
        torch.save({"state_dict": tensors}, file)
    return file
