"""The verbs of what people say of themselves: look, give with consent, withdraw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from labeling.audit import store as audit
from labeling.errors import InvalidInputError
from labeling.projects import store as projects
from labeling.quality.groups import store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from labeling.database import Row, Transaction


@dataclass(frozen=True)
class OwnAttributes:
    """What a project asks its people of themselves, and what this person has given.

    Attributes
    ----------
    asked
        Attribute → the values to choose from, as the policy declares them.
    given
        Attribute → value; empty without consent. What the policy no longer asks is left out.
    least_n
        Groups of fewer people are shown to nobody.
    """

    asked: dict[str, tuple[str, ...]]
    given: dict[str, str]
    least_n: int


def look(tx: Transaction, project: Row, user_id: int) -> OwnAttributes:
    """Return what is asked of a person and what they have given."""
    policy = projects.policy_of(project).quality
    given = store.own(tx, project.id, user_id)
    kept = {name: value for name, value in given.items() if value in policy.groups.get(name, ())}
    return OwnAttributes(dict(policy.groups), kept, policy.group_least_n)


def give(tx: Transaction, project: Row, user_id: int, given: Mapping[str, str]) -> OwnAttributes:
    """Keep what a person says of themselves, in the place of all they said before.

    The record says that it happened, and nothing of what was said.

    Raises
    ------
    InvalidInputError
        An attribute that the project does not ask, or a value that is none of its own.
    """
    groups = projects.policy_of(project).quality.groups
    for name, value in given.items():
        if name not in groups:
            asked = ", ".join(groups) or "nothing"
            text = f"The project does not ask for {name!r}; it asks for {asked}."
            raise InvalidInputError(text, place=f"attributes.{name}")
        if value not in groups[name]:
            text = f"Choose one of {', '.join(groups[name])}, or leave {name!r} out."
            raise InvalidInputError(text, place=f"attributes.{name}")
    store.replace_own(tx, project.id, user_id, given)
    audit.record(tx, project.id, "attributes.give", "user", user_id)
    return look(tx, project, user_id)


def withdraw(tx: Transaction, project_id: int, user_id: int) -> None:
    """Withdraw consent: what a person gave a project is deleted."""
    store.drop(tx, project_id, user_id)
    audit.record(tx, project_id, "attributes.withdraw", "user", user_id)


def leave(tx: Transaction, project_id: int, user_id: int) -> None:
    """Delete what a person gave a project that they leave, if they gave anything."""
    if store.own(tx, project_id, user_id):
        withdraw(tx, project_id, user_id)


def forget(tx: Transaction, user_id: int) -> None:
    """Delete what a person gave any project: they are erased."""
    for project_id in store.projects_of(tx, user_id):
        withdraw(tx, project_id, user_id)


def given_by_group(tx: Transaction, project: Row) -> dict[str, dict[str, str]]:
    """Return attribute → pseudonym → value of what is still asked, for figures by group."""
    groups = projects.policy_of(project).quality.groups
    found = store.by_pseudonym(tx, project.id)
    return {
        name: {who: value for who, value in found.get(name, {}).items() if value in values}
        for name, values in groups.items()
    }
