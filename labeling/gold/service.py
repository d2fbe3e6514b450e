"""The verbs of known answers: give, activate, quarantine, retire."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from labeling.audit import store as audit
from labeling.errors import ConflictError, NotFoundError
from labeling.gold import store
from labeling.gold.records import store as records
from labeling.gold.scoring import BUCKETS
from labeling.items import store as items
from labeling.projects import store as projects
from labeling.quality.service import NOTHING_BELIEVED, Belief, load_truth, write_belief
from labeling.schema import store as schema_store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labeling.database import Row, Transaction
    from labeling.quality.service import QuestionTruth
    from labeling.schema.questions import LabelSchema

USES: Final = ("gold", "training", "qualification")
SOURCES: Final = ("given", "reviewed", "imported")
MOST_REASON_CHARACTERS: Final = 2_000
RECOUNTED: Final = 500
"""Records that are corrected in one write after a known item left service."""
GUESSES: Final = dict(zip(BUCKETS, (0.05, 0.2, 0.5), strict=True))
"""Share that is expected to miss an item that its giver calls easy, middle or hard."""


@dataclass(frozen=True, slots=True)
class KnownItem:
    """An item's right answers as somebody gives them: class keys by question, and why."""

    key: str
    answers: dict[str, list[str]]
    reason: str
    use: str = "gold"
    source: str = "given"
    difficulty: str | None = None
    line: int = 0


@dataclass(slots=True)
class GoldReport:
    """What became of the items given; the four add up to them."""

    added: int = 0
    replaced: int = 0
    unchanged: int = 0
    refused: list[dict[str, Any]] = field(default_factory=list)


class _RefusedError(Exception):
    """A row that cannot be gold; the text says why and what to do."""


def give_gold(tx: Transaction, project: Row, given: Sequence[KnownItem]) -> GoldReport:
    """Take known answers into service, up to 500 a write; a refused row stops no other.

    The same answers again change nothing; other answers for a known item retire the old ones.

    Raises
    ------
    ConflictError
        The project has no single truth, so no answer of it is known to be right, or its answers
        are combined, so that none can be scored as right or wrong.

    """
    _refuse_subjective(project)
    schema_store.require_choice(tx, project, "A known answer")
    report = GoldReport()
    truth = load_truth(tx, project.id, project.target_question)
    schema = schema_store.get_schema(tx, project.id, project.schema_version)
    for known in given:
        try:
            became = _give(tx, project, truth, schema, known)
        except _RefusedError as error:
            report.refused.append({"line": known.line, "key": known.key, "reason": str(error)})
        else:
            setattr(report, became, getattr(report, became) + 1)
    return report


def _refuse_subjective(project: Row) -> None:
    if projects.policy_of(project).quality.subjective:
        raise ConflictError(
            "This project has no single truth (policy quality.subjective), so nothing is known to "
            "be right in it; set subjective to false to work with gold.",
            place="policy.quality.subjective",
        )


def _give(
    tx: Transaction, project: Row, truth: QuestionTruth, schema: LabelSchema, known: KnownItem
) -> str:
    """Take one known item into service; return which count of the report it belongs to."""
    answers = json.dumps(_class_ids(tx, project, schema, known), sort_keys=True)
    reason = known.reason.strip()
    if not 0 < len(reason) <= MOST_REASON_CHARACTERS:
        message = f"Say in 1 to {MOST_REASON_CHARACTERS} characters why this is right."
        raise _RefusedError(message)
    if known.use not in USES or known.source not in SOURCES:
        message = f"`use` is one of {', '.join(USES)}, `source` one of {', '.join(SOURCES)}."
        raise _RefusedError(message)
    if known.difficulty not in {None, *BUCKETS}:
        raise _RefusedError(f"`difficulty` is one of {', '.join(BUCKETS)}.")
    item = items.find(tx, project.id, known.key)
    item = None if item is None else items.get_or_raise(tx, item.id)
    if item is None or item.state == "dropped":
        raise _RefusedError("No item of the pool has this key; import it first.")
    old = store.of_item(tx, item.id)
    live = None if old is None or old.state == "retired" else old
    if live is not None:
        if (live.answers, live.reason, live.use, live.state) == (
            answers,
            reason,
            known.use,
            "active",
        ):
            return "unchanged"
        live = get_locked(tx, project, live.id)
        _leave(tx, project, truth, live, "retired", "replaced by other answers")
    guess = None if known.difficulty is None else GUESSES[known.difficulty]
    gold_id = add_gold(
        tx,
        project,
        item.id,
        {
            "use": known.use,
            "answers": answers,
            "reason": reason,
            "source": known.source,
            "difficulty": guess,
        },
    )
    activate(tx, project, gold_id, truth)
    return "added" if live is None else "replaced"


def _class_ids(
    tx: Transaction, project: Row, schema: LabelSchema, known: KnownItem
) -> dict[str, list[int]]:
    """Return the ids of the right classes of each question, checked against the schema."""
    questions = {question.name: question for question in schema.questions}
    found: dict[str, list[int]] = {}
    for name, keys in known.answers.items():
        if name not in questions:
            raise _RefusedError(f"{name!r} is not asked; asked are {sorted(questions)}.")
        classes = questions[name].class_keys()
        wrong = sorted(set(keys) - set(classes))
        if wrong:
            raise _RefusedError(f"{wrong[0]!r} is not a class of {name!r}.")
        if not keys or set(keys) == set(classes):
            raise _RefusedError(f"{name!r} needs a right class, and one that is wrong.")
        ids = schema_store.class_ids(tx, project.id, name).by_key
        found[name] = sorted(ids[key] for key in set(keys))
    if not found:
        raise _RefusedError("Say what is right: class keys by question.")
    return found


def add_gold(tx: Transaction, project: Row, item_id: int, values: dict[str, Any]) -> int:
    """Add a known item that is proposed and return its id; the stock begins with the first."""
    store.add_stock(tx, project.id, secrets.token_hex(16))
    gold_id = store.add(
        tx,
        {
            "project_id": project.id,
            "item_id": item_id,
            "state": "proposed",
            "shuffle": secrets.randbits(62) + 1,
            **values,
        },
    )
    projects.count(tx, project.id, f"gold.{values['use']}.proposed")
    audit.record(
        tx, project.id, "gold.add", "gold", gold_id, item_id=item_id, source=values["source"]
    )
    return gold_id


def activate(
    tx: Transaction, project: Row, gold_id: int, truth: QuestionTruth | None = None
) -> None:
    """Take a proposed known item into service.

    Raises
    ------
    ConflictError
        It is in service, in quarantine or retired.

    """
    _refuse_subjective(project)
    gold = get_locked(tx, project, gold_id)
    if gold.state != "proposed":
        raise ConflictError(f"This known item is {gold.state}, not proposed.")
    truth = truth or load_truth(tx, project.id, project.target_question)
    store.set_state(
        tx,
        gold.id,
        "active",
        reason=None,
        task_id=store.add_task(tx, project, gold.item_id, gold.use),
        sets_truth=_set_truth(tx, project, truth, gold),
        recount_after=None,
    )
    store.grow(tx, project.id)
    _count_move(tx, project, gold, "active")
    audit.record(tx, project.id, "gold.activate", "gold", gold.id)


def get_locked(tx: Transaction, project: Row, gold_id: int) -> Row:
    """Return a known item of this project, locked, or raise :class:`NotFoundError`."""
    gold = store.lock(tx, gold_id)
    if gold is None or gold.project_id != project.id:
        raise NotFoundError("There is no such known item.")
    return gold


def retire(tx: Transaction, project: Row, gold_id: int, reason: str) -> None:
    """Take a known item out of service for good; scores are counted without it.

    Raises
    ------
    ConflictError
        It is retired already.

    """
    gold = get_locked(tx, project, gold_id)
    if gold.state == "retired":
        raise ConflictError("This known item is retired already.")
    truth = load_truth(tx, project.id, project.target_question)
    _leave(tx, project, truth, gold, "retired", reason)


def quarantine(tx: Transaction, project: Row, gold: Row, reason: str) -> None:
    """Take a locked gold item that is in doubt out of service until somebody gives it anew."""
    truth = load_truth(tx, project.id, project.target_question)
    _leave(tx, project, truth, gold, "quarantined", reason)


def _leave(
    tx: Transaction, project: Row, truth: QuestionTruth, gold: Row, state: str, reason: str
) -> None:
    was_counted = gold.state == "active" and gold.use == "gold"
    if gold.task_id is not None:
        store.retire_task(tx, gold.task_id, f"gold {state}")
    if gold.sets_truth:
        _unset_truth(tx, project, truth, gold)
    store.set_state(
        tx,
        gold.id,
        state,
        reason=reason,
        task_id=gold.task_id,
        sets_truth=False,
        recount_after=0 if was_counted else gold.recount_after,
    )
    _count_move(tx, project, gold, state)
    was, now = {"state": gold.state}, {"state": state}
    audit.record(tx, project.id, f"gold.{state}", "gold", gold.id, reason, was=was, now=now)
    if was_counted:
        recount(tx, gold.id, 0)


def recount(tx: Transaction, gold_id: int, after: int) -> None:
    """Take a known item that left service out of up to 500 records; the keeper does the rest."""
    rows = records.results_of_gold(tx, gold_id, after, RECOUNTED)
    for row in rows:
        records.score(tx, row.annotator_id, n=-1, right=-int(row.outcome == "right"))
    last = rows[-1].annotator_id if len(rows) == RECOUNTED else None
    store.set_recount(tx, gold_id, last)


def _count_move(tx: Transaction, project: Row, gold: Row, state: str) -> None:
    steps = {f"gold.{gold.use}.{gold.state}": -1, f"gold.{gold.use}.{state}": 1}
    for name, step in sorted(steps.items()):
        projects.count(tx, project.id, name, step)


def _set_truth(tx: Transaction, project: Row, truth: QuestionTruth, gold: Row) -> bool:
    """Let the one right answer be what is believed of a training item that nobody has answered.

    Test and validation items keep their own judgments: known answers never stand in a test.
    """
    right = json.loads(gold.answers).get(truth.question, [])
    item = items.get_or_raise(tx, gold.item_id)
    if len(right) != 1 or item.split != "train" or item.state != "new":
        return False
    belief = Belief(right[0], 1.0, right[0], 0, {right[0]: 1.0})
    write_belief(tx, project.id, item.id, truth, belief, "accepted", f"gold {gold.id}")
    items.set_state(tx, item.id, "settled")
    return True


def _unset_truth(tx: Transaction, project: Row, truth: QuestionTruth, gold: Row) -> None:
    """Ask people about an item again whose only answer was the known one."""
    cause = f"gold {gold.id} left service"
    write_belief(tx, project.id, gold.item_id, truth, NOTHING_BELIEVED, "pending", cause)
    items.set_state(tx, gold.item_id, "new")
