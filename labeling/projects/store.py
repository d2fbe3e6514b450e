"""SQL of the project, its budget, its ledger and its counters."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from labeling.errors import BudgetSpentError, ConflictError, NotFoundError
from labeling.projects.policy import Policy

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

COLUMNS: Final = """
    p.id, p.created_at, p.slug, p.title, p.state, p.policy, p.policy_version, p.split_salt,
    p.currency, p.target_question, p.schema_version, p.guideline_version, p.is_simulated,
    p.deleted_at
"""
PROJECT = f"SELECT {COLUMNS} FROM project p "  # noqa: S608 - names from the code
GET = PROJECT + "WHERE p.id = :project_id"
GET_BY_SLUG = PROJECT + "WHERE p.slug = :slug"
LIST = PROJECT + "WHERE p.id > :after AND p.deleted_at IS NULL ORDER BY p.id LIMIT :limit"
ADD = """
INSERT INTO project (created_at, slug, title, state, policy, policy_version, split_salt, currency,
    target_question, schema_version, guideline_version, is_simulated)
VALUES (:now, :slug, :title, 'active', :policy, 1, :split_salt, :currency, :target_question, 1, 1,
    :is_simulated)
ON CONFLICT (slug) DO NOTHING RETURNING id
"""
SET_GUIDELINE = """
UPDATE project SET guideline_version = :n WHERE id = :project_id AND guideline_version = :n - 1
"""
ADD_POLICY = """
INSERT INTO policy_version (project_id, created_at, n, policy) VALUES (:project_id, :now, :n,
    :policy)
"""
POLICY_ROW = "SELECT id FROM policy_version WHERE project_id = :project_id AND n = :n"
SET_POLICY = """
UPDATE project SET policy = :policy, policy_version = :n
WHERE id = :project_id AND policy_version = :n - 1
"""
ADD_BUDGET = """
INSERT INTO budget (project_id, scope, cap_micros, committed_micros) VALUES (:project_id, :scope,
    :cap, 0)
ON CONFLICT (project_id, scope) DO UPDATE SET cap_micros = excluded.cap_micros
WHERE excluded.cap_micros IS NULL OR budget.committed_micros <= excluded.cap_micros
"""
GET_BUDGET = """
SELECT cap_micros, committed_micros FROM budget
WHERE project_id = :project_id AND scope = 'project'
"""
COMMIT = """
UPDATE budget SET committed_micros = committed_micros + :amount
WHERE project_id = :project_id AND scope = 'project'
    AND (cap_micros IS NULL OR committed_micros + :amount <= cap_micros)
"""
EARN = """
INSERT INTO ledger_entry (project_id, created_at, kind, amount_micros, workforce_id, annotator_id,
    assignment_id,
    work_order_id, corrects_id, dedupe_key)
VALUES (:project_id, :now, :kind, :amount, :workforce_id, :annotator_id, :assignment_id,
    :work_order_id,
    :corrects_id, :dedupe_key)
ON CONFLICT (dedupe_key) DO NOTHING
"""
FIND_ENTRY = "SELECT id, amount_micros FROM ledger_entry WHERE dedupe_key = :dedupe_key"
SPENT_BY: Final = "spent."
"""Begins the name of the count of what a workforce has earned; its id follows."""
COUNT = """
INSERT INTO counter (project_id, name, value) VALUES (:project_id, :name, :step)
ON CONFLICT (project_id, name) DO UPDATE SET value = counter.value + excluded.value
"""
NEEDS_READ: Final = "items.needs_read"
"""The count of the pool's lines whose needs were noted; a change of the fields sets it to 0."""
COUNTER = "SELECT value FROM counter WHERE project_id = :project_id AND name = :name"
COUNTERS = "SELECT name, value FROM counter WHERE project_id = :project_id"


@lru_cache(maxsize=1024)
def _policy(text: str) -> Policy:
    return Policy.model_validate_json(text)


def policy_of(project: Row) -> Policy:
    """Return a project row's policy, parsed once per version."""
    return _policy(project.policy)


def get_or_raise(tx: Transaction, project_id: int) -> Row:
    """Return a project by id."""
    found = tx.row(GET, project_id=project_id)
    if found is None:
        raise NotFoundError("There is no such project.")
    return found


def get_by_slug(tx: Transaction, slug: str, *, deleted: bool = False) -> Row | None:
    """Return a project by its name in addresses; one that was deleted only where asked for."""
    found = tx.row(GET_BY_SLUG, slug=slug)
    return found if found is None or deleted or found.deleted_at is None else None


def list_after(tx: Transaction, after: int, limit: int) -> list[Row]:
    """Return projects with an id above `after`."""
    return tx.rows(LIST, after=after, limit=limit)


def add(
    tx: Transaction,
    *,
    slug: str,
    title: str,
    policy: Policy,
    split_salt: str,
    currency: str,
    target_question: str,
    is_simulated: bool,
) -> int:
    """Add a project and its first policy version and return its id."""
    text = policy.model_dump_json()
    project_id = tx.value(
        ADD,
        now=tx.now,
        slug=slug,
        title=title,
        policy=text,
        split_salt=split_salt,
        currency=currency,
        target_question=target_question,
        is_simulated=is_simulated,
    )
    if project_id is None:
        raise ConflictError(f"There is a project called {slug!r} already; choose another slug.")
    tx.run(ADD_POLICY, project_id=project_id, now=tx.now, n=1, policy=text)
    return int(project_id)


def set_policy(tx: Transaction, project: Row, policy: Policy) -> None:
    """Add the next policy version and make it current."""
    text, n = policy.model_dump_json(), project.policy_version + 1
    if tx.run(SET_POLICY, project_id=project.id, n=n, policy=text) != 1:
        raise ConflictError("The policy was changed meanwhile; read it again.")
    tx.run(ADD_POLICY, project_id=project.id, now=tx.now, n=n, policy=text)


def policy_row(tx: Transaction, project_id: int, n: int) -> int:
    """Return the id of a policy version."""
    return int(tx.value(POLICY_ROW, project_id=project_id, n=n))


def set_guideline(tx: Transaction, project: Row, n: int) -> None:
    """Make the next guideline version current."""
    if tx.run(SET_GUIDELINE, project_id=project.id, n=n) != 1:
        raise ConflictError("The guideline was changed meanwhile; read it again.")


def set_budget(tx: Transaction, project_id: int, cap_micros: int | None) -> None:
    """Set the cap of the project's budget; it may not lie below what is committed.

    What is committed is counted without a cap too, so that one can be set at any time.
    """
    if tx.run(ADD_BUDGET, project_id=project_id, scope="project", cap=cap_micros) != 1:
        raise ConflictError("More than that is reserved or earned already.")


def get_budget(tx: Transaction, project_id: int) -> Row:
    """Return committed amount and cap, None where the project has no cap."""
    return tx.rows(GET_BUDGET, project_id=project_id)[0]


def reserve(tx: Transaction, project_id: int, amount: int) -> bool:
    """Commit an amount under the cap; False where it does not fit (nothing is changed then)."""
    return amount == 0 or tx.run(COMMIT, project_id=project_id, amount=amount) == 1


def return_reservation(tx: Transaction, project_id: int, amount: int) -> None:
    """Take a reservation back."""
    if amount:
        tx.run(COMMIT, project_id=project_id, amount=-amount)


def reserve_or_raise(tx: Transaction, project_id: int, amount: int) -> None:
    """Commit an amount under the cap or raise :class:`BudgetSpentError`."""
    if not reserve(tx, project_id, amount):
        raise BudgetSpentError("The budget cannot cover this; raise the cap or order less.")


def earn(  # noqa: PLR0913 - one row
    tx: Transaction,
    *,
    project_id: int,
    amount: int,
    workforce_id: int,
    annotator_id: int | None,
    dedupe_key: str,
    assignment_id: int | None = None,
    work_order_id: int | None = None,
    is_first: bool = False,
) -> bool:
    """Enter an earned amount once per `dedupe_key`; its reservation becomes spending.

    `is_first` is said where nobody can have entered it before: the key names a row that this
    transaction has added.
    """
    entry = {
        "project_id": project_id,
        "now": tx.now,
        "kind": "earned",
        "amount": amount,
        "workforce_id": workforce_id,
        "annotator_id": annotator_id,
        "assignment_id": assignment_id,
        "work_order_id": work_order_id,
        "corrects_id": None,
        "dedupe_key": dedupe_key,
    }
    if is_first:
        tx.later(EARN, **entry)
    is_new = is_first or tx.run(EARN, **entry) == 1
    if is_new:
        count(tx, project_id, f"{SPENT_BY}{workforce_id}", amount)
    return is_new


def reverse(
    tx: Transaction,
    *,
    project_id: int,
    workforce_id: int,
    annotator_id: int,
    assignment_id: int,
    dedupe_key: str,
) -> int:
    """Enter the reversal of an earned amount and return it (0 where nothing had been earned)."""
    entry = tx.row(FIND_ENTRY, dedupe_key=dedupe_key)
    if entry is None:
        return 0
    is_new = tx.run(
        EARN,
        project_id=project_id,
        now=tx.now,
        kind="reversed",
        amount=-entry.amount_micros,
        workforce_id=workforce_id,
        annotator_id=annotator_id,
        assignment_id=assignment_id,
        work_order_id=None,
        corrects_id=entry.id,
        dedupe_key=f"{dedupe_key}:reversed",
    )
    if is_new:
        count(tx, project_id, f"{SPENT_BY}{workforce_id}", -entry.amount_micros)
    return int(entry.amount_micros)


def spent_by_workforce(tx: Transaction, project_id: int) -> dict[int, int]:
    """Return what each workforce has earned, in micro-units."""
    return {
        int(name.removeprefix(SPENT_BY)): amount
        for name, amount in counters(tx, project_id).items()
        if name.startswith(SPENT_BY)
    }


def spent(tx: Transaction, project_id: int) -> int:
    """Return what the project has spent, in micro-units."""
    return sum(spent_by_workforce(tx, project_id).values())


def count(tx: Transaction, project_id: int, name: str, step: int = 1) -> None:
    """Move a running count; it stands in the store when the transaction ends."""
    tx.add_up(COUNT, step, project_id=project_id, name=name)


def count_answer(tx: Transaction, project_id: int, workforce_id: int, step: int) -> None:
    """Move the counts of a project's answers, of all and of one workforce's."""
    count(tx, project_id, "answers", step)
    count(tx, project_id, answers_of(workforce_id), step)


def answers_of(workforce_id: int) -> str:
    """Return the name of the count of a workforce's answers."""
    return f"answers.workforce.{workforce_id}"


def counter(tx: Transaction, project_id: int, name: str) -> int:
    """Return one running count of a project."""
    tx.settle()
    return int(tx.value(COUNTER, project_id=project_id, name=name) or 0)


def counters(tx: Transaction, project_id: int) -> dict[str, int]:
    """Return all running counts of a project."""
    tx.settle()
    return {row.name: int(row.value) for row in tx.rows(COUNTERS, project_id=project_id)}
