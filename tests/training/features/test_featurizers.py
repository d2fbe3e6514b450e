"""Featurizers: what each makes of its data, and that test rows never shape a feature."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from scipy.sparse import csr_array

from training.features import (
    FEATURIZERS,
    Featurizer,
    choose_featurizer,
    load_featurizer,
    save_featurizer,
)


def png(values: Any, mode: str = "L") -> bytes:
    """Return a picture file of these numbers."""
    buffer = io.BytesIO()
    Image.fromarray(np.asarray(values, dtype=np.uint8)).convert(mode).save(buffer, "PNG")
    return buffer.getvalue()


PICTURES = {
    "a": png(np.arange(64).reshape(8, 8) * 4),
    "b": png(np.full((8, 8), 255)),
    "large": png(np.full((200, 100), 128)),
    "red": png(np.tile(np.array([255, 0, 0]), (8, 8, 1)), "RGB"),
    "grey as colour": png(np.full((8, 8), 10), "RGB"),
    "torn": png(np.arange(64).reshape(8, 8))[:45],
    "text": b"hello",
}
ROWS: dict[str, list[dict[str, Any]]] = {
    "pixels": [{"x": "a"}, {"x": "b"}, {"x": None}],
    "numbers": [{"x": 1}, {"x": "3"}, {"x": None}],
    "tfidf": [{"x": "good film"}, {"x": "bad film"}, {"x": None}],
}


def dense(matrix: Any) -> Any:
    """Return a matrix as a numpy array."""
    return matrix.toarray() if isinstance(matrix, csr_array) else matrix


def fitted(name: str) -> Featurizer:
    """Return a featurizer fitted on its example rows."""
    return FEATURIZERS[name](["x"]).fit(ROWS[name], PICTURES.__getitem__)


@pytest.mark.parametrize("name", sorted(FEATURIZERS))
class TestEveryFeaturizer:
    """The promises that do not depend on the data type."""

    def test_gives_one_finite_float32_row_each(self, name: str) -> None:
        """Missing values included."""
        matrix = fitted(name).transform(ROWS[name], PICTURES.__getitem__)
        assert matrix.shape[0] == 3
        assert matrix.dtype == np.float32
        assert np.isfinite(dense(matrix)).all()
        assert isinstance(matrix, csr_array) == fitted(name).sparse

    def test_rows_are_transformed_each_by_itself(self, name: str) -> None:
        """Which rows come along changes nothing, so a new item fits an old file."""
        featurizer = fitted(name)
        together = dense(featurizer.transform(ROWS[name], PICTURES.__getitem__))
        alone = [dense(featurizer.transform([r], PICTURES.__getitem__))[0] for r in ROWS[name]]
        np.testing.assert_array_equal(together, np.stack(alone))

    def test_no_rows_give_no_rows_of_the_same_width(self, name: str) -> None:
        """An empty pool is not an error."""
        featurizer = fitted(name)
        width = featurizer.transform(ROWS[name], PICTURES.__getitem__).shape[1]
        assert featurizer.transform([], PICTURES.__getitem__).shape == (0, width)

    def test_state_comes_back_from_its_file(self, name: str, tmp_path: Path) -> None:
        """Same digest, same features, from plain JSON."""
        featurizer = fitted(name)
        path = save_featurizer(featurizer, tmp_path)
        again = load_featurizer(path, featurizer.digest())
        assert again.digest() == featurizer.digest()
        np.testing.assert_array_equal(
            dense(again.transform(ROWS[name], PICTURES.__getitem__)),
            dense(featurizer.transform(ROWS[name], PICTURES.__getitem__)),
        )

    def test_a_changed_file_is_refused(self, name: str, tmp_path: Path) -> None:
        """The digest stands between a stored state and its use."""
        featurizer = fitted(name)
        path = save_featurizer(featurizer, tmp_path)
        path.write_bytes(path.read_bytes() + b" ")
        with pytest.raises(ValueError, match=r"^path: .* has digest"):
            load_featurizer(path, featurizer.digest())

    def test_it_must_be_fitted_first(self, name: str) -> None:
        """Using it before says what to do."""
        with pytest.raises(ValueError, match=rf"^{name}: fit it"):
            FEATURIZERS[name](["x"]).transform(ROWS[name], PICTURES.__getitem__)

    def test_it_needs_a_field(self, name: str) -> None:
        """A featurizer of nothing is refused."""
        with pytest.raises(ValueError, match=r"^fields: "):
            FEATURIZERS[name]([])


class TestPixels:
    """Pictures."""

    def test_tiny_pictures_keep_every_pixel(self) -> None:
        """An 8 × 8 grey picture becomes its 64 numbers over 255."""
        values = fitted("pixels").transform([{"x": "a"}], PICTURES.__getitem__)
        np.testing.assert_allclose(values[0], np.arange(64) * 4 / 255, atol=1e-6)

    def test_large_pictures_shrink_to_at_most_32(self) -> None:
        """100 × 200 becomes 32 × 32."""
        featurizer = FEATURIZERS["pixels"](["x"]).fit([{"x": "large"}], PICTURES.__getitem__)
        assert featurizer.state() == {"width": 32, "height": 32, "mode": "L"}

    @pytest.mark.parametrize(("picture", "mode"), [("red", "RGB"), ("grey as colour", "L")])
    def test_colour_is_kept_where_there_is_some(self, picture: str, mode: str) -> None:
        """Three channels that are equal everywhere are one."""
        featurizer = FEATURIZERS["pixels"](["x"]).fit([{"x": picture}], PICTURES.__getitem__)
        assert featurizer.state()["mode"] == mode

    @pytest.mark.parametrize("picture", ["torn", "text"])
    def test_an_unreadable_picture_is_named(self, picture: str) -> None:
        """Row and field stand in the error."""
        with pytest.raises(
            ValueError, match=r"^rows: row 1, field 'x': the picture cannot be read"
        ):
            fitted("pixels").transform([{"x": "a"}, {"x": picture}], PICTURES.__getitem__)

    def test_a_picture_that_unpacks_beyond_the_limit_is_refused(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Before it is unpacked."""
        monkeypatch.setattr("training.features.pixels.MOST_PIXELS", 63)
        with pytest.raises(ValueError, match=r"more than 63 pixels"):
            FEATURIZERS["pixels"](["x"]).fit([{"x": "a"}], PICTURES.__getitem__)

    def test_without_any_picture_there_is_no_size(self) -> None:
        """Nothing to fit on is an error."""
        with pytest.raises(ValueError, match=r"^rows: no picture in field 'x'"):
            FEATURIZERS["pixels"](["x"]).fit([{"x": None}], PICTURES.__getitem__)

    def test_a_way_to_read_is_needed(self) -> None:
        """A digest alone is no picture."""
        with pytest.raises(ValueError, match=r"^read_bytes: "):
            FEATURIZERS["pixels"](["x"]).fit([{"x": "a"}])


class TestNumbers:
    """Numeric columns."""

    def test_centres_and_scales_by_training_rows_only(self) -> None:
        """Mean 0 and deviation 1 in training; a test row does not move them."""
        featurizer = FEATURIZERS["numbers"](["x"]).fit([{"x": 0}, {"x": 2}])
        np.testing.assert_allclose(featurizer.transform([{"x": 0}, {"x": 5}]), [[-1], [4]])

    def test_missing_is_the_median_and_marked(self) -> None:
        """None, text and infinity all count as missing."""
        featurizer = FEATURIZERS["numbers"](["x"]).fit([{"x": 0}, {"x": 2}, {"x": 4}, {}])
        values = featurizer.transform([{"x": "?"}, {"x": float("inf")}, {"x": 2}])
        assert values[:, 1].tolist() == [1, 1, 0]
        assert values[0, 0] == values[1, 0] == values[2, 0]

    def test_a_constant_column_is_zero(self) -> None:
        """No division by a deviation of zero."""
        featurizer = FEATURIZERS["numbers"](["x"]).fit([{"x": 7}, {"x": 7}])
        assert featurizer.transform([{"x": 7}]).tolist() == [[0]]

    def test_without_any_number_there_is_nothing_to_learn(self) -> None:
        """The fields are named."""
        with pytest.raises(ValueError, match=r"^rows: no number in any of the fields x"):
            FEATURIZERS["numbers"](["x"]).fit([{"x": "red"}])


class TestTfidf:
    """Texts."""

    def test_only_training_words_become_features(self) -> None:
        """A word that occurs in test rows only leaves no trace."""
        featurizer = fitted("tfidf")
        assert featurizer.state()["terms"] == ["bad", "bad film", "film", "good", "good film"]
        new = featurizer.transform([{"x": "terrible film"}, {"x": "terrible"}])
        assert new.toarray()[0].nonzero()[0].tolist() == [2]
        assert new[[1]].nnz == 0

    def test_chinese_is_read_by_characters_and_pairs(self) -> None:
        """Unspaced scripts need no word segmentation."""
        featurizer = FEATURIZERS["tfidf"](["x"]).fit([{"x": "好电影abc"}])
        assert {"好", "电", "影", "好 电", "电 影", "abc"} <= set(featurizer.state()["terms"])

    def test_fields_are_read_as_one_text(self) -> None:
        """Title and body share a vocabulary."""
        featurizer = FEATURIZERS["tfidf"](["t", "b"]).fit([{"t": "one", "b": "two"}])
        assert {"one", "two"} <= set(featurizer.state()["terms"])

    def test_texts_without_a_word_are_refused(self) -> None:
        """There is no vocabulary of nothing."""
        with pytest.raises(ValueError, match=r"^rows: no word in field 'x'"):
            FEATURIZERS["tfidf"](["x"]).fit([{"x": "…"}])


class TestChoice:
    """The data type decides."""

    @pytest.mark.parametrize(
        ("fields", "name", "used"),
        [
            ({"picture": "Image", "caption": "Text"}, "pixels", ("picture",)),
            ({"text": "Text", "stars": "number"}, "tfidf", ("text",)),
            ({"a": "number", "b": "number"}, "numbers", ("a", "b")),
        ],
    )
    def test_pictures_before_text_before_numbers(
        self, fields: dict[str, str], name: str, used: tuple[str, ...]
    ) -> None:
        """And all fields of the chosen type are read."""
        featurizer = choose_featurizer(fields)
        assert (featurizer.name, featurizer.fields) == (name, used)

    def test_an_unknown_type_is_refused(self) -> None:
        """Naming what is known."""
        with pytest.raises(ValueError, match=r"^fields: none is of a known type \(image, text"):
            choose_featurizer({"clip": "Audio"})

    def test_a_state_of_an_unknown_featurizer_is_refused(self, tmp_path: Path) -> None:
        """A file from a newer version says so."""
        import hashlib

        content = b'{"fields":["x"],"name":"audio","state":{}}'
        (tmp_path / "f.json").write_bytes(content)
        with pytest.raises(ValueError, match=r"^path: unknown featurizer 'audio'"):
            load_featurizer(tmp_path / "f.json", hashlib.sha256(content).hexdigest())


def test_reading_is_by_the_callers_function() -> None:
    """Featurizers know neither folders nor digests: they ask for bytes by name."""
    asked: list[str] = []

    def read(name: str) -> bytes:
        asked.append(name)
        return PICTURES["a"]

    reader: Callable[[str], bytes] = read
    FEATURIZERS["pixels"](["x"]).fit([{"x": "digest-1"}], reader)
    assert asked == ["digest-1"]
