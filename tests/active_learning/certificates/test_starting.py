"""What the hub begins by itself on the way to auto-labels."""

from __future__ import annotations

from typing import Any

from active_learning.certificates import service
from labeling.audit import store as audit
from labeling.projects.service import change_policy
from tests.active_learning.certificates.conftest import Bench


def allow(bench: Bench, **changes: Any) -> None:
    """Let the scheduler act, and audits begin by themselves."""
    policy = {"learning": {"scheduler": "act"}, "autolabel": {"by_itself": True} | changes}
    bench.do(change_policy, policy)


class TestBeginDue:
    """An audit is opened where it saves more than it asks for, and nothing is ever accepted."""

    def test_a_scored_run_is_audited_where_the_policy_lets_it(self, bench: Bench) -> None:
        """The record says what it costs and saves; a person's acceptance is still to come."""
        bench.n = bench.do(service.preview, service.Asked(audit_items=20)).n
        bench.turn_until("scored")
        bench.runner.turn()
        assert bench.run().state == "scored"
        allow(bench)
        bench.do(change_policy, {"overlap_least": 1, "overlap_most": 1})
        bench.turn_until("auditing")
        project_id = bench.made.project_id
        rows = bench.hub.read_now(lambda tx: audit.list_by_project(tx, project_id, 0, 1_000))
        (row,) = [row for row in rows if row.action == "autolabel.audit"]
        assert "is expected to save at least" in (row.reason or "")
        while bench.run().state == "auditing":
            bench.runner.turn()
            bench.answer(service.CERTIFY)
        bench.turn_until("certified")
        for _ in range(3):
            bench.runner.turn()
        assert bench.run().state == "certified"

    def test_an_audit_that_costs_more_than_it_saves_is_left_to_people(self, bench: Bench) -> None:
        """Two hundred questions for what is left beside them are not worth asking."""
        bench.n = bench.do(service.preview, service.Asked(audit_items=150)).n
        bench.turn_until("scored")
        allow(bench)
        for _ in range(3):
            bench.runner.turn()
        assert bench.run().state == "scored"
