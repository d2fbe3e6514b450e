"""The pool's features: by the project's featurizer, or by the default where that cannot be."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from active_learning.pool import featurise_pool
from training.features import load_features

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def items_file(tmp_path: Path) -> Path:
    """Write four texts, one of them of the test side."""
    path = tmp_path / "pool.jsonl"
    splits = ("train", "train", "test", "train")
    with path.open("w", encoding="utf-8") as file:
        for number, split in enumerate(splits):
            row = {
                "content_hash": f"h{number}",
                "split": split,
                "data": {"x": f"word{number} film"},
            }
            file.write(json.dumps(row) + "\n")
    return path


class TestFeaturisePool:
    """In the compute child: files in, files out."""

    def test_the_featurizer_that_is_set_makes_the_features(self, items_file: Path) -> None:
        """TF-IDF knows the three training texts' words and none of the test's."""
        made = featurise_pool(str(items_file.parent), str(items_file), {"x": "text"}, "tfidf")
        assert made["path"].endswith(".npz")
        assert load_features(items_file.parent / made["path"]).shape[0] == 4

    @pytest.mark.parametrize("wrong", ["magic", "pixels"])
    def test_a_wrong_setting_stops_no_round(self, items_file: Path, wrong: str) -> None:
        """The default takes its place, with the same digest as if nothing were set."""
        folder, kinds = str(items_file.parent), {"x": "text"}
        made = featurise_pool(folder, str(items_file), kinds, wrong)
        assert made == featurise_pool(folder, str(items_file), kinds)
