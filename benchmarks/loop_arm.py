"""One project of the loop benchmark, labelled to the end of its budget in simulated time.

The hub is the real one (store, queue, leases, answers, truth, planner, compute child, work orders)
but for HTTP, jobs and releases: people are served in the order of a simulated clock, background
turns run between answers, and a round is there at once. So a run depends on its seed alone.
"""

from __future__ import annotations

import heapq
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from active_learning.own_model import AskOwnModel
from active_learning.planner import Planner
from active_learning.pool import FeatureCache
from active_learning.rounds import store as rounds
from api.demo.digits import CLASSES, Digits
from api.demo.eyes import Eyes
from api.demo.options import Plan
from api.demo.people import CROWD, IN_HOUSE, VENDOR, WORKFORCES, SimulatedPerson, people_of
from api.demo.vendor_process import judge_order
from benchmarks.loop_accuracy import Accuracy, ArmResult, Point, accuracy_of, salt_of, splits
from labeling.annotations.sending import Submission
from labeling.annotations.service import submit_annotation
from labeling.database import SYSTEM, Hub, Row, Transaction
from labeling.errors import BudgetSpentError, ConflictError
from labeling.exchange.work_orders import service as work_orders
from labeling.exchange.work_orders.order_files import order_file
from labeling.exchange.work_orders.returns import import_return
from labeling.items import service as items
from labeling.items import store as item_store
from labeling.items.blobs import BlobStore
from labeling.people import service as people
from labeling.projects import service as projects
from labeling.projects import store as project_store
from labeling.quality import store as quality
from labeling.quality.fits.compute import fit_votes
from labeling.quality.fits.fitting import FullFit
from labeling.quality.folding import fold_batch
from labeling.quality.service import TruthCache
from labeling.schema import store as schema_store
from labeling.schema.answers import choices_result
from labeling.schema.label_config import choices_config
from labeling.tasks import holding, leasing
from labeling.workforces import service as workforces
from training.compute import Compute

FOLD_EVERY = 8
"""Answers between two turns that fold skills: what a second brings."""
POINTS = 24
"""Points of a curve, at equal steps of money."""
PICTURES_A_WRITE = 500


@dataclass(slots=True)
class _Seat:
    """A person at work, and when they are free again."""

    user_id: int
    eyes: Eyes
    seconds: float
    rng: np.random.Generator


class Arm:
    """A project and everybody who works at it.

    Parameters
    ----------
    hub, compute, folder
        The store, the compute child, the data folder.
    digits, plan
        The pictures with their truth, and how much is spent.
    strategy, seed
        The strategy of this arm; the seed makes people, splits and pace.

    """

    def __init__(
        self,
        hub: Hub,
        compute: Compute,
        folder: Path,
        digits: Digits,
        plan: Plan,
        strategy: str,
        seed: int,
    ) -> None:
        self.hub, self.compute, self.folder = hub, compute, folder
        self.digits, self.plan, self.seed = digits, plan, seed
        self.drawn = splits(digits, seed)
        self.truth = TruthCache()
        self.blobs = BlobStore(folder / "blobs")
        self.planner = Planner(hub, compute, folder)
        self.full_fit = FullFit(
            hub,
            self.truth,
            self._fit,
            folder / "scores",
            own_model=AskOwnModel(hub, compute, FeatureCache(hub, compute, folder, "answered")),
        )
        self.slug = f"digits-{strategy.replace('_', '-')}-{seed}"
        self.project_id = self._create(strategy)
        self._import()
        self.seats = list(self._seats())
        self.orders = list(plan.orders)
        self.result = ArmResult()

    def _fit(self, votes_file: str, fitted_file: str) -> int:
        return self.compute.run(fit_votes, votes_file, fitted_file)

    def _create(self, strategy: str) -> int:
        new = projects.NewProject(
            slug=self.slug,
            title="Digits",
            label_config=choices_config(CLASSES, "picture", "picture"),
            policy=self.plan.policy(strategy),
            budget_micros=self.plan.budget_micros,
            is_simulated=True,
            split_salt=salt_of(self.seed),
        )
        shown = items.Field("picture", "picture", ("annotator",))

        def write(tx: Transaction) -> int:
            project_id = projects.create_project(tx, new)
            items.declare_fields(tx, project_id, [shown])
            for workforce in WORKFORCES:
                workforces.create_workforce(
                    tx,
                    project_id,
                    name=workforce.name,
                    kind=workforce.kind,
                    price_micros=workforce.price_micros,
                    is_simulated=True,
                )
            return project_id

        return self.hub.write_now(write)

    def _import(self) -> None:
        rows = [
            items.NewItem({"picture": {"blob": self.blobs.write(file), "mime": "image/png"}}, key)
            for key, file in zip(self.digits.keys(), self.digits.files, strict=True)
        ]
        for start in range(0, len(rows), PICTURES_A_WRITE):
            part = rows[start : start + PICTURES_A_WRITE]
            self.hub.write_now(partial(self._import_part, part))

    def _import_part(self, part: list[items.NewItem], tx: Transaction) -> None:
        items.import_items(tx, self._project(tx), part)

    def _project(self, tx: Transaction) -> Row:
        return project_store.get_or_raise(tx, self.project_id)

    def _seats(self) -> Iterator[_Seat]:
        for workforce in (IN_HOUSE, CROWD):
            for person in people_of(workforce, self.seed):
                user_id = self.hub.write_now(partial(self._seat, person))
                eyes = Eyes(person.sight, self.digits.ink, self.digits.truth, person.seed)
                rng = np.random.default_rng([person.seed, 1])
                yield _Seat(user_id, eyes, person.seconds, rng)

    def _seat(self, person: SimulatedPerson, tx: Transaction) -> int:
        user_id = people.create_user(tx, person.name)
        people.give_role(tx, self.project_id, user_id, "annotator")
        workforces.seat_person(tx, self.project_id, user_id, person.workforce)
        return user_id

    def run(self) -> ArmResult:
        """Spend the budget."""
        self.planner.run_due()
        queue = [(seat.seconds, place) for place, seat in enumerate(self.seats)]
        heapq.heapify(queue)
        measured = 0
        while queue:
            now, place = heapq.heappop(queue)
            seat = self.seats[place]
            if not self._answer(seat):
                continue  # no money is left for this price, or nothing for this person
            pace = float(np.exp(0.3 * seat.rng.normal()))
            heapq.heappush(queue, (now + seat.seconds * pace, place))
            self._between()
            spent = self.hub.read_now(lambda tx: project_store.spent(tx, self.project_id))
            step = spent * POINTS // self.plan.budget_micros
            if step > measured:
                measured = step
                self.result.points.append(self._measure(spent))
        self._finish()
        return self.result

    def _answer(self, seat: _Seat) -> bool:
        """Lease one task, look, submit; False where there was none."""

        def lease(tx: Transaction) -> list[Row]:
            annotator = workforces.annotator_of(tx, self.project_id, seat.user_id)
            return leasing.lease_tasks(tx, self._project(tx), annotator, 1).held

        held = self.hub.write_now(lease)
        if not held:
            return False
        blob = item_store.read_data(held[0])["picture"]["blob"]
        label = seat.eyes.read(self.blobs.read(blob))

        def submit(tx: Transaction) -> None:
            question = schema_store.get_schema(tx, self.project_id, 1).questions[0]
            sent = Submission(
                lease_n=held[0].lease_n,
                client_key=str(uuid.uuid4()),
                kind="skip" if label is None else "answer",
                reason="unsure" if label is None else None,
                result=[] if label is None else choices_result(question, label),
            )
            assignment = holding.own_assignment(tx, held[0].handle, seat.user_id)
            submit_annotation(tx, self.truth, assignment, sent)

        self.hub.write_now(submit)
        self.result.answers += label is not None
        return True

    def _between(self) -> None:
        """Run the background turns that are due."""
        if self.result.answers % FOLD_EVERY == 0:
            self.hub.write_now(lambda tx: fold_batch(tx, self.truth))
        project = self.hub.read_now(self._project)
        if self.full_fit.is_due(project):
            self.full_fit.run(project, self.full_fit.ask_model(project))
        budget = self.hub.read_now(lambda tx: project_store.get_budget(tx, self.project_id))
        placed = len(self.plan.orders) - len(self.orders)
        share = placed / (len(self.plan.orders) + 1)
        if self.orders and budget.committed_micros >= share * self.plan.budget_micros:
            self._order(project, self.orders.pop(0))
        self.planner.run_due()

    def _order(self, project: Row, n_items: int) -> None:
        """Send a work order to the vendor and take its file back."""
        new = work_orders.NewOrder(VENDOR.name, n_items, test_share=1.0)
        try:
            order = self.hub.write_now(lambda tx: work_orders.place_order(tx, project, new))
        except (BudgetSpentError, ConflictError):
            return
        text = "".join(order_file(self.hub, self.blobs, project, order.n))
        workers = {
            person.name: Eyes(person.sight, self.digits.ink, self.digits.truth, person.seed)
            for person in people_of(VENDOR, self.seed)
        }
        payload = judge_order(text, workers).encode()
        report = import_return(self.hub, self.truth, project, order.n, payload, SYSTEM)
        self.result.answers += report["accepted"]["count"]

    def _measure(self, spent: int) -> Point:
        """Train on what the hub believes now and judge the model on all items' truth."""
        found = self._accuracy()
        return Point(spent, self.result.answers, found.everywhere, found.held_out)

    def _accuracy(self) -> Accuracy:
        labelled = self.hub.read_now(lambda tx: list(rounds.labelled(tx, self._project(tx))))
        keys = self.hub.read_now(
            lambda tx: schema_store.class_ids(tx, self.project_id, "label")
        ).by_id
        labels = np.array([int(keys[row.class_id]) for row in labelled], dtype=np.int64)
        places = np.array([row.seq - 1 for row in labelled], dtype=np.int64)
        weights = np.array([row.confidence for row in labelled], dtype=np.float64)
        return accuracy_of(self.digits, self.drawn, places, labels, weights)

    def _finish(self) -> None:
        """Judge the labels that the hub accepted, and the majority on the same items."""

        def read(tx: Transaction) -> tuple[int, int, int, int]:
            keys = schema_store.class_ids(tx, self.project_id, "label").by_id
            truth = self.digits.truth_by_key()
            right = majority = n = 0
            for split in ("train", "test"):
                for row in quality.settled(tx, self.project_id, "label", split):
                    n += 1
                    right += keys[row.class_id] == truth[row.key]
                    majority += keys[row.majority_class_id] == truth[row.key]
            return n, right, majority, project_store.spent(tx, self.project_id)

        n, right, majority, spent = self.hub.read_now(read)
        self.result.labels = n
        self.result.consensus_accuracy = right / n if n else 0.0
        self.result.majority_accuracy = majority / n if n else 0.0
        self.result.spend_micros = spent
