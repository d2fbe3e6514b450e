"""Working hours and days by the clock on somebody's wall, also when it is moved."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.clock import MICROS
from labeling.workforces.hours import (
    local_day,
    minutes_of,
    read_calendar,
    seconds_to_midnight,
    seconds_until_open,
)

OFFICE = read_calendar(
    json.dumps(
        {
            day: [["09:00", "12:00"], ["13:00", "17:00"]]
            for day in ("monday", "tuesday", "wednesday", "thursday", "friday")
        }
    )
)


def at(text: str, zone: str = "UTC", *, fold: int = 0) -> int:
    """Return a wall clock's time as UTC microseconds."""
    wall = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)
    return int(wall.timestamp()) * MICROS


def daily(start: str, end: str) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Return a calendar with one interval on every day."""
    return ((((minutes_of(start), minutes_of(end)),)),) * 7


class TestSecondsUntilOpen:
    """`seconds_until_open`."""

    @pytest.mark.parametrize(
        ("now", "zone", "wait"),
        [
            ("2026-03-02T08:59:59", "Europe/Berlin", 1),
            ("2026-03-02T09:00:00", "Europe/Berlin", 0),
            ("2026-03-02T11:59:59", "Europe/Berlin", 0),
            ("2026-03-02T12:00:00", "Europe/Berlin", 3_600),
            ("2026-03-02T17:00:00", "Europe/Berlin", 16 * 3_600),
            ("2026-03-06T17:00:00", "Europe/Berlin", 64 * 3_600),  # from Friday to Monday
            ("2026-03-27T17:00:00", "Europe/Berlin", 63 * 3_600),  # a weekend one hour shorter
            ("2026-10-23T17:00:00", "Europe/Berlin", 65 * 3_600),  # and one hour longer
        ],
    )
    def test_it_is_the_time_to_the_next_interval(self, now: str, zone: str, wait: int) -> None:
        """Shows edges, the lunch break, a weekend, and weekends on which clocks are moved."""
        assert seconds_until_open(OFFICE, zone, at(now, zone)) == wait

    def test_it_is_the_persons_own_zone(self) -> None:
        """Shows that the same moment is inside for one person and outside for another."""
        now = at("2026-03-02T09:30:00", "Europe/Berlin")
        assert seconds_until_open(OFFICE, "Europe/Berlin", now) == 0
        assert seconds_until_open(OFFICE, "America/New_York", now) == 5.5 * 3_600

    def test_an_interval_in_a_skipped_hour_begins_when_the_skip_ends(self) -> None:
        """Shows 02:30 on a morning that jumps from 02:00 to 03:00."""
        now = at("2026-03-29T01:00:00", "Europe/Berlin")
        assert seconds_until_open(daily("02:30", "04:00"), "Europe/Berlin", now) == 3_600

    def test_an_interval_wholly_in_a_skipped_hour_waits_for_the_next_day(self) -> None:
        """Shows that what the wall clock never showed is never open."""
        now = at("2026-03-29T01:00:00", "Europe/Berlin")
        wait = seconds_until_open(daily("02:10", "02:50"), "Europe/Berlin", now)
        assert wait == at("2026-03-30T02:10:00", "Europe/Berlin") // MICROS - now // MICROS

    def test_an_hour_that_comes_twice_is_open_twice(self) -> None:
        """Shows 02:00 to 02:30 on a morning on which 02:00 to 03:00 comes twice."""
        calendar, zone = daily("02:00", "02:30"), "Europe/Berlin"
        for fold in (0, 1):
            inside = at("2026-10-25T02:15:00", zone, fold=fold)
            assert seconds_until_open(calendar, zone, inside) == 0
        between = at("2026-10-25T02:45:00", zone, fold=0)
        assert seconds_until_open(calendar, zone, between) == 15 * 60

    def test_a_day_ends_at_24(self) -> None:
        """Shows that a night shift goes on over midnight in two intervals."""
        night = read_calendar(
            json.dumps({"monday": [["22:00", "24:00"]], "tuesday": [["00:00", "06:00"]]})
        )
        for now in ("2026-03-02T23:59:59", "2026-03-03T00:00:00", "2026-03-03T05:59:59"):
            assert seconds_until_open(night, "UTC", at(now)) == 0
        assert seconds_until_open(night, "UTC", at("2026-03-03T06:00:00")) > 6 * 86_400

    @given(
        st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001 - made UTC below
        st.sampled_from(
            ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Beirut", "UTC"]
        ),
        st.sampled_from([("00:00", "00:30"), ("01:30", "03:10"), ("23:00", "24:00")]),
    )
    def test_it_is_open_after_the_wait_and_not_before(
        self, moment: datetime, zone: str, interval: tuple[str, str]
    ) -> None:
        """Shows that the wait is exact, in zones that move by an hour, by half, at midnight."""
        calendar, now = daily(*interval), int(moment.replace(tzinfo=UTC).timestamp()) * MICROS
        wait = seconds_until_open(calendar, zone, now)
        assert 0 <= wait <= 49 * 3_600
        assert seconds_until_open(calendar, zone, now + wait * MICROS) == 0
        for part in (1, wait // 2, wait - 1):
            if 0 < part < wait:
                assert seconds_until_open(calendar, zone, now + part * MICROS) == wait - part


class TestLocalDay:
    """`local_day` and `seconds_to_midnight`."""

    def test_a_day_begins_at_midnight_of_the_zone(self) -> None:
        """Shows the same moment on two days."""
        now = at("2026-03-02T23:30:00")
        assert local_day(now, "Europe/Berlin") == local_day(now, "UTC") + 1
        assert local_day(now, "UTC") == datetime(2026, 3, 2, tzinfo=UTC).toordinal()

    @pytest.mark.parametrize(
        ("day", "hours"), [("2026-03-28", 24), ("2026-03-29", 23), ("2026-10-25", 25)]
    )
    def test_a_day_on_which_clocks_move_is_shorter_or_longer(self, day: str, hours: int) -> None:
        """Shows 23 and 25 hours."""
        now = at(f"{day}T00:00:00", "Europe/Berlin")
        assert seconds_to_midnight(now, "Europe/Berlin") == hours * 3_600

    def test_a_midnight_that_is_skipped_begins_the_day_later(self) -> None:
        """Shows a zone whose clocks jump from 00:00 to 01:00."""
        now = at("2024-03-30T23:00:00", "Asia/Beirut")
        wait = seconds_to_midnight(now, "Asia/Beirut")
        assert wait == 3_600
        day = local_day(now, "Asia/Beirut")
        assert local_day(now + wait * MICROS, "Asia/Beirut") == day + 1
        assert local_day(now + (wait - 1) * MICROS, "Asia/Beirut") == day

    def test_utc_is_counted_as_any_zone(self) -> None:
        """Shows that the short way for UTC says what the long way says."""
        start = datetime(2026, 1, 1, tzinfo=UTC)
        for hours in range(0, 24 * 400, 7):
            now = int((start + timedelta(hours=hours)).timestamp()) * MICROS
            assert local_day(now, "UTC") == local_day(now, "Etc/UTC")


class TestMinutes:
    """`minutes_of`."""

    @pytest.mark.parametrize(
        "text", ["9:00", "25:00", "24:01", "12:60", "ab:cd", "12", "", "-1:00"]
    )
    def test_what_is_no_time_is_refused(self, text: str) -> None:
        """Shows that a calendar with a slip of the pen is never stored."""
        with pytest.raises(ValueError, match="no time"):
            minutes_of(text)
