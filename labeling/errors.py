"""The one exception root: what happened, where, and what to do next, as plain data."""

from __future__ import annotations

from typing import Any, ClassVar


class LabelloopError(Exception):
    """Something the caller can understand and act on; `api/problems.py` turns it into problem+json.

    Parameters
    ----------
    detail
        What happened and what to do next, in one or two sentences.
    **extra
        Further members of the problem document (the line, the field, the limit …).
    """

    code: ClassVar[str] = "error"
    title: ClassVar[str] = "Something went wrong"
    status: ClassVar[int] = 400

    def __init__(self, detail: str, **extra: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extra = extra


class NotFoundError(LabelloopError):
    """The named thing does not exist, or the caller may not know that it does."""

    code = "not-found"
    title = "Not found"
    status = 404


class ForbiddenError(LabelloopError):
    """The caller is known but may not do this; ask the project's owner for the role."""

    code = "forbidden"
    title = "Not allowed"
    status = 403


class UnauthenticatedError(LabelloopError):
    """No valid session or token came with the request; sign in or send a token."""

    code = "unauthenticated"
    title = "Sign in first"
    status = 401


class ConflictError(LabelloopError):
    """The request does not fit the present state; read the state again."""

    code = "conflict"
    title = "The state has changed"
    status = 409


class InvalidInputError(LabelloopError):
    """The input is malformed; `extra` names the place."""

    code = "invalid-input"
    title = "The input does not fit"
    status = 422


class InvalidAnswerError(InvalidInputError):
    """An answer does not fit the schema version it was asked under (rule 3)."""

    code = "invalid-answer"
    title = "The answer does not fit the question"


class InvalidLabelConfigError(InvalidInputError):
    """A label config that cannot be read into typed questions."""

    code = "invalid-label-config"
    title = "The label config cannot be used"


class QuestionKindError(ConflictError):
    """What was asked for is not there for the kind of question that the project asks."""

    code = "question-kind"
    title = "Not for this kind of question"


class BudgetSpentError(ConflictError):
    """The budget cannot cover it; raise the cap or wait for reservations to return."""

    code = "budget-spent"
    title = "The budget is spent"


class TooLargeError(LabelloopError):
    """The input is past a limit that the detail names."""

    code = "too-large"
    title = "Too large"
    status = 413
