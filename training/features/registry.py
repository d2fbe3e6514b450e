"""The list of featurizers, which one suits which data, and their saved form."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from labeling.files import write_durably
from training.features.featurizer import Featurizer
from training.features.numbers import Numbers
from training.features.pixels import Pixels
from training.features.tfidf import Tfidf

FEATURIZERS: Mapping[str, Callable[[Sequence[str]], Featurizer]] = MappingProxyType(
    {kind.name: kind for kind in (Pixels, Numbers, Tfidf)}
)

_BY_TYPE: Mapping[str, Callable[[Sequence[str]], Featurizer]] = {
    "image": Pixels,
    "text": Tfidf,
    "number": Numbers,
}


def choose_featurizer(fields: Mapping[str, str]) -> Featurizer:
    """Return an unfitted featurizer for an item's fields.

    Parameters
    ----------
    fields : name → data type: ``image``, ``text`` or ``number``, in any case; Label Studio's
        object names (``Image``, ``Text``) are two of them. Pictures go before text, text before
        numbers, and the featurizer reads all fields of the type chosen.

    Raises
    ------
    ValueError
        No field is of a known type.

    Examples
    --------
    >>> choose_featurizer({"review": "Text", "stars": "number"}).name
    'tfidf'
    """
    kinds = {name: kind.lower() for name, kind in fields.items()}
    for kind, featurizer in _BY_TYPE.items():
        names = [name for name, its_kind in kinds.items() if its_kind == kind]
        if names:
            return featurizer(names)
    known = ", ".join(_BY_TYPE)
    msg = f"fields: none is of a known type ({known}): {dict(fields)}"
    raise ValueError(msg)


def save_featurizer(featurizer: Featurizer, folder: Path) -> Path:
    """Write a fitted featurizer to ``folder/DIGEST.json`` and return the path."""
    path = folder / f"{featurizer.digest()}.json"
    if not path.exists():
        write_durably(path, featurizer.canonical())
    return path


def load_featurizer(path: Path, expected_digest: str) -> Featurizer:
    """Read a fitted featurizer back.

    Raises
    ------
    ValueError
        The file's SHA-256 is not the expected one, or names an unknown featurizer.
    """
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != expected_digest:
        msg = f"path: {path.name} has digest {found}, not {expected_digest}"
        raise ValueError(msg)
    document = json.loads(content)
    if document["name"] not in FEATURIZERS:
        msg = f"path: unknown featurizer {document['name']!r}; known are {', '.join(FEATURIZERS)}"
        raise ValueError(msg)
    return FEATURIZERS[document["name"]](document["fields"]).restore(document["state"])
