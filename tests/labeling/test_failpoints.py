"""A failpoint kills where the environment says so, and nowhere else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAM = """
from labeling.failpoints import failpoint
failpoint("other.point")
failpoint("this.point")
print("first", flush=True)
failpoint("this.point")
print("second", flush=True)
"""


def run(setting: str | None) -> subprocess.CompletedProcess[str]:
    """Run the program under a failpoint."""
    environment = {key: value for key, value in os.environ.items() if "FAILPOINT" not in key}
    if setting is not None:
        environment["LABELLOOP_FAILPOINT"] = setting
    command = [sys.executable, "-c", PROGRAM]
    return subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )


class TestFailpoint:
    """`failpoint(name)`."""

    def test_it_does_nothing_unless_the_environment_names_it(self) -> None:
        """Shows that a hub in use runs through every point."""
        done = run(None)
        assert (done.returncode, done.stdout) == (0, "first\nsecond\n")

    def test_it_kills_at_the_first_visit_of_its_name(self) -> None:
        """Shows that the process gets no chance to clean up, and other points do not fire."""
        done = run("this.point")
        assert (done.returncode, done.stdout) == (-signal.SIGKILL, "")

    def test_it_kills_at_the_visit_that_is_asked_for(self) -> None:
        """Shows that the count after the colon lets earlier visits pass."""
        done = run("this.point:2")
        assert (done.returncode, done.stdout) == (-signal.SIGKILL, "first\n")
