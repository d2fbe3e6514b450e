"""The release chain killed with -9 inside every step: it finishes, and no effect happens twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from labeling.database import Hub, open_hub
from tests.training.factories import Made, accept, make_items, make_project
from tests.training.workflows.chain import PERSON
from training.workflows import triggers

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 120
FAILPOINTS = (
    "snapshot.before_row",
    "snapshot.before_record",
    "train.before_row",
    "train.before_record",
    "evaluate.before_row",
    "evaluate.before_record",
    "gate.before_row",
    "gate.before_record",
    "deploy.before_row",
    "deploy.before_record",
)
"""In each step once with its files written and no row, once with the row and nobody told."""
LEDGERS = ("snapshot", "training_run", "model_version", "evaluation_set", "gate_report")


@pytest.fixture
def hub(store_url: str) -> Iterator[Hub]:
    """Open a migrated store and close it afterwards."""
    opened = open_hub(store_url)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_hub(sqlite_url: str) -> Iterator[Hub]:
    """Open a SQLite file, for what does not depend on the store."""
    opened = open_hub(sqlite_url)
    yield opened
    opened.close()


def run(made: Made, workflow_id: str, failpoint: str | None) -> subprocess.CompletedProcess[str]:
    """Run a hub until the workflow has ended or the failpoint is reached."""
    return subprocess.run(
        command(made, workflow_id),
        env=environment(failpoint),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )


@contextmanager
def running(made: Made, workflow_id: str) -> Iterator[subprocess.Popen[str]]:
    """Run a hub that the test kills itself."""
    with subprocess.Popen(
        command(made, workflow_id),
        env=environment(None),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process


def children_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Return the hub's children, once it has any: a step is named before its child starts."""
    hub = psutil.Process(process.pid)
    while not (children := hub.children()):
        assert process.poll() is None, "the hub ended without a child"
        time.sleep(0.005)
    return children


def command(made: Made, workflow_id: str) -> list[str]:
    """Return the command of the hub's process."""
    program = [sys.executable, "-m", "tests.kill.release_hub"]
    return [*program, made.hub.url, str(made.folder), workflow_id]


def environment(failpoint: str | None) -> dict[str, str]:
    """Return this process's environment with that failpoint, or none."""
    found = {key: value for key, value in os.environ.items() if "FAILPOINT" not in key}
    return found if failpoint is None else {**found, "LABELLOOP_FAILPOINT": failpoint}


def ask(made: Made) -> str:
    """Ask for a release as a person does; nothing runs yet."""
    return made.hub.write_now(
        lambda tx: triggers.request_release(tx, made.project_id, "by hand"), PERSON
    )


def records(made: Made) -> dict[str, int]:
    """Return how many rows each ledger of the chain has."""
    return {table: made.count(table) for table in (*LEDGERS, "deployment", "task")}


@pytest.mark.kill
class TestKilledInEveryStep:
    """One release, killed at each failpoint in turn."""

    def test_a_release_that_passes_has_each_effect_once(self, hub: Hub, tmp_path: Path) -> None:
        """Shows rule 9 from snapshot to deployment, with ten kills in one release."""
        made = make_project(
            hub, tmp_path, make_items(200), deploy_automatically=True, deployer_id=PERSON.id
        )
        accept(made, "train")
        accept(made, "test")
        workflow_id = ask(made)
        for failpoint in FAILPOINTS:
            killed = run(made, workflow_id, failpoint)
            assert killed.returncode == -signal.SIGKILL, (failpoint, killed.stdout, killed.stderr)
        ended = run(made, workflow_id, None)
        assert ended.returncode == 0, ended.stderr
        assert "ended done" in ended.stdout
        assert records(made) == {**dict.fromkeys(LEDGERS, 1), "deployment": 1, "task": 0}
        again = run(made, workflow_id, None)
        assert again.returncode == 0, again.stderr
        assert records(made) == {**dict.fromkeys(LEDGERS, 1), "deployment": 1, "task": 0}
        print(
            f"release chain: {len(FAILPOINTS)} kills delivered on {hub.dialect}, each effect once"
        )

    @pytest.mark.sqlite
    def test_the_test_tasks_of_an_inconclusive_gate_are_opened_once(
        self, sqlite_hub: Hub, tmp_path: Path
    ) -> None:
        """Shows that the gate's report and the tasks that it asks for are one effect."""
        made = make_project(sqlite_hub, tmp_path, make_items(200))
        accept(made, "train")
        accept(made, "test", most=3)
        workflow_id = ask(made)
        for failpoint in ("gate.before_row", "gate.before_record"):
            assert run(made, workflow_id, failpoint).returncode == -signal.SIGKILL
        opened = made.count("task")
        assert opened > 0
        assert "ended done" in run(made, workflow_id, None).stdout
        assert records(made) == {**dict.fromkeys(LEDGERS, 1), "deployment": 0, "task": opened}


@pytest.mark.kill
class TestKilledWhileTraining:
    """The hub dies while its child computes."""

    @pytest.mark.sqlite
    def test_the_child_dies_too_and_the_training_is_done_once_more(
        self, sqlite_hub: Hub, tmp_path: Path
    ) -> None:
        """Shows that no orphan trains on, and that the next hub takes the training up."""
        trees = {"n_estimators": 1_000}
        made = make_project(
            sqlite_hub, tmp_path, make_items(200), trainer="random_forest", trainer_params=trees
        )
        accept(made, "train")
        accept(made, "test")
        workflow_id = ask(made)
        with running(made, workflow_id) as process:
            assert process.stdout is not None
            while (line := process.stdout.readline()) != "step train\n":
                assert line, "the hub ended before it trained"
            children = children_of(process)
            process.kill()
        assert process.returncode == -signal.SIGKILL
        assert made.count("training_run") == 0
        gone, alive = psutil.wait_procs(children, timeout=10)
        assert (len(gone), alive) == (len(children), [])
        began = time.monotonic()
        assert "ended done" in run(made, workflow_id, None).stdout
        assert records(made) == {**dict.fromkeys(LEDGERS, 1), "deployment": 0, "task": 0}
        print(f"release chain: killed in training, finished in {time.monotonic() - began:.1f} s")
