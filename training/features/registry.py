"""The list of featurizers, which one suits which data, and their saved form."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from labeling.files import write_durably
from training.features.encoder import Encoder
from training.features.featurizer import Featurizer
from training.features.lsa import Lsa
from training.features.numbers import Numbers
from training.features.pixels import Pixels
from training.features.sentences import Sentences
from training.features.shapes import Shapes
from training.features.spectrum import Spectrum
from training.features.table import Table
from training.features.tfidf import Tfidf

FEATURIZERS: Mapping[str, type[Featurizer]] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            Shapes,
            Pixels,
            Encoder,
            Lsa,
            Tfidf,
            Sentences,
            Table,
            Numbers,
            Spectrum,
        )
    }
)

_BY_TYPE: Mapping[str, tuple[str, ...]] = {
    "image": ("shapes", "pixels", "encoder"),
    "text": ("lsa", "tfidf", "sentences"),
    "audio": ("spectrum",),
    "number": ("table", "numbers"),
    "category": ("table",),
}
"""Data type → the featurizers that read it, the default first."""


def choose_featurizer(fields: Mapping[str, str], name: str | None = None) -> Featurizer:
    """Return an unfitted featurizer for an item's fields.

    Parameters
    ----------
    fields : name → data type: ``image``, ``text``, ``audio``, ``number`` or
        ``category``, in any case; Label
        Studio's object names (``Image``, ``Text``) are two of them. Pictures go before text, text
        before columns of a table, and the featurizer reads all fields of its type.
    name : one of ``FEATURIZERS``; None for the default of the fields' type.

    Raises
    ------
    ValueError
        No field is of a known type, or of one that the named featurizer reads.

    Examples
    --------
    >>> choose_featurizer({"review": "Text", "stars": "number"}).name
    'lsa'
    """
    if name is not None and name not in FEATURIZERS:
        msg = f"featurizer: {name!r} is unknown; known are {', '.join(FEATURIZERS)}"
        raise ValueError(msg)
    kinds = {field: kind.lower() for field, kind in fields.items()}
    for kind, readers in _BY_TYPE.items():
        found = readers[0] if name is None else name
        if kind in kinds.values() and found in readers:
            read = {each for each, names in _BY_TYPE.items() if found in names}
            return FEATURIZERS[found]([field for field, kind in kinds.items() if kind in read])
    known = ", ".join(_BY_TYPE)
    wanted = "a known type" if name is None else f"a type that {name} reads"
    msg = f"fields: none is of {wanted} ({known}): {dict(fields)}"
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
