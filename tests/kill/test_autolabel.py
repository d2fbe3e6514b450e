"""Auto-labels killed with -9 inside every step: nothing is lost, nothing happens twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from active_learning.certificates import service
from tests.active_learning.certificates.conftest import Bench, bench
from tests.active_learning.conftest import compute

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 120
FIXTURES = (bench, compute)
"""A project with a model, as the tests of the certificates make it."""


def killed(bench: Bench, failpoint: str) -> str:
    """Let another process work until it is killed at a failpoint; return the run's state."""
    program = [sys.executable, "-m", "tests.kill.autolabel_hub"]
    found = subprocess.run(
        [*program, bench.hub.url, str(bench.made.folder)],
        cwd=ROOT,
        env=os.environ | {"LABELLOOP_FAILPOINT": failpoint},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    assert found.returncode == -signal.SIGKILL, (failpoint, found.stdout, found.stderr)
    return str(bench.run().state)


def twice(bench: Bench, table: str, column: str) -> int:
    """Return how many rows of a table stand beside another of the same item."""
    rows = bench.rows(
        f"SELECT {column}, COUNT(*) AS n FROM {table} WHERE project_id = :p "  # noqa: S608
        f"GROUP BY {column} HAVING COUNT(*) > 1"
    )
    return len(rows)


@pytest.mark.kill
class TestKilledInEveryStep:
    """One run, killed at each failpoint in turn, from the scores to the last revoked label."""

    def test_each_effect_happens_once(self, bench: Bench) -> None:
        """Shows one audit, one certificate, each label once, and all of them back with people."""
        bench.n = bench.do(service.preview, service.Asked()).n
        assert killed(bench, "autolabel.before_scores") == "scoring"
        bench.turn_until("scored")
        bench.do(service.start_audit, bench.n)
        assert killed(bench, "autolabel.part_drawn") == "auditing"
        bench.runner.turn()
        drawn = bench.value("SELECT COUNT(*) FROM autolabel_check WHERE project_id = :p")
        assert (drawn, twice(bench, "autolabel_check", "item_id")) == (40, 0)
        while bench.answer(service.CERTIFY):
            waiting = bench.do(service.audit_progress, bench.run(), service.CERTIFY)["waiting"]
            if waiting:
                bench.runner.turn()
        assert killed(bench, "autolabel.before_certificate") == "certifying"
        assert killed(bench, "autolabel.after_certificate") == "certified"
        assert bench.runner.turn() == 0
        self.accept(bench)
        self.revoke(bench)

    @staticmethod
    def accept(bench: Bench) -> None:
        """Accept under the certificate, with a kill after the first part."""
        (certificate,) = bench.rows("SELECT id FROM autolabel_certificate WHERE project_id = :p")
        bench.do(service.look, bench.n)
        bench.do(service.accept, bench.n, certificate.id)
        assert killed(bench, "autolabel.part_accepted") == "accepting"
        first = bench.value("SELECT COUNT(*) FROM autolabel WHERE project_id = :p")
        bench.turn_until("accepted")
        cause = f"certificate {certificate.id}"
        events = bench.value(
            "SELECT COUNT(*) FROM consensus_event WHERE project_id = :p AND cause = :c", c=cause
        )
        labelled = bench.value("SELECT COUNT(*) FROM autolabel WHERE project_id = :p")
        assert events == labelled > first > 0
        assert twice(bench, "autolabel", "item_id") == 0

    @staticmethod
    def revoke(bench: Bench) -> None:
        """Let the running audit find errors, and kill the way back after its first part."""
        bench.wrong = {row.key for row in bench.rows("SELECT key FROM item WHERE project_id = :p")}
        while bench.run().state == "accepted":
            bench.runner.turn()
            bench.answer(service.RUNNING)
        assert bench.run().state == "revoking"
        assert killed(bench, "autolabel.part_revoked") == "revoking"
        bench.turn_until("revoked")
        verdicts = [row.verdict for row in bench.verdicts()]
        assert (verdicts.count("accepted"), verdicts.count("revoked")) == (1, 1)
        left = bench.value("SELECT COUNT(*) FROM consensus WHERE certificate_id IS NOT NULL")
        assert left == 0
        back = bench.rows(
            "SELECT item_id, COUNT(*) AS n FROM consensus_event WHERE project_id = :p "
            "AND cause LIKE :c GROUP BY item_id HAVING COUNT(*) > 1",
            c="certificate % was revoked",
        )
        assert back == []
