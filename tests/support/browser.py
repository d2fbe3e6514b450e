"""The system's Chromium, driven by playwright; no browser is downloaded."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, sync_playwright

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")


class ChromiumMissingError(Exception):
    """No Chromium is on the PATH; `make test-env` installs it or says how to."""


def find_chromium() -> str:
    """Return the path of the system's Chromium.

    Raises
    ------
    ChromiumMissingError
        If none is on the PATH: the tests fail, as a skip would hide that the page is untested.
    """
    for name in NAMES:
        if found := shutil.which(name):
            return found
    message = f"none of {', '.join(NAMES)} is on the PATH; run: make test-env"
    raise ChromiumMissingError(message)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return a running Chromium; a context per test keeps the tests apart.

    Its scope is the module: playwright keeps an event loop running in the thread, in which the
    asynchronous tests of the next module could not start theirs.
    """
    # Chromium refuses to use its sandbox as root, which is who runs the tests in a container.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=arguments)
        yield chromium
        chromium.close()
