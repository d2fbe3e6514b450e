"""The closing count is true, and a run with a skip fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import tally

MARKERS = """
[pytest]
asyncio_default_fixture_loop_scope = function
markers =
    sqlite: a
    postgresql: b
    browser: c
"""


@pytest.fixture
def inner(pytester: pytest.Pytester) -> pytest.Pytester:
    """Return an inner run of pytest that uses the plugin as the outer one does."""
    pytester.makeini(MARKERS)
    pytester.makeconftest(Path(tally.__file__).read_text(encoding="utf-8"))
    return pytester


class TestTally:
    """Numbers that are printed for every run had better be right."""

    def test_tests_are_counted_by_store(self, inner: pytest.Pytester) -> None:
        """Markers and fixtures both count, and a failed test did run."""
        inner.makepyfile(
            """
            import pytest

            @pytest.fixture
            def sqlite_url(): return "x"

            def test_by_fixture(sqlite_url): pass

            @pytest.mark.sqlite
            def test_by_marker(): assert False

            @pytest.mark.browser
            def test_page(): pass
            """
        )
        result = inner.runpytest_inprocess()
        result.stdout.fnmatch_lines(["tests: 2 on SQLite, 0 on PostgreSQL, 1 in Chromium"])

    @pytest.mark.parametrize(
        "body",
        [
            "def test_x(): pytest.skip('no server')",
            "@pytest.mark.skip\ndef test_x(): pass",
            "@pytest.mark.xfail\ndef test_x(): assert False",
            "@pytest.mark.xfail\ndef test_x(): pass",
            "pytest.skip('no browser', allow_module_level=True)",
        ],
    )
    def test_a_run_with_a_skip_fails(self, inner: pytest.Pytester, body: str) -> None:
        """Skips of all kinds and expected failures end the run with status 1 and are named."""
        inner.makepyfile("import pytest\n" + body + "\ndef test_other(): pass\n")
        result = inner.runpytest_inprocess()
        assert result.ret == pytest.ExitCode.TESTS_FAILED
        result.stdout.fnmatch_lines(["FAILED * no test may skip or be expected to fail"])

    def test_a_run_without_skips_passes(self, inner: pytest.Pytester) -> None:
        """The plugin fails nothing else."""
        inner.makepyfile("def test_x(): pass")
        assert inner.runpytest_inprocess().ret == pytest.ExitCode.OK
