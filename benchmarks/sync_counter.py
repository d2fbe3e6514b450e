"""Counts SQLite's fsyncs where they are made: in its file layer (VFS), by a wrapped `xSync`.

Works without a compiler, a tracer or a privilege: SQLite offers the layer and ctypes reaches it.
Each call counted here is one `fdatasync` of the default layer underneath; the directory of a file
that is new is synced besides, which this does not count (strace shows the difference at set-up).
Source:
https://sqlite.org/c3ref/vfs.html and https://sqlite.org/c3ref/io_methods.html.
"""

from __future__ import annotations

import _sqlite3
import ctypes
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

FAILED: Final = 1034
"""SQLITE_IOERR_FSYNC: what `xSync` returns when the disk did not keep the data."""
_N_METHODS: Final = 18
_SYNC: Final = 4
_OpenFunction = ctypes.CFUNCTYPE(
    ctypes.c_int,
    ctypes.c_void_p,
    ctypes.c_void_p,
    ctypes.c_void_p,
    ctypes.c_int,
    ctypes.POINTER(ctypes.c_int),
)
_SyncFunction = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)


class _Vfs(ctypes.Structure):
    _fields_ = (
        ("version", ctypes.c_int),
        ("file_size", ctypes.c_int),
        ("path_size", ctypes.c_int),
        ("next", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("data", ctypes.c_void_p),
        ("open", ctypes.c_void_p),
        ("others", ctypes.c_void_p * 15),
    )


class _Methods(ctypes.Structure):
    _fields_ = (("version", ctypes.c_int), ("functions", ctypes.c_void_p * _N_METHODS))


@dataclass
class Syncs:
    """What was counted.

    Attributes
    ----------
    count
        Syncs that reached the disk since the counter began.
    before
        Called before every sync, in the thread that syncs; False lets the sync fail.

    """

    count: int = 0
    before: Callable[[], bool] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def allows(self) -> bool:
        """Count one sync, unless `before` lets it fail."""
        if self.before is not None and not self.before():
            return False
        with self._lock:
            self.count += 1
        return True


@contextmanager
def counted_syncs() -> Iterator[Syncs]:
    """Count the syncs of every SQLite file that this process opens inside the block.

    Connections that are opened inside must be closed inside.
    """
    # The module's handle also finds what it links to, so both kinds of build are covered.
    library = ctypes.CDLL(_sqlite3.__file__)
    library.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
    default = library.sqlite3_vfs_find(None)
    syncs = Syncs()
    counting, alive = _counting(default, syncs)
    library.sqlite3_vfs_register(ctypes.byref(counting), 1)
    try:
        yield syncs
    finally:
        library.sqlite3_vfs_unregister(ctypes.byref(counting))
        library.sqlite3_vfs_register(default, 1)
        alive.clear()


def _counting(default: Any, syncs: Syncs) -> tuple[_Vfs, list[Any]]:
    """Return the default layer with counted syncs, and what must stay alive with it."""
    alive: list[Any] = []
    methods: dict[int, _Methods] = {}
    open_default = _OpenFunction(default.contents.open)

    def open_file(_: int, name: int, file: int, flags: int, out: Any) -> int:
        # The default layer gets its own address, and the name by the address that it will keep.
        found = int(open_default(ctypes.addressof(default.contents), name, file, flags, out))
        pointer = ctypes.c_void_p.from_address(file)
        if found == 0 and pointer.value:
            if pointer.value not in methods:
                methods[pointer.value] = _with_counted_sync(pointer.value, syncs, alive)
            pointer.value = ctypes.addressof(methods[pointer.value])
        return found

    copy = _Vfs.from_buffer_copy(default.contents)
    callback = _OpenFunction(open_file)
    copy.open, copy.name = ctypes.cast(callback, ctypes.c_void_p).value, b"labelloop-counted"
    alive += [callback, methods]
    return copy, alive


def _with_counted_sync(address: int, syncs: Syncs, alive: list[Any]) -> _Methods:
    copy = _Methods.from_buffer_copy(_Methods.from_address(address))
    original = _SyncFunction(copy.functions[_SYNC])

    def sync(file: int, flags: int) -> int:
        return int(original(file, flags)) if syncs.allows() else FAILED

    callback = _SyncFunction(sync)
    copy.functions[_SYNC] = ctypes.cast(callback, ctypes.c_void_p).value
    alive.append(callback)
    return copy
