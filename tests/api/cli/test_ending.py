"""The end of a process: nothing that hangs keeps it."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[3]
PATIENCE_SECONDS: Final = 60


def ended(body: str) -> subprocess.CompletedProcess[str]:
    """Run a small program that ends through `end_process`."""
    program = "import threading\nfrom api.cli.ending import end_process\n" + textwrap.dedent(body)
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


class TestEndProcess:
    """`end_process`."""

    def test_a_thread_that_never_ends_does_not_keep_it(self) -> None:
        """The log names the thread and where it is, and the exit code is the command's."""
        found = ended(
            """
            def stuck():
                threading.Event().wait()
            threading.Thread(target=stuck, name="stuck one").start()
            print("done", end="")
            end_process(7, patience_seconds=0.2)
            """
        )
        assert found.returncode == 7
        assert found.stdout == "done"
        assert "the thread 'stuck one' still runs" in found.stderr
        assert "stuck (<string>" in found.stderr

    def test_a_thread_that_ends_is_waited_for(self) -> None:
        """What it still does is done, and nothing is logged."""
        found = ended(
            """
            go = threading.Event()
            threading.Thread(target=lambda: (go.wait(), print("finished"))).start()
            threading.Timer(0.05, go.set).start()
            end_process(0)
            """
        )
        assert (found.returncode, found.stdout, found.stderr) == (0, "finished\n", "")
