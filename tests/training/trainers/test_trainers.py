"""Trainers: the same bytes from the same data, safe files, a column for every class."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.training.trainers.fit_and_save import SMALL, data, fit
from training.trainers import TRAINERS, load_model, train_model

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("name", sorted(TRAINERS))
class TestEveryTrainer:
    """The promises that do not depend on the algorithm."""

    @pytest.mark.parametrize("sparse", [False, True])
    def test_learns(self, name: str, sparse: bool) -> None:  # noqa: FBT001 - a parameter
        """Separate groups are told apart, from dense and from sparse features."""
        features, labels = data(sparse=sparse)
        probabilities = fit(name, sparse=sparse).predict_proba(features)
        assert (probabilities.argmax(axis=1) == labels).mean() > 0.9

    def test_every_class_has_a_column(self, name: str) -> None:
        """Rows sum to one over all classes; one never seen has probability zero."""
        probabilities = fit(name).predict_proba(data()[0])
        assert probabilities.shape == (120, 4)
        np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)
        assert (probabilities[:, 2] == 0).all()

    def test_no_items_give_no_rows(self, name: str) -> None:
        """An empty request is answered."""
        assert fit(name).predict_proba(data()[0][:0]).shape == (0, 4)

    def test_two_processes_write_the_same_bytes(self, name: str, tmp_path: Path) -> None:
        """Digest and file are those of another interpreter with other addresses."""
        digest = fit(name).save(tmp_path / "here")
        command = [
            sys.executable,
            "-m",
            "tests.training.trainers.fit_and_save",
            name,
            str(tmp_path / "there"),
        ]
        other = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
        assert other.stdout.strip() == digest
        assert (tmp_path / "there").read_bytes() == (tmp_path / "here").read_bytes()

    def test_comes_back_from_its_file(self, name: str, tmp_path: Path) -> None:
        """Same predictions, same digest when saved again."""
        model = fit(name)
        digest = model.save(tmp_path / "model")
        again = load_model(name, tmp_path / "model", digest)
        assert again.n_classes == 4
        np.testing.assert_array_equal(
            again.predict_proba(data()[0]), model.predict_proba(data()[0])
        )
        assert again.save(tmp_path / "again") == digest

    def test_another_digest_is_refused(self, name: str, tmp_path: Path) -> None:
        """Before anything in the file is looked at."""
        fit(name).save(tmp_path / "model")
        with pytest.raises(ValueError, match=r"^path: model has digest .*, not 00"):
            load_model(name, tmp_path / "model", "00")

    def test_a_file_of_another_kind_is_refused(self, name: str, tmp_path: Path) -> None:
        """With the right digest, but not written by a trainer."""
        import hashlib

        content = b"\x08\x00\x00\x00\x00\x00\x00\x00{}      "
        (tmp_path / "model").write_bytes(content)
        with pytest.raises(ValueError, match=r"^path: this"):
            load_model(name, tmp_path / "model", hashlib.sha256(content).hexdigest())

    def test_weights_of_zero_are_as_if_absent(self, name: str) -> None:
        """Rows that weigh nothing change no byte of the model."""
        features, labels = data()
        doubled = np.vstack([features, features[:30]])
        wrong = np.concatenate([labels, (labels[:30] + 1) % 4])
        weights = np.concatenate([np.ones(120), np.zeros(30)])
        model = train_model(
            name, doubled, wrong, weights, n_classes=4, seed=1, parameters=SMALL[name]
        )
        np.testing.assert_array_equal(
            model.predict_proba(features), fit(name).predict_proba(features)
        )

    def test_its_inputs_stay_as_they_are(self, name: str) -> None:
        """Read-only arrays do."""
        features, labels = data()
        features.flags.writeable = labels.flags.writeable = False
        train_model(name, features, labels, n_classes=4, seed=1, parameters=SMALL[name])

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"labels": np.zeros(120, dtype=int)}, "^labels: at least two classes"),
            ({"labels": np.zeros(0, dtype=int)}, "^features: shape"),
            ({"labels": np.full(120, 4)}, "^labels: class indices"),
            ({"features": np.full((120, 2), np.nan)}, "^features: NaN"),
            ({"weights": np.full(120, -1.0)}, "^weights: "),
            ({"weights": np.zeros(120)}, "^labels: at least two classes"),
            ({"parameters": {"depth": 3}}, "^parameters: .* takes no 'depth'"),
        ],
    )
    def test_wrong_inputs_are_named(self, name: str, changes: dict[str, Any], message: str) -> None:
        """The message begins with the argument."""
        features, labels = data()
        arguments: dict[str, Any] = {
            "features": features,
            "labels": labels,
            "weights": None,
            "n_classes": 4,
            "seed": 1,
        }
        with pytest.raises(ValueError, match=message):
            train_model(name, **(arguments | changes))


class TestRegistry:
    """Trainers by name."""

    def test_an_unknown_trainer_lists_the_known(self) -> None:
        """Whoever mistypes a name sees all of them."""
        with pytest.raises(
            ValueError, match=r"^trainer: 'oracle' is unknown; known are blend, logistic"
        ):
            train_model("oracle", *data(), n_classes=4, seed=1)

    @pytest.mark.parametrize("name", ["random_forest", "torch_mlp"])
    def test_another_seed_is_another_model(self, name: str, tmp_path: Path) -> None:
        """The seed is used."""
        first, second = (fit(name, seed=seed).save(tmp_path / str(seed)) for seed in (1, 2))
        assert first != second


class TestSkopsFiles:
    """No code runs when a file is read."""

    def test_an_untrusted_type_is_refused(self, tmp_path: Path) -> None:
        """A file whose schema names another function is not built."""
        fit("logistic_regression").save(tmp_path / "model")
        with zipfile.ZipFile(tmp_path / "model") as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        schema = files["schema.json"].decode()
        schema = schema.replace('"sklearn.preprocessing._data"', '"os"')
        files["schema.json"] = schema.replace('"StandardScaler"', '"system"').encode()
        with zipfile.ZipFile(tmp_path / "evil", "w") as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        import hashlib

        digest = hashlib.sha256((tmp_path / "evil").read_bytes()).hexdigest()
        with pytest.raises(ValueError, match=r"^path: .*not trusted.*os\.system"):
            load_model("logistic_regression", tmp_path / "evil", digest)

    def test_no_file_is_a_pickle(self, tmp_path: Path) -> None:
        """The archive holds JSON and arrays only."""
        fit("random_forest").save(tmp_path / "model")
        with zipfile.ZipFile(tmp_path / "model") as archive:
            assert {Path(name).suffix for name in archive.namelist()} == {".json", ".npy"}
