"""What one round reads: items, labels, the test sample, people's pace; and what it asks with it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from active_learning.cold_start import LABELS_NEEDED
from active_learning.pace import Pace, queue_depth, quota
from active_learning.rounds import store
from active_learning.situation import read_situation
from active_learning.targets import STRATEGY_OF
from labeling.clock import MICROS
from labeling.projects import store as projects
from labeling.quality.structured.values import parse_value
from labeling.schema import store as schema_store
from labeling.workforces.work import store as work

if TYPE_CHECKING:
    from collections.abc import Iterable

    from active_learning.pool import PoolFeatures
    from labeling.database import Row, Transaction
    from labeling.projects.policy import Policy
    from labeling.schema.questions import Question

ACTIVE_SECONDS: Final = 300
LEAST_MEASURED: Final = 100
"""Answers below which their share on random items is not yet held against the quota."""


@dataclass(frozen=True, slots=True)
class RoundInput:
    """What one round knows: items by id, classes as indices, money in micro-units."""

    project: Row
    n: int
    answers: int
    spend_micros: int
    n_items: int
    newest_answer_at: int | None
    labelled: list[tuple[int, int, float]]
    test: list[tuple[int, int]]
    candidates: list[int]
    class_ids: tuple[int, ...]
    n_tasks: int
    n_test: int
    n_random: int = 0
    situation: dict[str, Any] | None = None
    guesses: dict[int, tuple[int, float | None]] = field(default_factory=dict)
    """Of a model from elsewhere, while labels are few: item to class index and score."""
    guessed_by: str = ""
    class_names: tuple[str, ...] = ()
    """To guess by while labels are few, where nobody predicted anything; in order of the classes.
    """
    kind: str = "choice"
    """Of the target question."""
    values: dict[int, Any] = field(default_factory=dict)
    """Of a question that is no single choice: item to the classes that apply, or a number."""
    n_values: int = 0
    """Classes that can apply."""
    untaken: dict[int, int] = field(default_factory=dict)
    """Items that the last round asked again and nobody has taken, with their tasks."""


def read_pace(tx: Transaction, project: Row, last: Row | None) -> Pace:
    """Return how fast people answer and how long the last round took."""
    answers = projects.counters(tx, project.id).get("answers", 0)
    active = work.count_active(tx, project.id, tx.now - ACTIVE_SECONDS * MICROS)
    if last is None:
        return Pace(answers, 1.0, active, 0.0)
    since = (tx.now - last.created_at) / MICROS
    return Pace(answers - last.annotation_high_water, since, active, last.seconds)


def read_round(tx: Transaction, project_id: int) -> RoundInput:
    """Read what the next round of a project rests on."""
    project = projects.get_or_raise(tx, project_id)
    policy = projects.policy_of(project)
    counts = projects.counters(tx, project.id)
    last = store.last(tx, project.id)
    keys = schema_store.class_ids(tx, project.id, project.target_question).by_id
    class_ids = tuple(sorted(keys))
    place = {class_id: index for index, class_id in enumerate(class_ids)}
    pace = read_pace(tx, project, last)
    n_tasks = queue_depth(pace, round_size=policy.round_size, cap=policy.queue_cap)
    wanted_test = max(policy.test_items - counts.get("test_tasks", 0), 0)
    n_test = min(wanted_test, round(n_tasks * policy.test_share))
    asked = schema_store.target(tx, project)
    labelled, test = store.labelled(tx, project), store.labelled_test(tx, project)
    values = {} if asked.is_choice else values_of(asked, [*labelled, *test])
    if asked.kind in STRATEGY_OF:
        labelled, test = (
            [row for row in rows if row.item_id in values] for rows in (labelled, test)
        )
    untaken = (
        {} if last is None else {r.item_id: r.task_id for r in store.untaken_relabels(tx, last.id)}
    )
    situation = None
    if policy.learning.scheduler != "off" and asked.is_choice:
        situation = read_situation(tx, project, labelled, place, frozenset(untaken))
    is_cold = asked.is_choice and len(labelled) < LABELS_NEEDED
    guesses, guessed_by = _guesses(tx, project, place) if is_cold else ({}, "")
    by_names = is_cold and not guesses and policy.featurizer == "sentences"
    return RoundInput(
        project=project,
        n=1 if last is None else last.n + 1,
        answers=counts.get("answers", 0),
        spend_micros=projects.spent(tx, project.id),
        n_items=counts.get("items", 0),
        newest_answer_at=store.newest_answer_at(tx, project.id),
        labelled=[(row.item_id, place[row.class_id], row.confidence) for row in labelled],
        test=[(row.item_id, place[row.class_id]) for row in test],
        candidates=store.candidates(tx, project.id),
        class_ids=class_ids,
        n_tasks=n_tasks,
        n_test=n_test,
        n_random=_n_random(tx, project, policy, n_tasks - n_test),
        situation=situation,
        guesses=guesses,
        guessed_by=guessed_by,
        class_names=_names(class_ids, keys) if by_names else (),
        kind=asked.kind,
        values=values,
        n_values=len(asked.classes),
        untaken=untaken,
    )


def values_of(asked: Question, rows: Iterable[Row]) -> dict[int, Any]:
    """Return what the combined answers of items say, as far as a model here can learn it.

    Classes that apply are told by their places in the question; of what else there is, nothing.
    """
    if asked.kind not in STRATEGY_OF:
        return {}
    place = {key: index for index, key in enumerate(asked.class_keys())}
    found: dict[int, Any] = {}
    for row in rows:
        if row.answer is not None:
            value: Any = parse_value(asked, json.loads(row.answer)["result"])
            found[row.item_id] = (
                sorted(place[key] for key in value) if asked.kind == "choices" else value
            )
    return found


def _names(class_ids: tuple[int, ...], keys: dict[int, str]) -> tuple[str, ...]:
    """Return what an encoder reads of the classes: their keys as words."""
    return tuple(keys[one].replace("_", " ").replace("-", " ") for one in class_ids)


def _guesses(
    tx: Transaction, project: Row, place: dict[int, int]
) -> tuple[dict[int, tuple[int, float | None]], str]:
    """Return what a model from elsewhere predicts, and who it is; of several, the newest."""
    rows = [row for row in store.guesses(tx, project) if row.class_id in place]
    if not rows:
        return {}, ""
    name = rows[-1].name
    said = {row.item_id: (place[row.class_id], row.score) for row in rows if row.name == name}
    return said, f"the model {name!r}"


def _n_random(tx: Transaction, project: Row, policy: Policy, n: int) -> int:
    """Return how many questions go to random items, so that the quota of answers is kept."""
    share = max(policy.random_share, policy.learning.least_random)
    seen, on_random = store.random_answers(tx, project.id)
    measured = on_random / seen if seen >= LEAST_MEASURED else None
    return quota(n, share, measured)


def request_of(found: RoundInput, features: PoolFeatures, seed: int) -> dict[str, Any]:
    """Return what the selector is asked, as JSON."""
    policy, rows = projects.policy_of(found.project), features.rows
    labelled = [known for known in found.labelled if known[0] in rows]
    test = [known for known in found.test if known[0] in rows]
    return {
        "features": features.path,
        "labelled": [rows[item_id] for item_id, _, _ in labelled],
        "labels": [label for _, label, _ in labelled],
        "weights": [weight for _, _, weight in labelled],
        "n_classes": len(found.class_ids),
        "strategy": policy.strategy,
        "n": max(found.n_tasks - found.n_test, 0),
        "seed": seed,
        "candidates": [rows[item_id] for item_id in found.candidates if item_id in rows],
        "test": [rows[item_id] for item_id, _ in test],
        "test_labels": [label for _, label in test],
        "options": policy.strategy_params,
        "trainer": policy.trainer,
        "parameters": policy.trainer_params,
        "situation": _situation(found, [item_id for item_id, _, _ in labelled]),
        "targets": _targets(found, [known[0] for known in labelled], [known[0] for known in test]),
        "guess": _guess(found, [item_id for item_id in found.candidates if item_id in rows]),
    }


def _targets(found: RoundInput, labelled: list[int], test: list[int]) -> dict[str, Any] | None:
    """Return what is known of a question that is no single choice, in the order of the rows."""
    if found.kind not in STRATEGY_OF:
        return None
    return {
        "kind": found.kind,
        "values": [found.values[item_id] for item_id in labelled],
        "test_values": [found.values[item_id] for item_id in test],
        "n_classes": found.n_values,
    }


def _guess(found: RoundInput, candidates: list[int]) -> dict[str, Any] | None:
    """Return what a model from elsewhere says of the candidates, in their order."""
    if not found.guesses:
        return None
    said = [found.guesses.get(item_id, (-1, None)) for item_id in candidates]
    return {
        "source": found.guessed_by,
        "classes": [one for one, _ in said],
        "scores": [score for _, score in said],
    }


def _situation(found: RoundInput, labelled: list[int]) -> dict[str, Any] | None:
    """Return the situation with places among the labelled rows for item ids."""
    if found.situation is None:
        return None
    places = {item_id: place for place, item_id in enumerate(labelled)}
    votes = [vote for vote in found.situation["votes"] if vote[0] in places]
    own = {name: value for name, value in found.situation.items() if name != "votes"}
    return own | {
        "items": [places[item_id] for item_id, _, _ in votes],
        "annotators": [annotator for _, annotator, _ in votes],
        "answers": [answer for _, _, answer in votes],
        **{
            name: [places[item_id] for item_id in found.situation[name] if item_id in places]
            for name in ("open_again", "reviewable")
        },
    }
