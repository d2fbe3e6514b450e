"""From a labelled file to features and classes, through the same readers as an import."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from api.cli.problems import CommandFailedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from labeling.items.sources import Proposal, RawRow, Source
    from labeling.quality.arrays import IntArray
    from training.features import Matrix

MOST_ITEMS: Final = 4_000
MOST_ROWS_READ: Final = 200_000
MOST_CLASSES: Final = 200
FOLDER: Final = "folder"
"""Names the folder that a picture lies in as its label."""


@dataclass(frozen=True, eq=False)
class Labelled:
    """A labelled file as arrays; `notes` says what was left out, in words."""

    features: Matrix
    truth: IntArray
    classes: list[str]
    notes: list[str]


def read_labelled(file: Path, label_column: str, shown: str | None, seed: int) -> Labelled:
    """Read a labelled file; of a large one, a random part.

    Raises
    ------
    CommandFailedError
        The file cannot be read, has no such column, or no labels to learn from.

    """
    import hashlib

    from labeling.items.sources import Limits, open_source, propose
    from training.features import choose_featurizer
    from training.rows import KINDS, row_for_models

    pictures: dict[str, bytes] = {}

    def keep(payload: bytes) -> str:
        digest = hashlib.sha256(payload).hexdigest()
        pictures[digest] = payload
        return digest

    source = open_source(file, keep, Limits())
    proposal = propose(source, show=shown)
    if label_column not in {*proposal.columns, FOLDER}:
        columns = ", ".join(proposal.columns)
        text = f"--label-column: there is no column {label_column!r}; there are {columns}."
        raise CommandFailedError(text, is_wrong_use=True)
    rows, labels, notes = _sample(source, label_column, seed, pictures)
    classes, truth = np.unique(np.array(labels, dtype=object).astype(str), return_inverse=True)
    if classes.size > MOST_CLASSES:
        text = f"{label_column!r} has {classes.size:,} different labels; at most {MOST_CLASSES}."
        raise CommandFailedError(text)
    names = _looked_at(proposal, label_column)
    featurizer = choose_featurizer({name: KINDS[proposal.kinds[name]] for name in names})
    data = [row_for_models(row, names) for row in rows]
    read = pictures.__getitem__
    features = featurizer.fit(data, read).transform(data, read)
    notes.append(f"the model sees {', '.join(names)} through {featurizer.name}")
    return Labelled(features, truth.astype(np.int64), classes.tolist(), notes)


def _looked_at(proposal: Proposal, label_column: str) -> list[str]:
    """Return what the model sees: the picture or text that is shown, else all numbers."""
    kinds = proposal.kinds
    if proposal.shown != label_column and kinds[proposal.shown] in {"picture", "text"}:
        return [proposal.shown]
    others = [name for name in proposal.columns if name not in {label_column, proposal.key}]
    numbers = [name for name in others if kinds[name] == "number"]
    if not (numbers or others):
        text = "Beside the label there is no column that a model could learn from."
        raise CommandFailedError(text)
    return numbers or others


def _sample(
    source: Source, label_column: str, seed: int, pictures: dict[str, bytes]
) -> tuple[list[dict[str, Any]], list[str], list[str]]:
    """Return rows with a label, their labels, and notes; a random part of a large file."""
    rng = np.random.default_rng(seed)
    kept: list[tuple[dict[str, Any], str]] = []
    n_read = n_labelled = 0
    for row in _rows(source):
        n_read += 1
        if n_read > MOST_ROWS_READ:
            break
        label = _label(row, label_column)
        if label is None:
            _forget(row.data, pictures)
            continue
        n_labelled += 1
        # Reservoir sampling: every labelled row that was read is as likely to stay.
        place = len(kept) if len(kept) < MOST_ITEMS else int(rng.integers(n_labelled))
        if place < MOST_ITEMS:
            if place < len(kept):
                _forget(kept[place][0], pictures)
                kept[place] = (row.data, label)
            else:
                kept.append((row.data, label))
        else:
            _forget(row.data, pictures)
    notes = []
    if n_read > MOST_ROWS_READ:
        notes.append(f"only the first {MOST_ROWS_READ:,} rows of the file were read")
    if n_labelled > len(kept):
        notes.append(f"a random {len(kept):,} of {n_labelled:,} labelled rows were used")
    return [row for row, _ in kept], [label for _, label in kept], notes


def _rows(source: Source) -> Iterator[RawRow]:
    from labeling.items.sources import RawRow

    for row in source.rows():
        if isinstance(row, RawRow):
            yield row


def _label(row: RawRow, label_column: str) -> str | None:
    if label_column == FOLDER and FOLDER not in row.data:
        return Path(row.key or "").parent.name or None
    value = row.data.get(label_column)
    text = "" if value is None else str(value).strip()
    return text or None


def _forget(data: dict[str, Any], pictures: dict[str, bytes]) -> None:
    """Drop the bytes of a picture that is not used."""
    for value in data.values():
        if isinstance(value, dict) and "blob" in value:
            pictures.pop(value["blob"], None)
