"""Pictures through a network of timm or torchvision, with real, tiny weights."""

from __future__ import annotations

import io
import pickle
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

from tests.training.features.encoders import import_torchvision, write_picture_weights
from training.devices import device_name
from training.features import Featurizer, choose_featurizer, load_featurizer, save_featurizer


def digit(values: NDArray[np.float64]) -> bytes:
    """Return one of the handwritten digits as a picture file."""
    buffer = io.BytesIO()
    Image.fromarray((values * 15).astype(np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def read(monkeypatch: pytest.MonkeyPatch, model: str, file: Path) -> Featurizer:
    """Return the featurizer with a network and a file of weights."""
    monkeypatch.setenv("LABELLOOP_PICTURE_MODEL", model)
    monkeypatch.setenv("LABELLOOP_PICTURE_WEIGHTS", str(file))
    return choose_featurizer({"x": "image"}, "encoder").fit([])


class TestEncoder:
    """A pretrained network."""

    def test_digits_are_told_apart_by_what_it_sees(self) -> None:
        """Even untrained filters carry a linear model far above chance (.1)."""
        data = load_digits()
        pictures = {str(n): digit(values) for n, values in enumerate(data.images[:120])}
        encoder = choose_featurizer({"x": "image"}, "encoder").fit([])
        found = encoder.transform([{"x": name} for name in pictures], pictures.__getitem__)
        np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
        scaled = (found - found[:80].mean(axis=0)) / (found[:80].std(axis=0) + 1e-6)
        model = LogisticRegression(max_iter=200).fit(scaled[:80], data.target[:80])
        assert model.score(scaled[80:], data.target[80:120]) > 0.5

    def test_a_state_dict_gives_what_safetensors_gives(
        self, tiny_network: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The numbers are the weights', not the file format's; the digest is the file's."""
        rows, read_bytes = [{"x": "a"}], {"a": digit(np.eye(8) * 16)}.__getitem__
        first = choose_featurizer({"x": "image"}, "encoder").fit([])
        other = read(monkeypatch, "test_resnet", write_picture_weights(tmp_path / "weights.pth"))
        assert first.digest() != other.digest()
        np.testing.assert_array_equal(
            read(monkeypatch, "test_resnet", tiny_network).transform(rows, read_bytes),
            load_other(other, tmp_path, monkeypatch).transform(rows, read_bytes),
        )

    def test_networks_of_torchvision_are_known_by_name(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Its own weights, head included, as people download them."""
        import_torchvision()
        import torch
        import torchvision

        name = "mobilenet_v3_small"
        network = torchvision.models.get_model(name, weights=None)
        torch.save(network.state_dict(), tmp_path / "weights.pth")
        found = read(monkeypatch, f"torchvision/{name}", tmp_path / "weights.pth")
        assert found.state()["dimensions"] == 576

    def test_other_weights_in_its_place_are_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Features of two networks never mix under one digest."""
        found = choose_featurizer({"x": "image"}, "encoder").fit([])
        other = write_picture_weights(tmp_path / "other.safetensors", seed=1)
        monkeypatch.setenv("LABELLOOP_PICTURE_WEIGHTS", str(other))
        with pytest.raises(ValueError, match=r"^encoder: LABELLOOP_PICTURE_WEIGHTS names other"):
            found.transform([{"x": None}])

    @pytest.mark.parametrize(
        ("model", "said"),
        [
            ("resnet18", r"^weights: they are not those of resnet18: "),
            ("no_such_network", r"^model: neither timm nor torchvision has 'no_such_network'"),
            ("", r"^encoder: set LABELLOOP_PICTURE_MODEL .* nothing is downloaded unasked$"),
        ],
    )
    def test_what_does_not_fit_is_named(
        self, tiny_network: Path, monkeypatch: pytest.MonkeyPatch, model: str, said: str
    ) -> None:
        """A network of another name, an unknown one, and none at all."""
        with pytest.raises(ValueError, match=said):
            read(monkeypatch, model, tiny_network)

    @pytest.mark.parametrize("name", ["missing.safetensors", "code.pth", "torn.safetensors"])
    def test_a_file_that_is_no_weights_runs_nothing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        """A pickle that would run code is refused before it does."""
        if name == "code.pth":
            (tmp_path / name).write_bytes(pickle.dumps(Runs(tmp_path / "ran")))
        if name == "torn.safetensors":
            (tmp_path / name).write_bytes(b"\x08")
        with pytest.raises(ValueError, match=r"^weights: "):
            read(monkeypatch, "test_resnet", tmp_path / name)
        assert not (tmp_path / "ran").exists()


class TestDevice:
    """Where torch computes."""

    def test_it_is_the_setting_or_a_gpu_where_there_is_one(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Unset it is never a device that is not there."""
        import torch

        assert device_name() == ("cuda" if torch.cuda.is_available() else "cpu")
        monkeypatch.setenv("LABELLOOP_DEVICE", "cpu")
        assert device_name() == "cpu"

    def test_a_device_that_is_not_there_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """And what to set instead."""
        monkeypatch.setenv("LABELLOOP_DEVICE", "cuda:99")
        with pytest.raises(ValueError, match=r"^LABELLOOP_DEVICE: torch cannot use 'cuda:99'"):
            device_name()


class Runs:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.path,)


def load_other(featurizer: Featurizer, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Featurizer:
    """Return a featurizer saved and read back, with its own file of weights set."""
    monkeypatch.setenv("LABELLOOP_PICTURE_WEIGHTS", str(folder / "weights.pth"))
    return load_featurizer(save_featurizer(featurizer, folder), featurizer.digest())
