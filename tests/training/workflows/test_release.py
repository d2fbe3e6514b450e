"""The release chain from consensus to deployment, on real jobs, a real child and both stores."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from pathlib import Path

import pytest

from labeling.database import Hub
from labeling.errors import ConflictError
from labeling.items.blobs import BlobStore
from labeling.items.service import Field
from labeling.jobs import JobState
from labeling.projects.service import change_policy
from tests.training.factories import (
    PICTURES,
    READERS,
    Made,
    accept,
    make_items,
    make_pictures,
    make_project,
)
from tests.training.workflows.chain import PERSON, Chain, open_chain
from training.compute import Compute
from training.deployments import service as deployments
from training.deployments.predictor import Predictor
from training.gates import store as gates
from training.registry import store as registry
from training.workflows import triggers

LEDGERS = (
    "snapshot",
    "training_run",
    "model_version",
    "evaluation_set",
    "gate_report",
    "deployment",
)


@pytest.fixture
def pets(hub: Hub, tmp_path: Path) -> Made:
    """Make a project that deploys by itself in the name of user 7."""
    return make_project(
        hub, tmp_path, make_items(300), deploy_automatically=True, deployer_id=PERSON.id
    )


class TestRelease:
    """The workflow `release`."""

    def test_a_first_model_passes_and_goes_live_in_its_persons_name(
        self, chain: Chain, pets: Made, compute: Compute
    ) -> None:
        """Shows the whole chain: each of its records once, each naming the one before."""
        n_train, n_test = accept(pets, "train"), accept(pets, "test")
        status = chain.release(pets)
        assert status.state is JobState.DONE, status.error
        assert status.result["verdict"] == "pass"
        assert status.result["deployed"] is True
        assert {table: pets.count(table) for table in LEDGERS} == dict.fromkeys(LEDGERS, 1)
        model = chain.hub.read_now(lambda tx: registry.find_model(tx, pets.project_id, 1))
        live = chain.hub.read_now(lambda tx: deployments.live_model(tx, pets.project_id))
        assert live is not None
        assert (live.model_version_id, live.actor_kind, live.actor_id) == (model.id, "user", 7)
        assert (model.n_test, model.accuracy) == (n_test, 1.0)
        assert model.low < 1.0
        assert model.high == pytest.approx(1.0)
        report = chain.hub.read_now(lambda tx: gates.get(tx, live.gate_report_id))
        assert report is not None
        evidence = json.loads(report.evidence)
        assert evidence["baseline"] == "majority_class"
        assert (evidence["n"], evidence["evaluation"]["n"]) == (n_test, n_test)
        assert n_train > 100

    def test_a_worse_model_fails_and_stays_out(self, chain: Chain, pets: Made) -> None:
        """Shows that a scheduled retrain on spoiled labels cannot replace a good model."""
        accept(pets, "train")
        accept(pets, "test")
        chain.release(pets)
        accept(pets, "train", wrong=[item.key for item in make_items(300) if item.key])
        status = chain.release(pets)
        assert (status.result["verdict"], status.result["deployed"]) == ("fail", False)
        live = chain.hub.read_now(lambda tx: deployments.live_model(tx, pets.project_id))
        assert live is not None
        assert live.model_version == 1
        with pytest.raises(ConflictError, match="cannot go live"):
            chain.hub.write_now(
                lambda tx: deployments.deploy(
                    tx, pets.project_id, 2, reason="I like it", is_owner=True
                ),
                PERSON,
            )

    def test_where_the_gate_cannot_tell_it_opens_the_missing_test_tasks(
        self, chain: Chain, pets: Made
    ) -> None:
        """Shows "needs n", that n more test tasks are opened, and that open ones are counted."""
        accept(pets, "train")
        accept(pets, "test", most=4)
        status = chain.release(pets)
        assert (status.result["verdict"], status.result["deployed"]) == ("inconclusive", False)
        reports = chain.hub.read_now(lambda tx: gates.list_by_project(tx, pets.project_id, 99, 9))
        needs_n = reports[0].needs_n
        opened = pets.count("task")
        assert opened == min(needs_n - 4, opened)
        assert opened > 0
        chain.release(pets)
        assert pets.count("task") == opened

    def test_without_test_labels_nothing_is_claimed(self, chain: Chain, pets: Made) -> None:
        """Shows that no accuracy is drawn as zero: it is unknown, and the gate cannot tell."""
        accept(pets, "train")
        status = chain.release(pets)
        assert status.result["verdict"] == "inconclusive"
        model = chain.hub.read_now(lambda tx: registry.find_model(tx, pets.project_id, 1))
        assert (model.accuracy, model.n_test) == (None, 0)

    def test_where_a_person_deploys_a_model_that_passed_waits(
        self, chain: Chain, made: Made
    ) -> None:
        """Shows that deploying by itself is the project's choice, and waiting for it is not."""
        accept(made, "train")
        accept(made, "test")
        status = chain.release(made)
        assert (status.result["verdict"], status.result["deployed"]) == ("pass", False)
        assert "a person deploys" in status.result["why"]
        entry = chain.hub.write_now(
            lambda tx: deployments.deploy(tx, made.project_id, 1, reason="looked at it"), PERSON
        )
        assert entry.actor_id == PERSON.id

    def test_the_same_snapshot_and_settings_give_the_same_artefact(
        self, chain: Chain, pets: Made
    ) -> None:
        """Shows rule 7: two trainings, one digest."""
        accept(pets, "train")
        chain.release(pets)
        chain.release(pets)
        models = chain.hub.read_now(lambda tx: registry.list_models(tx, pets.project_id, 9, 9))
        assert [model.n for model in models] == [2, 1]
        assert len({model.artefact_digest for model in models}) == 1

    def test_too_few_labels_are_told_in_words(self, chain: Chain, pets: Made) -> None:
        """Shows what a person reads who starts a release too early."""
        status = chain.release(pets)
        assert status.state is JobState.FAILED
        assert status.error is not None
        assert "Label more items" in status.error
        assert pets.count("training_run") == 0

    def test_a_setting_that_no_trainer_takes_is_told(self, chain: Chain, pets: Made) -> None:
        """Shows that a mistake in the policy names the parameter."""
        accept(pets, "train")
        project = pets.project()
        chain.hub.write_now(lambda tx: change_policy(tx, project, {"trainer_params": {"D": 1}}))
        status = chain.release(pets)
        assert status.state is JobState.FAILED
        assert status.error is not None
        assert "'D'" in status.error


class TestPictures:
    """A release on pictures."""

    async def test_pictures_are_read_by_their_digest(
        self, chain: Chain, compute: Compute, tmp_path: Path
    ) -> None:
        """Shows that the child finds the pixels in the data folder, in training and later."""
        blobs = BlobStore(tmp_path / "blobs")
        items = make_pictures(blobs, 200)
        made = make_project(
            chain.hub, tmp_path, items, config=PICTURES, shown=Field("image", "picture", READERS)
        )
        accept(made, "train")
        accept(made, "test")
        status = await asyncio.to_thread(chain.release, made)
        assert status.result["verdict"] == "pass", status
        predictor = Predictor(chain.hub, compute, tmp_path)
        put_live = partial(deployments.deploy, project_id=made.project_id, model_n=1, reason="ok")
        await chain.hub.write(put_live, PERSON)
        found = await predictor.predict(made.project_id, [items[0].data, items[1].data])
        assert [each.label for each in found.predictions] == ["cat", "dog"]


class TestClosing:
    """A hub that is stopped while a release runs."""

    def test_the_release_is_left_for_the_next_start_in_whatever_order_parts_close(
        self, hub: Hub, tmp_path: Path, compute: Compute
    ) -> None:
        """Shows that ending the child first does not make the release fail."""
        trees = {"n_estimators": 600}
        slow = make_project(
            hub, tmp_path, make_items(200), trainer="random_forest", trainer_params=trees
        )
        accept(slow, "train")
        accept(slow, "test")
        ask = partial(triggers.request_release, project_id=slow.project_id, reason="by hand")
        workflow_id = hub.write_now(ask, PERSON)
        own = Compute(threads=1)
        own.run(abs, -1)
        chain = open_chain(hub, own, tmp_path)
        chain.starter.turn()
        chain.wait(workflow_id, until=lambda status: status.step == "train")
        own.close()
        chain.jobs.close()
        assert slow.count("training_run") == 0
        again = open_chain(hub, compute, tmp_path)
        status = again.wait(workflow_id)
        again.jobs.close()
        assert (status.state, slow.count("training_run")) == (JobState.DONE, 1)


class TestPredict:
    """`Predictor`."""

    async def test_the_live_model_answers(self, chain: Chain, pets: Made, compute: Compute) -> None:
        """Shows label, probabilities by class key, and the version that answered."""
        accept(pets, "train")
        accept(pets, "test")
        await asyncio.to_thread(chain.release, pets)
        predictor = Predictor(chain.hub, compute, pets.folder)
        rows = [{"text": "meow purr"}, {"text": "woof bark", "secret": "cat"}]
        found = await predictor.predict(pets.project_id, rows)
        again = await asyncio.to_thread(predictor.predict_now, pets.project_id, rows)
        assert found == again
        assert found.model_version == 1
        assert [each.label for each in found.predictions] == ["cat", "dog"]
        first = found.predictions[0]
        assert first.probabilities.keys() == {"cat", "dog"}
        assert sum(first.probabilities.values()) == pytest.approx(1)
        assert first.probability == first.probabilities["cat"] > 0.5
        assert (await predictor.predict(pets.project_id, [])).predictions == ()

    async def test_without_a_live_model_it_says_what_to_do(
        self, hub: Hub, made: Made, compute: Compute
    ) -> None:
        """Shows the error before the first deployment."""
        predictor = Predictor(hub, compute, made.folder)
        with pytest.raises(ConflictError, match="deploy one first"):
            await predictor.predict(made.project_id, [{"text": "meow"}])
