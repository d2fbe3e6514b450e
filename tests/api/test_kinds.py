"""Kinds of question over HTTP: what is asked, answered, combined, measured, and refused by name."""

from __future__ import annotations

import json
import uuid
from contextlib import closing
from typing import Any

from api.cli.client import HubClient
from labeling.annotations.fusing import Fusing
from labeling.database import open_hub
from labeling.quality.service import TruthCache
from labeling.quality.structured.compute import fuse_items
from tests.api.conftest import RunningHub
from tests.support.kinds import CONFIGS, span


def person(operator: HubClient, slug: str, name: str) -> HubClient:
    """Seat somebody and return their client."""
    user = operator.post("/v1/users", {"name": name})["id"]
    member = {"role": "annotator", "workforce": "crew"}
    operator.put(f"/v1/projects/{slug}/members/{user}", member)
    token = operator.post("/v1/tokens", {"user_id": user, "name": "test"})["token"]
    return HubClient(operator.url, token)


def project_of(operator: HubClient, kind: str) -> str:
    """Make a project that asks a question of a kind, with a text and a crew."""
    slug = f"kinds-{uuid.uuid4().hex[:12]}"
    body = {
        "slug": slug,
        "title": "Kinds",
        "label_config": CONFIGS[kind],
        "fields": {"text": {"visible_to": ["annotator", "reviewer", "owner"]}},
        "policy": {"overlap_least": 2, "overlap_most": 2, "test_overlap": 2},
    }
    operator.post("/v1/projects", body)
    operator.post(f"/v1/projects/{slug}/workforces", {"name": "crew", "kind": "in_house"})
    items = [{"key": "one", "data": {"text": "Ann works at Acme."}}]
    operator.post(f"/v1/projects/{slug}/items", {"items": items})
    return slug


def submit(client: HubClient, slug: str, result: list[Any]) -> Any:
    """Lease the one item and answer it; returns the response."""
    (held,) = client.post(f"/v1/projects/{slug}/leases", {"count": 1})["assignments"]
    sent = {"lease_n": 1, "client_key": str(uuid.uuid4()), "result": result}
    return client.answer("POST", f"/v1/assignments/{held['handle']}/submit", json=sent)


def test_spans_from_the_desk_to_the_figures(operator: HubClient, running_hub: RunningHub) -> None:
    """Shows the question as the page gets it, a refusal with its place, belief, figure, export."""
    slug = project_of(operator, "spans")
    ann, bob = (person(operator, slug, name) for name in ("Ann", "Bob"))
    asked = ann.get(f"/v1/projects/{slug}/desk")["schema"]["question"]
    assert (asked["kind"], asked["required"], asked["max_regions"]) == ("spans", False, 500)
    assert [one["color"] for one in asked["classes"]] == ["red", None]
    refused = submit(ann, slug, [span(0, 30)])
    assert (refused.status_code, refused.json()["place"]) == (422, "result[0].value.end")
    for client in (ann, bob):
        assert submit(client, slug, [span(0, 3), span(13, 17, "ORG")]).status_code == 200
    (item,) = operator.get(f"/v1/projects/{slug}/quality/items")["items"]
    assert (item["state"], item["answer"]) == ("pending", None)
    with closing(open_hub(f"sqlite:///{running_hub.folder / 'hub.db'}")) as hub:
        Fusing(hub, TruthCache(), fuse_items).turn()
    (item,) = operator.get(f"/v1/projects/{slug}/quality/items")["items"]
    assert (item["state"], item["label"], item["stop_score"]) == ("accepted", None, 1.0)
    assert [part["value"]["start"] for part in item["answer"]] == [0, 13]
    found = operator.get(f"/v1/projects/{slug}/quality/report")
    assert found["agreement"]["headline"]["coefficient"] == "span_f1_partial"
    assert found["evidence"]["words"].startswith("Undefined, because")
    page = operator.answer("GET", f"/v1/projects/{slug}/quality/report.html").text
    assert "span F1" in page
    assert operator.get(f"/v1/projects/{slug}/progress")["agreement"]["value"] is None
    lines = operator.answer("GET", f"/v1/projects/{slug}/export/answers?format=jsonl").text
    row = json.loads(lines.splitlines()[0])
    assert (row["label"], row["consensus_answer"]) == (None, item["answer"])
    for client in (ann, bob):
        client.close()


def test_what_only_a_single_choice_has_is_refused_by_name(operator: HubClient) -> None:
    """Shows gold, a model and an auto-label asked of ratings: 409, and what to do instead."""
    slug = project_of(operator, "rating")
    known = {"items": [{"key": "one", "answers": {"q": ["answered"]}, "reason": "so"}]}
    for address, body in (
        ("gold", known),
        ("releases", {"reason": "try"}),
        ("autolabels/preview", {}),
    ):
        answer = operator.answer("POST", f"/v1/projects/{slug}/{address}", json=body)
        assert answer.status_code == 409, (address, answer.text)
        assert answer.json()["type"].endswith("/question-kind"), address
        assert "export" in answer.json()["detail"]
    asked = {"quality": {"groups": {"age_band": ["18-29", "30+"]}}}
    operator.answer("PATCH", f"/v1/projects/{slug}/policy", json=asked)
    answer = operator.answer("GET", f"/v1/projects/{slug}/quality/agreement/groups?by=age_band")
    assert answer.json()["type"].endswith("/question-kind"), answer.text
    answer = operator.answer(
        "POST",
        "/v1/projects",
        json={"slug": "no", "title": "No", "label_config": "<View><Ranker/></View>", "fields": {}},
    )
    assert (answer.status_code, answer.json()["element"]) == (422, "Ranker")
