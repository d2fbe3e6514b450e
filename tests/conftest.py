"""Fixtures for every test; see the modules of tests/support."""

pytest_plugins = [
    "pytester",
    "tests.support.stores",
    "tests.support.hubs",
    "tests.support.doors",
    "tests.support.browser",
    "tests.support.tally",
]
