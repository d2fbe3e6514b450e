"""From a model's scores to labels and back, on both stores."""

from __future__ import annotations

import json
from functools import partial

import numpy as np
import pytest

from active_learning.certificates import labels, service
from active_learning.certificates.runner import Autolabels
from active_learning.certificates.scoring import is_accepted, load_scores
from labeling.audit import store as audit
from labeling.errors import ConflictError, NotFoundError
from labeling.exchange.export.finished import finished_rows
from labeling.projects import store as projects
from tests.active_learning.certificates.conftest import Bench
from training.snapshots.labelled import write_labelled_set

ACCEPTED = """
SELECT i.split, c.n_answers, c.majority_class_id, c.certificate_id FROM consensus c
JOIN item i ON i.id = c.item_id WHERE c.project_id = :p AND c.method = 'certified_model'
"""


class TestPreview:
    """What is shown before anything is spent."""

    def test_it_says_what_an_audit_would_bring_and_spends_nothing(self, bench: Bench) -> None:
        """Scores under a digest, expected coverage from the test items, no task opened."""
        bench.n = bench.do(service.preview, service.Asked()).n
        run = bench.turn_until("scored")
        expected = json.loads(run.figures)["expected"]["all"]
        assert expected["low"] <= expected["value"] <= expected["high"] <= 1.0
        assert expected["n_known"] >= 30
        assert run.n_pool == expected["n_pool"] > 100
        assert bench.value("SELECT COUNT(*) FROM task WHERE project_id = :p") == 0

    def test_an_audit_needs_the_policy_and_a_large_enough_pool(self, bench: Bench) -> None:
        """Neither an unscored run nor an audit that is larger than the pool begins."""
        bench.n = bench.do(service.preview, service.Asked(audit_items=5_000)).n
        with pytest.raises(ConflictError, match="scoring"):
            bench.do(service.start_audit, bench.n)
        bench.turn_until("scored")
        with pytest.raises(ConflictError, match="larger"):
            bench.do(service.start_audit, bench.n)


class TestAudit:
    """People answer a random sample."""

    def test_questions_are_drawn_once_and_look_like_any_other(self, bench: Bench) -> None:
        """Each audited item has its probability, one task of kind audit, and no withdrawal."""
        bench.n = bench.do(service.preview, service.Asked()).n
        run = bench.turn_until("scored")
        bench.do(service.start_audit, bench.n)
        for _ in range(4):
            bench.runner.turn()
        checks = bench.rows("SELECT * FROM autolabel_check WHERE project_id = :p")
        assert {row.inclusion_probability for row in checks} == {40 / run.n_pool}
        tasks = bench.rows("SELECT kind, state, item_id FROM task WHERE project_id = :p")
        assert sorted(row.item_id for row in tasks) == sorted(row.item_id for row in checks)
        assert {(row.kind, row.state) for row in tasks} == {("audit", "open")}
        with pytest.raises(ConflictError, match="40 of 40"):
            bench.do(service.certify_now, bench.n)

    def test_a_cancelled_audit_leaves_no_question_behind(self, bench: Bench) -> None:
        """What nobody held is withdrawn, and its items are untouched again."""
        bench.n = bench.do(service.preview, service.Asked()).n
        bench.turn_until("scored")
        bench.do(service.start_audit, bench.n)
        for _ in range(3):
            bench.runner.turn()
        bench.do(service.cancel, bench.n)
        bench.turn_until("cancelled")
        states = bench.rows(
            "SELECT t.state, i.state AS item FROM task t JOIN item i ON i.id = t.item_id "
            "WHERE t.project_id = :p"
        )
        assert {(row.state, row.item) for row in states} == {("withdrawn", "new")}


class TestCertificate:
    """What an audit shows."""

    def test_it_names_all_that_it_rests_on(self, bench: Bench) -> None:
        """Model, scores, thresholds, counts, coverage and policy version, under a digest."""
        bench.certified()
        found = bench.certificate()
        assert found.n_audited == 40
        assert found.n_errors == 0
        assert 0.5 < found.coverage <= 1.0
        assert found.policy_version == bench.made.project().policy_version
        assert len(found.digest) == 64
        assert json.loads(found.thresholds)["all"]["threshold"] is not None

    def test_too_many_errors_certify_nothing(self, bench: Bench) -> None:
        """The certificate then says why, and nothing can be accepted."""
        bench.wrong = {row.key for row in bench.rows("SELECT key FROM item WHERE project_id = :p")}
        assert bench.certified().state == "empty"
        assert "more errors" in str(bench.certificate().reason)
        with pytest.raises(ConflictError, match="nothing"):
            bench.do(service.look, bench.n)


class TestAccept:
    """Labels under a certificate."""

    def test_nobody_accepts_what_they_have_not_looked_at(self, bench: Bench) -> None:
        """One class is not enough, another's certificate is none, and the look is on record."""
        bench.certified()
        certificate = bench.certificate()
        with pytest.raises(ConflictError, match="not looked"):
            bench.do(service.accept, bench.n, certificate.id)
        _, cats = bench.do(service.look, bench.n, "cat")
        assert {one.label for one in cats} == {"cat"}
        assert len(cats) == 3
        with pytest.raises(ConflictError, match="not looked"):
            bench.do(service.accept, bench.n, certificate.id)
        bench.do(service.look, bench.n)
        with pytest.raises(NotFoundError):
            bench.do(service.accept, bench.n, certificate.id + 1)
        assert bench.do(service.accept, bench.n, certificate.id).state == "accepting"

    def test_labels_stand_marked_and_apart_from_peoples(self, bench: Bench) -> None:
        """Training items only, no answers, no majority; export and snapshots say whose they are."""
        before = bench.hub.read_now(
            lambda tx: projects.counters(tx, bench.made.project_id)["consensus.accepted"]
        )
        bench.accepted()
        rows = bench.rows(ACCEPTED)
        assert rows
        assert {(row.split, row.n_answers, row.majority_class_id) for row in rows} == {
            ("train", 0, None)
        }
        assert {row.certificate_id for row in rows} == {bench.certificate().id}
        after = bench.hub.read_now(
            lambda tx: projects.counters(tx, bench.made.project_id)["consensus.accepted"]
        )
        assert after - before == len(rows)
        sources = [row.source for row in finished_rows(bench.hub, bench.made.project())]
        assert sources.count("auto") == len(rows)
        found = write_labelled_set(
            bench.hub,
            bench.made.folder / "snapshots",
            bench.made.project_id,
            "label",
            "train",
            frozenset({"text"}),
        )
        assert found.certified == {bench.certificate().id: len(rows)}
        test = write_labelled_set(
            bench.hub,
            bench.made.folder / "snapshots",
            bench.made.project_id,
            "label",
            "test",
            frozenset({"text"}),
        )
        assert test.certified == {}

    def test_what_people_hold_is_left_to_them(self, bench: Bench) -> None:
        """An item that is answered between certificate and acceptance keeps its answer."""
        bench.certified()
        would_be = json.loads(bench.run().figures)["look"]
        item_id = next(iter(would_be.values()))[0]
        bench.hub.write_now(
            lambda tx: tx.run("UPDATE item SET state = 'settled' WHERE id = :i", i=item_id)
        )
        bench.do(service.look, bench.n)
        bench.do(service.accept, bench.n, bench.certificate().id)
        bench.turn_until("accepted")
        assert bench.value("SELECT COUNT(*) FROM autolabel WHERE item_id = :i", i=item_id) == 0

    def test_every_step_is_in_the_record(self, bench: Bench) -> None:
        """Who previewed, audited, looked and accepted, and what the hub did."""
        bench.accepted()
        events = bench.hub.read_now(
            lambda tx: audit.list_by_project(tx, bench.made.project_id, 0, 1_000)
        )
        by_owner = {event.action for event in events if event.actor_id == bench.owner.id}
        assert by_owner >= {
            "autolabel.preview",
            "autolabel.audit",
            "autolabel.look",
            "autolabel.accept",
        }
        assert {"autolabel.certified", "autolabel.accept_part"} <= {e.action for e in events}


class TestRunningAudit:
    """Checks after acceptance."""

    def test_it_stays_small_and_renews(self, bench: Bench) -> None:
        """A few checks are open at once; when all were right the certificate is renewed once."""
        bench.accepted()
        while True:
            bench.runner.turn()
            running = bench.do(service.audit_progress, bench.run(), service.RUNNING)
            if bench.answer(service.RUNNING) == 0:
                break
            opened = bench.value(
                "SELECT COUNT(*) FROM task WHERE project_id = :p AND state = 'open'"
            )
            assert opened <= 4
        assert running["waiting"] == 0
        verdicts = bench.verdicts()
        assert [row.verdict for row in verdicts] == ["accepted", "renewed"]

    def test_errors_revoke_and_items_return_to_people(self, bench: Bench) -> None:
        """The bound is broken, labels fall back to pending by new rows, items are untouched."""
        bench.accepted()
        bench.wrong = {row.key for row in bench.rows("SELECT key FROM item WHERE project_id = :p")}
        while bench.run().state == "accepted":
            bench.runner.turn()
            bench.answer(service.RUNNING)
        bench.turn_until("revoked")
        assert bench.rows(ACCEPTED) == []
        events = bench.value(
            "SELECT COUNT(*) FROM consensus_event WHERE project_id = :p AND cause LIKE :c",
            c="certificate % was revoked",
        )
        assert events > 0
        states = bench.rows(
            "SELECT DISTINCT c.state, i.state AS item FROM autolabel a JOIN item i "
            "ON i.id = a.item_id JOIN consensus c ON c.item_id = i.id WHERE a.project_id = :p"
        )
        assert ("pending", "new") in {(row.state, row.item) for row in states}
        verdicts = bench.verdicts()
        assert verdicts[-1].verdict == "revoked"
        assert verdicts[-1].against >= 1 / 0.1


class TestKilled:
    """Whatever dies in between, nothing happens twice."""

    def test_acceptance_goes_on_where_it_was(self, bench: Bench) -> None:
        """A part that is written again changes nothing, and another process takes up the rest."""
        bench.certified()
        certificate = bench.certificate()
        bench.do(service.look, bench.n)
        bench.do(service.accept, bench.n, certificate.id)
        run = bench.run()
        file = load_scores(bench.made.folder, run.scores_digest)
        places = np.flatnonzero(is_accepted(file, json.loads(certificate.thresholds)))[:10]
        part = [
            (int(file.items[place]), int(file.classes[place]), float(file.scores[place]))
            for place in places.tolist()
        ]
        write = partial(labels.accept_part, run_id=run.id, at=0, part=part)
        assert bench.hub.write_now(write) is True
        assert bench.hub.write_now(write) is False
        bench.runner = Autolabels(bench.hub, bench.runner.compute, bench.made.folder)
        bench.turn_until("accepted")
        counted = bench.rows(
            "SELECT COUNT(*) AS n, COUNT(DISTINCT item_id) AS items FROM consensus_event "
            "WHERE project_id = :p AND cause = :c",
            c=f"certificate {certificate.id}",
        )[0]
        assert counted.n == counted.items == bench.value("SELECT COUNT(*) FROM autolabel")
