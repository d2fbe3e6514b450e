"""Does what the states of auto-label runs ask for: one turn at a time, from one thread.

Every write is short and moves the run's state or position in its own transaction, so that a kill
at any instant leaves a run that goes on where it was, and nothing is done twice. Models are asked
in the compute child.
"""

from __future__ import annotations

import json
import shutil
import time
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from active_learning.certificates import labels, records, service, store
from active_learning.certificates.auditing import due_checks, open_checks
from active_learning.certificates.scoring import (
    certify_scores,
    draw_audit,
    expect,
    is_accepted,
    join_scores,
    keep_lines,
    load_scores,
    score_chunk,
    would_be_labels,
)
from active_learning.certificates.starting import begin_due
from labeling.database import Actor
from labeling.errors import LabelloopError
from labeling.failpoints import failpoint
from labeling.items import store as items
from labeling.jobs import ProcessClosingError
from labeling.projects import store as projects
from training.engines import Chunk, Chunks, Engine, Functions, InChild
from training.rows import row_for_models

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from labeling.database import Hub, Row
    from training.compute import Compute

JOB: Final = Actor("job")
FUNCTIONS: Final[Functions] = {"scores": score_chunk}
"""What engines are asked for here."""
PAGE: Final = 1_000
WRITES_A_TURN: Final = 20
"""People's requests of the same store go in between the writes; other runs between the turns."""


class Autolabels:
    """Brings every run one step further.

    Parameters
    ----------
    compute
        The child that trains: scoring a pool may take long, and nobody waits for it.
    pause_seconds
        Between two looks at what people have answered of one run's audit.
    engine
        Who asks the model about the chunks of the pool; None for ``compute``.
    """

    def __init__(
        self,
        hub: Hub,
        compute: Compute,
        data_folder: Path,
        *,
        pause_seconds: float = 0.0,
        engine: Engine | None = None,
    ) -> None:
        self.engine: Engine = engine or InChild(compute, data_folder, FUNCTIONS)
        self.hub, self.compute, self.data_folder = hub, compute, data_folder
        self.pause_seconds = pause_seconds
        self._next: dict[int, float] = {}
        self._begin_next = 0.0
        self._steps: dict[str, Callable[[Row], int]] = {
            "scoring": self._score,
            "auditing": self._audit,
            "certifying": self._certify,
            "accepting": self._accept,
            "accepted": self._watch,
            "revoking": self._revoke,
            "cancelling": self._cancel,
        }

    def turn(self) -> int:
        """Do one step of each run that has something to do; returns how much was done."""
        begun = self._begin()
        return begun + sum(self._step(run) for run in self.hub.read_now(store.at_work))

    def _begin(self) -> int:
        """Begin what the policies let the hub begin; looked at as seldom as an audit."""
        now = time.monotonic()
        if now < self._begin_next:
            return 0
        self._begin_next = now + self.pause_seconds
        return self.hub.write_now(begin_due, JOB)

    def _step(self, run: Row) -> int:
        try:
            return self._steps[run.state](run)
        except ProcessClosingError:
            raise
        except LabelloopError as error:
            # Understood, and would fail again: the run says so instead of being tried for ever.
            if run.state not in {"scoring", "certifying"}:
                raise
            detail = error.detail
            self.hub.write_now(
                lambda tx: store.move(tx, run.id, run.state, "failed", error=detail), JOB
            )
            return 1

    def _score(self, run: Row) -> int:
        """Ask the model about the whole untouched pool, and what an audit would bring."""
        place = f"scores/autolabel-run-{run.id}"
        model, class_ids = self.hub.read_now(partial(records.model_of, run=run))
        asked = model.artefact_digest, class_ids
        names = keep_lines(self.data_folder / place, self._lines(run), *asked)
        parts = [Chunk(f"{place}/{name}", (place, name, *asked)) for name in names]
        self.engine.run(Chunks(run.project_id, f"scores-{run.id}", "pool", "scores", parts))
        folder = str(self.data_folder)
        scored = self.compute.run(join_scores, folder, place, names)
        figures = self.compute.run(
            expect, folder, scored["digest"], run.audit_items, run.precision, run.delta, run.scope
        )
        shutil.rmtree(self.data_folder / place, ignore_errors=True)
        failpoint("autolabel.before_scores")
        self.hub.write_now(
            partial(records.keep_scores, run=run, scored=scored, figures=figures), JOB
        )
        return 1

    def _lines(self, run: Row) -> Iterator[dict[str, Any]]:
        project, shown = self.hub.read_now(
            lambda tx: (
                projects.get_or_raise(tx, run.project_id),
                items.visible_fields(tx, run.project_id),
            )
        )
        after = (-(2**62), 0)
        while page := self.hub.read_now(
            partial(store.pool_page, project_id=project.id, after=after, limit=PAGE)
        ):
            for row in page:
                data = row_for_models(items.read_data(row), shown)
                yield {"item_id": row.id, "data": data, "truth": None}
            after = (page[-1].shuffle, page[-1].id)
        last = 0
        while page := self.hub.read_now(
            partial(store.test_page, project=project, after=last, limit=PAGE)
        ):
            for row in page:
                data = row_for_models(items.read_data(row), shown)
                yield {"item_id": row.id, "data": data, "truth": row.class_id}
            last = page[-1].id

    def _audit(self, run: Row) -> int:
        """Draw the audit's items, open their questions, and certify once all are settled."""
        if run.position < run.audit_items:
            file = load_scores(self.data_folder, run.scores_digest)
            places = draw_audit(file.items.size, run.audit_items, run.seed)
            rows = [
                {
                    "item_id": int(file.items[place]),
                    "class_id": int(file.classes[place]),
                    "score": float(file.scores[place]),
                    "inclusion_probability": len(places) / file.items.size,
                }
                for place in places
            ]
            part = rows[run.position : run.position + PAGE]
            self.hub.write_now(partial(records.draw, run=run, part=part), JOB)
            failpoint("autolabel.part_drawn")
            return 1
        if self._rests(run):
            return 0
        opened, waiting = self._ask(run, service.CERTIFY)
        if not waiting:
            self.hub.write_now(lambda tx: store.move(tx, run.id, "auditing", "certifying"), JOB)
            return 1
        return opened

    def _certify(self, run: Row) -> int:
        """Compute what the audit shows and write the certificate, once."""
        checked = self.hub.read_now(partial(records.checked, run=run))
        found = self.compute.run(
            certify_scores,
            str(self.data_folder),
            run.scores_digest,
            checked,
            run.precision,
            run.delta,
            run.scope,
        )
        file = load_scores(self.data_folder, run.scores_digest)
        accepted = is_accepted(file, found["thresholds"])
        policy = self.hub.read_now(
            lambda tx: projects.policy_of(projects.get_or_raise(tx, run.project_id)).autolabel
        )
        look = would_be_labels(file, accepted, policy.look_items, run.seed)
        write = partial(records.keep_certificate, run=run, checked=checked, found=found, look=look)
        failpoint("autolabel.before_certificate")
        self.hub.write_now(write, JOB)
        failpoint("autolabel.after_certificate")
        return 1

    def _accept(self, run: Row) -> int:
        """Write the labels, some hundred a turn, each item once."""
        file = load_scores(self.data_folder, run.scores_digest)
        certificate = self.hub.read_now(lambda tx: store.certificate_of(tx, run.id))
        assert certificate is not None, "only certified runs are accepted"  # noqa: S101
        places = np.flatnonzero(is_accepted(file, json.loads(certificate.thresholds)))
        rows = [
            (int(file.items[place]), int(file.classes[place]), float(file.scores[place]))
            for place in places[run.position : run.position + WRITES_A_TURN * labels.ROWS].tolist()
        ]
        done = 0
        for start in range(0, len(rows), labels.ROWS):
            part = rows[start : start + labels.ROWS]
            found = self.hub.write_now(
                partial(labels.accept_part, run_id=run.id, at=run.position + start, part=part), JOB
            )
            failpoint("autolabel.part_accepted")
            if not found:
                return done + 1
            done += 1
        if run.position + len(rows) >= places.size:
            self.hub.write_now(partial(records.end, run=run, was="accepting", to="accepted"), JOB)
            return done + 1
        return done

    def _watch(self, run: Row) -> int:
        """Keep the running audit open, and renew or revoke by what it says."""
        if self._rests(run):
            return 0
        opened, _ = self._ask(run, service.RUNNING)
        evidence = self.hub.read_now(partial(records.evidence, run=run))
        if evidence is not None:
            self.hub.write_now(partial(records.judge, run=run, evidence=evidence), JOB)
        return opened

    def _rests(self, run: Row) -> bool:
        """Whether a run's audit was looked at a moment ago."""
        now = time.monotonic()
        if now < self._next.get(run.id, 0.0):
            return True
        self._next[run.id] = now + self.pause_seconds
        return False

    def _ask(self, run: Row, purpose: str) -> tuple[int, int]:
        """Open what is to be opened of an audit; return opened, and waiting for people."""
        due, waiting = self.hub.read_now(partial(due_checks, run=run, purpose=purpose))
        if not due:
            return 0, waiting
        write = partial(open_checks, run=run, purpose=purpose, due=due)
        opened = self.hub.write_now(write, JOB)
        failpoint("autolabel.checks_opened")
        return opened, waiting

    def _revoke(self, run: Row) -> int:
        """Return the items to people, some hundred a turn."""
        for done in range(WRITES_A_TURN):
            more = self.hub.write_now(partial(labels.revoke_part, run_id=run.id), JOB)
            failpoint("autolabel.part_revoked")
            if not more:
                self.hub.write_now(partial(records.end, run=run, was="revoking", to="revoked"), JOB)
                return done + 1
        return WRITES_A_TURN

    def _cancel(self, run: Row) -> int:
        return self.hub.write_now(partial(records.withdraw, run=run), JOB)
