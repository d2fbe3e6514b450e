"""MinHash, picture hashes and links: pure functions, against what they estimate."""

from __future__ import annotations

import io
from typing import Final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from labeling.items.similar import minhash, picture_hash
from labeling.items.similar.linking import Union, links_of_band

TEXT: Final = "The delivery took three weeks and the box was open when it finally arrived here."


class TestMinhash:
    """Texts."""

    def test_near_copies_share_a_band_and_others_do_not(self) -> None:
        """Shows 200 changed copies of long texts found, and 200 unrelated texts apart."""
        rng = np.random.default_rng(1)
        words = [f"word{n}" for n in range(2_000)]
        texts = [" ".join(rng.choice(words, 60)) for _ in range(200)]
        changed = [text.replace(text.split()[7], "other", 1) for text in texts]
        first, second = minhash.band_keys(texts), minhash.band_keys(changed)
        assert (first == second).any(axis=1).all()
        apart = (first == np.roll(second, 1, axis=0)).any(axis=1)
        assert apart.mean() < 0.05

    def test_a_band_is_shared_as_often_as_the_theory_says(self) -> None:
        """Shows the S-curve 1 − (1 − s⁴)¹⁶ at similarities around .5, within 3 σ."""
        rng = np.random.default_rng(2)
        letters = np.array(list("abcdefghijklmnopqrstuvwxyz "))
        pairs = []
        for _ in range(400):
            text = "".join(rng.choice(letters, 200))
            cut = int(rng.integers(30, 170))
            pairs.append((text, text[:cut] + "".join(rng.choice(letters, 200 - cut))))
        similar = np.array([minhash.jaccard(*map(minhash.shingles, pair)) for pair in pairs])
        met = (
            minhash.band_keys([pair[0] for pair in pairs])
            == minhash.band_keys([pair[1] for pair in pairs])
        ).any(axis=1)
        expected = 1 - (1 - similar**minhash.ROWS) ** minhash.BANDS
        spread = np.sqrt((expected * (1 - expected)).sum())
        assert abs(met.sum() - expected.sum()) < 3 * spread + 3

    @pytest.mark.parametrize(
        "other", [TEXT.upper(), TEXT.replace(" ", "  "), TEXT.replace("took", "ｔｏｏｋ")]
    )
    def test_case_space_and_width_are_nothing(self, other: str) -> None:
        """Shows texts that people read as the same have the same n-grams and keys."""
        assert minhash.shingles(other) == minhash.shingles(TEXT)
        assert (minhash.band_keys([TEXT]) == minhash.band_keys([other])).all()

    def test_chinese_is_read_in_shorter_grams(self) -> None:
        """Shows that one changed word leaves two Chinese sentences near."""
        first = "这家餐厅的服务非常好，菜也很新鲜，价格合理，我们全家都很满意，下次还会再来。"
        second = first.replace("价格", "环境")
        assert minhash.jaccard(minhash.shingles(first), minhash.shingles(second)) > 0.6

    @given(st.lists(st.text(max_size=12), min_size=1, max_size=8))
    def test_any_text_has_keys(self, texts: list[str]) -> None:
        """Shows that empty, short and odd texts are hashed, each by its own."""
        keys = minhash.band_keys(texts)
        assert keys.shape == (len(texts), minhash.BANDS)
        alone = np.concatenate([minhash.band_keys([text]) for text in texts])
        assert (keys == alone).all()


def picture(seed: int, noise: float = 0.0, size: int = 96, kind: str = "PNG") -> bytes:
    """Return a picture of smooth shapes, perhaps with noise."""
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(0, 255, (8, 8), dtype=np.uint8), "L")
    smooth = np.asarray(small.resize((size, size), Image.Resampling.BICUBIC), dtype=np.float64)
    noisy = smooth + np.random.default_rng(seed + 1).normal(0, noise, smooth.shape)
    output = io.BytesIO()
    Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8), "L").save(output, kind)
    return output.getvalue()


class TestPictureHash:
    """Pictures."""

    def test_another_size_and_format_is_near(self) -> None:
        """Shows that a smaller JPEG of a picture with some noise is a near-copy."""
        for seed in range(20):
            first = picture_hash.difference_hash(picture(seed))
            again = picture_hash.difference_hash(picture(seed, 3.0, kind="JPEG"))
            assert picture_hash.similarity(first, again) > 0.9

    def test_other_pictures_are_far(self) -> None:
        """Shows that unrelated pictures differ in many bits."""
        hashes = [picture_hash.difference_hash(picture(seed)) for seed in range(20)]
        scores = [picture_hash.similarity(hashes[0], other) for other in hashes[1:]]
        assert max(scores) < 0.8

    def test_few_bits_always_share_a_band(self) -> None:
        """Shows the pigeonhole: 15 changed bits leave one of 16 bands as it was."""
        rng = np.random.default_rng(3)
        for _ in range(200):
            first = rng.integers(0, 2**16, picture_hash.BANDS).astype(np.uint16)
            bits = np.unpackbits(first.view(np.uint8))
            bits[rng.choice(picture_hash.BITS, 15, replace=False)] ^= 1
            second = np.packbits(bits).view(np.uint16)
            assert (first == second).any()
            assert picture_hash.distance(first, second) == 15


class TestLinks:
    """Who is joined with whom."""

    @given(
        st.lists(st.integers(0, 5), min_size=1, max_size=40),
        st.lists(st.integers(0, 3), min_size=40, max_size=40),
    )
    def test_alike_places_of_a_bucket_hang_together(
        self, keys: list[int], kinds: list[int]
    ) -> None:
        """Shows that links join exactly the places of equal key and kind, without a circle."""
        union = Union(len(keys))
        found = list(
            links_of_band(
                np.array(keys), union, lambda a, b: 1.0 if kinds[a] == kinds[b] else 0.0, 0.5
            )
        )
        groups = {(key, kinds[place]) for place, key in enumerate(keys)}
        assert len(found) == len(keys) - len(groups)
        roots = union.roots()
        for a in range(len(keys)):
            for b in range(len(keys)):
                together = (keys[a], kinds[a]) == (keys[b], kinds[b])
                assert (roots[a] == roots[b]) == together

    def test_a_bucket_of_strangers_is_given_up(self) -> None:
        """Shows that a bucket costs at most so many comparisons a member."""
        asked = 0

        def score(_first: int, _second: int) -> float:
            nonlocal asked
            asked += 1
            return 0.0

        keys: NDArray[np.int64] = np.zeros(200, dtype=np.int64)
        assert list(links_of_band(keys, Union(200), score, 0.5)) == []
        assert asked < 32 * 200
