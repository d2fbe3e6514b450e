"""A project with pictures whose consensus is settled, made through the hub's own services."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from labeling.database import Hub, Row, Transaction
from labeling.items.blobs import BlobStore
from labeling.items.service import Field, NewItem, declare_fields, import_items
from labeling.projects import store as projects
from labeling.projects.service import NewProject, create_project
from labeling.quality import store as quality
from labeling.schema import store as schema
from labeling.tasks.service import open_next

CONFIG = """
<View><Header value="Which animal?"/><Text name="text" value="$text"/>
<Choices name="label" toName="text"><Choice value="cat"/><Choice value="dog"/></Choices></View>
"""
PICTURES = CONFIG.replace("Text", "Image").replace("text", "image")
READERS = ("annotator", "reviewer", "owner")
TEXT = Field("text", "text", READERS)
WORDS = {"cat": ("meow", "purr", "whiskers"), "dog": ("bark", "woof", "fetch")}


@dataclass(frozen=True, slots=True)
class Made:
    """A project and where its files lie."""

    hub: Hub
    project_id: int
    folder: Path

    def project(self) -> Row:
        """Return the project's row."""
        return self.hub.read_now(lambda tx: projects.get_or_raise(tx, self.project_id))

    def count(self, table: str) -> int:
        """Return how many rows a table has."""
        return int(self.hub.read_now(lambda tx: tx.value(f"SELECT COUNT(*) FROM {table}")))  # noqa: S608


def make_items(n: int, seed: int = 0) -> list[NewItem]:
    """Return texts of which half are about cats; their key says which."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(n):
        label = "cat" if number % 2 == 0 else "dog"
        words = [str(word) for word in rng.choice(WORDS[label], 2)]
        data = {"text": f"{' '.join(words)} number {number}", "secret": label}
        found.append(NewItem(data, key=f"{label}-{number:04d}"))
    return found


def make_pictures(blobs: BlobStore, n: int, seed: int = 0) -> list[NewItem]:
    """Return pictures of 8 × 8 pixels, dark for cats and bright for dogs."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(n):
        label, mean = ("cat", 60) if number % 2 == 0 else ("dog", 180)
        pixels = rng.normal(mean, 20, (8, 8)).clip(0, 255).astype(np.uint8)
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "PNG")
        data = {"image": {"blob": blobs.write(buffer.getvalue()), "mime": "image/png"}}
        found.append(NewItem(data, key=f"{label}-{number:04d}"))
    return found


def make_project(
    hub: Hub,
    folder: Path,
    items: Sequence[NewItem],
    *,
    slug: str = "animals",
    config: str = CONFIG,
    shown: Field = TEXT,
    **policy: Any,
) -> Made:
    """Create a project with these items; nothing is answered yet."""
    new = NewProject(slug, "Animals", config, policy=policy, split_salt="salt")
    project_id = hub.write_now(lambda tx: create_project(tx, new))
    hub.write_now(lambda tx: declare_fields(tx, project_id, [shown, Field("secret", "text")]))
    made = Made(hub, project_id, folder)
    project = made.project()
    hub.write_now(lambda tx: import_items(tx, project, items))
    return made


def accept(made: Made, split: str, *, wrong: Sequence[str] = (), most: int = 10_000) -> int:
    """Accept the class in each item's key as its consensus (the other one for `wrong`)."""
    return made.hub.write_now(lambda tx: _accept(tx, made.project_id, split, set(wrong), most))


def _accept(tx: Transaction, project_id: int, split: str, wrong: set[str], most: int) -> int:
    ids = schema.class_ids(tx, project_id, "label").by_key
    rows = tx.rows(
        "SELECT id, key FROM item WHERE project_id = :p AND split = :s ORDER BY shuffle LIMIT :n",
        p=project_id,
        s=split,
        n=most,
    )
    for row in rows:
        label = row.key.partition("-")[0]
        if row.key in wrong:
            label = "cat" if label == "dog" else "dog"
        put_consensus(tx, project_id, row.id, ids[label])
    projects.count(tx, project_id, "consensus.accepted", len(rows))
    return len(rows)


def put_consensus(
    tx: Transaction, project_id: int, item_id: int, class_id: int, state: str = "accepted"
) -> None:
    """Write what the hub believes about one item."""
    tx.run("UPDATE item SET state = 'settled' WHERE id = :id", id=item_id)
    quality.put(
        tx,
        project_id,
        {
            "item_id": item_id,
            "question": "label",
            "state": state,
            "class_id": class_id,
            "posterior": json.dumps({str(class_id): 0.9}),
            "confidence": 0.9,
            "majority_class_id": class_id,
            "n_answers": 2,
            "truth_fit_n": 0,
        },
    )


def open_more(tx: Transaction, project: Row, n: int, why: str) -> int:
    """Open test tasks as the hub does."""
    return len(open_next(tx, project, "test", n, {"why": why}))
