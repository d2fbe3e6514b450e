"""Evidence about annotators: found where it is, worded with its numbers, and nobody is accused."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from labeling.quality.figures import annotator_figures, evidence_figures, read_answers
from labeling.quality.figures.evidence import ACTIONS
from labeling.quality.figures.report import REPORT, quality_report
from tests.labeling.quality.figures.exports import CLASSES, START, crowd_export, export_row

DAY = 86_400_000_000


def with_person(rows: list[dict[str, Any]], name: str, labels: Any, **more: Any) -> list[Any]:
    """Add one more annotator's answers to every training item that is no gold."""
    items = {row["item"]: row for row in rows if row["task_kind"] == "label"}
    added = [
        {**items[item], "annotator": name, "label": str(label), **more}
        for item, label in zip(items, labels(list(items)), strict=True)
    ]
    return [*rows, *added]


class TestEvidence:
    """Each kind of finding."""

    def test_honest_people_are_not_named(self) -> None:
        """Five crowds: nothing stands out, and the words say so."""
        for seed in range(5):
            found = evidence_figures(read_answers(crowd_export(300, seed=seed), classes=CLASSES))
            assert (found.findings, found.words) == ((), "Nothing stands out")

    def test_speed_alone_is_no_evidence(self) -> None:
        """One who is ten times as fast and right is not in the list."""
        rows = [
            {**row, "active_ms": 300 if row["annotator"] == "p1" else 4_000}
            for row in crowd_export(300)
        ]
        assert evidence_figures(read_answers(rows, classes=CLASSES)).findings == ()

    def test_constant_answers_come_with_the_pace_and_a_next_step(self) -> None:
        """The finding names kind, numbers and pace; the action is to look, never to reject."""
        rows = with_person(
            crowd_export(300), "zoe", lambda items: ["ant"] * len(items), active_ms=300
        )
        (found,) = evidence_figures(read_answers(rows, classes=CLASSES)).findings
        assert (found.annotator, found.kind, found.action) == (
            "zoe",
            "constant",
            ACTIONS["constant"],
        )
        assert "takes 0.3 s where 4.0 s is usual" in found.words

    def test_no_action_rejects_or_blocks_anybody(self) -> None:
        """What to do next is for a person to look, ask or teach."""
        for action in ACTIONS.values():
            assert action.split()[0] in {"Look", "Ask", "Show"}
            assert not {"block", "reject", "pause", "fire"} & set(action.lower().split())

    def test_errors_like_a_models_name_the_person(self) -> None:
        """One who copies a model's errors is told with how many are alike; the model is not."""
        rng = np.random.default_rng(3)
        rows = crowd_export(400, n_people=8, accuracy=0.95)
        truth = {row["item"]: row["consensus"] for row in rows}
        wrong = {
            key: CLASSES[(CLASSES.index(one) + int(rng.integers(1, 3))) % 3]
            for key, one in truth.items()
        }
        said = {key: wrong[key] if rng.random() < 0.4 else truth[key] for key in truth}
        given = lambda items: [said[item] for item in items]  # noqa: E731 - twice the same
        rows = with_person(rows, "max", given)
        rows = with_person(rows, "llm", given, workforce_kind="model")
        found = [
            one
            for one in evidence_figures(read_answers(rows, classes=CLASSES)).findings
            if one.kind == "errors_like_model"
        ]
        assert [(one.annotator, one.other) for one in found] == [("max", "llm")]

    def test_missed_gold_and_drift(self) -> None:
        """One who got worse is told since when; one who misses gold with how much is usual."""
        rows, rng = crowd_export(600, n_people=6), np.random.default_rng(0)
        changed = [
            {**row, "label": CLASSES[int(rng.integers(3))]}
            if row["annotator"] == "p2" and row["submitted_at"] > START + 14 * DAY
            else row
            for row in rows
        ]
        found = evidence_figures(read_answers(changed, classes=CLASSES)).findings
        drift = [one for one in found if one.kind == "drift"]
        assert [one.annotator for one in drift] == ["p2"]
        assert abs((drift[0].since or 0) - (START + 14 * DAY)) < 7 * DAY
        bad = [
            {**row, "label": CLASSES[int(rng.integers(3))]} if row["annotator"] == "p4" else row
            for row in rows
        ]
        found = evidence_figures(read_answers(bad, classes=CLASSES)).findings
        assert ("p4", "gold_missed") in {(one.annotator, one.kind) for one in found}


class TestAnnotators:
    """What each one's answers are worth."""

    def test_confusions_are_said_in_words(self) -> None:
        """One who says cat for half of the bees is told so, with how many bees."""
        rows = [
            {**row, "label": "cat"}
            if (row["annotator"], row["consensus"]) == ("p3", "bee") and int(row["item"][1:]) % 2
            else row
            for row in crowd_export(400, accuracy=1.0)
        ]
        found = annotator_figures(read_answers(rows, classes=CLASSES))
        names = [one.name for one in found.annotators]
        assert names == sorted(names)
        told = {one.name: one.confusions for one in found.annotators}
        assert [len(told[name]) for name in names] == [0, 0, 0, 1, 0, 0]
        (habit,) = told["p3"]
        assert habit.words == f"says cat for bee in {habit.share:.0%} of {habit.n_true} × bee"
        assert habit.low < habit.share < habit.high

    def test_gold_is_accuracy_by_first_answers_and_training_does_not_count(self) -> None:
        """A correction after feedback and what training asks leave the figure alone."""
        gold = {"task_kind": "gold", "truth": ["ant"], "truth_from": "gold"}
        rows = [export_row(f"g{n}", "p", "ant" if n else "bee", **gold) for n in range(4)]
        rows.append(export_row("g0", "p", "ant", revision=2, **gold))
        taught = {**gold, "task_kind": "training"}
        rows += [export_row(f"t{n}", "p", "bee", **taught) for n in range(9)]
        (one,) = annotator_figures(read_answers(rows, classes=CLASSES)).annotators
        assert (one.gold.value, one.gold.n) == (0.75, 4)

    def test_an_item_with_two_right_classes_takes_either(self) -> None:
        """Neither answer is held against anybody."""
        gold = {"task_kind": "gold", "truth": ["ant", "bee"], "truth_from": "gold"}
        rows = [export_row(f"g{n}", "p", CLASSES[n % 2], **gold) for n in range(6)]
        (one,) = annotator_figures(read_answers(rows, classes=CLASSES)).annotators
        assert (one.gold.value, one.confusions) == (1.0, ())

    def test_a_project_may_show_groups_only(self) -> None:
        """By workforce there is no annotator's name in the figures."""
        rows = [
            {**row, "workforce": "crew" if row["annotator"] < "p3" else "vendor"}
            for row in crowd_export()
        ]
        found = annotator_figures(read_answers(rows, classes=CLASSES), by="workforce")
        assert [one.name for one in found.annotators] == ["crew", "vendor"]
        assert sum(one.n_answers for one in found.annotators) == len(rows)
        whole = quality_report(read_answers(rows, classes=CLASSES), by="workforce")
        assert (whole.agreement.pairs, whole.evidence.findings) == ((), ())
        assert not re.search(r'"p\d"', REPORT.dump_json(whole).decode())

    def test_without_a_single_truth_nobody_has_an_accuracy(self) -> None:
        """A subjective question: gold says nothing, agreement still does."""
        answers = read_answers(crowd_export(), classes=CLASSES, is_subjective=True)
        found = annotator_figures(answers).annotators
        assert {one.gold.reason for one in found} == {"this question has no single truth"}
        assert all(one.agreement.value is not None for one in found)
        assert evidence_figures(answers).findings == ()

    def test_another_question_is_read_from_the_result(self) -> None:
        """The label column is the target's; a result holds the answers to all questions."""
        rows = [
            export_row(
                f"i{n}", who, "ant", result=[_choice("animal", "ant"), _choice("mood", mood)]
            )
            for n, mood in enumerate(("happy", "sad", "happy"))
            for who in ("p", "q")
        ]
        found = read_answers(rows, question="mood", classes=("happy", "sad"))
        assert found.given.tolist() == [0, 0, 1, 1, 0, 0]
        assert read_answers(rows, question="colour").given.size == 0


def _choice(question: str, key: str) -> dict[str, Any]:
    return {"from_name": question, "to_name": "x", "type": "choices", "value": {"choices": [key]}}
