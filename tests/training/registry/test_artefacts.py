"""An artefact is one digest for all that a prediction needs, and refuses what was changed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from training.features import choose_featurizer
from training.registry.artefacts import Artefact, KeptArtefact, keep_artefact, open_artefact
from training.trainers import train_model

ROWS = [{"text": text} for text in ("meow purr", "bark woof", "meow meow", "woof fetch")]


def no_pictures(digest: str) -> bytes:
    """Stand for a folder without blobs."""
    raise FileNotFoundError(digest)


def make(folder: Path, classes: tuple[str, ...] = ("cat", "dog"), seed: int = 1) -> KeptArtefact:
    """Fit a small text model and keep it."""
    featurizer = choose_featurizer({"text": "text"}).fit(ROWS)
    model = train_model(
        "logistic_regression",
        featurizer.transform(ROWS),
        np.array([0, 1, 0, 1]),
        n_classes=len(classes),
        seed=seed,
    )
    return keep_artefact(folder, "logistic_regression", Artefact(classes, featurizer, model))


class TestKeepArtefact:
    """`keep_artefact` and `open_artefact`."""

    def test_what_was_kept_predicts_the_same(self, tmp_path: Path) -> None:
        """Shows the way to disk and back, with classes by key."""
        kept = make(tmp_path)
        found = open_artefact(tmp_path, kept.digest)
        probabilities = found.probabilities([{"text": "purr"}, {"text": "fetch"}], no_pictures)
        assert [found.classes[column] for column in probabilities.argmax(axis=1)] == ["cat", "dog"]

    def test_the_same_model_again_is_the_same_artefact(self, tmp_path: Path) -> None:
        """Shows that a step that is run again leaves no second set of files (rule 7)."""
        kept = make(tmp_path)
        files = sorted(path.name for path in tmp_path.iterdir())
        assert make(tmp_path) == kept
        assert sorted(path.name for path in tmp_path.iterdir()) == files

    def test_the_classes_are_part_of_the_digest(self, tmp_path: Path) -> None:
        """Shows that columns in another order are another artefact."""
        assert make(tmp_path).digest != make(tmp_path, ("dog", "cat")).digest

    def test_its_size_counts_every_file(self, tmp_path: Path) -> None:
        """Shows the figure that the registry records."""
        kept = make(tmp_path)
        assert kept.n_bytes == sum(path.stat().st_size for path in tmp_path.iterdir())
        assert kept.format == "skops"

    @pytest.mark.parametrize("place", [0, 1, 2])
    def test_a_changed_file_is_refused(self, tmp_path: Path, place: int) -> None:
        """Shows that document, featurizer and model are each compared with their digest."""
        kept = make(tmp_path)
        path = sorted(tmp_path.iterdir())[place]
        path.write_bytes(path.read_bytes() + b" ")
        with pytest.raises(ValueError, match="digest"):
            open_artefact(tmp_path, kept.digest)
