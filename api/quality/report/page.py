"""The report as one HTML file: findings as titles, a picture, and the table behind it."""

from __future__ import annotations

from typing import Final

from api.quality.report import sections
from api.quality.report.by_group import by_group
from api.quality.report.markup import Markup, el, text
from api.quality.report.words import Language, Words
from labeling.quality.figures.groups import GroupFigures
from labeling.quality.figures.report import QualityReport

STYLE: Final = """
:root{color-scheme:light dark;--bg:light-dark(#fff,#131518);--line:light-dark(#e2e5e9,#2a2f35);
--ink:light-dark(#16191d,#eceef0);--ink-2:light-dark(#4b535d,#b0b7c0);
--ink-3:light-dark(#5a626d,#9aa3ae);--accent:light-dark(#1a5fb4,#86b6f5);
--bad:light-dark(#b3261e,#ff8f85);--sunken:light-dark(#f6f7f8,#0d0f11)}
*{box-sizing:border-box}
body{margin:0 auto;max-width:62rem;padding:2rem 1rem 4rem;background:var(--bg);color:var(--ink);
font:14px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","PingFang SC",
"Microsoft YaHei","Noto Sans CJK SC",sans-serif;font-variant-numeric:tabular-nums}
:lang(zh) body{line-height:1.65}
h1{font-size:24px;line-height:1.25;margin:0 0 .5rem}
h2{font-size:19px;line-height:1.25;margin:.25rem 0 .5rem}
h3{font-size:14px;margin:1.5rem 0 .25rem}
section{border-top:1px solid var(--line);padding:1.5rem 0 .5rem;margin-top:1.5rem}
p{margin:.25rem 0 .75rem;max-width:46rem;color:var(--ink-2)}
.kind{color:var(--ink-3);font-size:12px;margin:0}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-size:13px;margin:.25rem 0 1rem}
th,td{text-align:start;padding:.3rem .9rem .3rem 0;border-bottom:1px solid var(--line);
vertical-align:top}
th{color:var(--ink-3);font-weight:500;white-space:nowrap}
td.n{white-space:nowrap}
details{margin:.25rem 0 1rem}
summary{cursor:pointer;color:var(--accent);min-height:24px}
summary:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
svg{display:block;margin:.5rem 0}
td:nth-child(8){min-width:16rem}
svg text{fill:var(--ink-3);font-size:12px}svg .name{fill:var(--ink)}svg .on{fill:var(--bg)}
.grid{stroke:var(--line)}.mean{stroke:var(--ink-3);stroke-dasharray:3 3}
.curve{fill:none;stroke:var(--accent);stroke-width:2}
.band{fill:var(--accent);fill-opacity:.16}.dot{fill:var(--accent)}
.whisker{stroke:var(--accent);stroke-width:2}.empty{fill:var(--sunken)}
.right{fill:var(--accent)}.wrong{fill:var(--bad)}
@media print{details>*{display:block}section{break-inside:avoid}}
"""


def report_page(
    report: QualityReport,
    project: str,
    language: Language = "en",
    groups: GroupFigures | None = None,
) -> str:
    """Return a report as HTML that loads nothing and runs nothing.

    Parameters
    ----------
    report
        From `quality_report`.
    project
        The project's title.
    language
        Of the words; class names and pseudonyms stay as they are.
    groups
        From `group_figures`, where the project asks its people of themselves.
    """
    words = Words(language)
    title = words("title", project=project)
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("title", title),
        el("style", Markup(STYLE)),
    )
    parts = [
        el("header", el("h1", title), el("p", sections.scope(report, words))),
        sections.agreement(report.agreement, words),
        *([] if groups is None else [by_group(groups, words)]),
        sections.confusions(report.confusions, words),
        sections.annotators(report.annotators, words),
        sections.evidence(report.evidence, words),
        sections.guideline(report.guideline, words),
        sections.items(report.items, words),
        sections.confidence(report.confidence, words),
    ]
    body = el("body", el("main", text(parts)))
    return "<!doctype html>" + el("html", head, body, lang=language)
