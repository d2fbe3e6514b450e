"""Exported answers, made up: the rows that `labelloop export --answers` would give."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

WEEK: Final = 7 * 86_400_000_000
START: Final = 1_700_000_000_000_000
CLASSES: Final = ("ant", "bee", "cat")


def export_row(item: str, annotator: str, label: str | None, **more: Any) -> dict[str, Any]:
    """Return one exported answer; what is not said is as most answers have it."""
    return {
        "item": item,
        "split": "train",
        "annotator": annotator,
        "workforce": "crew",
        "workforce_kind": "in_house",
        "task_kind": "label",
        "pass": 1,
        "revision": 1,
        "kind": "answer",
        "label": label,
        "source": "lease",
        "submitted_at": START,
        "active_ms": 4_000,
        "consensus": None,
        "consensus_state": "pending",
        "confidence": 0.0,
        "attributes": {},
        "truth": None,
        "truth_from": None,
        **more,
    }


def crowd_export(
    n_items: int = 120, n_people: int = 6, each: int = 3, accuracy: float = 0.85, seed: int = 0
) -> list[dict[str, Any]]:
    """Draw a crowd over four weeks: a fifth of the items random, a tenth gold, two slices."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(n_items):
        true = int(rng.integers(len(CLASSES)))
        given = {
            int(who): true if rng.random() < accuracy else int(rng.integers(len(CLASSES)))
            for who in rng.choice(n_people, each, replace=False)
        }
        counts = np.bincount(list(given.values()), minlength=len(CLASSES))
        is_gold = number % 10 == 1
        item = {
            "split": "test" if number % 5 == 0 else "train",
            "task_kind": "gold" if is_gold else "label",
            "consensus": CLASSES[int(counts.argmax())],
            "consensus_state": "accepted",
            "confidence": float(counts.max() / each),
            "attributes": {"place": "sea" if number % 2 else "land"},
            "truth": [CLASSES[true]] if is_gold or number % 10 == 5 else None,
            "truth_from": "gold" if is_gold else "audit" if number % 10 == 5 else None,
        }
        for who, label in given.items():
            at = START + 4 * WEEK * number // n_items
            rows.append(
                export_row(f"i{number:03}", f"p{who}", CLASSES[label], submitted_at=at, **item)
            )
    return rows
