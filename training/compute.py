"""The compute child: one process of low priority that trains and scores, files in, files out.

Annotators never wait for a model (rule 10), so nothing heavy runs in the hub's own process. The
child knows no database. What goes over its pipes is JSON, and what is big lies in files, so no
pickle is loaded on either side. It ends when the hub ends, in whatever way.
"""

from __future__ import annotations

import asyncio
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import IO, Any, ClassVar, Final, ParamSpec, TypeVar

from labeling.errors import LabelloopError
from labeling.jobs import ProcessClosingError

P = ParamSpec("P")
T = TypeVar("T")
CHILD_MODULE: Final = "training.compute_child"
CLOSING: Final = "The hub is closing; the job goes on at the next start."
THREAD_VARIABLES: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class ComputeFailedError(LabelloopError):
    """A function raised in the compute child; `detail` names its error, the log has the trace."""

    code: ClassVar[str] = "compute-failed"
    title: ClassVar[str] = "The computation failed"
    status: ClassVar[int] = 500


class ComputeDiedError(LabelloopError):
    """The compute child ended in the middle of a call; the next call starts a new one."""

    code: ClassVar[str] = "compute-died"
    title: ClassVar[str] = "The compute process ended"
    status: ClassVar[int] = 503


@dataclass(slots=True)
class _Call:
    """One call on its way to the child."""

    request: str
    future: Future[Any]


class Compute:
    """Runs functions in the child, one after the other.

    Parameters
    ----------
    threads
        Threads that numerical libraries may use there; cores − 1 where None.

    """

    def __init__(self, threads: int | None = None) -> None:
        self._threads = threads or max(1, (os.cpu_count() or 2) - 1)
        self._calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._child: subprocess.Popen[str] | None = None
        self._closed = False
        self._starting, self._accepting = threading.Lock(), threading.Lock()
        # The kernel signals a child when the *thread* that started it ends: one thread, for life.
        self._thread = threading.Thread(target=self._serve_forever, name="compute", daemon=True)
        self._thread.start()

    def submit(self, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Queue a call and return its future.

        Parameters
        ----------
        fn
            A function at the top of a module that both sides can import.
        *args, **kwargs
            JSON values, as is what it returns; big data travel as the names of files.

        Raises
        ------
        ProcessClosingError
            The hub is closing.

        """
        name = f"{fn.__module__}:{fn.__qualname__}"
        call = _Call(json.dumps({"function": name, "args": args, "kwargs": kwargs}), Future())
        with self._accepting:  # behind the end of the queue nobody would ever answer it
            if self._closed:
                raise ProcessClosingError(CLOSING)
            self._calls.put(call)
        return call.future

    def run(self, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a call from a thread and wait; as `submit`, or :class:`ComputeFailedError`."""
        return self.submit(fn, *args, **kwargs).result()

    async def run_async(self, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a call from the event loop and wait for it."""
        return await asyncio.wrap_future(self.submit(fn, *args, **kwargs))

    def interrupt(self) -> None:
        """Break off the call that is under way: it fails with :class:`ComputeDiedError`.

        For a model that hangs; the next call starts a new child.
        """
        with self._starting:
            if self._child is not None:
                self._child.kill()

    def close(self) -> None:
        """End the child at once; a call in it fails with :class:`ProcessClosingError`."""
        with self._accepting:
            self._closed = True
            self._calls.put(None)
        with self._starting:
            if self._child is not None:
                self._child.kill()
        self._thread.join()

    def _serve_forever(self) -> None:
        while (call := self._calls.get()) is not None:
            if not call.future.set_running_or_notify_cancel():
                continue
            try:
                call.future.set_result(self._ask(call.request))
            except LabelloopError as error:
                call.future.set_exception(error)
        self._bury()

    def _ask(self, request: str) -> Any:
        child = self._living_child()
        try:
            _pipe(child.stdin).write(request + "\n")
            _pipe(child.stdin).flush()
            reply = _pipe(child.stdout).readline()
        except OSError:
            reply = ""
        if not reply:
            code = child.wait()
            if self._closed:
                raise ProcessClosingError(CLOSING)
            raise ComputeDiedError(
                f"The compute process ended with {code} in the middle of a call."
            )
        document: dict[str, Any] = json.loads(reply)
        if "error" in document:
            raise ComputeFailedError(document["error"])
        return document["result"]

    def _living_child(self) -> subprocess.Popen[str]:
        if self._child is not None and self._child.poll() is not None:
            self._bury()
        with self._starting:
            if self._closed:
                raise ProcessClosingError(CLOSING)
            self._child = self._child or self._start()
        return self._child

    def _start(self) -> subprocess.Popen[str]:
        environment = os.environ | dict.fromkeys(THREAD_VARIABLES, str(self._threads))
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
        return subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", CHILD_MODULE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def _bury(self) -> None:
        """Take leave of a child that has ended or shall end."""
        child, self._child = self._child, None
        if child is None:
            return
        with child:
            child.kill()


def _pipe(stream: IO[str] | None) -> IO[str]:
    """Return a pipe that was asked for when the child was started."""
    if stream is None:
        message = "the compute child was started without pipes"
        raise AssertionError(message)
    return stream
