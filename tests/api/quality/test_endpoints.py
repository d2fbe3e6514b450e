"""Quality over HTTP: each figure is what a public function makes of the project's export."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any, Final

import pytest
from pydantic import TypeAdapter

from api.quality.report.page import report_page
from labeling.quality.figures import read_answers, rows_of
from labeling.quality.figures.report import QualityReport, quality_report
from tests.factories import answer
from tests.support.doors import LABELS, Cast, assert_problem

PARTS: Final = (
    "agreement",
    "annotators",
    "evidence",
    "confusions",
    "guideline",
    "items",
)


def answer_some(cast: Cast) -> None:
    """Let two people answer the same items, differently now and then."""
    cast.get("owner", "PATCH", "/projects/{slug}/policy", json={"overlap_least": 2})
    for who in ("annotator", "colleague"):
        for n, held in enumerate(cast.lease(who, 10)):
            label = LABELS[(n + (n % 4 == 0) * (who == "colleague")) % 3]
            sent = {"lease_n": 1, "client_key": str(uuid.uuid4()), "result": answer(label)}
            cast.get(who, "POST", f"/assignments/{held['handle']}/submit", json=sent)


@pytest.mark.parametrize("ending", ["jsonl", "csv"])
def test_each_figure_is_reproduced_from_an_export(
    fresh_cast: Cast, tmp_path: Path, ending: str
) -> None:
    """Whoever has the export and the declared classes computes what page and report show."""
    answer_some(fresh_cast)
    exported = fresh_cast.call("owner", "GET", f"/projects/{{slug}}/export/answers?format={ending}")
    file = tmp_path / f"answers.{ending}"
    file.write_bytes(exported.content)
    report = quality_report(read_answers(rows_of(file), question="label", classes=LABELS))
    document: dict[str, Any] = TypeAdapter(QualityReport).dump_python(report, mode="json")
    assert document["agreement"]["scope"]["n_answers"] == 20
    for part in PARTS:
        address = "hard-items" if part == "items" else part
        shown = fresh_cast.get("manager", "GET", f"/projects/{{slug}}/quality/{address}")
        assert shown == document[part], part
    assert fresh_cast.get("manager", "GET", "/projects/{slug}/quality/report") == document
    page = fresh_cast.call("reviewer", "GET", "/projects/{slug}/quality/report.html?lang=zh")
    assert page.text == report_page(report, "A project", "zh")
    assert "script" not in page.headers["content-security-policy"]


def test_another_question_is_asked_for_by_name(shared_cast: Cast) -> None:
    """The target by its name is the target; one that is not asked is refused, with the names."""
    address = "/projects/{slug}/quality/agreement?question="
    assert shared_cast.get("viewer", "GET", address + "label")["scope"]["question"] == "label"
    problem = assert_problem(shared_cast.call("viewer", "GET", address + "mood"), 422)
    assert "asked are label" in problem["detail"]


def test_agreement_by_group_needs_consent_and_company(fresh_cast: Cast) -> None:
    """One says something of oneself for oneself; two people are no group; withdrawn is gone."""
    asked = {"groups": {"age_band": ["18-29", "30+"]}}
    fresh_cast.get("owner", "PATCH", "/projects/{slug}/policy", json={"quality": asked})
    answer_some(fresh_cast)
    own = "/projects/{slug}/my/attributes"
    said = {"consent": True, "attributes": {"age_band": "30+"}}
    assert_problem(fresh_cast.call("annotator", "PUT", own, json={**said, "consent": False}))
    shown = fresh_cast.get("annotator", "PUT", own, json=said)
    assert shown == fresh_cast.get("annotator", "GET", own)
    assert (shown["given"], shown["least_n"]) == ({"age_band": "30+"}, 5)
    assert fresh_cast.get("colleague", "GET", own)["given"] == {}
    address = "/projects/{slug}/quality/agreement/groups?by="
    found = fresh_cast.get("manager", "GET", f"{address}age_band")
    assert (found["by"]["groups"], found["by"]["n_hidden"]) == ([], 1)
    assert "30+" not in str(found)
    every = "/projects/{slug}/quality/groups"
    shown = fresh_cast.get("viewer", "GET", every)
    assert [one["attribute"] for one in shown["attributes"]] == ["age_band"]
    assert shown["reason"] is None
    page = fresh_cast.call("manager", "GET", "/projects/{slug}/quality/report.html").text
    assert "no group has 5 people who consented and answered" in page
    fresh_cast.call("annotator", "DELETE", own)
    assert fresh_cast.get("annotator", "GET", own)["given"] == {}
    assert fresh_cast.get("manager", "GET", f"{address}age_band")["by"]["n_hidden"] == 0
    assert_problem(fresh_cast.call("manager", "GET", f"{address}shoe"))
    fresh_cast.get("owner", "PATCH", "/projects/{slug}/policy", json={"quality": {"groups": {}}})
    none = fresh_cast.get("viewer", "GET", every)
    assert (none["attributes"], none["scope"]) == ([], None)
    assert "asks its people nothing" in none["reason"]
