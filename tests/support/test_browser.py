"""Chromium is a real one, and its absence is an error, not a skip."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.browser import ChromiumMissingError, find_chromium


class TestBrowser:
    """The page is looked at as people look at it."""

    def test_chromium_runs_scripts(self, browser: Browser) -> None:
        """It starts, lays out a page and runs its script."""
        page = browser.new_page()
        page.set_content("<button onclick=\"this.textContent = 'pressed'\">press</button>")
        page.get_by_role("button").click()
        assert page.get_by_role("button").text_content() == "pressed"
        page.close()

    def test_a_missing_chromium_names_the_command_that_helps(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """With nothing on the PATH the error says what to run."""
        monkeypatch.setenv("PATH", "")
        with pytest.raises(ChromiumMissingError, match="make test-env"):
            find_chromium()


class TestAfterTheBrowser:
    """Chromium's event loop must not outlive its module."""

    def test_an_event_loop_can_be_started_elsewhere(
        self, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An asynchronous test runs in the module after one that used the browser."""
        monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
        pytester.makeconftest('pytest_plugins = ["tests.support.browser"]')
        pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function\n")
        pytester.makepyfile(
            test_1_page="def test_page(browser): assert browser.is_connected()",
            test_2_loop="import pytest\n@pytest.mark.asyncio\nasync def test_loop(): pass",
        )
        pytester.runpytest_subprocess().assert_outcomes(passed=2)
