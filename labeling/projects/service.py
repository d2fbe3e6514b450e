"""The verbs of a project: create it, change its policy, give it money."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from labeling.audit import store as audit
from labeling.errors import InvalidInputError
from labeling.outbox import store as outbox
from labeling.projects import store
from labeling.projects.policy import Policy, merged, parse_policy
from labeling.schema import store as schema_store
from labeling.schema.label_config import parse_label_config

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

MOST_GUIDELINE_CHARACTERS: Final = 100_000
SLUG: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True, slots=True)
class NewProject:
    """What a project is made from; money in micro-units, None for no cap."""

    slug: str
    title: str
    label_config: str
    policy: dict[str, Any] = field(default_factory=dict)
    budget_micros: int | None = None
    guideline: str = ""
    is_simulated: bool = False
    split_salt: str | None = None
    currency: str = "USD"


def create_project(tx: Transaction, new: NewProject) -> int:
    """Create a project with its first schema, guideline and policy version and return its id.

    Raises
    ------
    InvalidInputError
        A slug that does not fit an address, a config or a policy that does not fit.
    ConflictError
        The slug is taken.

    """
    if not SLUG.fullmatch(new.slug):
        raise InvalidInputError(
            "A slug has 1 to 63 of a–z, 0–9 and '-', and starts with a letter or digit.",
            place="slug",
        )
    schema = parse_label_config(new.label_config)
    project_id = store.add(
        tx,
        slug=new.slug,
        title=new.title,
        policy=parse_policy(new.policy),
        split_salt=new.split_salt or secrets.token_hex(16),
        currency=new.currency,
        target_question=schema.target().name,
        is_simulated=new.is_simulated,
    )
    schema_store.add_version(tx, project_id, 1, new.label_config, schema)
    schema_store.add_guideline(tx, project_id, 1, new.guideline)
    store.set_budget(tx, project_id, new.budget_micros)
    audit.record(
        tx,
        project_id,
        "project.create",
        "project",
        project_id,
        vouches={"policy_version": [store.policy_row(tx, project_id, 1)]},
        slug=new.slug,
        title=new.title,
        budget_micros=new.budget_micros,
    )
    return project_id


def change_policy(tx: Transaction, project: Row, changes: dict[str, Any]) -> Policy:
    """Apply changes to a policy, as its next version."""
    before = store.policy_of(project)
    policy = parse_policy(merged(before, changes))
    store.set_policy(tx, project, policy)
    was = _only(before.model_dump(mode="json"), changes)
    version = store.policy_row(tx, project.id, project.policy_version + 1)
    audit.record(
        tx,
        project.id,
        "project.policy",
        "project",
        project.id,
        vouches={"policy_version": [version]},
        was=was,
        now=changes,
    )
    fields = [
        (found.routing.language_field, found.routing.skill_field) for found in (before, policy)
    ]
    if fields[0] != fields[1]:
        read = store.counter(tx, project.id, store.NEEDS_READ)
        store.count(tx, project.id, store.NEEDS_READ, -read)
    outbox.add(tx, project.id, "policy")
    return policy


def change_guideline(
    tx: Transaction, project: Row, text: str, *, changes: str = "", meaning_changed: bool = False
) -> int:
    """Tell annotators something new, as the guideline's next version; return its number.

    `meaning_changed` says that an answer given under an older version may mean something else
    now: such an answer is not held against its author when a review rejects it.
    """
    if len(text) > MOST_GUIDELINE_CHARACTERS:
        raise InvalidInputError(
            f"A guideline has at most {MOST_GUIDELINE_CHARACTERS:,} characters.", place="text"
        )
    n = int(project.guideline_version) + 1
    store.set_guideline(tx, project, n)
    schema_store.add_guideline(
        tx, project.id, n, text, changes=changes, meaning_changed=meaning_changed
    )
    audit.record(
        tx,
        project.id,
        "project.guideline",
        "project",
        project.id,
        n=n,
        changes=changes,
        meaning_changed=meaning_changed,
    )
    return n


def _only(document: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return what a document holds under the names that a change of it gives, also in sections."""
    return {
        name: _only(document[name], value)
        if isinstance(value, dict) and isinstance(document.get(name), dict)
        else document.get(name)
        for name, value in changes.items()
    }


def change_budget(tx: Transaction, project: Row, cap_micros: int) -> None:
    """Set the project's cap, in micro-units; never below what is committed."""
    if cap_micros < 0:
        raise InvalidInputError("A budget is not negative.", place="cap_micros")
    was = {"cap_micros": store.get_budget(tx, project.id).cap_micros}
    store.set_budget(tx, project.id, cap_micros)
    audit.record(
        tx, project.id, "project.budget", "project", project.id, was=was, cap_micros=cap_micros
    )
