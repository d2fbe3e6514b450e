"""What runs in the compute child: the combined answer of items, and everybody's skill."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from labeling.quality.structured import people
from labeling.quality.structured.kinds import kind_of, weighted_likeness
from labeling.quality.structured.values import parse_value, value_result
from labeling.quality.truth.fusing import fuse
from labeling.schema.questions import Question

Given = tuple[int, list[dict[str, Any]]]
"""Who answered, and the result."""


def fuse_items(
    question: dict[str, Any],
    items: Sequence[tuple[int, Sequence[Given]]],
    skills: Sequence[tuple[int, float]],
    learned: people.Learned | None = None,
) -> list[tuple[int, list[dict[str, Any]], float]]:
    """Combine the answers of each item by what the last full fit learned of people.

    Where the kind has no model of its own, or the fit was too early for one, everybody is weighed
    by the square of their skill.

    All of it is JSON, as it travels to the child and back.

    Parameters
    ----------
    question
        What was asked: the `asdict` of a `Question`.
    items
        Items with their counted answers, oldest first; one without answers is left out.
    skills
        (annotator, skill in (0, 1]); whoever has none weighs as the mean of those who have.
    learned
        What `fit_skills` learned beside the skills.

    Returns
    -------
    list of (int, list of dict, float)
        The item, the result that its answers come to, and how alike they are to it, in [0, 1].
    """
    asked = Question.from_document(question)
    kind, known = kind_of(asked), dict(skills)
    usual = float(np.mean(list(known.values()))) if known else 1.0
    found = []
    for item_id, given in items:
        if given:
            values = [parse_value(asked, result) for _, result in given]
            weights = np.array([known.get(who, usual) ** 2 for who, _ in given])
            fused = people.combine(asked, learned, [who for who, _ in given], values)
            if fused is None:
                fused, _ = kind.combine(values, weights)
            agreement = weighted_likeness(kind, values, weights, fused)
            found.append((item_id, value_result(asked, fused), round(agreement, 6)))
    return found


def fit_skills(
    question: dict[str, Any], answers_file: str
) -> tuple[list[tuple[int, float]], people.Learned | None]:
    """Return everybody's skill, and what the kind's own model says of people, where it has one.

    The skill is how alike somebody's answers are to what all answers come to.

    Parameters
    ----------
    question
        What was asked: the `asdict` of a `Question`.
    answers_file
        A line of JSON for every counted answer: [item, annotator, result, objects]; the objects
        are the two that a pair compares, null for other kinds.
    """
    asked = Question.from_document(question)
    places: dict[int, int] = {}
    pairs: list[people.Pair] = []
    rows, whose, values = [], [], []
    with Path(answers_file).open(encoding="utf-8") as file:
        for item, who, result, objects in map(json.loads, file):
            if item not in places and objects is not None:
                pairs.append((objects[0], objects[1]))
            rows.append(places.setdefault(item, len(places)))
            whose.append(who)
            values.append(parse_value(asked, result))
    skill = list(fuse(rows, whose, values, kind_of(asked)).skill.items())
    given = people.Given(np.array(rows, np.int64), np.array(whose, np.int64), values, pairs)
    return skill, people.learn(asked, given)
