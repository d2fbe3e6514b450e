"""Tests of features find tiny encoders where the real ones would be."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.features.encoders import write_encoder, write_picture_weights


@pytest.fixture(autouse=True)
def tiny_encoder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Set the sentence model to the tiny one."""
    folder = tmp_path_factory.getbasetemp() / "encoder"
    if not folder.exists():
        write_encoder(folder)
    monkeypatch.setenv("LABELLOOP_SENTENCE_MODEL", str(folder))
    return folder


@pytest.fixture(autouse=True)
def tiny_network(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Set the picture model to timm's tiny one, with weights by chance."""
    file = tmp_path_factory.getbasetemp() / "network.safetensors"
    if not file.exists():
        write_picture_weights(file)
    monkeypatch.setenv("LABELLOOP_PICTURE_MODEL", "test_resnet")
    monkeypatch.setenv("LABELLOOP_PICTURE_WEIGHTS", str(file))
    return file
