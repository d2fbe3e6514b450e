"""Tests of features find a tiny sentence encoder where the real one would be."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.features.encoders import write_encoder


@pytest.fixture(autouse=True)
def tiny_encoder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Set the sentence model to the tiny one."""
    folder = tmp_path_factory.getbasetemp() / "encoder"
    if not folder.exists():
        write_encoder(folder)
    monkeypatch.setenv("LABELLOOP_SENTENCE_MODEL", str(folder))
    return folder
