"""What a person may do in a project: named permissions, and the six roles that hold them."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Permission(StrEnum):
    """What an endpoint asks for."""

    WORK = "work"
    """Take tasks and answer them; also needs a seat among the annotators."""
    REVIEW = "review"
    """Give verdicts on others' answers and settle disputes."""
    READ = "read"
    """See the project's figures: progress, quality, models, rounds."""
    MANAGE = "manage"
    """Change policy, budget, workforces and items."""
    PEOPLE = "people"
    """Invite and remove members, change their roles, help them in again."""
    EXPORT = "export"
    """Take labels and answers out."""
    RELEASE = "release"
    """Train, deploy and roll back."""
    PREDICT = "predict"
    """Ask the live model."""
    ORDER = "order"
    """Send work orders to vendors and take their returns."""
    OWN = "own"
    """Delete the project and restore it in time; let a model's answers stand as labels."""


ROLE_PERMISSIONS: Final[dict[str, frozenset[Permission]]] = {
    "owner": frozenset(Permission),
    "manager": frozenset(Permission) - {Permission.RELEASE, Permission.PREDICT, Permission.OWN},
    "reviewer": frozenset({Permission.WORK, Permission.REVIEW, Permission.READ}),
    "annotator": frozenset({Permission.WORK}),
    "operator": frozenset({Permission.READ, Permission.RELEASE, Permission.PREDICT}),
    "viewer": frozenset({Permission.READ}),
}
ROLES: Final = tuple(ROLE_PERMISSIONS)


def may_give(giver: str, role: str) -> bool:
    """Return whether a member may give, change or take a role.

    One gives only what one has, and less than all of it: a manager makes reviewers, annotators
    and viewers, but no second manager, and no operator, who may release. An owner gives all.
    """
    own = ROLE_PERMISSIONS.get(giver, frozenset())
    return giver == "owner" or (Permission.PEOPLE in own and ROLE_PERMISSIONS[role] < own)
