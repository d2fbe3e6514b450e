"""Text as latent topics: words and letters, reduced to a few dense columns by their company."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from training.features.featurizer import Featurizer, ReadBytes, Row, empty
from training.features.tfidf import TOKEN, joined

DIMENSIONS = 192
MOST_TERMS = 10_000
"""Of words and pairs of words, and as many of letters; the axes take 8 MB at most."""
MOST_ROWS = 20_000
_CHUNK = 2_048
_NO_LENGTH = 1e-4


class Lsa(Featurizer):
    """Latent semantic analysis of word and letter n-grams, rows of length one, dense.

    Words that keep the same company come to lie together, learned from the whole training side of
    the pool, labelled or not: with 50 to 400 labels a linear model is as good on it as on
    ``tfidf`` with two to four times as many. Letters (2 to 4, within words) carry over misspellings
    and inflection. Fitted on at most 20,000 rows, evenly spaced.

    References
    ----------
    Deerwester et al., "Indexing by latent semantic analysis", JASIS 1990.
    """

    name: ClassVar[str] = "lsa"
    memory: ClassVar[str] = "192 numbers; 8 MB of axes"
    speed: ClassVar[str] = "about 1 ms a short text"

    def fit(self, rows: Sequence[Row], read_bytes: ReadBytes | None = None) -> Self:  # noqa: ARG002
        """Learn terms, their weights, and the axes: kept as half precision in base64.

        Raises
        ------
        ValueError
            There is no word in the training rows.
        """
        from scipy.sparse import hstack
        from sklearn.decomposition import TruncatedSVD
        from threadpoolctl import threadpool_limits

        step = -(-len(rows) // MOST_ROWS) or 1
        texts = joined(rows[::step], self.fields)
        vectorizers = [make(max_features=MOST_TERMS) for make in (_words, _letters)]
        try:
            parts = [vectorizer.fit_transform(texts) for vectorizer in vectorizers]
        except ValueError as error:
            msg = f"rows: no word in field {self.fields[0]!r}: {error}"
            raise ValueError(msg) from error
        matrix = hstack(parts).tocsr()
        dimensions = max(1, min(DIMENSIONS, min(matrix.shape) - 1))
        with threadpool_limits(limits=1):  # sums in one order: the same axes in every process
            reduction = TruncatedSVD(dimensions, random_state=0).fit(matrix)
        # Beyond the rank an axis is rounding alone, different on every machine.
        real = reduction.singular_values_ > _NO_LENGTH * reduction.singular_values_[0]
        axes = reduction.components_[real]
        words, letters = vectorizers
        self._state = {
            "words": [str(term) for term in words.get_feature_names_out()],
            "letters": [str(term) for term in letters.get_feature_names_out()],
            "idf": [float(weight) for part in vectorizers for weight in part.idf_],
            "dimensions": len(axes),
            "axes": base64.b64encode(axes.astype("<f2").tobytes()).decode(),
        }
        return self

    def transform(
        self,
        rows: Sequence[Row],
        read_bytes: ReadBytes | None = None,  # noqa: ARG002 - the interface of all featurizers
    ) -> NDArray[np.float32]:
        """Return (n_rows, n_dimensions) float32; a text of unknown words alone is all zero."""
        state = self.state()
        axes = self._axes()
        words, letters = _words(vocabulary=state["words"]), _letters(vocabulary=state["letters"])
        idf = np.array(state["idf"])
        words.idf_, letters.idf_ = idf[: len(state["words"])], idf[len(state["words"]) :]
        result = empty(state["dimensions"])
        if rows:
            result = np.empty((len(rows), state["dimensions"]), dtype=np.float32)
        for start in range(0, len(rows), _CHUNK):
            texts = joined(rows[start : start + _CHUNK], self.fields)
            split = len(state["words"])
            reduced = words.transform(texts) @ axes[:split]
            reduced += letters.transform(texts) @ axes[split:]
            lengths = np.linalg.norm(reduced, axis=1, keepdims=True)
            result[start : start + len(texts)] = reduced / np.where(lengths == 0, 1, lengths)
        return result

    def _axes(self) -> NDArray[np.float64]:
        """Return (n_terms, n_dimensions), words before letters."""
        state = self.state()
        numbers = np.frombuffer(base64.b64decode(state["axes"]), dtype="<f2").astype(np.float64)
        axes: NDArray[np.float64] = numbers.reshape(state["dimensions"], -1).T
        return axes


def _words(**options: Any) -> Any:
    """Return the vectorizer of words and pairs of words."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(token_pattern=TOKEN, ngram_range=(1, 2), sublinear_tf=True, **options)


def _letters(**options: Any) -> Any:
    """Return the vectorizer of two to four letters within words."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, **options)
