"""Questions that are no single choice: from answers to what they come to, item by item."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from labeling.annotations.fusing import Fusing
from labeling.database import Hub, Row, Transaction
from labeling.exchange.export.sample import write_answers
from labeling.quality.figures import read_structured, rows_of
from labeling.quality.figures.report import REPORT, structured_report, write_report
from labeling.quality.fits import store as fit_store
from labeling.quality.fits.changes import combined_words, flip_words
from labeling.quality.structured.compute import fit_skills, fuse_items
from labeling.quality.structured.fitting import SkillFit
from labeling.review import opening
from labeling.schema.label_config import parse_label_config
from labeling.workforces import service as workforces
from tests.books import check_books
from tests.factories import Floor, open_tasks
from tests.support.kinds import ANSWERS, CONFIGS, box, polygon, region, span

OTHERS: dict[str, list[dict[str, Any]]] = {
    "choices": [region("choices", {"choices": ["b"]})],
    "rating": [region("rating", {"rating": 1})],
    "number": [region("number", {"number": 10})],
    "text": [region("text", {"text": ["Quite another one"]})],
    "spans": [span(6, 9)],
    "boxes": [box(70, 70, 10, 10)],
    "polygons": [polygon([[80, 80], [90, 80], [90, 90]])],
    "pair": [region("pair", {"selected": "right"})],
}
"""Of each kind, an answer that has nothing to do with the one in `ANSWERS`."""


def floor_of(hub: Hub, kind: str, *, least: int = 2, most: int = 2, n_items: int = 1) -> Floor:
    """Make a project that asks three people a question of a kind, with its tasks open."""
    floor = Floor.made(
        hub,
        slug=kind,
        n_people=3,
        n_items=n_items,
        label_config=CONFIGS[kind],
        overlap_least=least,
        overlap_most=most,
    )
    floor.write(lambda tx, project: open_tasks(tx, project, n_items, least=least, most=most))
    return floor


def give(floor: Floor, who: int, result: list[dict[str, Any]]) -> Any:
    """Lease as a person and submit a result."""
    (lease,) = floor.lease(who)
    floor.submit_result(who, lease, result)
    return lease


def fuse(floor: Floor) -> int:
    """Run the background turn."""
    return Fusing(floor.hub, floor.truth, fuse_items).turn()


def beliefs(floor: Floor) -> list[Any]:
    """Return what is believed of the items."""
    return floor.rows("SELECT * FROM consensus WHERE project_id = :p ORDER BY item_id")


def believed(floor: Floor) -> Any:
    """Return what is believed of the only item."""
    (row,) = beliefs(floor)
    return row


def voted(floor: Floor, item_id: int) -> list[int]:
    """Return the annotations that count on an item."""
    sql = "SELECT annotation_id FROM vote WHERE item_id = :item_id ORDER BY annotation_id"
    return [row.annotation_id for row in floor.rows(sql, item_id=item_id)]


def fits_of(floor: Floor) -> list[tuple[int, int]]:
    """Return how many items each full fit flipped, and how many of them were accepted."""
    rows = floor.hub.read_now(lambda tx: fit_store.list_fits(tx, floor.project_id, "q", 2**62, 9))
    return [(row.n_other, row.n_other_accepted) for row in rows]


def results(floor: Floor) -> list[dict[str, Any]]:
    """Return the values that the answers of the only item come to."""
    return [part["value"] for part in json.loads(believed(floor).answer)["result"]]


class TestTurn:
    """`Fusing.turn`, after submits."""

    def test_each_kind_is_combined_and_measured(self, hub: Hub, tmp_path: Path) -> None:
        """Shows each kind: equal answers come to the same and are accepted, others are disputed.

        Until the turn the item is pending. The answer names the annotations that it rests on. The
        hub's figures are those that anybody computes from the export.
        """
        for kind, other in OTHERS.items():
            floor = floor_of(hub, kind, n_items=2)
            for who, second in ((0, ANSWERS[kind]), (1, other)):
                for lease, result in zip(floor.lease(who, 2), (ANSWERS[kind], second), strict=True):
                    floor.submit_result(who, lease, result)
            assert {row.state for row in beliefs(floor)} == {"pending"}, kind
            assert fuse(floor) == 2, kind
            same, apart = beliefs(floor)
            assert (same.state, same.confidence, same.n_answers) == ("accepted", 1.0, 2), kind
            assert (apart.state, apart.confidence < 0.7) == ("disputed", True), kind
            answer = json.loads(same.answer)
            assert answer["annotations"] == voted(floor, same.item_id), kind
            wanted = [part["value"] for part in ANSWERS[kind]]
            assert [part["value"] for part in answer["result"]] == wanted, kind
            assert fuse(floor) == 0, kind
            check_books(hub, floor.project_id)
            rows, report = tmp_path / f"{kind}.jsonl", tmp_path / f"{kind}.json"
            about = write_answers(hub, floor.project, rows)
            write_report(str(rows), str(report), about, "person")
            found = REPORT.validate_json(report.read_bytes())
            exported = list(rows_of(rows))
            given = {json.dumps(row["consensus_answer"]) for row in exported}
            assert json.dumps(answer["result"]) in given, kind
            again = structured_report(
                read_structured(exported, parse_label_config(CONFIGS[kind]).target())
            )
            assert found == again, kind
            assert (found.items.n_compared, found.items.n_differing) == (2, 1), kind
            chosen = [one for one in found.agreement.measures if one.basis == "chosen_items"]
            assert chosen[0].value is not None, kind

    def test_one_more_is_asked_while_they_differ(self, hub: Hub) -> None:
        """Shows adaptive overlap: two differ, a third settles it with one of them."""
        floor = floor_of(hub, "rating", least=2, most=3)
        give(floor, 0, ANSWERS["rating"])
        give(floor, 1, OTHERS["rating"])
        fuse(floor)
        assert (believed(floor).state, floor.task().wanted) == ("pending", 3)
        give(floor, 2, ANSWERS["rating"])
        fuse(floor)
        assert results(floor) == [{"rating": 4}]
        assert believed(floor).state == "accepted"
        assert floor.task().state == "closed"

    def test_one_answer_agrees_with_nothing(self, hub: Hub) -> None:
        """Shows that a first answer is not sure by itself where a second may be asked."""
        floor = floor_of(hub, "text", least=1, most=2)
        give(floor, 0, ANSWERS["text"])
        fuse(floor)
        assert (believed(floor).state, floor.task().wanted) == ("pending", 2)

    def test_an_edit_is_combined_anew(self, hub: Hub) -> None:
        """Shows that a corrected answer changes what was accepted, with an event that says so."""
        floor = floor_of(hub, "choices", least=1, most=1)
        lease = give(floor, 0, ANSWERS["choices"])
        fuse(floor)
        floor.edit(0, lease, OTHERS["choices"])
        fuse(floor)
        assert results(floor) == [{"choices": ["b"]}]
        events = floor.rows("SELECT * FROM consensus_event WHERE project_id = :p ORDER BY id")
        assert [row.to_state for row in events] == ["pending", "accepted", "pending", "accepted"]
        assert json.loads(events[-1].answer)["result"][0]["value"] == {"choices": ["b"]}

    def test_an_answer_that_was_taken_back_is_none(self, hub: Hub) -> None:
        """Shows undo of the only answer: nothing is believed, and the item waits."""
        floor = floor_of(hub, "pair", least=1, most=1)
        lease = give(floor, 0, ANSWERS["pair"])
        fuse(floor)
        floor.undo(0, lease)
        fuse(floor)
        row = believed(floor)
        assert (row.state, row.answer, row.n_answers) == ("pending", None, 0)
        check_books(hub, floor.project_id)

    def test_what_changed_meanwhile_stays_on_the_list(self, hub: Hub) -> None:
        """Shows an answer that comes while others are combined: the next turn takes all."""
        floor = floor_of(hub, "rating", least=2, most=2)
        give(floor, 0, ANSWERS["rating"])

        def slowly(*given: Any) -> Any:
            found = fuse_items(*given)
            give(floor, 1, ANSWERS["rating"])
            return found

        assert Fusing(floor.hub, floor.truth, slowly).turn() == 0
        assert fuse(floor) == 1
        assert (believed(floor).state, believed(floor).n_answers) == ("accepted", 2)


class TestReview:
    """Verdicts on combined answers."""

    def disputed(self, hub: Hub) -> Floor:
        """Return a floor whose only item is disputed, its review open."""
        floor = floor_of(hub, "spans")
        give(floor, 0, ANSWERS["spans"])
        give(floor, 1, OTHERS["spans"])
        fuse(floor)
        hub.write_now(opening.open_due)
        return floor

    def test_a_correction_is_what_stands(self, hub: Hub) -> None:
        """Shows that a reviewer's spans are pinned, whatever is answered since."""
        floor = self.disputed(hub)
        (lease,) = floor.reviews(2)
        floor.look(2, lease, ANSWERS["spans"])
        floor.judge(2, lease, "correct", label=ANSWERS["spans"])
        row = believed(floor)
        assert (row.state, row.confidence, bool(row.pinned)) == ("accepted", 1.0, True)
        assert [part["start"] for part in results(floor)] == [0, 14]
        assert floor.value("SELECT value FROM counter WHERE name = 'review.disputed.wrong'") == 1

    def test_nothing_marked_can_be_right(self, hub: Hub) -> None:
        """Shows a correction that takes every span away."""
        floor = self.disputed(hub)
        (lease,) = floor.reviews(2)
        floor.look(2, lease, [])
        floor.judge(2, lease, "correct", label=[])
        assert results(floor) == []

    def test_what_is_accepted_stays_as_it_was_combined(self, hub: Hub) -> None:
        """Shows `accept`: the present answer is pinned."""
        floor = floor_of(hub, "rating", least=2, most=2)
        give(floor, 0, ANSWERS["rating"])
        give(floor, 1, [region("rating", {"rating": 1})])
        fuse(floor)
        before = believed(floor).answer
        hub.write_now(opening.open_due)
        (lease,) = floor.reviews(2)
        floor.look(2, lease, ANSWERS["rating"])
        floor.judge(2, lease, "accept", label=None)
        assert (believed(floor).answer, bool(believed(floor).pinned)) == (before, True)


class TestSkillFit:
    """`SkillFit.run`, and the turns after it."""

    def test_who_errs_often_weighs_less(self, hub: Hub, tmp_path: Path) -> None:
        """Shows skills from all answers, the record of the fit, and an answer that is another."""
        floor = floor_of(hub, "pair", n_items=6, least=3, most=3)
        left, right = ANSWERS["pair"], OTHERS["pair"]
        for who in range(3):
            for place, lease in enumerate(floor.lease(who, 6)):
                errs = who == 2 and place
                floor.submit_result(who, lease, right if errs else left)
        fuse(floor)
        fit = SkillFit(hub, floor.truth, fit_skills, tmp_path)
        assert fit.is_for(floor.project)
        assert fit.run(floor.project) == 3
        good, same, bad = floor.rows(
            "SELECT weight FROM annotator_skill WHERE project_id = :p ORDER BY annotator_id"
        )
        assert good.weight == same.weight > bad.weight
        (record,) = floor.rows("SELECT * FROM truth_fit WHERE project_id = :p")
        assert (record.method, record.n_answers, record.n_items) == ("likeness", 18, 6)
        assert {row.state for row in beliefs(floor)[1:]} == {"disputed"}
        assert fuse(floor) == 6
        assert {row.state for row in beliefs(floor)} == {"accepted"}
        events = (
            "SELECT cause FROM consensus_event WHERE project_id = :p AND from_state = 'disputed'"
        )
        assert [row.cause for row in floor.rows(events)] == ["truth fit 1"] * 5
        assert fits_of(floor) == [(0, 0)]

    def test_a_model_among_the_annotators_teaches_nothing(self, hub: Hub, tmp_path: Path) -> None:
        """Shows that whoever no gold can prove has no skill: it weighs as a stranger does."""
        floor = floor_of(hub, "rating", least=3, most=3, n_items=3)
        for who in range(3):
            for lease in floor.lease(who, 3):
                floor.submit_result(who, lease, ANSWERS["rating"])

        def into_model(tx: Transaction, project: Row) -> int:
            workforces.create_workforce(tx, project.id, name="llm", kind="model", price_micros=0)
            robot = int(tx.value("SELECT MAX(annotator_id) FROM vote WHERE project_id = :p", p=1))
            tx.run(
                "UPDATE annotator SET workforce_id = (SELECT MAX(id) FROM workforce) "
                "WHERE id = :id",
                id=robot,
            )
            return robot

        robot = floor.write(into_model)
        assert SkillFit(hub, floor.truth, fit_skills, tmp_path).run(floor.project) == 2
        skills = floor.rows("SELECT annotator_id FROM annotator_skill WHERE project_id = :p")
        assert robot not in {row.annotator_id for row in skills}

    def test_a_fit_says_what_it_flipped(self, hub: Hub, tmp_path: Path) -> None:
        """Shows ratings of two who are two points above the third: the fit meets between them.

        What an accepted item came to before and after is a flip of the fit, counted and in words.
        """
        floor = floor_of(hub, "rating", least=3, most=3, n_items=20)
        for who in range(3):
            for place, lease in enumerate(floor.lease(who, 20)):
                value = place % 3 + 1 + 2 * (who > 0)
                floor.submit_result(who, lease, [region("rating", {"rating": value})])
        fuse(floor)
        before = [json.loads(row.answer)["result"] for row in beliefs(floor)]
        assert SkillFit(hub, floor.truth, fit_skills, tmp_path).run(floor.project) == 3
        (record,) = floor.rows("SELECT * FROM truth_fit WHERE project_id = :p")
        assert record.method == "ratings"
        assert json.loads(record.params)["learned"]["people"]
        fuse(floor)
        after = [json.loads(row.answer)["result"] for row in beliefs(floor)]
        changed = sum(was != now for was, now in zip(before, after, strict=True))
        assert changed == 20
        assert fits_of(floor) == [(20, 20)]
        flips = hub.read_now(lambda tx: fit_store.list_flips(tx, floor.project_id, "q", 1, 0, 100))
        assert len(flips) == changed
        assert "the same answers come to" in flip_words(flips[0], {})
        assert str(combined_words(flips[0], "now")).startswith('[{"rating":')
