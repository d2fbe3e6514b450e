"""Working hours in a person's own time zone; plain functions, exact when clocks are moved.

A calendar says for each weekday from when until when, by the clock on the wall: an hour that comes
twice is open twice, an interval that begins in an hour that is skipped begins when the skip ends.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from labeling.clock import MICROS

WEEKDAYS: Final = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
MINUTES_A_DAY: Final = 1_440
DAYS_AHEAD: Final = 8
"""A week and today: each weekday's intervals come up once at least."""

Calendar = tuple[tuple[tuple[int, int], ...], ...]
"""For each weekday, Monday first, its intervals in minutes since midnight."""


def minutes_of(text: str) -> int:
    """Return the minutes since midnight of ``HH:MM``; ``24:00`` is the end of a day.

    Raises
    ------
    ValueError
        The text is no time of a day.

    """
    hours, _, minutes = text.partition(":")
    if not (len(hours) == len(minutes) == 2 and hours.isdecimal() and minutes.isdecimal()):  # noqa: PLR2004 - HH:MM
        raise ValueError(f"{text!r} is no time; write HH:MM")
    found = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or found > MINUTES_A_DAY:  # noqa: PLR2004 - minutes of an hour
        raise ValueError(f"{text!r} is no time of a day")
    return found


@lru_cache(maxsize=1024)
def read_calendar(text: str) -> Calendar:
    """Return a stored calendar, parsed once per text."""
    document = json.loads(text)
    return tuple(
        tuple(sorted((minutes_of(start), minutes_of(end)) for start, end in document.get(day, ())))
        for day in WEEKDAYS
    )


def local_day(now: int, zone: str) -> int:
    """Return the number of the calendar day at a time in microseconds, in a time zone."""
    if zone == "UTC":
        return now // (86_400 * MICROS) + date(1970, 1, 1).toordinal()
    return _local(now // MICROS, ZoneInfo(zone)).toordinal()


def seconds_to_midnight(now: int, zone: str) -> int:
    """Return how many seconds are left of the calendar day in a time zone, at least 1."""
    place = ZoneInfo(zone)
    tomorrow = _local(now // MICROS, place).date() + timedelta(days=1)
    return max(_first_instant(tomorrow, 0, place) - now // MICROS, 1)


def seconds_until_open(calendar: Calendar, zone: str, now: int) -> int:
    """Return 0 within working hours, else the seconds until they begin.

    A calendar without any interval never opens: then it is looked at again in a week.
    """
    place, second = ZoneInfo(zone), now // MICROS
    if _is_open(calendar, second, place):
        return 0
    today = _local(second, place).date()
    openings = (
        instant
        for ahead in range(DAYS_AHEAD)
        for start, _ in calendar[(today.weekday() + ahead) % 7]
        for instant in _instants(today + timedelta(days=ahead), start, place)
        if instant > second and _is_open(calendar, instant, place)
    )
    return min(openings, default=second + 7 * 86_400) - second


def _local(second: int, place: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(second, tz=place)


def _is_open(calendar: Calendar, second: int, place: ZoneInfo) -> bool:
    local = _local(second, place)
    minute = local.hour * 60 + local.minute
    return any(start <= minute < end for start, end in calendar[local.weekday()])


def _instants(day: date, minute: int, place: ZoneInfo) -> Iterator[int]:
    """Yield the seconds at which a wall clock reaches a time: once, or twice when it goes back."""
    yield _first_instant(day, minute, place)
    wall = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minute)
    yield int(wall.replace(tzinfo=place, fold=1).timestamp())


def _first_instant(day: date, minute: int, place: ZoneInfo) -> int:
    """Return the first second at which a wall clock shows a time or, where it is skipped, later."""
    wall = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minute)
    first = int(wall.replace(tzinfo=place, fold=0).timestamp())
    if _local(first, place).replace(tzinfo=None) == wall:
        return first
    # The time does not exist: the clock jumps over it between these two, and that is the moment.
    early = int(wall.replace(tzinfo=place, fold=1).timestamp())
    after = _local(first, place).utcoffset()
    while first - early > 1:
        middle = (early + first) // 2
        if _local(middle, place).utcoffset() == after:
            first = middle
        else:
            early = middle
    return first
