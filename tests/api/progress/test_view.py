"""The project page's figures, as a store and its answers give them."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.progress.schemas import Progress
from api.progress.view import progress_of
from labeling.database import Hub
from labeling.exchange.export.sample import write_answers
from labeling.gold.service import KnownItem, give_gold
from labeling.quality.figures import read_answers, rows_of
from labeling.quality.figures.agreement import agreement_figures
from labeling.quality.folding import fold_batch
from labeling.tasks.service import open_test_tasks
from tests.factories import LABELS, PRICE, Floor


def figures(floor: Floor) -> Progress:
    """Return the figures as the page gets them."""
    project = floor.project
    return floor.hub.read_now(lambda tx: progress_of(tx, project))


def answer_all(floor: Floor, who: int) -> int:
    """Answer everything there is for a person; returns how much that was."""
    given = 0
    while held := floor.lease(who, 20):
        for lease in held:
            floor.submit(who, lease, LABELS[lease.item_id % 3])
            given += 1
    return given


class TestProgress:
    """What the page shows, and what it does not claim."""

    def test_an_empty_project_is_undefined_in_words(self, hub: Hub) -> None:
        """Nothing is drawn as zero that has not been measured."""
        found = figures(Floor.made(hub, n_items=4))
        assert found.agreement.value is None
        assert found.agreement.reason == "no answers yet"
        assert (found.curve, found.models, found.live) == ([], [], None)
        assert found.items.unlabelled == found.items.total == 4

    def test_what_is_wrong_with_the_gold_is_said(self, hub: Hub) -> None:
        """Shows nothing where there is no gold, and a low stock with the policy's number."""
        floor = Floor.made(hub, n_items=4)
        assert figures(floor).alerts == []
        known = [KnownItem(floor.keys()[0], {"label": ["a"]}, "It says so.")]
        floor.write(lambda tx, project: give_gold(tx, project, known))
        (alert,) = figures(floor).alerts
        assert (alert.code, alert.text.split(",")[0]) == ("gold_low", "1 active gold items")

    def test_one_person_reads_as_one_person_so_far(self, hub: Hub) -> None:
        """Agreement with oneself is no figure, and nobody is measured against themselves."""
        floor = Floor.made(hub, n_items=4)
        answer_all(floor, 0)
        hub.write_now(lambda tx: fold_batch(tx, floor.truth))
        found = figures(floor)
        assert found.agreement.reason == "one person so far"
        assert found.annotators[0].agreement is None

    def test_agreement_rests_on_the_random_sample_only(self, hub: Hub) -> None:
        """Answers on chosen items do not enter the headline figure (rule 13)."""
        floor = Floor.made(hub, n_people=2, n_items=6, overlap_least=2)
        for who in range(2):
            answer_all(floor, who)
        found = figures(floor)
        assert found.agreement.value is None
        assert "random sample" in str(found.agreement.reason)

    def test_identical_answers_on_the_random_sample_agree_at_one(self, hub: Hub) -> None:
        """Two people who say the same of every test item have an alpha of 1."""
        floor = Floor.made(hub, n_people=2, n_items=12, split="test", test_overlap=2)
        floor.write(lambda tx, project: open_test_tasks(tx, project, 12, "for the test"))
        for who in range(2):
            assert answer_all(floor, who) == 12
        found = figures(floor)
        assert found.agreement.value == pytest.approx(1.0)
        assert found.agreement.basis == "random_sample"

    def test_it_is_the_headline_of_the_quality_figures(self, hub: Hub, tmp_path: Path) -> None:
        """First answers, as there: a later correction moves neither; both are one number."""
        floor = Floor.made(hub, n_people=2, n_items=12, split="test", test_overlap=2)
        floor.write(lambda tx, project: open_test_tasks(tx, project, 12, "for the test"))
        assert answer_all(floor, 0) == 12
        held = floor.lease(1, 12)
        for n, lease in enumerate(held):
            floor.submit(1, lease, LABELS[(lease.item_id + (n < 3)) % 3])
        before = figures(floor).agreement
        floor.edit(1, held[0], LABELS[held[0].item_id % 3])
        write_answers(hub, floor.project, tmp_path / "answers.jsonl")
        rows = rows_of(tmp_path / "answers.jsonl")
        shown = agreement_figures(read_answers(rows, question="label", classes=LABELS))
        found = figures(floor).agreement
        assert found.value == before.value == shown.headline.value
        assert (found.low, found.high) == (shown.headline.low, shown.headline.high)
        assert found.value is not None
        assert found.value < 1

    def test_money_and_counts_equal_what_was_done(self, hub: Hub) -> None:
        """Answers, spending and item states add up."""
        floor = Floor.made(hub, n_people=2, n_items=5, overlap_least=2, budget_micros=100 * PRICE)
        given = sum(answer_all(floor, who) for who in range(2))
        found = figures(floor)
        assert found.answers == given == 10
        assert found.money.spent_micros == given * PRICE
        assert found.money.reserved_micros == 0
        assert found.items.accepted == 5
        assert sum(person.answers for person in found.annotators) == given
        assert sum(each.spent_micros for each in found.money.by_workforce) == given * PRICE
