"""What runs in one process of the hub, wired once: store, caches, jobs, planner, background turns.

Nothing below `api` knows this module. Background turns are short write functions or calls into
the compute child; people's requests never wait for them (rule 10).
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, Final, ParamSpec, TypeVar

from active_learning.certificates.runner import Autolabels
from active_learning.doubts.service import Doubts
from active_learning.own_model import AskOwnModel
from active_learning.planner import Planner
from active_learning.pool import FeatureCache
from api.anchoring import Anchoring
from api.callers import KnownCallers
from api.chunk_work import ChunkWork
from api.jobs import DbosJobs, jobs_url
from api.long_work import LongWork
from api.postman import Postman
from api.settings import Settings
from labeling.annotations.doubt import reopen_doubted
from labeling.annotations.fusing import Fusing
from labeling.audit.seals.sealing import EVENTS_A_TURN, seal_next
from labeling.clock import MICROS
from labeling.database import QUIET, Actor, Hub, Notices, open_hub
from labeling.deletion.purge import Purge
from labeling.discounts import job as discounts
from labeling.gold import keeper
from labeling.gold.checks import known_items
from labeling.idempotency import store as idempotency
from labeling.items.blobs import BlobStore
from labeling.outbox import pruning
from labeling.people.store import CALLERS
from labeling.projects import store as projects
from labeling.quality.fits.compute import fit_votes
from labeling.quality.fits.fitting import FullFit
from labeling.quality.folding import fold_batch
from labeling.quality.service import TruthCache
from labeling.quality.structured.compute import Given, fit_skills, fuse_items
from labeling.quality.structured.fitting import SkillFit
from labeling.review import opening
from labeling.tasks import holding, tiers
from labeling.tasks import service as tasks
from labeling.tasks.personal import service as personal
from training.compute import Compute
from training.deployments.predictor import Predictor
from training.workflows import release, triggers
from training.workflows.release import ReleasePorts, release_workflow

P = ParamSpec("P")
T = TypeVar("T")
LOG = logging.getLogger(__name__)
JOB: Final = Actor("job")
IDLE_SECONDS: Final = 0.25
"""Pause of a background turn that found nothing to do; then it waits for a change."""
SWEEP_SECONDS: Final = 1.0
LONGEST_SECONDS: Final = {"sqlite": 5.0, "postgresql": 1.0}
"""After so long a turn looks without a change: on PostgreSQL other processes write too."""
PRUNE_SECONDS: Final = 600.0
CLOSE_SECONDS: Final = 15.0
"""How long one part may take to close; jobs wait 10 s for the step that runs."""
AUDIT_SECONDS: Final = 5.0
"""How often the audits of auto-labels are looked at."""
HASHES_AT_ONCE: Final = 2
"""Passwords hashed or compared at the same time; each takes 32 MiB and a core."""


def _quietly(turn: Callable[[], int]) -> int:
    """Run a turn in a context of its own, so that it wakes no other while it finds nothing."""
    QUIET.set(True)
    return turn()


class Runtime:
    """The parts of one process; `start` and `close` frame its life.

    Parameters
    ----------
    settings
        Where everything lies, and whether this process also plans, trains and releases.

    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.data_dir = settings.data_dir.resolve()
        self.hub: Hub = open_hub(settings.resolved_database_url)
        self.truth = TruthCache()
        self.callers = KnownCallers()
        self.hashing = asyncio.Semaphore(HASHES_AT_ONCE)
        self.blobs = BlobStore(self.data_dir / "blobs")
        # A child for each, so that neither the next question nor a prediction waits for a training.
        self.training, self.selecting, self.serving = Compute(), Compute(), Compute(threads=1)
        self.measuring, self.combining = Compute(threads=1), Compute(threads=1)
        self.jobs = DbosJobs(
            jobs_url(settings.resolved_database_url, self.data_dir),
            is_worker=settings.worker,
        )
        self.chunks = ChunkWork(self.hub, settings)
        self.planner = Planner(
            self.hub, self.selecting, self.data_dir, self.truth, self.chunks.engine
        )
        seen = FeatureCache(self.hub, self.measuring, self.data_dir, "doubts")
        self.doubts = Doubts(self.hub, self.measuring, seen)
        self.predictor = Predictor(self.hub, self.serving, self.data_dir)
        self.closing = asyncio.Event()
        self.long_work = LongWork(self.hub, settings, self.predictor, self.truth)
        self.postman = Postman(self.hub, settings)
        self._notices = Notices(self.hub, CALLERS, self.callers.forget)
        self.full_fit = FullFit(
            self.hub,
            self.truth,
            self._fit,
            self.data_dir / "scores",
            reopen_doubted,
            known_items,
            AskOwnModel(
                self.hub,
                self.measuring,
                FeatureCache(self.hub, self.measuring, self.data_dir, "fits"),
            ),
        )
        self.skill_fit = SkillFit(
            self.hub,
            self.truth,
            lambda question, file: self.combining.run(fit_skills, question, file),
            self.data_dir / "scores",
        )
        # A fold between a fit's new skills and its new contributions would count votes twice.
        self._skills = threading.Lock()
        self._turns: list[asyncio.Task[None]] = []

    async def in_thread(self, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a blocking function that is neither SQL nor heavy (a file) beside the event loop."""
        return await asyncio.to_thread(fn, *args, **kwargs)

    async def start(self) -> None:
        """Take up what a killed process left and begin the background turns."""
        ports = ReleasePorts(self.hub, self.training, self.data_dir, tasks.open_test_tasks)
        self.jobs.register(release.NAME, release_workflow(ports))
        self.jobs.register(discounts.NAME, discounts.discount_workflow(self.hub, self.truth))
        self.jobs.register(triggers.SCHEDULED, triggers.scheduled_workflow(self.hub))
        await asyncio.to_thread(self.jobs.launch)
        await asyncio.to_thread(self.long_work.start)
        self._notices.start()
        if not self.settings.worker:
            return
        self.chunks.start()
        purge = Purge(self.hub, self.data_dir)
        fusing = Fusing(self.hub, self.truth, self._combine)
        starter = triggers.Starter(self.hub, self.jobs)
        discounting = discounts.Starter(self.hub, self.jobs)
        autolabels = Autolabels(
            self.hub,
            self.training,
            self.data_dir,
            pause_seconds=AUDIT_SECONDS,
            engine=self.chunks.engine,
        )
        await asyncio.to_thread(starter.schedule_all)
        self._turns = [
            asyncio.create_task(self._repeat("expiry", SWEEP_SECONDS, self._sweep, SWEEP_SECONDS)),
            asyncio.create_task(self._repeat("gold", SWEEP_SECONDS, self._keep_gold)),
            asyncio.create_task(self._repeat("needs", SWEEP_SECONDS, self._compile_needs)),
            asyncio.create_task(self._repeat("skills", IDLE_SECONDS, self._fold)),
            asyncio.create_task(self._repeat("combining", IDLE_SECONDS, fusing.turn)),
            asyncio.create_task(self._repeat("reviews", IDLE_SECONDS, self._open_reviews)),
            asyncio.create_task(self._repeat("full fit", SWEEP_SECONDS, self._fit_due)),
            asyncio.create_task(self._repeat("planner", IDLE_SECONDS, self.planner.run_due)),
            asyncio.create_task(self._repeat("releases", IDLE_SECONDS, starter.turn)),
            asyncio.create_task(self._repeat("discounts", IDLE_SECONDS, discounting.turn)),
            asyncio.create_task(self._repeat("autolabels", SWEEP_SECONDS, autolabels.turn)),
            asyncio.create_task(self._repeat("seals", SWEEP_SECONDS, self._seal)),
            asyncio.create_task(self._repeat("pruning", PRUNE_SECONDS, self._prune, PRUNE_SECONDS)),
            asyncio.create_task(self._repeat("letters", SWEEP_SECONDS, self.postman.turn)),
            asyncio.create_task(self._repeat("purge", SWEEP_SECONDS, purge.turn)),
        ]
        anchoring = Anchoring(self.hub, self.settings)
        if anchoring.is_wanted:
            every = self.settings.audit_anchor_seconds
            self._turns.append(
                asyncio.create_task(self._repeat("anchor", every, anchoring.turn, every))
            )

    async def close(self) -> None:
        """End the background turns, the compute children, the jobs and the store, in that order.

        Each step has a limit, so that one which hangs keeps neither the others nor the process.
        """
        self.closing.set()
        self.chunks.interrupt()
        for turn in self._turns:
            turn.cancel()
        for child in (
            self.training,
            self.selecting,
            self.serving,
            self.measuring,
            self.combining,
        ):
            await self._within("a compute child", child.close)
        for turn in self._turns:
            with suppress(asyncio.CancelledError):
                await turn
        await self._within("chunks", self.chunks.close)
        await self._within("long work", self.long_work.close)
        await self._within("the notices", self._notices.close)
        await self._within("the jobs", self.jobs.close)
        await self._within("the store", self.hub.close)

    async def _within(self, name: str, close: Callable[[], None]) -> None:
        try:
            await asyncio.wait_for(asyncio.to_thread(close), CLOSE_SECONDS)
        except TimeoutError:
            LOG.warning("%s did not close within %.0f s; it is left behind", name, CLOSE_SECONDS)
        except Exception:
            LOG.exception("%s could not be closed", name)

    async def _repeat(
        self,
        name: str,
        idle_seconds: float,
        turn: Callable[[], int],
        longest_seconds: float | None = None,
    ) -> None:
        """Run a blocking turn again and again; an error is logged, and the next turn tries anew.

        One that found nothing to do rests until something changes, `longest_seconds` at most.
        """
        longest = longest_seconds or LONGEST_SECONDS[self.hub.dialect]
        while True:
            seen, done = self.hub.changes, 0
            try:
                done = await asyncio.to_thread(_quietly, turn)
            except Exception:
                LOG.exception("the background turn %r failed; it is tried again", name)
                await asyncio.sleep(SWEEP_SECONDS)
            self.hub.changes += done > 0
            if not done:
                await self._rest(seen, idle_seconds, longest)

    async def _rest(self, seen: int, idle_seconds: float, longest_seconds: float) -> None:
        """Wait a little, then until something has changed since `seen`, or for the longest time."""
        for _ in range(max(round(longest_seconds / idle_seconds), 1)):
            await asyncio.sleep(idle_seconds)
            if self.hub.changes != seen:
                return

    def _sweep(self) -> int:
        expired = self.hub.write_now(holding.expire_overdue, JOB)
        expired += self.hub.write_now(personal.end_due, JOB)
        return expired + self.hub.write_now(holding.close_late_windows, JOB)

    def _prune(self) -> int:
        """Drop what nobody needs any more: events that all have read, kept replies."""
        kept_for = self.settings.outbox_days * 86_400 * MICROS
        pruned = self.hub.write_now(lambda tx: pruning.prune(tx, tx.now - kept_for), JOB)
        return pruned + self.hub.write_now(idempotency.drop_expired, JOB)

    def _seal(self) -> int:
        """Seal what came in the last second; at once again only where more waits."""
        sealed = seal_next(self.hub, JOB)
        return sealed if sealed >= EVENTS_A_TURN else 0

    def _keep_gold(self) -> int:
        return self.hub.write_now(keeper.turn, JOB)

    def _compile_needs(self) -> int:
        """Note what items need whose project names a field for it."""
        found = self.hub.read_now(lambda tx: projects.list_after(tx, 0, 1_000))
        due = [row for row in found if tiers.has_needs(projects.policy_of(row).routing)]
        return sum(
            self.hub.write_now(partial(tiers.compile_items, project=row), JOB) for row in due
        )

    def _fold(self) -> int:
        with self._skills:
            return self.hub.write_now(lambda tx: fold_batch(tx, self.truth), JOB)

    def _open_reviews(self) -> int:
        return self.hub.write_now(opening.open_due, JOB)

    def _combine(
        self,
        question: dict[str, Any],
        items: list[tuple[int, list[Given]]],
        skills: list[tuple[int, float]],
        learned: dict[str, Any] | None,
    ) -> list[tuple[int, list[dict[str, Any]], float]]:
        return self.combining.run(fuse_items, question, items, skills, learned)

    def _fit(self, votes_file: str, fitted_file: str) -> int:
        return self.selecting.run(fit_votes, votes_file, fitted_file)

    def _fit_due(self) -> int:
        found = self.hub.read_now(lambda tx: projects.list_after(tx, 0, 1_000))
        due = [project for project in found if self.full_fit.is_due(project)]
        for project in due:
            is_fused = self.skill_fit.is_for(project)
            priors = None if is_fused else self.full_fit.ask_model(project)
            with self._skills:
                if is_fused:
                    self.skill_fit.run(project)
                else:
                    self.full_fit.run(project, priors)
        return len(due)
