"""Text as weighted words and pairs of words; Chinese and Japanese by characters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np

from training.features.featurizer import Featurizer, Matrix, ReadBytes, Row

MOST_TERMS = 50_000
# Scripts written without spaces: each character is a word, and pairs of them are near words.
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
TOKEN = rf"(?u)[{_UNSPACED}]|[^\W{_UNSPACED}]+"


class Tfidf(Featurizer):
    """Term frequency (logarithmic) times inverse document frequency, rows of length one, sparse.

    Several fields are read as one text. The vocabulary and the frequencies come from the training
    rows alone (at most 50,000 terms, the most frequent), so that no test text shapes a feature.
    """

    name: ClassVar[str] = "tfidf"
    memory: ClassVar[str] = "up to 50,000 numbers, some 20 not zero"
    speed: ClassVar[str] = "0.1 ms a short text"
    sparse: ClassVar[bool] = True

    def __init__(self, fields: Sequence[str]) -> None:
        super().__init__(fields)
        self._terms: list[str] | None = None
        self._idf: list[float] = []

    def fit(self, rows: Sequence[Row], read_bytes: ReadBytes | None = None) -> Self:  # noqa: ARG002
        """Learn vocabulary and inverse document frequencies.

        Raises
        ------
        ValueError
            There is no word in the training rows.
        """
        vectorizer = _vectorizer(max_features=MOST_TERMS)
        try:
            vectorizer.fit(joined(rows, self.fields))
        except ValueError as error:
            msg = f"rows: no word in field {self.fields[0]!r}: {error}"
            raise ValueError(msg) from error
        self._terms = [str(term) for term in vectorizer.get_feature_names_out()]
        self._idf = [float(weight) for weight in vectorizer.idf_]
        return self

    def transform(self, rows: Sequence[Row], read_bytes: ReadBytes | None = None) -> Matrix:  # noqa: ARG002
        """Return (n_rows, n_terms) float32 as a scipy CSR array."""
        from scipy.sparse import csr_array

        state = self.state()
        if not rows:
            return csr_array((0, len(state["terms"])), dtype=np.float32)
        vectorizer = _vectorizer(vocabulary=state["terms"])
        vectorizer.idf_ = np.array(state["idf"])
        return csr_array(vectorizer.transform(joined(rows, self.fields)), dtype=np.float32)

    def state(self) -> dict[str, Any]:
        """Return the terms in order and their inverse document frequencies."""
        return {"terms": self.fitted(self._terms), "idf": self._idf}

    def restore(self, state: Mapping[str, Any]) -> Self:
        """Take up what `state` returned."""
        self._terms = [str(term) for term in state["terms"]]
        self._idf = [float(weight) for weight in state["idf"]]
        return self


def joined(rows: Sequence[Row], fields: Sequence[str]) -> list[str]:
    """Return each row's fields as one text; what is missing is empty."""
    return [
        "\n".join(str(value) for field in fields if (value := row.get(field)) is not None)
        for row in rows
    ]


def _vectorizer(**options: Any) -> Any:
    """Return scikit-learn's vectorizer, set up the same for fitting and for use."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(
        token_pattern=TOKEN, ngram_range=(1, 2), sublinear_tf=True, dtype=np.float64, **options
    )
