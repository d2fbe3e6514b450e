"""scikit-learn models as skops files that come out the same, byte for byte, in every process.

skops writes memory addresses as ids and file names, and the time into the archive, so two equal
models have different digests. Here ids become their order of appearance, the time is dropped, and
so is what happened to lie between the fields of a tree's records.
Reading runs no code: only the types named by the trainer are built.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import PurePosixPath
from typing import Any

import numpy as np

_EARLIEST = (1980, 1, 1, 0, 0, 0)
_SCHEMA = "schema.json"


def dump(model: Any) -> bytes:
    """Return the canonical skops bytes of a fitted scikit-learn model."""
    import skops.io

    with zipfile.ZipFile(io.BytesIO(skops.io.dumps(model))) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    schema = json.loads(files.pop(_SCHEMA))
    numbers: dict[int, int] = {}
    names: dict[str, str] = {}
    _renumber(schema, numbers, names)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        # As skops writes it: keys in order of insertion, for that is the order of attributes.
        _add(archive, _SCHEMA, json.dumps(schema).encode())
        for old, new in sorted(names.items(), key=lambda pair: pair[1]):
            _add(archive, new, _without_padding(files[old]) if new.endswith(".npy") else files[old])
    return buffer.getvalue()


def load(content: bytes, trusted: list[str]) -> Any:
    """Return the model in skops bytes.

    Parameters
    ----------
    content : as `dump` returned it.
    trusted : dotted names of types beyond skops' own safe list that may be built.

    Raises
    ------
    ValueError
        It is no skops file, or holds a type that is not trusted.
    """
    import skops.io
    from skops.io.exceptions import UntrustedTypesFoundException

    try:
        return skops.io.loads(content, trusted=trusted)
    except UntrustedTypesFoundException as error:
        msg = f"path: the model holds types that are not trusted: {error}"
        raise ValueError(msg) from error
    except (zipfile.BadZipFile, KeyError) as error:
        msg = f"path: this is no skops file: {error}"
        raise ValueError(msg) from error


def load_document(content: bytes, trusted: list[str], key: str) -> dict[str, Any]:
    """Return the document of a trainer that marks its files with `key`.

    Raises
    ------
    ValueError
        As `load`, or another trainer wrote it.
    """
    document = load(content, trusted)
    if not isinstance(document, dict) or key not in document:
        msg = "path: this skops file was not written by this trainer"
        raise ValueError(msg)
    return document


def _renumber(node: Any, numbers: dict[int, int], names: dict[str, str]) -> None:
    """Replace addresses by order of appearance, and name the archive's files after them."""
    if isinstance(node, list):
        for child in node:
            _renumber(child, numbers, names)
    if not isinstance(node, dict):
        return
    if "__id__" in node:
        node["__id__"] = numbers.setdefault(node["__id__"], len(numbers))
    if isinstance(node.get("file"), str):
        old = node["file"]
        fresh = f"{len(names):06d}{PurePosixPath(old).suffix}"
        node["file"] = names.setdefault(old, fresh)
    for child in node.values():
        _renumber(child, numbers, names)


def _without_padding(content: bytes) -> bytes:
    """Zero the bytes between a record's fields, where trees leave whatever was in memory."""
    array = np.load(io.BytesIO(content), allow_pickle=False)
    if array.dtype.names is None:
        return content
    clean = np.zeros(array.shape, array.dtype)  # zeros_like would leave the padding as it finds it
    for name in array.dtype.names:
        clean[name] = array[name]
    buffer = io.BytesIO()
    np.save(buffer, clean, allow_pickle=False)
    return buffer.getvalue()


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    """Add a file without its time."""
    entry = zipfile.ZipInfo(name, date_time=_EARLIEST)
    entry.compress_type = zipfile.ZIP_STORED  # compressed bytes depend on zlib's version
    entry.external_attr = 0o600 << 16
    archive.writestr(entry, content)
