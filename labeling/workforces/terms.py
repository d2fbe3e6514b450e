"""What a workforce or a person can be asked, and within which limits; validated as one document."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from labeling.clock import is_zone
from labeling.workforces.hours import minutes_of

MOST_ABILITIES: Final = 62
"""Skills and languages of one project: a bit each in a 64-bit mask."""
LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def ability_name(value: str) -> str:
    """Return a skill as it is compared: without spaces around it, in small letters."""
    name = " ".join(value.split()).casefold()
    if not 1 <= len(name) <= 60:  # noqa: PLR2004 - a line on a page
        raise ValueError("a skill has 1 to 60 characters")
    return name


def _names(value: Any) -> list[str]:
    """Return the names in an item's field: a text, separated by commas or semicolons, or a list."""
    if value is None:
        return []
    parts = value if isinstance(value, list) else str(value).replace(";", ",").split(",")
    return [" ".join(str(part).split()).casefold()[:60] for part in parts if str(part).strip()]


def skill_names(value: Any) -> list[str]:
    """Return the abilities that an item's field asks for as skills."""
    return [f"skill:{name}" for name in _names(value)]


def language_names(value: Any) -> list[str]:
    """Return the abilities that an item's field asks for as languages."""
    return [f"language:{name}" for name in _names(value)]


def _skills(values: list[str]) -> list[str]:
    return sorted({ability_name(value) for value in values})


def _languages(values: list[str]) -> list[str]:
    names = sorted({value.strip().lower() for value in values})
    for name in names:
        if not LANGUAGE.fullmatch(name):
            raise ValueError(f"{name!r} is no language tag; write one like en or zh-hans")
    return names


def time_zone(name: str) -> str:
    """Return the name of a time zone or raise ValueError."""
    if not is_zone(name):
        raise ValueError(f"{name!r} is no time zone; write one like Europe/Berlin")
    return name


def _intervals(
    calendar: dict[Weekday, list[tuple[str, str]]],
) -> dict[Weekday, list[tuple[str, str]]]:
    for day, intervals in calendar.items():
        ends = 0
        for start, end in sorted((minutes_of(start), minutes_of(end)) for start, end in intervals):
            if end <= start:
                raise ValueError(f"{day}: an interval ends after it begins; split one at midnight")
            if start < ends:
                raise ValueError(f"{day}: two intervals overlap")
            ends = end
    if not any(calendar.values()):
        raise ValueError("a calendar opens at least once a week; null for no working hours")
    return calendar


Skills = Annotated[list[str], Field(max_length=MOST_ABILITIES), AfterValidator(_skills)]
Languages = Annotated[list[str], Field(max_length=MOST_ABILITIES), AfterValidator(_languages)]
Zone = Annotated[str, Field(max_length=60), AfterValidator(time_zone)]
Share = Annotated[float, Field(gt=0, le=1)]
Intervals = Annotated[list[tuple[str, str]], Field(max_length=24)]
Calendar = Annotated[dict[Weekday, Intervals], AfterValidator(_intervals)]
DailyLimit = Annotated[int, Field(ge=1, le=100_000)]


class _Changes(BaseModel):
    """Some terms, to be changed; what is not mentioned stays, null removes a limit."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    skills: Skills = Field(default=[], description="What they can do, beside the workforce's.")
    languages: Languages = Field(default=[], description="Languages they read, as tags like de.")
    time_zone: Zone | None = Field(
        default=None, description="Zone of their days and working hours."
    )
    daily_limit: DailyLimit | None = Field(
        default=None, description="Most answers of a person in a day."
    )

    def changes(self) -> dict[str, Any]:
        """Return what was mentioned."""
        return self.model_dump(exclude_unset=True)


class AnnotatorTerms(_Changes):
    """Terms of one person, beside or instead of their workforce's."""


class WorkforceTerms(_Changes):
    """Terms of a workforce and of everybody in it."""

    price_micros: int = Field(default=0, ge=0, le=10**15, description="Price of a judgment.")
    rank: int = Field(
        default=1, ge=1, le=1_000, description="Order of the workforces, the cheapest first."
    )
    share: Share | None = Field(
        default=None, description="Most of the project's answers that this workforce gives."
    )
    person_share: Share | None = Field(
        default=None, description="Most of the project's answers that one person of it gives."
    )
    calendar: Calendar | None = Field(
        default=None,
        description="Working hours: weekday to intervals of HH:MM, by the person's clock.",
    )
