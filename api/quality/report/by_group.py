"""The report's section on agreement by group, where the project asks its people of themselves."""

from __future__ import annotations

from api.quality.report.markup import Child, Markup, el
from api.quality.report.parts import measure_cells, section, table
from api.quality.report.words import Words
from labeling.quality.figures.groups import AttributeFigures, GroupFigures


def by_group(found: GroupFigures, words: Words) -> Markup:
    """Agreement within groups and between them; no group too small, and no person."""
    parts = [part for one in found.attributes for part in _attribute(one, found.least_n, words)]
    title = words("groups_some" if any(one.groups for one in found.attributes) else "groups_none")
    note = el("p", words("groups_note", least=found.least_n))
    return section("groups", title, words, note, *parts)


def _attribute(one: AttributeFigures, least_n: int, words: Words) -> list[Markup]:
    title = el("h3", words("groups_by", attribute=one.attribute))
    hidden = words("groups_hidden", n=one.n_hidden, least=least_n) if one.n_hidden else ""
    if not one.groups:
        return [title, el("p", f"{words('groups_small', least=least_n)} {hidden}")]
    after = ["value", "interval", "n_items", "basis"]
    within: list[list[Child]] = [
        [group.value, group.n_people, *measure_cells(measure, words)]
        for group in one.groups
        for measure in group.measures
    ]
    between: list[list[Child]] = [
        [pair.first, pair.second, *measure_cells(measure, words)]
        for pair in one.between
        for measure in pair.measures
    ]
    return [
        title,
        *([el("p", hidden)] if hidden else []),
        table(words, ["within", "people", *after], within),
        *([table(words, ["group", "other_group", *after], between)] if between else []),
    ]
