"""The report: one file, nothing loaded, everything escaped, each picture with words and table."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from string import Formatter
from typing import Final

import pytest

from api.quality.report.markup import el
from api.quality.report.page import report_page
from api.quality.report.words import COEFFICIENTS, EVIDENCE, TEXTS, Language
from labeling.quality.figures import read_answers
from labeling.quality.figures.coefficients import COEFFICIENTS as OF_KINDS
from labeling.quality.figures.evidence import ACTIONS
from labeling.quality.figures.report import QualityReport, quality_report
from tests.labeling.quality.figures.exports import CLASSES, crowd_export, export_row

EVIL: Final = "\"><script>alert(1)</script>'&"
LANGUAGES: Final[tuple[Language, ...]] = ("en", "zh")


class Reader(HTMLParser):
    """Collects the elements and checks that they close in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.found.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Check that the last element ends."""
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def report() -> QualityReport:
    """Compute a report in which every name is an attack."""
    rows = [
        {
            **row,
            "label": f"{row['label']}{EVIL}",
            "annotator": f"{row['annotator']}{EVIL}",
            "item": f"{row['item']}{EVIL}",
            "workforce": EVIL,
            "consensus": f"{row['consensus']}{EVIL}",
            "truth": row["truth"] and [f"{key}{EVIL}" for key in row["truth"]],
            "attributes": {EVIL: EVIL},
        }
        for row in crowd_export(200)
    ]
    return quality_report(read_answers(rows, classes=[f"{key}{EVIL}" for key in CLASSES]))


class TestReport:
    """The page as a file."""

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_no_name_becomes_markup_and_nothing_is_loaded(
        self, report: QualityReport, language: Language
    ) -> None:
        """No script, no address, no handler: only the elements that the report writes."""
        page = report_page(report, EVIL, language)
        elements = Reader(page).found
        assert "script" not in {tag for tag, _ in elements}
        names = {name for _, attributes in elements for name in attributes}
        assert not names & {"src", "href", "onload", "onerror", "onclick"}
        assert "url(" not in page
        assert "http" not in page

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_each_picture_has_words_and_a_table(
        self, report: QualityReport, language: Language
    ) -> None:
        """Time, confusions, skill and confidence are drawn, each with a text and its numbers."""
        page = report_page(report, "P", language)
        assert f'lang="{language}"' in page
        sections = re.findall(r"<section.*?</section>", page)
        drawn = [section for section in sections if "<svg" in section]
        assert len(drawn) == 4
        for section in drawn:
            assert re.search(r'<svg[^>]* role="img" aria-label="[^"]{10,}"', section)
            assert "<table" in section
            assert re.search(r"<h2[^>]*>[^<]{5,}</h2>", section)

    def test_every_coefficient_has_a_name(self) -> None:
        """Two people and classes that are numbers bring all of a choice; others have their own."""
        rows = [export_row(f"i{n}", who, str(n % 3)) for n in range(9) for who in ("p", "q")]
        report = quality_report(read_answers(rows, classes=("0", "1", "2")))
        page = report_page(report, "P")
        shown = {one.coefficient for one in report.agreement.measures}
        of_kinds = {name for kind in OF_KINDS.values() for name, _ in kind}
        assert shown | of_kinds == set(COEFFICIENTS)
        assert all(f"<td>{COEFFICIENTS[name]}</td>" in page for name in shown)

    def test_without_answers_it_says_what_is_missing(self) -> None:
        """No picture of nothing, and no zero: undefined in words."""
        page = report_page(quality_report(read_answers([], classes=CLASSES)), "P")
        assert "<svg" not in page
        assert "Agreement is not known yet: no answers yet" in page

    def test_both_languages_say_the_same_things(self) -> None:
        """Every text takes the same values in English and Chinese; every finding has its words."""
        for english, chinese in TEXTS.values():
            wanted, found = (
                {name for _, name, _, _ in Formatter().parse(text) if name}
                for text in (english, chinese)
            )
            assert wanted == found, english
        assert EVIDENCE.keys() == ACTIONS.keys()

    def test_markup_escapes_children_and_attributes(self) -> None:
        """What is not made by `el` is text."""
        found = el("p", "<b>", el("i", 1), None, title='"&')
        assert found == '<p title="&quot;&amp;">&lt;b&gt;<i>1</i></p>'
