"""What deserves a look at an annotator's answers: evidence and a next step, never an accusation.

Each finding is corrected for how many people were looked at. Speed is told beside other evidence
and is never evidence by itself: some people are fast.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

import numpy as np
from scipy import stats

from labeling.clock import MICROS
from labeling.quality.arrays import IntArray
from labeling.quality.figures.answers import Answers
from labeling.quality.figures.measures import Scope, scope_of
from labeling.quality.figures.reference import GOLD, reference_of
from labeling.quality.scrutiny.coincidence import coinciding_errors
from labeling.quality.scrutiny.drift import find_drift
from labeling.quality.scrutiny.spam import suspicions
from labeling.quality.scrutiny.votes import grouped, holm

ALPHA: Final = 0.01
LEAST_GOLD: Final = 10
FAST: Final = 1 / 3
"""Of the median time: below, somebody's pace is told beside what else was found."""
MILLI: Final = 1_000
NO_MORE: Final = dict.fromkeys(("share", "expected", "p_value", "other", "since"))
Kind = Literal[
    "constant", "pattern", "unrelated", "same_errors", "errors_like_model", "drift", "gold_missed"
]
ACTIONS: Final[dict[Kind, str]] = {
    "constant": "Look at ten of their answers; then ask whether the question was understood.",
    "pattern": "Look at ten of their answers in the order they came; then talk to them.",
    "unrelated": "Look at ten of their answers; offer the training tasks again.",
    "same_errors": "Look at the items on which both err alike; ask whether they share a source.",
    "errors_like_model": "Look at the items; ask whether an assistant is used, and whether it may.",
    "drift": "Ask what changed: the guideline, the kind of items, the hours; give known items.",
    "gold_missed": "Show what was missed, with the reasons; offer the training tasks.",
}


@dataclass(frozen=True)
class Evidence:
    """One finding about one annotator.

    Attributes
    ----------
    kind
        What was found.
    words
        The finding in a sentence, with its numbers.
    action
        What to do next; a person decides.
    n
        Answers or items that it rests on.
    share, expected
        What was seen, and what would be usual; None where that has no meaning.
    p_value
        Of seeing this by chance, corrected for the people looked at; None for `unrelated`.
    other
        The second annotator of a pair.
    since
        Of a drift: when, in UTC microseconds.
    """

    annotator: str
    kind: Kind
    words: str
    action: str
    n: int
    share: float | None
    expected: float | None
    p_value: float | None
    other: str | None
    since: int | None


@dataclass(frozen=True)
class EvidenceFigures:
    """All findings, in the order of the annotators' pseudonyms."""

    scope: Scope
    findings: tuple[Evidence, ...]
    words: str


def evidence_figures(answers: Answers) -> EvidenceFigures:
    """Look for answers that do not depend on the items, shared errors, drift and missed gold."""
    careless = list(_careless(answers))
    named = {finding.annotator for finding in careless}
    drifted = _drifted(answers, named)
    found = [*careless, *_alike(answers), *drifted, *_missed(answers)]
    found = [_with_pace(answers, finding) for finding in found]
    found.sort(key=lambda finding: (finding.annotator, finding.kind, finding.other or ""))
    n = len({finding.annotator for finding in found})
    words = f"{n} of {len(answers.people)} annotators deserve a look" if n else "Nothing stands out"
    return EvidenceFigures(scope_of(answers), tuple(found), words)


def _votes(answers: Answers) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Return rows, items, people and classes of people's votes, oldest first."""
    rows = np.flatnonzero(answers.votes() & answers.is_person)
    rows = rows[np.argsort(answers.at[rows], kind="stable")]
    return rows, answers.items[rows], answers.annotators[rows], answers.given[rows]


def _careless(answers: Answers) -> Iterator[Evidence]:
    _, items, people, given = _votes(answers)
    words = {
        "constant": "gave one class in {share:.0%} of {n:,} answers",
        "pattern": "gave classes that repeat in a fixed order in {share:.0%} of {n:,} answers",
        "unrelated": "gave {n:,} answers that go with the others' no more than chance has it",
    }
    for one in suspicions(items, people, given, answers.n_classes, alpha=ALPHA):
        yield _finding(
            answers,
            one.annotator,
            one.kind,
            words[one.kind].format(share=one.share, n=one.n),
            one.n,
            share=one.share,
            p_value=one.p_value,
        )


def _alike(answers: Answers) -> Iterator[Evidence]:
    """Yield pairs whose errors coincide; with a model the person is named, never the model."""
    rows = np.flatnonzero(answers.votes())
    reference = reference_of(answers).truth
    found = coinciding_errors(
        answers.items[rows],
        answers.annotators[rows],
        answers.given[rows],
        reference,
        answers.n_classes,
        alpha=ALPHA,
    )
    for pair in found:
        one, other = (answers.people[place] for place in (pair.first, pair.second))
        models = [person for person in (one, other) if person.kind == "model"]
        if len(models) == 2:  # noqa: PLR2004 - both
            continue
        kind: Kind = "errors_like_model" if models else "same_errors"
        who = pair.second if one.kind == "model" else pair.first
        partner = pair.first if who == pair.second else pair.second
        words = (
            f"erred as {answers.people[partner].name} did on {pair.n_same} of the "
            f"{pair.n_wrong} items on which both err; {pair.expected:.1f} would be usual"
        )
        yield _finding(
            answers,
            who,
            kind,
            words,
            pair.n_wrong,
            share=pair.n_same / pair.n_wrong,
            expected=pair.expected / pair.n_wrong,
            p_value=pair.p_value,
            other=answers.people[partner].name,
        )


def _drifted(answers: Answers, careless: set[str]) -> Iterator[Evidence]:
    """Yield who agrees less than before with the others, the careless left out.

    Beside one who answers at random everybody looks better, and worse when that one stops.
    """
    rows, items, people, given = _votes(answers)
    counted = np.array([person.name not in careless for person in answers.people], dtype=bool)
    kept = counted[people]
    rows, items, people, given = rows[kept], items[kept], people[kept], given[kept]
    shared = np.bincount(items, minlength=answers.n_items)[items] > 1
    for one in find_drift(items, people, given, answers.n_classes, alpha=ALPHA):
        own = rows[shared & (people == one.annotator)]
        since = int(answers.at[own[min(one.after, own.size - 1)]])
        fall = one.before_mean - one.after_mean
        if fall <= 0:
            continue  # one who has learnt
        when = datetime.fromtimestamp(since / MICROS, UTC).date().isoformat()
        yield _finding(
            answers,
            one.annotator,
            "drift",
            f"agrees {100 * fall:.0f} points less with the others since {when}",
            int(own.size),
            share=one.after_mean,
            expected=one.before_mean,
            p_value=one.p_value,
            since=since,
        )


def _missed(answers: Answers) -> Iterator[Evidence]:
    """Yield who misses hidden gold more often than everybody together does."""
    is_gold = (answers.truth_from == GOLD)[answers.items]
    rows = np.flatnonzero(is_gold & answers.is_measured & answers.is_first & answers.is_person)
    right = answers.is_right(rows)
    parts = grouped(answers.annotators[rows], len(answers.people))
    judged = [who for who, part in enumerate(parts) if part.size >= LEAST_GOLD]
    if not judged:
        return
    usual = float(right.mean())
    n_right = np.array([int(right[parts[who]].sum()) for who in judged])
    n = np.array([parts[who].size for who in judged])
    adjusted = holm(np.asarray(stats.binom.cdf(n_right, n, usual), dtype=np.float64))
    for who, k, size, p_value in zip(
        judged, n_right.tolist(), n.tolist(), adjusted.tolist(), strict=True
    ):
        if p_value <= ALPHA and k / size < usual:
            yield _finding(
                answers,
                who,
                "gold_missed",
                f"got {k} of {size} known items right; {usual:.0%} is usual",
                size,
                share=k / size,
                expected=usual,
                p_value=p_value,
            )


def _with_pace(answers: Answers, finding: Evidence) -> Evidence:
    """Add the pace to what was found for another reason."""
    timed = answers.active_ms > 0
    names = np.array([person.name for person in answers.people])
    own = answers.active_ms[timed & (names == finding.annotator)[answers.annotators]]
    if not own.size:
        return finding
    usual, pace = float(np.median(answers.active_ms[timed])), float(np.median(own))
    if pace >= FAST * usual:
        return finding
    words = f"{finding.words}; takes {pace / MILLI:.1f} s where {usual / MILLI:.1f} s is usual"
    return Evidence(**{**finding.__dict__, "words": words})


def _finding(answers: Answers, who: int, kind: Kind, words: str, n: int, **found: Any) -> Evidence:
    """Return a finding; what is not said of it is None."""
    name, action = answers.people[who].name, ACTIONS[kind]
    return Evidence(name, kind, words, action, n, **{**NO_MORE, **found})
