"""The report's sections: each a finding, a picture where there is one, and the table behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from api.quality.report import charts
from api.quality.report.charts import Whisker
from api.quality.report.markup import Child, Markup, el
from api.quality.report.parts import (
    day,
    details,
    measure_cells,
    number,
    percent,
    section,
    share_cell,
    table,
    whisker,
)
from api.quality.report.words import COEFFICIENTS, EVIDENCE, Words
from labeling.quality.figures.agreement import AgreementFigures, PeriodAgreement
from labeling.quality.figures.annotators import AnnotatorFigure, AnnotatorFigures
from labeling.quality.figures.confidence import ConfidenceCurve, ConfidenceFigures
from labeling.quality.figures.confusions import ConfusionFigures, ConfusionMap
from labeling.quality.figures.difficulty import ItemFigures
from labeling.quality.figures.evidence import Evidence, EvidenceFigures
from labeling.quality.figures.guideline import GuidelineFigures
from labeling.quality.figures.report import GROUPS_ONLY, QualityReport

MOST_ROWS: Final = 50
MOST_EXAMPLES: Final = 5
LEAST_RANDOM: Final = 20
"""Randomly drawn checks from which their curve is shown instead of that of all checks."""


def scope(report: QualityReport, words: Words) -> str:
    """Say what the figures were computed from."""
    found = report.scope
    kind = "scope_part" if found.n_answers < found.n_total else "scope_all"
    said = words(
        kind, n=found.n_answers, total=found.n_total, people=found.n_people, items=found.n_items
    )
    return f"{said} {words('newest', day=day(found.newest_at))}" if found.newest_at else said


def agreement(found: AgreementFigures, words: Words) -> Markup:
    """Agreement: the headline, over time, and every coefficient."""
    head = found.headline
    if head.value is None:
        title = words("agree_none", reason=words.reason(head.reason))
    elif head.low is None or head.high is None:
        title = words("agree_point", value=head.value)
    else:
        title = words("agree", value=head.value, low=head.low, high=head.high)
    header = ["class", "answers", "value", "interval", "n_items", "basis"]
    return section(
        "agreement",
        title,
        words,
        _over_time(found, words),
        el("h3", words("coefficients")),
        table(
            words,
            ["coefficient", "value", "interval", "n_items", "basis"],
            [[COEFFICIENTS[one.coefficient], *measure_cells(one, words)] for one in found.measures],
        ),
        el("h3", words("by_class")),
        table(
            words,
            header,
            [[one.key, one.n_answers, *measure_cells(one.measure, words)] for one in found.classes],
        ),
        _slices(found, words),
        _pairs(found, words),
    )


def _over_time(found: AgreementFigures, words: Words) -> list[Markup]:
    """Draw the random sample's periods; where there are none, those of chosen items."""
    random = [one for one in found.periods if one.measure.basis == "random_sample"]
    shown = random if any(one.measure.value is not None for one in random) else found.periods
    basis = "random_sample" if shown is random else "chosen_items"
    shown = [one for one in shown if one.measure.basis == basis]
    if not any(one.measure.value is not None for one in shown):
        return []
    label = words("time", basis=words(basis))
    points = [whisker(day(one.start), one.measure) for one in shown]
    rows = [[day(one.start), one.n_answers, *measure_cells(one.measure, words)] for one in shown]
    header = ["from", "answers", "value", "interval", "n_items", "basis"]
    return [
        el("h3", label),
        charts.over_time(points, _spoken(label, shown)),
        details(words, table(words, header, rows)),
    ]


def _spoken(label: str, shown: Sequence[PeriodAgreement]) -> str:
    known = [one for one in shown if one.measure.value is not None]
    ends = f"{number(known[0].measure.value)} → {number(known[-1].measure.value)}"
    return f"{label}: {day(known[0].start)} – {day(known[-1].end)}, {ends}"


def _slices(found: AgreementFigures, words: Words) -> list[Markup]:
    if not found.slices:
        return _empty(found, "slices", "by_slice", words)
    header = ["attribute", "value", "value", "interval", "n_items", "basis"]
    rows = [[one.attribute, one.value, *measure_cells(one.measure, words)] for one in found.slices]
    return [el("h3", words("by_slice")), table(words, header, rows)]


def _empty(found: AgreementFigures, part: str, title: str, words: Words) -> list[Markup]:
    why = words("undefined", reason=words.reason(found.why_empty.get(part)))
    return [el("h3", words(title)), el("p", why)]


def _pairs(found: AgreementFigures, words: Words) -> list[Markup]:
    if not found.pairs:
        return _empty(found, "pairs", "by_pair", words)
    header = ["first", "second", "shared", "same", "value", "interval"]
    rows = [
        [one.first, one.second, one.n_shared, one.n_same, *measure_cells(one.measure, words)[:2]]
        for one in found.pairs[:MOST_ROWS]
    ]
    note = words("pairs_left", n=len(rows), all=found.n_pairs)
    return [el("h3", words("by_pair")), el("p", note), details(words, table(words, header, rows))]


def confusions(found: ConfusionFigures, words: Words) -> Markup:
    """The heat map: known truth where there is some, else the consensus."""
    shown = next((one for one in found.maps if one.n_answers), found.maps[0])
    title = _confused(shown, words)
    if not shown.n_answers:
        return section("confusions", title, words)
    note = words("map", against=words(shown.against))
    if len(shown.classes) < shown.n_classes:
        note += " " + words("map_part", n=len(shown.classes), all=shown.n_classes)
    rows: list[list[Child]] = [
        [one.true, one.given, one.n, percent(one.share)] for one in shown.cells
    ]
    return section(
        "confusions",
        title,
        words,
        el("p", f"{note} {words(shown.basis).capitalize()}."),
        charts.heat_map(shown, title),
        details(words, table(words, ["true", "given", "answers", "share"], rows)),
    )


def _confused(found: ConfusionMap, words: Words) -> str:
    wrong = [one for one in found.cells if one.true != one.given]
    if not wrong:
        return words("confused_none" if found.cells else "confused_empty")
    most = max(wrong, key=lambda one: (one.n, one.true, one.given))
    return words("confused", true=most.true, given=most.given, n=most.n, share=most.share)


def annotators(found: AnnotatorFigures, words: Words) -> Markup:
    """Whiskers for everybody: accuracy on gold where it is known, else agreement."""
    people = found.annotators
    by_gold = any(one.gold.value is not None for one in people)
    measured = [(one, one.gold if by_gold else one.agreement) for one in people]
    known = [(one.value, one.n) for _, one in measured if one.value is not None]
    n = sum(size for _, size in known)
    mean = sum(value * size for value, size in known) / n if n else None
    title = words("people_none")
    if known:
        title = words("people_gold", value=mean) if by_gold else words("people_peers")
    rows = [Whisker(who.name, one.value, one.low, one.high) for who, one in measured[:MOST_ROWS]]
    label = f"{title}; {words('gold' if by_gold else 'peers')}"
    header = ["annotator", "workforce", "answers", "gold", "reviewed", "peers", "seconds", "habits"]
    return section(
        "annotators",
        title,
        words,
        el("p", words("people_note")),
        charts.whiskers(rows, mean, label) if known else None,
        table(words, header, [_annotator(one, words) for one in people]),
    )


def _annotator(one: AnnotatorFigure, words: Words) -> list[Child]:
    habits = [
        words("habit", given=told.given, true=told.true, share=told.share, n=told.n_true)
        for told in one.confusions
    ]
    seconds = None if one.seconds is None else f"{one.seconds:.1f}"
    return [
        one.name,
        one.workforce,
        one.n_answers,
        share_cell(one.gold, words),
        share_cell(one.reviewed, words),
        share_cell(one.agreement, words),
        seconds,
        "; ".join(habits),
    ]


def evidence(found: EvidenceFigures, words: Words) -> Markup:
    """What deserves a look, and what to do next."""
    if found.words == GROUPS_ONLY:
        return section("evidence", words("evidence_groups"), words)
    people = {one.annotator for one in found.findings}
    title = (
        words("evidence_some", n=len(people), all=found.scope.n_people)
        if people
        else words("evidence_none")
    )
    rows = [_finding(one, words) for one in found.findings]
    return section(
        "evidence",
        title,
        words,
        el("p", words("evidence_note")),
        table(words, ["annotator", "finding", "next"], rows) if rows else None,
    )


def _finding(one: Evidence, words: Words) -> list[Child]:
    if words.language == "en":
        return [one.annotator, one.words, one.action]
    said, action = EVIDENCE[one.kind]
    values = {"share": one.share or 0.0, "expected": one.expected or 0.0}
    return [one.annotator, said.format(n=one.n, other=one.other, **values), action]


def guideline(found: GuidelineFigures, words: Words) -> Markup:
    """Classes that need a rule, the cases, and what a change would do."""
    if not found.pairs:
        return section("guideline", words("guideline_none"), words)
    first = found.pairs[0]
    rows: list[list[Child]] = [
        [
            f"{one.first} / {one.second}",
            f"{one.n_split:,} ({percent(one.share)})",
            *(number(part.value) for part in (one.merged, one.ruled, one.split)),
            ", ".join(case.item for case in one.examples[:MOST_EXAMPLES]),
        ]
        for one in found.pairs
    ]
    now = number(found.agreement.value)
    return section(
        "guideline",
        words("guideline_some", first=first.first, second=first.second, n=first.n_split),
        words,
        el("p", words("guideline_note", now=now)),
        table(words, ["classes", "split", "merged", "ruled", "between", "examples"], rows),
    )


def items(found: ItemFigures, words: Words) -> Markup:
    """The hardest items."""
    if not found.n_compared:
        return section("items", words("items_none"), words)
    rows: list[list[Child]] = [
        [
            one.item,
            f"{one.difficulty:.2f}",
            ", ".join(f"{said.key} × {said.n}" for said in one.answers),
            one.believed,
        ]
        for one in found.hardest[:MOST_ROWS]
    ]
    title = words("items_some", n=found.n_differing, all=found.n_compared)
    header = ["item", "difficulty", "said", "believed"]
    return section("items", title, words, details(words, table(words, header, rows)))


def confidence(found: ConfidenceFigures, words: Words) -> Markup:
    """Confidence against truth."""
    random, checked = found.curves
    shown = random if random.n_checked >= LEAST_RANDOM else checked
    if not shown.n_checked:
        return section("confidence", words("sure_none"), words)
    title = _honesty(shown, words)
    rows: list[list[Child]] = [
        [
            one.n,
            percent(one.promised),
            f"{percent(one.right)} ({percent(one.low)} – {percent(one.high)})",
        ]
        for one in shown.bins
    ]
    note = words("sure_note", n=shown.n_checked, error=shown.error or 0.0)
    return section(
        "confidence",
        title,
        words,
        el("p", f"{note} {words(shown.basis).capitalize()}."),
        charts.reliability(shown.bins, title),
        details(words, table(words, ["n_items", "promised", "right"], rows)),
    )


def _honesty(found: ConfidenceCurve, words: Words) -> str:
    promised, right = found.promised or 0.0, found.right.value or 0.0
    low, high = found.right.low or 0.0, found.right.high or 1.0
    key = "sure_honest" if low <= promised <= high else "sure_over"
    return words(key, promised=promised, right=right)
