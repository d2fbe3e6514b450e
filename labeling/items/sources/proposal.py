"""What to show, what to hide, what names a row: proposed from a source's first rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from labeling.errors import InvalidInputError
from labeling.items.prepare import Field
from labeling.items.sources.source import RawRow

if TYPE_CHECKING:
    from labeling.items.sources.source import Source

Kind = Literal["text", "picture", "number", "category"]
SAMPLE_ROWS: Final = 1_000
CATEGORY_CHARACTERS: Final = 40
"""Values that are longer on average are free text, however often they repeat."""
ROWS_PER_CATEGORY: Final = 3
"""A category's values come back: at least so many rows to a value."""

# Names of what must not leak (a label, a score, a person) or says nothing (the number of a row).
NEVER_SHOWN: Final = frozenset(
    {
        "id",
        "key",
        "uuid",
        "guid",
        "index",
        "idx",
        "row",
        "label",
        "labels",
        "class",
        "category",
        "target",
        "y",
        "gold",
        "truth",
        "answer",
        "answers",
        "score",
        "scores",
        "rating",
        "ratings",
        "stars",
        "star",
        "grade",
        "sentiment",
        "prediction",
        "predicted",
        "confidence",
        "probability",
        "user",
        "username",
        "author",
        "name",
        "email",
        "mail",
        "phone",
        "address",
        "ip",
        "date",
        "time",
        "timestamp",
        "created",
        "updated",
        "split",
        "fold",
        "source",
        "file",
        "filename",
        "path",
        "url",
        "link",
    }
)
KEY_NAMES: Final = frozenset({"id", "key", "uuid", "guid", "_id"})
EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.\w+")
MACHINE_MADE: Final = re.compile(
    r"https?://\S+|[0-9a-fA-F]{8,}(-[0-9a-fA-F]+)*|\d{4}-\d\d-\d\d([T ].*)?|[\d\s+().,:/-]+"
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """How a source's columns are taken: all kept, one shown, one perhaps the key."""

    columns: tuple[str, ...]
    kinds: dict[str, Kind]
    shown: str
    key: str | None

    @property
    def hidden(self) -> tuple[str, ...]:
        """The columns that annotators do not see, in their order."""
        return tuple(name for name in self.columns if name != self.shown)

    def fields(self) -> list[Field]:
        """Return the fields to declare; only what is shown leaves the owner's hands."""
        everyone = ("annotator", "reviewer", "owner")
        return [
            Field(name, self.kinds[name], everyone if name == self.shown else ("owner",))
            for name in self.columns
        ]

    def describe(self) -> str:
        """Return one line: showing `text`, hiding `id`, `stars`."""
        hidden = ", ".join(f"`{name}`" for name in self.hidden)
        return f"showing `{self.shown}`" + (f", hiding {hidden}" if hidden else "")


def propose(source: Source, *, show: str | None = None, key: str | None = None) -> Proposal:
    """Look at a source's first rows and propose what is shown, hidden, and the key.

    Shown is the picture, else the longest free text whose name and values do not look like an id,
    a label, a score or a person. The key is an id column whose values differ; without one, items
    are known by their content.

    Raises
    ------
    InvalidInputError
        There is no row, no column to show, or a column asked for does not exist.

    """
    sample = _look(source)
    for asked in (show, key):
        _refuse_unknown(asked, sample.columns)
    kinds = {name: _kind(sample.values[name]) for name in sample.columns}
    shown = show or _choose_shown(sample.columns, kinds, sample.values)
    return Proposal(sample.columns, kinds, shown, key or _choose_key(sample, shown))


def propose_key(source: Source, key: str | None = None) -> str | None:
    """Return the column whose values name a source's rows, None where there is none.

    Raises
    ------
    InvalidInputError
        There is no row, or the column asked for does not exist.

    """
    sample = _look(source)
    _refuse_unknown(key, sample.columns)
    return key or _choose_key(sample)


@dataclass(frozen=True, slots=True)
class _Sample:
    """The first rows by column: what is present of each, and how many rows there are."""

    columns: tuple[str, ...]
    values: dict[str, list[Any]]
    n_rows: int


def _look(source: Source) -> _Sample:
    rows = [row.data for row in source.sample(SAMPLE_ROWS) if isinstance(row, RawRow)]
    if not rows:
        raise source.fail("there are no rows that can be read.")
    columns = tuple(dict.fromkeys(name for row in rows for name in row))
    values = {name: _present(row.get(name) for row in rows) for name in columns}
    return _Sample(columns, values, len(rows))


def _refuse_unknown(name: str | None, columns: tuple[str, ...]) -> None:
    if name is not None and name not in columns:
        names = ", ".join(f"`{found}`" for found in columns)
        raise InvalidInputError(f"There is no column `{name}`; there are {names}.", place=name)


def _present(values: Iterable[Any]) -> list[Any]:
    return [value for value in values if value not in (None, "")]


def _kind(values: Sequence[Any]) -> Kind:
    if values and all(isinstance(value, dict) and "blob" in value for value in values):
        return "picture"
    if values and all(_is_number(value) for value in values):
        return "number"
    texts = [str(value) for value in values]
    repeats = len(texts) >= ROWS_PER_CATEGORY * len(set(texts))
    short = sum(map(len, texts)) <= CATEGORY_CHARACTERS * len(texts)
    return "category" if texts and repeats and short else "text"


def _is_number(value: Any) -> bool:
    if isinstance(value, bool | int | float):
        return True
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def _choose_shown(
    columns: tuple[str, ...], kinds: dict[str, Kind], values: dict[str, list[Any]]
) -> str:
    pictures = [name for name in columns if kinds[name] == "picture"]
    if pictures:
        return pictures[0]
    if len(columns) == 1:
        return columns[0]
    texts = [
        name
        for name in columns
        if kinds[name] in {"text", "category"} and not _is_private(name, values[name])
    ]
    if not texts:
        names = ", ".join(f"`{name}`" for name in columns)
        raise InvalidInputError(
            f"None of {names} looks like something to read; name one with --show."
        )
    return max(texts, key=lambda name: (kinds[name] == "text", _mean_length(values[name])))


def _mean_length(values: Sequence[Any]) -> float:
    return sum(len(str(value)) for value in values) / max(len(values), 1)


def _is_private(name: str, values: Sequence[Any]) -> bool:
    """Tell a column that leaks or says nothing, by its name or by most of its values."""
    folded = name.casefold()
    if folded in NEVER_SHOWN or re.split(r"[^a-z]+", folded)[-1] in NEVER_SHOWN:
        return True
    if not values or any(isinstance(value, dict | list) for value in values):
        return True
    odd = [v for v in map(str, values) if EMAIL.fullmatch(v) or MACHINE_MADE.fullmatch(v)]
    return 2 * len(odd) > len(values)


def _choose_key(sample: _Sample, shown: str | None = None) -> str | None:
    for name in sample.columns:
        folded = name.casefold()
        named = folded in KEY_NAMES or folded.endswith(("_id", "-id", " id"))
        found = [str(value) for value in sample.values[name]]
        if name != shown and named and len(found) == sample.n_rows == len(set(found)):
            return name
    return None
