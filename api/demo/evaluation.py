"""What came out, judged from outside the hub: the bundled truth never enters it.

Everything here comes from what the simulated people were told by the hub, from the owner's API,
and from the truth.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from api.demo.setup import ACTIVE, PROJECTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from api.demo.client import Owner

MICROS: Final = 1_000_000
PREDICTED_AT_ONCE: Final = 1_000
Interval = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Answer:
    """One stored answer of a project, as its owner can export it."""

    item: str
    annotator: str
    workforce: str
    label: str
    counted: bool
    paid_micros: int


def read_answers(owner: Owner, project: str) -> list[Answer]:
    """Return every stored answer of a project; skips, flags and retractions are left out."""
    found = []
    for line in owner.text(f"/projects/{project}/export/answers").splitlines():
        row = json.loads(line)
        if row["kind"] == "answer":
            label = row["result"][0]["value"]["choices"][0]
            found.append(
                Answer(
                    row["item"],
                    row["annotator"],
                    row["workforce"],
                    label,
                    not row["surplus"],
                    row["paid_micros"],
                )
            )
    return found


def count_duplicates(answers: Sequence[Answer], given: Sequence[dict[str, Any]]) -> int:
    """Return how often somebody was asked twice about one picture, by the hub's word or a client's.

    In one project; a handle that two people held counts too.
    """
    stored = Counter((answer.item, answer.annotator) for answer in answers)
    seen: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    holders: dict[str, set[str]] = defaultdict(set)
    for row in given:
        seen[row["project"], row["person"], row["picture"]].add(row["handle"])
        holders[row["handle"]].add(row["person"])
    return (
        sum(n - 1 for n in stored.values())
        + sum(len(handles) - 1 for handles in seen.values())
        + sum(len(people) - 1 for people in holders.values())
    )


def count_lost(
    answers: Sequence[Answer], given: Sequence[dict[str, Any]], keys: dict[str, str]
) -> int:
    """Return how many acknowledged answers of one project's people the hub does not have.

    Parameters
    ----------
    answers
        Those the hub exports.
    given
        What the people were told is stored.
    keys
        Item key of each picture's digest.

    """
    acknowledged = Counter(
        (row["workforce"], keys[row["picture"]], row["label"])
        for row in given
        if row["label"] is not None
    )
    stored = Counter((answer.workforce, answer.item, answer.label) for answer in answers)
    return sum((acknowledged - stored).values())


def majority(answers: Iterable[Answer]) -> dict[str, str]:
    """Return each item's most frequent counted answer; of several the one given first."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for answer in answers:
        if answer.counted:
            votes[answer.item][answer.label] += 1
    return {item: counted.most_common(1)[0][0] for item, counted in votes.items()}


def consensus(owner: Owner, project: str) -> dict[str, str]:
    """Return the label that the hub settled on for each item that people answered."""
    rows = csv.DictReader(io.StringIO(owner.text(f"/projects/{project}/export", format="csv")))
    return {row["key"]: row["label"] for row in rows if row["source"] == "human"}


def share_right(labels: dict[str, str], truth: dict[str, str]) -> float | None:
    """Return the share of labels that are the truth, None of nothing."""
    if not labels:
        return None
    return sum(truth[key] == label for key, label in labels.items()) / len(labels)


def predictions(
    owner: Owner, project: str, data: dict[str, dict[str, Any]], version: int
) -> dict[str, str]:
    """Return what one model version of a project says of each key."""
    keys = list(data)
    found: dict[str, str] = {}
    for start in range(0, len(keys), PREDICTED_AT_ONCE):
        part = keys[start : start + PREDICTED_AT_ONCE]
        body = {"model_version": version, "items": [{"data": data[key]} for key in part]}
        reply = owner.call("POST", f"/projects/{project}/predict", body)
        labels = [each["label"] for each in reply["predictions"]]
        found |= dict(zip(part, labels, strict=True))
    return found


def training_intervals(owner: Owner) -> list[Interval]:
    """Return when a release or a selector was being trained, as (from, to) in UTC µs."""
    found: list[Interval] = []
    for project in PROJECTS:
        snapshots = owner.call("GET", f"/projects/{project}/snapshots")
        gates = owner.call("GET", f"/projects/{project}/gate-reports")
        starts = sorted(row["created_at"] for row in snapshots)
        ends = sorted(row["created_at"] for row in gates)
        found += list(zip(starts, ends, strict=False))
        for row in owner.call("GET", f"/projects/{project}/rounds", limit=1_000):
            found.append((row["created_at"] - round(row["seconds"] * MICROS), row["created_at"]))
    return found


def is_within(at: int, intervals: Iterable[Interval]) -> bool:
    """Whether a moment lies in one of the intervals."""
    return any(start <= at <= end for start, end in intervals)


def percentile(values: Sequence[float], share: float) -> float | None:
    """Return the smallest value that `share` of all do not exceed, None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    return round(ordered[min(int(share * len(ordered)), len(ordered) - 1)], 1)


def waits(given: Sequence[dict[str, Any]], intervals: Sequence[Interval]) -> dict[str, Any]:
    """Return the 95th percentile of answer-and-next in milliseconds, idle and during training."""
    parts: dict[bool, list[float]] = {False: [], True: []}
    for row in given:
        parts[is_within(row["at"], intervals)].append(row["milliseconds"])
    return {
        "idle": percentile(parts[False], 0.95),
        "training": percentile(parts[True], 0.95),
        "n_idle": len(parts[False]),
        "n_training": len(parts[True]),
    }


def loop_seconds(owner: Owner, given: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the longest wait from the last answer a round knew to its tasks, while people worked.

    Rounds that no new answer set off are left out: nobody waited for them.
    """
    found: list[float] = []
    for project in PROJECTS:
        worked = [row["at"] for row in given if row["project"] == project]
        rounds = sorted(
            owner.call("GET", f"/projects/{project}/rounds", limit=1_000), key=lambda row: row["n"]
        )
        for before, row in pairwise(rounds):
            news = row["answers"] > before["answers"]
            if worked and news and min(worked) <= row["created_at"] <= max(worked):
                found.append(row["loop_seconds"])
    return {
        "loop_seconds": round(max(found), 3) if found else None,
        "loop_seconds_median": round(median(found), 3) if found else None,
        "loop_rounds": len(found),
    }


def count_test_items(owner: Owner, project: str) -> int:
    """Return how many items of the random test sample were asked about."""
    items = owner.all_items(project)
    return sum(row["split"] == "test" and row["state"] != "new" for row in items)


def held_out(owner: Owner) -> set[str]:
    """Return the keys of validation and test items: no arm ever trains on them."""
    return {row["key"] for row in owner.all_items(ACTIVE) if row["split"] != "train"}
