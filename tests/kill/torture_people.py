"""The people of the torture: what each tab of a browser does, sends, and was told.

What is sent and what is acknowledged goes line by line into a file. A process that starts on the
file of a killed one first sends again what was never confirmed, under the same key.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from api.tasks.desk import leases_out
from labeling.annotations.edit import Correction, edit_annotation
from labeling.annotations.sending import Receipt, Submission
from labeling.annotations.service import submit_and_lease
from labeling.annotations.undo import undo_annotation
from labeling.database import SYSTEM, Hub, Transaction
from labeling.errors import LabelloopError
from labeling.projects import store as project_store
from labeling.quality.service import TruthCache
from labeling.tasks import holding, leasing
from labeling.workforces import service as workforces
from tests.factories import LABELS, answer

PATIENCE_SECONDS: Final = 120
SHARED: Final = struct.Struct("qq")
"""What the parent tells all processes: how far the clock is off, and whether to stop."""
ACTIONS: Final = {
    "lease": 0.2,
    "submit": 0.48,
    "skip": 0.05,
    "flag": 0.01,
    "release": 0.03,
    "heartbeat": 0.03,
    "undo": 0.05,
    "edit": 0.05,
    "repeat": 0.06,
    "other_tab": 0.04,
}
REASONS: Final = ("unsure", "none_fits", "cannot_see", "rather_not")
ASSIGNMENT: Final = {
    "handle", "lease_n", "expires_at", "schema_version", "guideline_version", "data", "kind",
    "previous", "sent_back", "assigned",
}  # fmt: skip


class Shared:
    """Numbers in a small file that all processes of a run map into memory."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(SHARED.pack(0, 0))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), SHARED.size)

    def read(self) -> tuple[int, int]:
        """Return how many microseconds the clock is off, and whether to stop."""
        offset, stop = SHARED.unpack(self._map[:])
        return int(offset), int(stop)

    def write(self, offset: int, stop: int) -> None:
        """Tell all processes."""
        self._map[:] = SHARED.pack(offset, stop)

    def clock(self) -> int:
        """Return the time as every transaction of the run sees it; it jumps."""
        return time.time_ns() // 1_000 + self.read()[0]


class Log:
    """Lines that outlive a kill of their process; each is written whole."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def add(self, **line: Any) -> None:
        """Write one line."""
        os.write(self._file, json.dumps(line).encode() + b"\n")


def read_log(path: Path) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """Return what was sent and what it was answered, by client key; a refusal is an answer too."""
    sent: dict[str, dict[str, Any]] = {}
    acknowledged: dict[str, dict[str, Any]] = {}
    for line in path.read_text().splitlines() if path.exists() else ():
        found = json.loads(line)
        (sent if "handle" in found else acknowledged)[found.pop("key")] = found
    return sent, acknowledged


@dataclass
class World:
    """What all threads of one process share."""

    hub: Hub
    truth: TruthCache
    project_id: int
    log: Log
    shared: Shared
    acknowledged: int = 0
    errors: list[BaseException] = field(default_factory=list)

    def write(self, fn: Any) -> Any:
        """Run a write as a person's operation."""
        return self.hub.submit_write(fn, SYSTEM, urgent=True).result(PATIENCE_SECONDS)

    def is_over(self) -> bool:
        """Whether to stop, by the parent's word or because something broke."""
        return bool(self.shared.read()[1] or self.errors)

    def send(self, user_id: int, key: str, sent: dict[str, Any]) -> Receipt:
        """Send an answer, a skip, a flag or an edit, and note the receipt."""
        label = sent["label"]
        result = [] if label is None else answer(label)

        def write(tx: Transaction) -> Receipt:
            if sent["kind"] == "edit":
                own = holding.own_assignment(tx, sent["handle"], user_id)
                return edit_annotation(tx, self.truth, own, Correction(key, result))
            kind, reason = sent["kind"], sent["reason"]
            submission = Submission(sent["lease_n"], key, kind=kind, reason=reason, result=result)
            seat = holding.own_seat(tx, sent["handle"], user_id)
            return submit_and_lease(tx, self.truth, seat, submission, sent.get("next", 0))[0]

        try:
            receipt: Receipt = self.write(write)
        except LabelloopError as error:
            self.log.add(key=key, refused=error.code)
            raise
        self.log.add(
            key=key,
            revision=receipt.revision,
            paid=receipt.paid_micros,
            counted=receipt.counted,
            surplus=receipt.surplus,
        )
        self.acknowledged += 1
        return receipt


@dataclass
class Tab:
    """One tab of one person's browser."""

    world: World
    user_id: int
    rng: np.random.Generator
    held: list[dict[str, Any]] = field(default_factory=list)
    sent: list[tuple[str, dict[str, Any], Receipt]] = field(default_factory=list)

    def work(self) -> None:
        """Do things at random until the run is over; a refusal is an answer too."""
        names, chances = list(ACTIONS), list(ACTIONS.values())
        while not self.world.is_over():
            action = str(self.rng.choice(names, p=chances))
            with suppress(LabelloopError):
                getattr(self, f"_{action}")()

    def _lease(self) -> None:
        count = int(self.rng.integers(1, 6))

        def write(tx: Transaction) -> dict[str, Any]:
            project = project_store.get_or_raise(tx, self.world.project_id)
            annotator = workforces.annotator_of(tx, project.id, self.user_id)
            found = leasing.lease_tasks(tx, project, annotator, count)
            return leases_out(tx, project.id, found).model_dump(mode="json")

        found = self.world.write(write)
        self.held = found["assignments"]
        assert all(one.keys() == ASSIGNMENT for one in self.held), "a lease tells more"
        assert all(one["kind"] == "work" for one in self.held), "a lease tells what it is"
        if found["reason"] is not None:
            time.sleep(0.02)

    def _pick(self) -> dict[str, Any] | None:
        return self.held[int(self.rng.integers(len(self.held)))] if self.held else None

    def _give(self, kind: str, reason: str | None, *, handle: str, lease_n: int) -> None:
        label = str(self.rng.choice(LABELS)) if kind in {"answer", "edit"} else None
        sent = {"handle": handle, "lease_n": lease_n, "kind": kind, "reason": reason}
        sent |= {"label": label, "user": self.user_id, "next": int(self.rng.integers(0, 4))}
        key = str(uuid.uuid4())
        self.world.log.add(key=key, **sent)
        receipt = self.world.send(self.user_id, key, sent)
        self.sent = [*self.sent[-19:], (key, sent, receipt)]
        self.held = [one for one in self.held if one["handle"] != handle]

    def _submit(self, kind: str = "answer", reason: str | None = None) -> None:
        found = self._pick()
        if found is None:
            self._lease()
        else:
            self._give(kind, reason, handle=found["handle"], lease_n=found["lease_n"])

    def _skip(self) -> None:
        self._submit("skip", str(self.rng.choice(REASONS)))

    def _flag(self) -> None:
        self._submit("flag", "something is wrong")

    def _last(self) -> dict[str, Any] | None:
        return self.sent[int(self.rng.integers(len(self.sent)))][1] if self.sent else None

    def _edit(self) -> None:
        found = self._last()
        if found is not None:
            self._give("edit", None, handle=found["handle"], lease_n=1)

    def _other_tab(self) -> None:
        found = self._last()
        if found is not None:
            self._give("answer", None, handle=found["handle"], lease_n=found["lease_n"])

    def _repeat(self) -> None:
        if self.sent:
            key, sent, receipt = self.sent[int(self.rng.integers(len(self.sent)))]
            assert self.world.send(self.user_id, key, sent) == receipt, "a repeat got another reply"

    def _on_own(self, handle: str, fn: Any) -> None:
        self.world.write(lambda tx: fn(tx, holding.own_assignment(tx, handle, self.user_id)))

    def _undo(self) -> None:
        found = self._last()
        if found is not None:
            truth, key = self.world.truth, str(uuid.uuid4())
            self._on_own(found["handle"], lambda tx, own: undo_annotation(tx, truth, own, key))

    def _release(self) -> None:
        found = self._pick()
        if found is not None:
            lease_n = found["lease_n"]
            self._on_own(found["handle"], lambda tx, own: holding.release(tx, own, lease_n))

    def _heartbeat(self) -> None:
        found = self._pick()
        if found is not None:
            lease_n = found["lease_n"]
            self._on_own(found["handle"], lambda tx, own: holding.heartbeat(tx, own, lease_n))
