"""A round's document: what it was asked and drew from; and its replay to the same choice.

One file a round, content-addressed, written before the round is recorded. It names the feature
file, which is content-addressed too. A replay refits, scores and chooses anew from both.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from active_learning.rounds.picking import Draw, picks_of
from active_learning.selector import run_selection_json
from labeling.errors import NotFoundError
from labeling.files import write_durably

FOLDER: Final = "rounds"


def keep_document(folder: Path, request: dict[str, Any], draw: Draw) -> str:
    """Write what a round was asked below the data folder and return the digest that names it."""
    own = request | {"features": _place(folder, request["features"])}
    text = json.dumps({"request": own, "draw": asdict(draw)}, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()
    path = folder / FOLDER / f"{digest}.json.gz"
    if not path.exists():
        # mtime 0: the same document is the same file, byte for byte.
        write_durably(path, gzip.compress(text.encode(), mtime=0))
    return digest


def replay_round(data_folder: str, digest: str) -> dict[str, Any]:
    """Choose again what a round chose, in the compute child.

    Returns
    -------
    dict
        ``picks``, as `picking.Pick` has them, in the order in which they are served.

    Raises
    ------
    NotFoundError
        The document or the features are no longer there, or are not what was written.

    """
    request, draw = read_document(Path(data_folder), digest)
    result = run_selection_json(request)
    return {"picks": [asdict(pick) for pick in picks_of(result, request["labelled"], draw)]}


def read_document(folder: Path, digest: str) -> tuple[dict[str, Any], Draw]:
    """Return what a round was asked, with its feature file's path, and what it drew from.

    Raises
    ------
    NotFoundError
        As `replay_round`.

    """
    path = folder / FOLDER / f"{digest}.json.gz"
    if not path.is_file():
        raise NotFoundError("What the round was asked is no longer kept; it cannot be replayed.")
    text = gzip.decompress(path.read_bytes())
    if hashlib.sha256(text).hexdigest() != digest:
        raise NotFoundError(f"{path.name} was changed; the round cannot be replayed from it.")
    document: dict[str, Any] = json.loads(text)
    request, draw = document["request"], Draw(**document["draw"])
    features = folder / request["features"]
    if not features.is_file():
        raise NotFoundError(f"The features {request['features']} are no longer kept.")
    return request | {"features": str(features)}, draw


def _place(folder: Path, features: str) -> str:
    """Return a feature file's place below the data folder, so that a moved folder replays too."""
    path = Path(features)
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else features
