"""Marks tests by the store they use, counts them, and fails the run that skipped one.

A skipped test reads like a passed one in a long run; here it is a failure. The count at the end
says how many tests really ran on each store and in Chromium.
"""

from __future__ import annotations

from typing import Final

import pytest

MARKED_BY_FIXTURE: Final = {
    "sqlite_url": "sqlite",
    "postgresql_url": "postgresql",
    "browser": "browser",
}
"""A test that asks for one of these fixtures runs on that store or in that browser."""

SHOWN: Final = {"sqlite": "on SQLite", "postgresql": "on PostgreSQL", "browser": "in Chromium"}


class Tally:
    """How many tests ran with each marker, and which were skipped or expected to fail."""

    def __init__(self) -> None:
        self.ran = dict.fromkeys(SHOWN, 0)
        self.skipped: list[str] = []
        self.told: list[str] = []

    def note(self, report: pytest.TestReport) -> None:
        """Count one phase of one test; only the call phase says that a test ran."""
        if report.skipped or hasattr(report, "wasxfail"):
            self.skipped.append(report.nodeid)
        elif report.when == "call":
            for marker in SHOWN:
                self.ran[marker] += marker in report.keywords
            if "kill" in report.keywords:
                self.told += filter(None, report.capstdout.splitlines())

    def line(self) -> str:
        """Return the closing line: "tests: 12 on SQLite, 9 on PostgreSQL, 1 in Chromium"."""
        return "tests: " + ", ".join(f"{self.ran[key]} {words}" for key, words in SHOWN.items())


class TallyPlugin:
    """The pytest hooks around one :class:`Tally`."""

    def __init__(self) -> None:
        self.tally = Tally()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count every test."""
        self.tally.note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A module that skips itself while it is collected counts as skipped too."""
        if report.skipped:
            self.tally.skipped.append(report.nodeid)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Turn a run with skips into a failed one."""
        harmless = {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}
        if self.tally.skipped and session.exitstatus in harmless:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print what the kill tests counted, the count of tests, and every skip by name."""
        for line in self.tally.told:
            terminalreporter.write_line(line)
        terminalreporter.write_line(self.tally.line())
        for nodeid in self.tally.skipped:
            terminalreporter.write_line(
                f"FAILED {nodeid} - no test may skip or be expected to fail"
            )


def pytest_configure(config: pytest.Config) -> None:
    """Start counting."""
    config.pluginmanager.register(TallyPlugin(), "labelloop-tally")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by the fixtures they name; `store_url` marks its parameters itself."""
    for item in items:
        for fixture, marker in MARKED_BY_FIXTURE.items():
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(marker)
