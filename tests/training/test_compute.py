"""The compute child: JSON in and out, one child, which never outlives its hub."""

from __future__ import annotations

import math
import operator
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from labeling.jobs import ProcessClosingError
from training.compute import Compute, ComputeDiedError, ComputeFailedError
from training.compute_child import NICENESS

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 60
PROGRAM = """
import os, sys, time
from training.compute import Compute
compute = Compute()
print(compute.run(os.getpid), flush=True)
if sys.argv[1] == "busy":
    compute.submit(time.sleep, 600)
time.sleep(600)
"""


@pytest.fixture
def compute() -> Iterator[Compute]:
    """Start no child before it is needed; end it afterwards."""
    opened = Compute(threads=1)
    yield opened
    opened.close()


def wait_until_gone(pid: int, seconds: float = 10) -> bool:
    """Wait for a process to end; one that nobody has reaped yet has ended too."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.02)
    return False


class TestRun:
    """`Compute.run` and `run_async`."""

    def test_a_result_comes_back_from_another_process(self, compute: Compute) -> None:
        """Shows that nothing is computed in the hub's own process."""
        assert compute.run(operator.add, 2, 3) == 5
        assert compute.run(os.getpid) != os.getpid()

    def test_all_calls_share_one_child(self, compute: Compute) -> None:
        """Shows that libraries are imported once, not once a call."""
        assert compute.run(os.getpid) == compute.run(os.getpid)

    def test_the_child_gives_way_to_the_hub(self, compute: Compute) -> None:
        """Shows that annotators' requests come first on a busy machine (rule 10)."""
        assert compute.run(os.nice, 0) - os.nice(0) == NICENESS

    def test_numerical_libraries_get_the_threads_they_may_use(self, compute: Compute) -> None:
        """Shows that one core stays free."""
        assert compute.run(os.getenv, "OMP_NUM_THREADS") == "1"

    async def test_the_event_loop_can_wait_for_a_result(self, compute: Compute) -> None:
        """Shows the twin for endpoints."""
        assert await compute.run_async(operator.mul, 6, 7) == 42

    def test_an_error_there_is_an_error_here(self, compute: Compute) -> None:
        """Shows that the caller learns what went wrong, and the next call works."""
        with pytest.raises(ComputeFailedError, match="ValueError"):
            compute.run(math.sqrt, -1)
        assert compute.run(math.sqrt, 4) == 2

    def test_a_result_that_is_no_json_is_an_error(self, compute: Compute) -> None:
        """Shows that big or strange values cannot slip over the pipe: they go into files."""
        with pytest.raises(ComputeFailedError, match="TypeError"):
            compute.run(operator.itemgetter, 1)

    def test_what_a_library_prints_does_not_disturb_a_reply(self, compute: Compute) -> None:
        """Shows that standard output is not the reply's channel."""
        compute.run(print, "a line that is no reply")
        assert compute.run(operator.add, 1, 1) == 2


class TestDeath:
    """What happens when one of the two is killed."""

    def test_a_killed_child_is_a_clear_error_and_the_next_call_works(
        self, compute: Compute
    ) -> None:
        """Shows that the out-of-memory killer ends one call, not the hub's ability to compute."""
        pid = compute.run(os.getpid)
        waiting = compute.submit(time.sleep, 60)
        time.sleep(0.5)  # until the call is in the child
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(ComputeDiedError, match="-9"):
            waiting.result(timeout=10)
        assert compute.run(os.getpid) != pid

    def test_a_child_killed_while_idle_is_replaced_in_silence(self, compute: Compute) -> None:
        """Shows that no caller pays for a child that died between two calls."""
        pid = compute.run(os.getpid)
        os.kill(pid, signal.SIGKILL)
        assert wait_until_gone(pid)
        assert compute.run(os.getpid) != pid

    def test_closing_ends_a_call_that_runs(self) -> None:
        """Shows that a hub stops at once, whatever is being trained."""
        compute = Compute()
        pid = compute.run(os.getpid)
        waiting = compute.submit(time.sleep, 60)
        compute.close()
        with pytest.raises(ProcessClosingError):
            waiting.result(timeout=10)
        with pytest.raises(ProcessClosingError):
            compute.run(os.getpid)
        assert wait_until_gone(pid)

    @pytest.mark.parametrize("state", ["idle", "busy"])
    def test_the_child_dies_with_its_hub(self, state: str) -> None:
        """Shows that after a kill -9 of the hub nothing is left running."""
        command = [sys.executable, "-c", PROGRAM, state]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as hub:
            assert hub.stdout is not None
            pid = int(hub.stdout.readline())
            time.sleep(0.2)
            hub.kill()
        assert wait_until_gone(pid)


class SlowQueue(queue.SimpleQueue[Any]):
    """A queue that calls enter only when they are let in."""

    def __init__(self) -> None:
        self.entered, self.go = threading.Event(), threading.Event()

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:  # noqa: FBT001, FBT002 - its signature
        """Let the end in at once, a call when it may."""
        if item is not None:
            self.entered.set()
            assert self.go.wait(PATIENCE_SECONDS)
        super().put(item, block, timeout)


class TestClose:
    """`close` beside a call that is just being made."""

    def test_no_call_is_left_without_an_answer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A call on its way into the queue comes before its end; nobody waits for ever."""
        calls = SlowQueue()
        with monkeypatch.context() as patched:
            patched.setattr("training.compute.queue.SimpleQueue", lambda: calls)
            compute = Compute()
        with ThreadPoolExecutor(2) as threads:
            asked = threads.submit(compute.run, os.getpid)
            assert calls.entered.wait(PATIENCE_SECONDS)
            closed = threads.submit(compute.close)
            calls.go.set()
            closed.result(PATIENCE_SECONDS)
            error = asked.exception(PATIENCE_SECONDS)
        assert error is None or isinstance(error, ProcessClosingError)
        with pytest.raises(ProcessClosingError):
            compute.submit(os.getpid)
