"""Skills and beliefs while people answer: no answer is folded twice, no consensus is lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import wait
from pathlib import Path

import numpy as np
import pytest

from labeling.annotations import service as answers
from labeling.annotations.sending import Submission
from labeling.database import SYSTEM, Hub, Row, Transaction, open_hub
from labeling.projects import store as projects
from labeling.quality import store as quality
from labeling.quality.fits import fitting
from labeling.quality.fits.compute import fit_votes
from labeling.quality.fits.fitting import FullFit
from labeling.quality.folding import fold_batch
from labeling.quality.service import TruthCache
from labeling.schema import store as schema_store
from labeling.tasks import holding
from tests import crowd
from tests.books import check_books
from tests.factories import Floor, answer

SEED = 20_260_102
PATIENCE_SECONDS = 60


@pytest.fixture
def live_hub(store_url: str) -> Iterator[Hub]:
    """Open a hub whose time runs, on each store in turn."""
    opened = open_hub(store_url)
    yield opened
    opened.close()


@pytest.fixture
def postgresql_hub(postgresql_url: str) -> Iterator[Hub]:
    """Open a hub on PostgreSQL."""
    opened = open_hub(postgresql_url)
    yield opened
    opened.close()


class TestFolding:
    """`fold_batch`, as several worker processes would run it."""

    def test_an_answer_is_folded_once_however_many_fold(self, live_hub: Hub) -> None:
        """Shows that the skills weigh as much as there are answers."""
        floor = Floor.made(live_hub, n_people=2, n_items=30, overlap_least=2, overlap_most=2)
        for _ in range(30):
            for who in range(2):
                floor.submit(who, floor.lease(who)[0])
        caches = [TruthCache() for _ in range(6)]
        futures = [
            live_hub.submit_write(
                lambda tx, cache=cache: fold_batch(tx, cache),  # type: ignore[misc]
                SYSTEM,
                urgent=True,
            )
            for cache in caches
        ]
        n_events = sum(future.result(PATIENCE_SECONDS) for future in futures)
        n_outbox = floor.value("SELECT COUNT(*) FROM outbox")
        weight = floor.value("SELECT SUM(weight) FROM annotator_skill WHERE project_id = :p")
        assert (n_events, round(weight, 6)) == (n_outbox, 60)


class TestFullFit:
    """`FullFit` beside people at work."""

    def test_no_settled_item_falls_back(self, live_hub: Hub, tmp_path: Path) -> None:
        """Shows that a fit that writes beliefs never undoes an answer that comes meanwhile."""
        floor = Floor.made(
            live_hub,
            n_people=6,
            n_items=50,
            overlap_least=2,
            overlap_most=3,
            accept_posterior=0.95,
            lease_seconds=60,
        )
        done = threading.Event()
        fit = FullFit(live_hub, floor.truth, fit_votes, tmp_path)
        fits = []

        def fit_again() -> None:
            while not done.is_set():
                live_hub.write_now(lambda tx: fold_batch(tx, floor.truth))
                fits.append(fit.run(floor.project))

        thread = threading.Thread(target=fit_again)
        thread.start()
        try:
            users = [person.user_id for person in floor.people]
            crowd.work(live_hub, floor.project_id, users, SEED, 50)
        finally:
            done.set()
            thread.join()
        assert len(fits) > 1
        check_books(live_hub, floor.project_id)

    def test_a_belief_waits_for_the_answer_that_is_being_written(self, postgresql_hub: Hub) -> None:
        """Shows that an item that is accepted at this moment is not written back to pending."""
        floor = Floor.made(postgresql_hub, n_people=2, n_items=1, overlap_least=2, overlap_most=2)
        leases = [floor.lease(who)[0] for who in range(2)]
        floor.submit(0, leases[0])
        item_id = floor.value("SELECT item_id FROM consensus")
        floor.write(self._doubt)
        written, go_on = threading.Event(), threading.Event()

        def answered(tx: Transaction) -> None:
            own = holding.own_assignment(tx, leases[1].handle, floor.people[1].user_id)
            sent = Submission(1, "the key", result=answer("a"))
            answers.submit_annotation(tx, TruthCache(), own, sent)
            written.set()
            assert go_on.wait(PATIENCE_SECONDS)

        def rebelieved(tx: Transaction) -> object:
            part = {item_id: np.array([1.0, 0.0, 0.0])}
            project = projects.get_or_raise(tx, floor.project_id)
            before = TruthCache().get(tx, project.id, project.target_question)
            return fitting._rebelieve(
                tx, project=project, before=before, cache=TruthCache(), part=part, said={}
            )

        first = postgresql_hub.submit_write(answered, SYSTEM, urgent=True)
        assert written.wait(PATIENCE_SECONDS)
        second = postgresql_hub.submit_write(rebelieved, SYSTEM, urgent=True)
        assert not wait([second], timeout=0.3).done, "it did not wait"
        go_on.set()
        first.result(PATIENCE_SECONDS)
        second.result(PATIENCE_SECONDS)
        assert floor.value("SELECT state FROM consensus") == "accepted"
        check_books(postgresql_hub, floor.project_id)

    @staticmethod
    def _doubt(tx: Transaction, project: Row) -> None:
        """Make the first person's answers worth less, so that a belief has to be rewritten."""
        question = project.target_question
        ids = tuple(schema_store.class_ids(tx, project.id, question).by_id)
        annotator = tx.value("SELECT annotator_id FROM vote")
        cells = [
            {
                "annotator_id": annotator,
                "true_class_id": true,
                "given_class_id": ids[0],
                "weight": 10.0,
            }
            for true in ids
        ]
        quality.add_skills(tx, project.id, question, cells)
